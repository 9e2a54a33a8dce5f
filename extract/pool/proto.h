/*
 * proto.h: what the parent and a worker say to each other over their socket, one message a packet.
 *
 * Both are the same program, so plain structs go over. The parent believes nothing: lengths, numbers, states and
 * texts are checked (nkx_msg_ok) before they are used. Descriptors travel from parent to worker only.
 */
#ifndef NKX_PROTO_H
#define NKX_PROTO_H

#include "nkx_work.h"

enum nkx_msg_type {
	NKX_P_CONFIG = 1, /* fds: config, index */
	NKX_P_ITEM, /* fds: the item, or none */
	NKX_P_PDF, /* fds: the text, or none */
	NKX_W_READY,
	NKX_W_FAILED,
	NKX_W_CUT, /* pieces instead of an answer */
	NKX_W_BEGIN,
	NKX_W_FINDINGS,
	NKX_W_END,
	NKX_W_ALIVE,
	NKX_W_PDF, /* length; the bytes follow */
	NKX_W_PDF_BYTES,
	NKX_W_DONE,
	NKX_MSG_COUNT
};

enum { NKX_MSG_BYTES = 61440, NKX_FORMAT_MAX = 24, NKX_FINDINGS_A_MSG = 128, NKX_SKIPS = 8, NKX_CUTS_A_MSG = 4096 };
#define NKX_ROLE "nokosazu-extract"

struct nkx_m_item {
	uint64_t size; /* of the whole item */
	struct nkx_part part;
	uint32_t why; /* not NONE: nothing can be read */
	uint32_t skips[NKX_SKIPS]; /* streams that killed a worker, and of what */
	uint32_t skip_whys[NKX_SKIPS];
	uint32_t n_skips;
	bool resume; /* say nothing before the last of these streams: it was said already */
	bool raw, apart, may_cut;
	struct nkx_stamp stamp; /* of the file when it was submitted */
	char name[NKX_NAME_MAX];
};
struct nkx_m_begin {
	uint32_t number, slot;
	char format[NKX_FORMAT_MAX];
	char path[NKX_PATH_MAX];
};
struct nkx_wire_finding {
	struct nks_finding f;
	uint32_t rule;
	bool in_name;
};
struct nkx_m_findings {
	uint32_t number, n;
	struct nkx_wire_finding of[NKX_FINDINGS_A_MSG];
};
struct nkx_m_end {
	uint32_t number, state, why;
	char format[NKX_FORMAT_MAX];
	uint64_t bytes, skipped;
	uint64_t unsent; /* findings in it that were counted only */
	uint64_t out, entries; /* of its task's budgets, used so far */
	struct nks_summary sum;
};
struct nkx_m_cut {
	uint32_t n, from; /* all pieces; place of the first border in this message */
	uint64_t at[NKX_CUTS_A_MSG];
};
struct nkx_m_pdf {
	uint64_t len;
	uint32_t why;
};
struct nkx_msg {
	uint32_t type, len; /* len: of u */
	union {
		struct nkx_m_item item;
		struct nkx_m_begin begin;
		struct nkx_m_findings findings;
		struct nkx_m_end end;
		struct nkx_m_cut cut;
		struct nkx_m_pdf pdf;
		uint64_t alive;
		uint8_t bytes[NKX_MSG_BYTES];
	} u;
};
_Static_assert(sizeof(struct nkx_msg) <= 65536, "one packet");

/* nkx_msg_size: bytes of a message on the wire. nkx_msg_ok: whether what a worker sent can be used; n_rules: how many
 * rules the user has. */
static inline size_t nkx_msg_size(const struct nkx_msg *m)
{
	return offsetof(struct nkx_msg, u) + m->len;
}
bool nkx_msg_ok(const struct nkx_msg *m, size_t got, uint32_t n_rules);
/* Lengths of messages that are not always full. */
size_t nkx_msg_begin_len(const struct nkx_m_begin *b);
size_t nkx_msg_findings_len(uint32_t n);

/* What a worker is told once. In a memfd; strings stand behind it, each with its end. */
struct nkx_config {
	uint64_t magic;
	struct nkx_limits limits;
	uint64_t classes;
	uint32_t least;
	uint32_t n_forms, n_rules;
	uint8_t token_key[16];
	uint8_t index_key[NKS_KEY_BYTES];
};
#define NKX_CONFIG_MAGIC UINT64_C(0x314b524f57584b4e)

/* nkx_rules: the user's regular expressions, compiled. nkx_rules_new: *out_bad: the rule that does not compile, with
 * the place and what PCRE2 says about it in text[]. */
struct nkx_rules;
struct nkx_rules_bad {
	size_t rule;
	size_t at;
	char text[128];
};
struct nkx_rules *nkx_rules_new(const struct nkx_rule *rules, size_t n, struct nkx_rules_bad *out_bad);
void nkx_rules_free(struct nkx_rules **rules);
/* nkx_rules_look: a nks_rule_fn. nkx_rules_limited: whether a limit of PCRE2 was met since the last call. */
void nkx_rules_look(
	void *arg, const nks_unit *units, size_t n, size_t from, size_t to, nks_rule_emit_fn *emit, void *scan);
bool nkx_rules_limited(struct nkx_rules *rules);

/* The worker's sink: scans, and sends what comes of it. */
struct nkx_scanner;
struct nkx_scanner_options {
	int fd; /* the socket */
	const struct nks_options *scan;
	struct nkx_rules *rules;
	uint32_t seconds;
};
struct nkx_scanner *nkx_scanner_new(const struct nkx_scanner_options *options);
void nkx_scanner_free(struct nkx_scanner **s);
const struct nkx_sink *nkx_scanner_sink(struct nkx_scanner *s);
/* nkx_scanner_item: a new item begins. nkx_scanner_send: a message; the worker ends when the parent is gone. */
void nkx_scanner_item(struct nkx_scanner *s, const struct nkx_m_item *item);
void nkx_scanner_send(struct nkx_scanner *s, struct nkx_msg *m);
/* nkx_scanner_msg: room for one message. nkx_scanner_next: the next item (blocks), or false: the parent is gone.
 * *out_fd is the caller's. */
struct nkx_msg *nkx_scanner_msg(struct nkx_scanner *s);
bool nkx_scanner_next(struct nkx_scanner *s, struct nkx_m_item *out, int *out_fd);

#endif
