/*
 * ask_form.c: what may be asked for by hand: closed lists of acts and scopes.
 *
 * Invariant: acts, scope and roles of a warrant stand in clear in the store, so that by hand only words of these tables and
 * digits, ids or digests get in: nobody's name fits. What an operation of the product asks for, with what it computed
 * itself, is in no list: nobody has by hand what the guard, a package or a bundle needs.
 */
#include "base.h"

#include "asked_int.h"

/* What operations ask for themselves: told by which. */
static const struct {
	const char *prefix;
	const char *verb;
} own[] = { { "carry:", "nokosazu carry request" }, { "package:", "nokosazu package ask" },
	{ "procedure:", "nokosazu procedure propose" }, { "party:", "nokosazu party add, party end" },
	{ "site:", "nokosazu site end" }, { "import:", "nokosazu import" }, { "plan:", "nokosazu plan" },
	{ "erase:", "nokosazu plan --erase" } };

static const char *const acts[] = { "BACKUP", "CHANGE", "CONNECT", "COPY", "DESTROY", "ENTER", "INSTALL", "LETTERS", "LOOK",
	"MERGE", "MOVE", "NOTICE", "PRINT", "PROTECT", "READ", "REMOVE", "REPAIR", "RESTORE", "SEAL", "SEND", "SHOW", "SPLIT",
	"UNPROTECT", "WAIVE" };
static const char *const things[] = { "account", "backup", "bundle", "campaign", "case", "holding", "log", "medium", "paper",
	"person", "persons", "place", "room", "server", "system", "target", "terminal", "ticket" };
static const char *const steps[] = { "erase", "patch", "rollout", "verify" };

static bool one_of(struct nk_str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(word, nk_str_c(list[i]))) {
			return true;
		}
	}
	return false;
}

/* An id, a digest or a number: small hexadecimal digits with hyphens, and a true digit among them. */
static bool is_id(struct nk_str s)
{
	bool digit = false;

	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];

		digit = digit || (c >= '0' && c <= '9');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-')) {
			return false;
		}
	}
	return digit;
}

/* Of persons only their ids: a number, a date of birth or a telephone has the form of an id too. */
static bool is_person_id(struct nk_str s)
{
	struct nk_uuid id;

	return s.len == NK_UUID_TEXT - 1 && nk_uuid_parse(s, &id);
}

static size_t next_mark(struct nk_str s)
{
	size_t i = 0;

	while (i < s.len && strchr(":/,", s.ptr[i]) == NULL) {
		i++;
	}
	return i;
}

static bool is_scope(struct nk_str scope)
{
	size_t end = next_mark(scope);
	const struct nk_str thing = nk_str_sub(scope, 0, end);
	const bool persons = nk_str_eq(thing, NK_STR("person")) || nk_str_eq(thing, NK_STR("persons"));

	if (!one_of(thing, things, NK_ARRAY_LEN(things))) {
		return false;
	}
	while (end < scope.len) {
		const struct nk_str rest = nk_str_sub(scope, end + 1, scope.len);
		const size_t n = next_mark(rest);
		const struct nk_str part = nk_str_sub(rest, 0, n);

		if (!(persons ? is_person_id(part) : is_id(part)) && !one_of(part, steps, NK_ARRAY_LEN(steps))) {
			return false;
		}
		end += 1 + n;
	}
	return true;
}

static NK_RESULT list_of(const char *const *list, size_t n, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_buf_printf(out, err, "%s%s", i > 0 ? " " : "", list[i]));
	}
	return nk_buf_add(out, "", 1, err);
}

static NK_RESULT check_scope(struct nk_str scope, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	for (size_t i = 0; i < NK_ARRAY_LEN(own); i++) {
		if (nk_str_starts(scope, nk_str_c(own[i].prefix))) {
			return nk_fail(err, NK_DENIED,
				NK_N("a warrant for \"%1$s...\" is not asked for by hand: %2$s asks for it"), own[i].prefix, own[i].verb);
		}
	}
	if (is_scope(scope)) {
		return nk_done();
	}
	nk_buf_init(&b, 4096);
	NK_TRY(list_of(things, NK_ARRAY_LEN(things), &b, err));
	return nk_fail(err, NK_INVALID,
		NK_N("a scope stands in clear and is one of these words, with ids, digests or numbers behind a colon (case:ID, bundle:00ff; a person only by the id that \"nokosazu person show\" gives); what else is to be said goes into --purpose, which is kept encrypted: %s"),
		b.ptr);
}

static NK_RESULT check_verbs(struct nk_str verbs, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_str rest = verbs;
	struct nk_str word;

	while (nk_str_cut(&rest, ',', &word)) {
		if (one_of(word, acts, NK_ARRAY_LEN(acts))) {
			continue;
		}
		nk_buf_init(&b, 4096);
		NK_TRY(list_of(acts, NK_ARRAY_LEN(acts), &b, err));
		return nk_fail(err, NK_INVALID,
			NK_N("the acts of a warrant stand in clear and are of these words; what else is to be said goes into --purpose, which is kept encrypted: %s"),
			b.ptr);
	}
	return nk_done();
}

static NK_RESULT check_roles(const struct nk_flow *flow, struct nk_str needs, struct nk_err *err)
{
	struct nk_str role;

	while (nk_str_cut(&needs, nk_str_chr(needs, ',') < nk_str_chr(needs, ' ') ? ',' : ' ', &role)) {
		bool known = nk_str_trim(role).len == 0 || nk_role_label(nk_str_trim(role)) != NULL;

		for (size_t i = 0; i < flow->config->n_roles && !known; i++) {
			known = nk_str_eq(flow->config->roles[i].word, nk_str_trim(role));
		}
		if (!known) {
			return nk_fail(err, NK_INVALID,
				NK_N("a role that must sign is a word of the program or of [roles] in the configuration (nokosazu party list)"));
		}
	}
	return nk_done();
}

NK_RESULT nk_ask_form(const struct nk_flow *flow, const struct nk_warrant_request *req, struct nk_err *err)
{
	/* What is missing altogether is told by nk_warrant_ask. */
	NK_TRY(req->scope.len > 0 ? check_scope(req->scope, err) : nk_done());
	NK_TRY(check_verbs(req->verbs, err));
	return check_roles(flow, req->needs, err);
}
