/*
 * kit_order.h: was everything on the disk when the write came that makes it count?
 *
 * The end of a process loses nothing that was written (kit_crash.h); the end of power does. An env that goes on to
 * another one and counts in `early` what came too early: a write below `head` of a file of which something above is not
 * synced, and a file that takes its name (rename) while another one was closed unsynced. Writes to the file whose
 * path ends in `lost` are dropped and reported as done, as a disk does that lies.
 */
#ifndef KIT_ORDER_H
#define KIT_ORDER_H

#include "kit_crash.h"

enum { KIT_ORDER_FILES = 1024 };

struct kit_order {
	struct kit_crash crash; /* must be first: it is the env's self */
	uint64_t head;
	const char *lost;
	bool is_lost[KIT_ORDER_FILES];
	bool unsynced[KIT_ORDER_FILES];
	unsigned closed; /* files closed with something unsynced */
	unsigned early;
};

static inline NK_RESULT kit_order_open_(
	void *self, const char *path, enum nk_open_mode mode, int *out_file, struct nk_err *err)
{
	struct kit_order *o = self;
	const struct nk_str end = nk_str_c(o->lost != NULL ? o->lost : "");
	const struct nk_str whole = nk_str_c(path);

	NK_TRY(kit_crash_open_(self, path, mode, out_file, err));
	nk_assert(*out_file < KIT_ORDER_FILES);
	o->unsynced[*out_file] = false;
	o->is_lost[*out_file] = end.len > 0 && whole.len >= end.len &&
		nk_str_eq(nk_str_sub(whole, whole.len - end.len, whole.len), end);
	return nk_done();
}

static inline void kit_order_close_(void *self, int *file)
{
	struct kit_order *o = self;

	o->closed += *file >= 0 && o->unsynced[*file] ? 1 : 0;
	kit_crash_close_(self, file);
}

static inline NK_RESULT kit_order_write_(
	void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	struct kit_order *o = self;

	if (o->is_lost[file]) {
		return nk_done();
	}
	if (at < o->head) {
		o->early += o->unsynced[file] ? 1 : 0;
	} else {
		o->unsynced[file] = true;
	}
	return kit_crash_write_(self, file, at, buf, len, err);
}

static inline NK_RESULT kit_order_sync_(void *self, int file, struct nk_err *err)
{
	((struct kit_order *)self)->unsynced[file] = false;
	return kit_crash_sync_(self, file, err);
}

static inline NK_RESULT kit_order_sync_all_(void *self, const char *dir, struct nk_err *err)
{
	((struct kit_order *)self)->closed = 0;
	return kit_crash_sync_all_(self, dir, err);
}

static inline NK_RESULT kit_order_rename_(void *self, const char *from, const char *to, struct nk_err *err)
{
	struct kit_order *o = self;

	o->early += o->closed > 0 ? 1 : 0;
	return kit_crash_rename_(self, from, to, err);
}

/* kit_order_env: fills *o with an env over `base`; head 0: no file has a part that makes the rest count. */
static inline const struct nk_env *kit_order_env(struct kit_order *o, const struct nk_env *base, uint64_t head)
{
	*o = (struct kit_order){ .head = head };
	(void)kit_crash_env(&o->crash, base, 0, false);
	o->crash.env.open = kit_order_open_;
	o->crash.env.close = kit_order_close_;
	o->crash.env.write = kit_order_write_;
	o->crash.env.sync = kit_order_sync_;
	o->crash.env.sync_all = kit_order_sync_all_;
	o->crash.env.rename = kit_order_rename_;
	return &o->crash.env;
}

#endif
