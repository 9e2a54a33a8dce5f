/*
 * package_layout.c: the in-toto layout of a release: step "package" by the keys of unit development, step "deploy" by
 * those of unit build, and nothing else.
 *
 * Invariant: no key is in both steps; what is deployed is what "package" made (MATCH * WITH PRODUCTS FROM package).
 */
#include "base.h"
#include "package_int.h"

#include "cert.h"
#include "dsse.h"
#include "intoto.h"
#include "json.h"
#include "layout.h"

enum { KEYID = 2 * NK_HASH_LEN + 1, PUBHEX = 2 * NK_SIGN_PUB_LEN + 1 };

bool nk_package_has_key(const uint8_t (*list)[NK_SIGN_PUB_LEN], size_t n, const uint8_t pub[static NK_SIGN_PUB_LEN])
{
	for (size_t i = 0; i < n; i++) {
		if (nk_ct_equal(list[i], pub, NK_SIGN_PUB_LEN)) {
			return true;
		}
	}
	return false;
}

static void keyid(const struct nk_package_party *p, char out[static KEYID])
{
	struct nk_hash h;

	nk_sha256(nk_bytes_of(p->pub, sizeof(p->pub)), &h);
	nk_hex_print(h.b, sizeof(h.b), out);
}

static int by_keyid(const void *a, const void *b)
{
	char x[KEYID];
	char y[KEYID];

	keyid(*(const struct nk_package_party *const *)a, x);
	keyid(*(const struct nk_package_party *const *)b, y);
	return strcmp(x, y);
}

static bool has_part(const struct nk_package_party *p)
{
	return nk_str_eq(p->unit, NK_STR("development")) || nk_str_eq(p->unit, NK_STR("build"));
}

static void one_key(struct nk_json *j, const struct nk_package_party *p)
{
	char id[KEYID];
	char hex[PUBHEX];

	keyid(p, id);
	nk_hex_print(p->pub, sizeof(p->pub), hex);
	nk_json_key(j, id);
	nk_json_open(j, '{');
	nk_json_key(j, "keyid");
	nk_json_c(j, id);
	nk_json_key(j, "keytype");
	nk_json_c(j, "ed25519");
	nk_json_key(j, "keyval");
	nk_json_open(j, '{');
	nk_json_key(j, "public");
	nk_json_c(j, hex);
	nk_json_close(j, '}');
	nk_json_key(j, "scheme");
	nk_json_c(j, "ed25519");
	nk_json_close(j, '}');
}

static void rule(struct nk_json *j, const char *const *words)
{
	nk_json_open(j, '[');
	for (size_t i = 0; words[i] != NULL; i++) {
		nk_json_c(j, words[i]);
	}
	nk_json_close(j, ']');
}

static const char *const disallow[] = { "DISALLOW", "*", NULL };

struct step {
	const char *name;
	const char *unit;
	const char *const *materials; /* first rule, or NULL */
	const char *const *products;
};

static void print_step(
	struct nk_json *j, const struct step *s, const struct nk_package_party *const *keys, size_t n)
{
	nk_json_open(j, '{');
	nk_json_key(j, "_type");
	nk_json_c(j, "step");
	nk_json_key(j, "expected_command");
	nk_json_open(j, '[');
	nk_json_close(j, ']');
	nk_json_key(j, "expected_materials");
	nk_json_open(j, '[');
	if (s->materials != NULL) {
		rule(j, s->materials);
		rule(j, disallow);
	}
	nk_json_close(j, ']');
	nk_json_key(j, "expected_products");
	nk_json_open(j, '[');
	rule(j, s->products);
	rule(j, disallow);
	nk_json_close(j, ']');
	nk_json_key(j, "name");
	nk_json_c(j, s->name);
	nk_json_key(j, "pubkeys");
	nk_json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		char id[KEYID];

		if (nk_str_eq(keys[i]->unit, nk_str_c(s->unit))) {
			keyid(keys[i], id);
			nk_json_c(j, id);
		}
	}
	nk_json_close(j, ']');
	nk_json_key(j, "threshold");
	nk_json_int(j, 1);
	nk_json_close(j, '}');
}

static NK_RESULT print(const struct nk_package_party *const *keys, size_t n, const char *const texts[2],
	struct nk_buf *out, struct nk_err *err)
{
	const char *const create[] = { "CREATE", texts[0], NULL };
	static const char *const match[] = { "MATCH", "*", "WITH", "PRODUCTS", "FROM", "package", NULL };
	const struct step steps[] = { { "package", "development", NULL, create }, { "deploy", "build", match, match } };
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "_type");
	nk_json_c(&j, "layout");
	nk_json_key(&j, "expires");
	nk_json_c(&j, texts[1]);
	nk_json_key(&j, "inspect");
	nk_json_open(&j, '[');
	nk_json_close(&j, ']');
	nk_json_key(&j, "keys");
	nk_json_open(&j, '{');
	for (size_t i = 0; i < n; i++) {
		one_key(&j, keys[i]);
	}
	nk_json_close(&j, '}');
	nk_json_key(&j, "readme");
	nk_json_c(&j, "");
	nk_json_key(&j, "steps");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < NK_ARRAY_LEN(steps); i++) {
		print_step(&j, &steps[i], keys, n);
	}
	nk_json_close(&j, ']');
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

NK_RESULT nk_package_layout_sign(const struct nk_package_keys *keys, struct nk_str file, nk_time expires,
	const struct nk_key *seed, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf payload = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	const struct nk_package_party **const sorted = nk_arena_array(arena, keys->n, sizeof(const struct nk_package_party *));
	char when[NK_TIME_TEXT];
	const char *const texts[] = { file.ptr, nk_time_print(expires, when) };
	size_t n = 0;

	if (sorted == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < keys->n; i++) {
		if (has_part(&keys->parties[i])) {
			sorted[n++] = &keys->parties[i];
		}
	}
	qsort(sorted, n, sizeof(const struct nk_package_party *), by_keyid);
	nk_buf_init(&payload, NK_LAYOUT_MAX);
	nk_buf_init(&envelope, NK_PACKAGE_PAPER_MAX);
	NK_TRY(print(sorted, n, texts, &payload, err));
	NK_TRY(nk_cert_sign(nk_buf_bytes(&payload), seed, &envelope, err));
	return nk_arena_dup(arena, nk_buf_str(&envelope), out, err);
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

static NK_RESULT signer(const struct nk_dsse *dsse, const struct nk_package_keys *keys,
	const struct nk_package_party **out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };

	nk_buf_init(&pae, 2 * NK_PACKAGE_PAPER_MAX);
	NK_TRY(nk_dsse_pae(dsse->payload_type, dsse->payload, &pae, err));
	for (size_t k = 0; k < keys->n; k++) {
		if (nk_str_eq(keys->parties[k].unit, NK_STR("development")) && dsse->n_sigs == 1 &&
			nk_sign_verify(keys->parties[k].pub, nk_buf_bytes(&pae), dsse->sigs[0].sig)) {
			*out = &keys->parties[k];
			return nk_done();
		}
	}
	return nk_fail(err, NK_DENIED, NK_N("the layout is not signed by a key of the development unit"));
}

static NK_RESULT keys_of(struct nk_jval layout, struct nk_jval step, struct nk_arena *arena,
	const uint8_t (**out)[NK_SIGN_PUB_LEN], size_t *out_n, struct nk_err *err)
{
	const struct nk_jval ids = nk_jget(step, "pubkeys");
	const size_t n = nk_jlen(ids);
	uint8_t(*list)[NK_SIGN_PUB_LEN] = nk_arena_array(arena, n, NK_SIGN_PUB_LEN);
	char id[KEYID];

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_str text = NK_STR("");
		struct nk_str hex = NK_STR("");

		(void)nk_jstr(nk_jat(ids, i), &text);
		(void)snprintf(id, sizeof(id), "%.*s", NK_FMT(text));
		(void)nk_jstr(nk_jget(nk_jget(nk_jget(nk_jget(layout, "keys"), id), "keyval"), "public"), &hex);
		if (!nk_hex_parse(hex, list[i], NK_SIGN_PUB_LEN)) {
			return nk_fail(err, NK_INVALID, NK_N("the layout names a key that is not in it"));
		}
	}
	*out = (const uint8_t(*)[NK_SIGN_PUB_LEN])list;
	*out_n = n;
	return nk_done();
}

static NK_RESULT take_steps(
	const struct nk_env *env, struct nk_jval layout, struct nk_arena *arena, struct nk_package_layout *out, struct nk_err *err)
{
	const struct nk_jval steps = nk_jget(layout, "steps");
	struct nk_str type = NK_STR("");
	struct nk_str expires = NK_STR("");
	struct nk_str names[2] = { NK_STR(""), NK_STR("") };
	nk_time until = 0;

	(void)nk_jstr(nk_jget(layout, "_type"), &type);
	(void)nk_jstr(nk_jget(layout, "expires"), &expires);
	(void)nk_jstr(nk_jget(nk_jat(steps, 0), "name"), &names[0]);
	(void)nk_jstr(nk_jget(nk_jat(steps, 1), "name"), &names[1]);
	if (!nk_str_eq(type, NK_STR("layout")) || nk_jlen(steps) != 2 || !nk_str_eq(names[0], NK_STR("package")) ||
		!nk_str_eq(names[1], NK_STR("deploy")) || !nk_time_parse(expires, &until)) {
		return nk_fail(err, NK_INVALID, NK_N("this is no layout with the steps package and deploy"));
	}
	if (nk_now(env) >= until) {
		return nk_fail(err, NK_DENIED, NK_N("the layout has expired: have the package released anew"));
	}
	NK_TRY(keys_of(layout, nk_jat(steps, 0), arena, &out->package, &out->n_package, err));
	NK_TRY(keys_of(layout, nk_jat(steps, 1), arena, &out->deploy, &out->n_deploy, err));
	for (size_t i = 0; i < out->n_package; i++) {
		if (nk_package_has_key(out->deploy, out->n_deploy, out->package[i])) {
			return nk_fail(err, NK_DENIED, NK_N("one key makes and deploys in this layout: these are kept apart"));
		}
	}
	return nk_done();
}

NK_RESULT nk_package_layout_read(const struct nk_env *env, const char *path, const struct nk_package_keys *keys,
	struct nk_arena *arena, struct nk_package_layout *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_bytes text;
	struct nk_dsse dsse;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_package_read_file(env, path, NK_PACKAGE_PAPER_MAX, arena, &text, err));
	NK_TRY(nk_dsse_parse(text, arena, &dsse, err));
	NK_TRY(signer(&dsse, keys, &out->by, err));
	out->payload = dsse.payload;
	NK_TRY(nk_jdoc_parse(dsse.payload, NK_LAYOUT_MAX, &doc, err));
	return take_steps(env, nk_jdoc_root(doc), arena, out, err);
}

/* What is wrong, each time in its language. */
static nk_rc not_kept(const struct nk_layout_problem *p, struct nk_err *err)
{
	nk_rc rc = { NK_DENIED };

	for (int lang = 0; err != NULL && lang < (int)NK_LANG_COUNT; lang++) {
		struct nk_err one;

		rc = nk_fail(&one, NK_DENIED, NK_N("the step \"%1$s\" was not done as the layout says: %2$s %3$s"),
			nk_short(p->step).text, nk_tr((enum nk_lang)lang, p->what), nk_short(p->detail).text);
		if (lang == 0) {
			*err = one;
		}
		memcpy(err->text[lang], one.text[lang], sizeof(err->text[lang]));
	}
	return rc;
}

NK_RESULT nk_package_layout_steps(
	const struct nk_env *env, const struct nk_package_steps *steps, struct nk_arena *arena, struct nk_err *err)
{
	const bool whole = steps->deployed.len > 0;
	struct nk_layout *l = NULL;
	struct nk_layout_report report = { 0 };
	struct nk_hash made;

	NK_TRY(nk_layout_parse(steps->layout, arena, &l, err));
	NK_TRY(nk_layout_add_link(l, steps->made, err));
	if (whole) {
		NK_TRY(nk_layout_add_link(l, steps->deployed, err));
	}
	if (!nk_layout_product(l, NK_STR("package"), steps->file, &made) || !nk_ct_equal(made.b, steps->digest.b, NK_HASH_LEN)) {
		return nk_fail(err, NK_DENIED, NK_N("the step \"package\" made other bytes than these, or under another name"));
	}
	NK_TRY(nk_layout_verify(l, nk_now(env), &report, err));
	for (size_t i = 0; i < report.n; i++) {
		if (whole || !nk_str_eq(report.problems[i].step, NK_STR("deploy"))) {
			return not_kept(&report.problems[i], err);
		}
	}
	return nk_done();
}
