/*
 * redact_db.c: an SQLite database: every value of every table, each for itself; the pages are written anew in memory.
 */
#include "base.h"
#include "redact_int.h"

#include "foreign.h"

static const char left[] = NK_N("something of a person is left that could not be replaced");

struct values {
	struct nk_redactor *r;
	bool clean;
};

static NK_RESULT one_value(void *arg, struct nk_bytes value, struct nk_buf *out, bool *out_changed, struct nk_err *err)
{
	struct values *const v = arg;
	const uint64_t before = v->r->replaced;
	bool clean = true;
	size_t bad = 0;

	/* What is no text is looked through, as it stands, with the finished file. */
	if (value.len < 2 || !nk_utf8_valid(value, &bad) || memchr(value.ptr, 0, value.len) != NULL) {
		return nk_done();
	}
	NK_TRY(nk_redact_utf8(v->r, nk_bytes_str(value), false, out, &clean, err));
	v->clean = v->clean && clean;
	*out_changed = v->r->replaced != before;
	return nk_done();
}

NK_RESULT nk_redact_db(
	struct nk_redactor *r, struct nk_bytes in, struct nk_buf *out, const char **out_why, struct nk_err *err)
{
	struct values v = { r, true };

	NK_TRY(nk_foreign_rewrite(in, one_value, &v, out, err));
	*out_why = v.clean ? NULL : left;
	return nk_done();
}
