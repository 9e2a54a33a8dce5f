/*
 * kit_scan.h: do the bytes of any file under a folder hold a value, in UTF-8, UTF-16 (both ways) or CP932?
 *
 * A plain search, so that it shares nothing with what it judges. Typical:
 *
 *	assert_int_equal(kit_scan(env, k.tmp.dir, NK_STR("残佐子"), where), 0);
 */
#ifndef KIT_SCAN_H
#define KIT_SCAN_H

#include "base.h"

#include "kana.h"

struct kit_scan_ {
	const struct nk_env *env;
	const char *dir;
	struct nk_buf needle[4];
	size_t hits;
	char where[256];
};

static inline NK_RESULT kit_scan_dir_(struct kit_scan_ *scan, const char *dir, struct nk_err *err);

static inline NK_RESULT kit_scan_entry_(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	struct kit_scan_ *scan = arg;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%.*s", scan->dir, NK_FMT(name));
	if (is_dir) {
		return kit_scan_dir_(scan, path, err);
	}
	nk_buf_init_wiping(&bytes, (size_t)1 << 30);
	NK_TRY(nk_env_read_all(scan->env, path, (size_t)1 << 30, &bytes, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(scan->needle); i++) {
		if (scan->needle[i].len > 0 &&
			nk_str_find(nk_buf_str(&bytes), nk_buf_str(&scan->needle[i])) != SIZE_MAX) {
			scan->hits++;
			(void)snprintf(scan->where, sizeof(scan->where), "%.*s", NK_FMT(name));
		}
	}
	return nk_done();
}

static inline NK_RESULT kit_scan_dir_(struct kit_scan_ *scan, const char *dir, struct nk_err *err)
{
	const char *outer = scan->dir;
	nk_rc rc = nk_done();

	scan->dir = dir;
	rc = scan->env->list(scan->env->self, dir, kit_scan_entry_, scan, err);
	scan->dir = outer;
	return rc;
}

static inline void kit_scan_needle_(enum nk_encoding to, struct nk_str value, struct nk_buf *out)
{
	struct nk_codec *codec = NULL;
	size_t bad = 0;

	nk_buf_init_wiping(out, 65536);
	nk_assert(nk_ok(nk_codec_new(NK_ENC_UTF8, to, &codec, NULL)));
	/* What an encoding cannot say cannot stand in a file in that encoding. */
	if (!nk_ok(nk_codec_run(codec, nk_str_bytes(value), out, &bad, NULL))) {
		nk_buf_reset(out);
	}
	nk_codec_free(&codec);
}

/* kit_scan: number of (file, encoding) pairs in which the value stands; where[256] (may be NULL) gets the last file's
 * name. */
static inline size_t kit_scan(const struct nk_env *env, const char *dir, struct nk_str value, char *where)
{
	static const enum nk_encoding encodings[4] = { NK_ENC_UTF8, NK_ENC_UTF16LE, NK_ENC_UTF16BE, NK_ENC_CP932 };
	struct kit_scan_ scan = { .env = env };
	struct nk_err err = { 0 };

	for (size_t i = 0; i < NK_ARRAY_LEN(encodings); i++) {
		kit_scan_needle_(encodings[i], value, &scan.needle[i]);
	}
	nk_assert(scan.needle[0].len > 0);
	nk_assert(nk_ok(kit_scan_dir_(&scan, dir, &err)));
	for (size_t i = 0; i < NK_ARRAY_LEN(encodings); i++) {
		nk_buf_done(&scan.needle[i]);
	}
	if (where != NULL) {
		memcpy(where, scan.where, sizeof(scan.where));
	}
	return scan.hits;
}

#endif
