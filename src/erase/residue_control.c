/*
 * residue_control.c: the control person: planted in a place before it is scanned, so that "nothing found" can be
 * believed.
 *
 * Invariant: a control is random, nobody's, made for one place of one scan, and taken away at the end of it.
 */
#include "base.h"

#include "residue_int.h"

#include "kana.h"

enum { DRAW = 32 };

/* Sixteen kanji that every encoding of the scan can write: four random bits each. */
static const char kanji[16][4] = { "残", "置", "確", "認", "用", "架", "空", "氏", "名", "検", "査", "標", "識", "文",
	"字", "列" };

NK_RESULT nk_control_make(const struct nk_env *env, struct nk_control *out, struct nk_err *err)
{
	uint8_t chance[DRAW / 2 + 8];
	char hex[17];

	*out = (struct nk_control){ .planted = false };
	NK_TRY(nk_random(env, chance, sizeof(chance), err));
	for (size_t i = 0; i < DRAW; i++) {
		const unsigned draw = (unsigned)chance[i / 2] >> (i % 2 * 4) & 15U;
		const size_t len = strlen(kanji[draw]);

		memcpy(out->text + out->text_len, kanji[draw], len);
		out->text_len += len;
	}
	nk_hex_print(chance + DRAW / 2, 8, hex);
	(void)snprintf(out->file, sizeof(out->file), "nokosazu-control-%s", hex);
	return nk_done();
}

struct nk_str nk_control_text(const struct nk_control *c)
{
	return (struct nk_str){ c->text, c->text_len };
}

/* ISO-2022-JP from EUC-JP: the same rows and cells, seven bits each, between two escapes. */
static NK_RESULT add_jis(const struct nk_buf *euc, struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_buf_add_c(out, "\x1b$B", err));
	for (size_t i = 0; i < euc->len; i++) {
		NK_TRY(nk_buf_add_byte(out, euc->ptr[i] & 0x7f, err));
	}
	return nk_buf_add_c(out, "\x1b(B", err);
}

static NK_RESULT encode(const struct nk_control *c, enum nk_encoding to, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	size_t bad = 0;

	NK_TRY(nk_codec_new(NK_ENC_UTF8, to, &codec, err));
	return nk_codec_run(codec, nk_str_bytes(nk_control_text(c)), out, &bad, err);
}

/* The control's text in each encoding, a line each. */
static NK_RESULT control_bytes(const struct nk_control *c, struct nk_buf *out, struct nk_err *err)
{
	static const enum nk_encoding by_codec[] = { NK_ENC_CP932, NK_ENC_EUCJP, NK_ENC_UTF16LE, NK_ENC_UTF16BE };
	NK_OWNED(nk_buf_done) struct nk_buf euc = { 0 };

	nk_buf_init(&euc, 4096);
	NK_TRY(nk_buf_add_str(out, nk_control_text(c), err));
	NK_TRY(nk_buf_add_byte(out, '\n', err));
	for (size_t e = 0; e < NK_ARRAY_LEN(by_codec); e++) {
		NK_TRY(encode(c, by_codec[e], out, err));
		NK_TRY(nk_buf_add_byte(out, '\n', err));
	}
	NK_TRY(encode(c, NK_ENC_EUCJP, &euc, err));
	return add_jis(&euc, out, err);
}

NK_RESULT nk_control_plant(const struct nk_env *env, const struct nk_residue_options *opt,
	const struct nk_place *place, const char *path, struct nk_control *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	nk_rc rc = { NK_UNSUPPORTED };

	nk_buf_init(&bytes, 4096);
	if (opt->plant != NULL && place->kind == NK_PLACE_STORE) {
		rc = opt->plant(opt->plant_arg, place, nk_control_text(c), err);
		c->by_caller = rc.code != NK_UNSUPPORTED;
	}
	if (!c->by_caller) {
		NK_TRY(control_bytes(c, &bytes, err));
		rc = nk_env_write_new(env, path, nk_buf_bytes(&bytes), err);
	}
	c->planted = nk_ok(rc);
	return rc.code == NK_NOMEM ? rc : nk_done();
}

NK_RESULT nk_control_unplant(const struct nk_env *env, const struct nk_residue_options *opt,
	const struct nk_place *place, const char *path, const struct nk_control *c, struct nk_err *err)
{
	if (!c->planted) {
		return nk_done();
	}
	if (c->by_caller) {
		return opt->unplant != NULL ? opt->unplant(opt->plant_arg, place, err) : nk_done();
	}
	return env->unlink(env->self, path, err);
}
