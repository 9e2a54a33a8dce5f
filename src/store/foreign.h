/*
 * foreign.h: somebody else's SQLite database in memory: every value of every table changed by the caller, then rewritten
 * so that no free page and no journal of the old one stays. Nothing touches a disk.
 */
#ifndef NK_FOREIGN_H
#define NK_FOREIGN_H

/* Called for each value that is no NULL, as text (numbers as SQLite prints them; blobs as they are). `out`: the new value;
 * left empty and *out_changed false: as it was. */
typedef NK_RESULT nk_foreign_fn(void *arg, struct nk_bytes value, struct nk_buf *out, bool *out_changed, struct nk_err *err);

/*
 * nk_foreign_rewrite: `in` is the whole file; the new one is appended to `out`. Triggers do not run, extensions are not
 * loaded, the schema is not trusted. NK_INVALID: no sound database; NK_UNSUPPORTED: it has a virtual table (its own
 * tables cannot be changed by SQL); whatever fn says.
 */
NK_RESULT nk_foreign_rewrite(
	struct nk_bytes in, nk_foreign_fn *fn, void *arg, struct nk_buf *out, struct nk_err *err);

#endif
