/*
 * duty_int.h: the clock of duties, for its two files: who is to be called when (duty_clock.c), and the calls (op_duty.c).
 */
#ifndef NK_DUTY_INT_H
#define NK_DUTY_INT_H

#include "flow_duty.h"
#include "measures_int.h"
#include "notice.h"

enum { NK_DUTY_OWNER = 1, NK_DUTY_DEPUTY, NK_DUTY_DIRECTOR, NK_DUTY_LEVELS = NK_DUTY_DIRECTOR };

/* nk_duty_unheard: the last in the line was called, and nobody has said that he knows. */
bool nk_duty_unheard(const struct nk_duty *d);
/* nk_duty_call_at: when the duty comes to a level (1 … 3). */
nk_time nk_duty_call_at(const struct nk_flow *flow, const struct nk_duty *d, unsigned level);
/* nk_duty_callee: who is called at a level: the owner, his deputy, the holder of the last role; where one is missing or
 * has left, the next in the line. NK_NOT_FOUND: nobody at all. */
NK_RESULT nk_duty_callee(struct nk_flow *flow, const struct nk_duty *d, unsigned level, struct nk_arena *arena,
	struct nk_party *out, struct nk_err *err);
/* nk_duty_message: what is said: kind, id, due time and level; nobody's name and nobody's data. */
NK_RESULT nk_duty_message(const struct nk_flow *flow, const struct nk_duty *d, unsigned level, struct nk_arena *arena,
	struct nk_notify *out, struct nk_err *err);
/* nk_duty_may_ack (duty_ack.c): may `by` say that he knows of it? The owner, or who was called for him; without a signature only
 * where the owner has no key. NK_DENIED. */
NK_RESULT nk_duty_may_ack(struct nk_flow *flow, const struct nk_duty *d, const struct nk_party *by, bool is_signed,
	struct nk_arena *arena, struct nk_err *err);

#endif
