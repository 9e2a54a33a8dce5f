/*
 * package_paper.c: the papers beside a package: statements in DSSE, and whose keys may sign them.
 *
 * Invariant: what a paper says is read only after its signature was verified with a key that is enrolled (or stands in
 * the caller's list), and only when it is about these bytes.
 */
#include "base.h"
#include "package_int.h"

#include "cert.h"
#include "dsse.h"
#include "intoto.h"

enum { PARTIES_TEXT_MAX = 1 << 20 };

struct nk_str nk_package_now(const struct nk_env *env, char text[static NK_TIME_TEXT])
{
	return nk_str_c(nk_time_print(nk_now(env), text));
}

NK_RESULT nk_package_beside(
	const char *file, const char *suffix, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	return nk_arena_printf(arena, out, err, "%s%s", file, suffix);
}

/* Whoever installs has another user id: everybody may read papers, nobody's data is in them. */
NK_RESULT nk_package_put(const char *file, const char *suffix, struct nk_bytes text, struct nk_arena *arena, struct nk_err *err)
{
	char whole[PATH_MAX];
	struct nk_str path;
	char *name = NULL;

	NK_TRY(nk_package_beside(file, suffix, arena, &path, err));
	NK_TRY(nk_os_whole_path(path.ptr, whole, err));
	if (nk_os_is_there(whole)) {
		return nk_fail(err, NK_EXISTS, NK_N("this file is there already and is not replaced: %s"), path.ptr);
	}
	name = strrchr(whole, '/');
	*name++ = '\0';
	return nk_os_put_below(whole[0] == '\0' ? "/" : whole, name, 0644, text, err);
}

NK_RESULT nk_package_parties(struct nk_flow *flow, struct nk_arena *arena, struct nk_package_party **out, size_t *out_n,
	struct nk_err *err)
{
	struct nk_party *list = NULL;
	size_t n = 0;
	size_t kept = 0;

	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_package_party *const p = &(*out)[kept];

		if (!list[i].has_key || list[i].ended) {
			continue;
		}
		*p = (struct nk_package_party){
			.id = list[i].id, .unit = list[i].unit, .organisation = list[i].organisation, .roles = list[i].roles
		};
		memcpy(p->pub, list[i].public_key, sizeof(p->pub));
		kept++;
	}
	*out_n = kept;
	return nk_done();
}

static struct nk_str or_dash(struct nk_str s)
{
	return s.len > 0 ? s : NK_STR("-");
}

NK_RESULT nk_op_package_keys(struct nk_flow *flow, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_package_party *list = NULL;
	char hex[2 * NK_SIGN_PUB_LEN + 1];
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_package_parties(flow, arena, &list, &n, err));
	NK_TRY(nk_buf_add_c(out, "# public key, organisation, unit, roles; - nothing\n", err));
	for (size_t i = 0; i < n; i++) {
		nk_hex_print(list[i].pub, sizeof(list[i].pub), hex);
		NK_TRY(nk_buf_printf(out, err, "%s %.*s %.*s %.*s\n", hex, NK_FMT(or_dash(list[i].organisation)),
			NK_FMT(or_dash(list[i].unit)), NK_FMT(or_dash(list[i].roles))));
	}
	return nk_done();
}

static bool parse_party(struct nk_str line, struct nk_package_party *p)
{
	struct nk_str *const words[] = { &p->organisation, &p->unit, &p->roles };
	struct nk_str hex;

	if (!nk_str_cut(&line, ' ', &hex) || !nk_hex_parse(hex, p->pub, sizeof(p->pub))) {
		return false;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		if (!nk_str_cut(&line, ' ', words[i])) {
			return false;
		}
		if (nk_str_eq(*words[i], NK_STR("-"))) {
			*words[i] = NK_STR("");
		}
	}
	memcpy(p->id.b, p->pub, sizeof(p->id.b));
	return true;
}

NK_RESULT nk_package_parties_file(const struct nk_env *env, const char *dir, struct nk_arena *arena,
	struct nk_package_party **out, size_t *out_n, struct nk_err *err)
{
	struct nk_bytes bytes;
	struct nk_str path;
	struct nk_str rest;
	struct nk_str line;
	size_t n = 0;

	NK_TRY(nk_arena_printf(arena, &path, err, "%s/parties", dir));
	NK_TRY(nk_package_read_file(env, path.ptr, PARTIES_TEXT_MAX, arena, &bytes, err));
	*out = nk_arena_array(arena, NK_PACKAGE_PARTIES_MAX, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	rest = nk_bytes_str(bytes);
	while (nk_str_cut(&rest, '\n', &line)) {
		if (line.len == 0 || line.ptr[0] == '#') {
			continue;
		}
		if (n == NK_PACKAGE_PARTIES_MAX || !nk_utf8_valid(nk_str_bytes(line), NULL) || !parse_party(line, &(*out)[n])) {
			return nk_fail(err, NK_INVALID, NK_N("this is no list of parties, as \"package keys\" prints it: %s"), path.ptr);
		}
		n++;
	}
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_package_paper_sign(const struct nk_package_paper *p, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf payload = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf envelope = { 0 };
	struct nk_intoto_subject subject = { .name = p->subject, .has_sha256 = true };
	const struct nk_intoto st = {
		.type = nk_str_c(p->predicate), .predicate = p->body, .subjects = &subject, .n_subjects = 1
	};

	nk_buf_init(&payload, NK_INTOTO_MAX);
	nk_buf_init(&envelope, NK_PACKAGE_PAPER_MAX);
	memcpy(subject.sha256, p->digest.b, sizeof(subject.sha256));
	NK_TRY(nk_statement_print(p->flow, &st, &payload, err));
	NK_TRY(nk_cert_sign(nk_buf_bytes(&payload), seed, &envelope, err));
	return nk_arena_dup(arena, nk_buf_str(&envelope), out, err);
}

static NK_RESULT who_signed(const struct nk_dsse *dsse, const struct nk_package_keys *keys,
	const struct nk_package_party **out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf pae = { 0 };

	nk_buf_init(&pae, 2 * NK_PACKAGE_PAPER_MAX);
	NK_TRY(nk_dsse_pae(dsse->payload_type, dsse->payload, &pae, err));
	for (size_t i = 0; i < dsse->n_sigs; i++) {
		for (size_t k = 0; k < keys->n; k++) {
			if (nk_sign_verify(keys->parties[k].pub, nk_buf_bytes(&pae), dsse->sigs[i].sig)) {
				*out = &keys->parties[k];
				return nk_done();
			}
		}
	}
	return nk_fail(err, NK_DENIED, NK_N("signed by nobody who is enrolled"));
}

static bool about(const struct nk_intoto *st, const struct nk_hash *digest)
{
	for (size_t i = 0; i < st->n_subjects; i++) {
		if (st->subjects[i].has_sha256 && nk_ct_equal(st->subjects[i].sha256, digest->b, NK_HASH_LEN)) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_package_paper_read(const struct nk_env *env, const char *path, const struct nk_package_paper *wanted,
	const struct nk_package_keys *keys, struct nk_arena *arena, const struct nk_package_party **out_by,
	struct nk_str *out_body, struct nk_err *err)
{
	struct nk_bytes text;
	struct nk_dsse dsse;
	struct nk_intoto st;

	NK_TRY(nk_package_read_file(env, path, NK_PACKAGE_PAPER_MAX, arena, &text, err));
	NK_TRY(nk_dsse_parse(text, arena, &dsse, err));
	NK_TRY(who_signed(&dsse, keys, out_by, err));
	if (!nk_str_eq(dsse.payload_type, NK_STR(NK_INTOTO_PAYLOAD_TYPE))) {
		return nk_fail(err, NK_INVALID, NK_N("no in-toto statement"));
	}
	NK_TRY(nk_intoto_parse(dsse.payload, arena, &st, err));
	if (!nk_str_eq(st.type, nk_str_c(wanted->predicate))) {
		return nk_fail(err, NK_INVALID, NK_N("a statement of another kind"));
	}
	if (!about(&st, &wanted->digest)) {
		return nk_fail(err, NK_INVALID, NK_N("a statement about other bytes"));
	}
	*out_body = st.predicate;
	return nk_done();
}
