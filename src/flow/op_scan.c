/*
 * op_scan.c: looks through files for personal data, and says whose.
 *
 * Nothing is written and nothing is kept. The workers see the index, never the store.
 */
#include "base.h"
#include "scan_int.h"

enum { RULES_MAX = 64, FORMS_MAX = 64 };

const char *const *nk_scan_classes(size_t *out_n)
{
	static const char *const names[] = {
#define ROW(name, upper) name,
#include "nks_classes.inc"
#undef ROW
	};

	*out_n = NK_ARRAY_LEN(names);
	return names;
}

/* One scan: what the workers are told, in this function's own memory. */
struct scanning {
	const struct nk_scan_request *req;
	struct nk_arena *arena;
	struct nkx_options options;
	struct nkx_rule rules[RULES_MAX];
	const char *rule_names[RULES_MAX];
	const char *forms[FORMS_MAX];
	struct nk_config *config; /* of an installation that is not opened; else NULL */
	struct nk_scan_keys keys;
	struct nk_whose *whose;
	struct nkx_pool *pool;
	struct nk_scan_collector collector;
};

static void scanning_done(struct scanning *s)
{
	nkx_pool_free(&s->pool);
	nk_scan_collector_done(&s->collector);
	nk_whose_free(&s->whose);
	nk_scan_keys_done(&s->keys);
	nk_config_free(&s->config);
	nk_wipe(s->options.index_key, sizeof(s->options.index_key));
	nk_wipe(s->options.token_key, sizeof(s->options.token_key));
}

static NK_RESULT classes(struct scanning *s, struct nk_err *err)
{
	const uint64_t all = (UINT64_C(1) << NKS_CLASS_COUNT) - 1;

	/* Corporate numbers are public: only who asks for them gets them. */
	s->options.classes = all & ~(UINT64_C(1) << NKS_CLASS_CORPORATE_NUMBER);
	if (s->req->n_only == 0) {
		return nk_done();
	}
	s->options.classes = 0;
	for (size_t i = 0; i < s->req->n_only; i++) {
		enum nks_class c = NKS_CLASS_COUNT;

		if (strcmp(s->req->only[i], "none") == 0) {
			continue; /* only the persons of the index */
		}
		if (!nks_class_by_name(s->req->only[i], &c)) {
			return nk_fail(err, NK_USAGE,
				NK_N("no class is called \"%s\": mail, phone, address, mynumber, person-name …; none looks for persons of the index alone"),
				nk_short(nk_str_c(s->req->only[i])).text);
		}
		s->options.classes |= UINT64_C(1) << c;
	}
	return nk_done();
}

static NK_RESULT form(struct scanning *s, const char *text, struct nk_err *err)
{
	const size_t len = strlen(text);
	size_t signs = 0;

	for (size_t i = 0; i < len; i++) {
		signs += text[i] == '9' || text[i] == 'A';
	}
	if (len < 4 || len > 32 || signs < 3) {
		return nk_fail(err, NK_USAGE,
			NK_N("\"%s\" is no form of a number: 4 to 32 signs, 9 for a digit, A for a letter, others themselves, at least three of 9 and A"),
			nk_short(nk_str_c(text)).text);
	}
	if (s->options.n_number_forms == FORMS_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("more than %d forms of numbers"), FORMS_MAX);
	}
	s->forms[s->options.n_number_forms++] = text;
	return nk_done();
}

/* A text as it stands, for PCRE2. */
static NK_RESULT literal(struct scanning *s, struct nk_str text, struct nk_str *out, struct nk_err *err)
{
	if (text.len == 0 || nk_str_find(text, NK_STR("\\E")) != SIZE_MAX) {
		return nk_fail(
			err, NK_USAGE, NK_N("the text of a rule is empty, or holds \\E: write it as a pattern"));
	}
	return nk_arena_printf(s->arena, out, err, "\\Q%.*s\\E", NK_FMT(text));
}

static NK_RESULT rule(struct scanning *s, const char *text, struct nk_err *err)
{
	const struct nk_str all = nk_str_c(text);
	const size_t eq = nk_str_chr(all, '=');
	struct nk_str name;
	struct nk_str pattern;

	if (eq == SIZE_MAX || eq == 0 || eq + 1 == all.len) {
		return nk_fail(err, NK_USAGE, NK_N("a rule is NAME=PATTERN: %s"), nk_short(all).text);
	}
	if (s->options.n_rules == RULES_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("more than %d rules"), RULES_MAX);
	}
	NK_TRY(nk_arena_dup(s->arena, nk_str_sub(all, 0, eq), &name, err));
	pattern = nk_str_c(text + eq + 1);
	if (pattern.ptr[0] == '=') {
		NK_TRY(literal(s, nk_str_c(text + eq + 2), &pattern, err));
	}
	s->rules[s->options.n_rules] = (struct nkx_rule){ name.ptr, pattern.ptr };
	s->rule_names[s->options.n_rules++] = name.ptr;
	return nk_done();
}

/* Forms of the installation that is there, opened or not. */
static NK_RESULT configured_forms(
	struct scanning *s, const struct nk_env *env, const struct nk_flow *flow, struct nk_err *err)
{
	const struct nk_config *c = flow != NULL ? flow->config : NULL;

	if (c == NULL && s->req->home != NULL) {
		const nk_rc rc = nk_config_load(env, s->req->home, &s->config, err);

		if (!nk_ok(rc)) {
			return rc.code == NK_NOT_FOUND || rc.code == NK_DENIED ? nk_done() : rc;
		}
		c = s->config;
	}
	for (size_t i = 0; c != NULL && i < c->number_forms.n; i++) {
		NK_TRY(form(s, c->number_forms.word[i].ptr, err));
	}
	return nk_done();
}

static NK_RESULT prepare(struct scanning *s, const struct nk_env *env, const struct nk_flow *flow, struct nk_err *err)
{
	const struct nk_scan_request *const req = s->req;

	NK_TRY(classes(s, err));
	for (size_t i = 0; i < req->n_number_forms; i++) {
		NK_TRY(form(s, req->number_forms[i], err));
	}
	NK_TRY(configured_forms(s, env, flow, err));
	for (size_t i = 0; i < req->n_rules; i++) {
		NK_TRY(rule(s, req->rules[i], err));
	}
	s->options.number_forms = s->forms;
	s->options.rules = s->rules;
	s->options.least = req->least;
	s->options.workers = req->workers;
	s->options.limits.depth = req->depth;
	s->options.limits.total_out = req->max_total;
	s->options.limits.entries = req->entries;
	return nk_done();
}

static NK_RESULT keys(struct scanning *s, const struct nk_env *env, struct nk_flow *flow, struct nk_err *err)
{
	s->keys.fd = -1;
	s->options.index_fd = -1;
	if (flow != NULL) {
		/* Equal values, equal tokens, from scan to scan until the next erasure turns the key. */
		nk_mac16(flow->key[NK_HOUSE_INDEX], nk_str_bytes(NK_STR("nokosazu scan token 1")),
			s->options.token_key);
	} else {
		NK_TRY(nk_random(env, s->options.token_key, sizeof(s->options.token_key), err));
	}
	if (!s->req->roster && s->req->index_file == NULL && s->req->n_texts == 0) {
		return nk_done();
	}
	if (s->req->n_texts > 0) {
		NK_TRY(nk_scan_keys_texts(env, s->req->texts, s->req->n_texts, &s->keys, err));
		s->options.index_fd = s->keys.fd;
		memcpy(s->options.index_key, s->keys.key, sizeof(s->options.index_key));
		return nk_whose_new(s->keys.index, &s->whose, err);
	}
	NK_TRY(s->req->roster ? nk_scan_keys_roster(flow, &s->keys, err)
			      : nk_scan_keys_file(env, s->req->index_file, s->req->key_file, &s->keys, err));
	s->options.index_fd = s->keys.fd;
	memcpy(s->options.index_key, s->keys.key, sizeof(s->options.index_key));
	return nk_whose_new(s->keys.index, &s->whose, err);
}

static NK_RESULT submit_all(struct scanning *s, struct nk_err *err)
{
	for (size_t i = 0; i < s->req->n_paths; i++) {
		struct nkx_item item = { .fd = -1, .name = s->req->paths[i], .why = NKX_WHY_NONE };

		NK_TRY(nk_os_fd_dup(s->req->fds[i], &item.fd, err));
		NK_TRY(nkx_pool_submit(s->pool, &item, err));
	}
	return nkx_pool_finish(s->pool, err);
}

static NK_RESULT walk_all(struct scanning *s, const struct nk_env *env, struct nk_err *err)
{
	const struct nkx_walk_options options = { .one_file_system = s->req->one_file_system };
	unsigned mode = 0;
	bool mine = false;

	for (size_t i = 0; i < s->req->n_paths; i++) {
		struct nk_err why;
		const nk_rc rc = strcmp(s->req->paths[i], "-") == 0
			? nk_done()
			: nk_os_file_mode(s->req->paths[i], &mode, &mine, &why);

		if (rc.code ==
			NK_NOT_FOUND) { /* a word that was mistyped; what cannot be read is reported in its place */
			return nk_fail(err, NK_NOT_FOUND, NK_N("there is nothing at %s"), s->req->paths[i]);
		}
	}
	for (size_t i = 0; i < s->req->n_paths; i++) {
		NK_TRY(nkx_walk(s->pool, env, s->req->paths[i], &options, err));
	}
	return nkx_pool_finish(s->pool, err);
}

NK_RESULT nk_op_scan(const struct nk_env *env, struct nk_flow *flow, const struct nk_scan_request *req,
	const struct nk_scan_reports *reports, struct nk_arena *arena, struct nk_scan_reply *out, struct nk_err *err)
{
	NK_OWNED(scanning_done) struct scanning s = { .req = req, .arena = arena, .keys = { .fd = -1 } };
	struct nkx_reports to_pool;
	int64_t began = 0;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	nk_assert(flow != NULL || !req->roster);
	NK_TRY(prepare(&s, env, flow, err));
	NK_TRY(keys(&s, env, flow, err));
	s.collector = (struct nk_scan_collector){ .to = reports,
		.req = req,
		.whose = s.whose,
		.rule_names = s.rule_names,
		.n_rules = s.options.n_rules,
		.out = out };
	NK_TRY(nk_scan_collector_init(&s.collector, err));
	nk_scan_collector_reports(&s.collector, &to_pool);
	began = env->mono_ms(env->self);
	NK_TRY(nkx_pool_start(&s.options, &to_pool, &s.pool, err));
	rc = req->fds != NULL ? submit_all(&s, err) : walk_all(&s, env, err);
	if (!nk_ok(s.collector.failed)) {
		return nk_fail_nomem(err);
	}
	NK_TRY(rc);
	out->scan_ms = nk_u64(env->mono_ms(env->self) - began);
	out->index_ms = s.keys.ms;
	out->roster = s.whose != NULL;
	out->roster_persons = s.keys.persons;
	out->left_out = s.keys.left_out;
	return nk_scan_collector_end(&s.collector, arena, err);
}
