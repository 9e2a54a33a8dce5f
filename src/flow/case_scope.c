/*
 * case_scope.c: which copies a case is about, whose, and which classes of the law apply.
 *
 * Numbers come from the extents alone (I11); a copy whose persons nobody has written down leaves the number without an
 * upper bound (I10). Taking a class away, or making smaller what befell a copy, is signed; nothing here touches the time of
 * knowing.
 */
#include "base.h"

#include "case_int.h"

static NK_RESULT take_copy(const struct nk_stmt *s, struct nk_arena *arena, struct nk_case_copy *out, struct nk_err *err)
{
	(void)nk_col_uuid(s, 0, &out->id);
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 1), &out->kind, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 2), &out->harm, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 3), &out->gone, err));
	NK_TRY(nk_arena_dup(arena, nk_col_text(s, 4), &out->was_read, err));
	out->from_at = nk_col_int(s, 5);
	out->until_at = nk_col_int(s, 6);
	out->certain = nk_str_eq(nk_col_text(s, 7), NK_STR("certain"));
	return nk_done();
}

NK_RESULT nk_case_copies(struct nk_flow *flow, const struct nk_case *c, struct nk_arena *arena,
	struct nk_case_copy **out, size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	NK_OWNED(nk_vec_done) struct nk_vec rows = { 0 };
	bool more = false;

	nk_vec_init(&rows, sizeof(struct nk_case_copy), 1000000);
	NK_TRY(nk_stmt_get(flow->store,
		"SELECT h.id, h.kind, i.harm, h.gone, h.was_read, COALESCE(i.from_at, 0), COALESCE(i.until_at, 0), "
		"h.existence FROM incident_holding i JOIN holding h ON h.id = i.holding_id WHERE i.incident_id = ?1 "
		"ORDER BY h.opened_at, h.id",
		&s, err));
	nk_stmt_uuid(s, 1, c->id);
	NK_TRY(nk_stmt_step(s, &more, err));
	while (more) {
		void *item = NULL;

		NK_TRY(nk_vec_push(&rows, &item, err));
		NK_TRY(take_copy(s, arena, item, err));
		NK_TRY(nk_stmt_step(s, &more, err));
	}
	*out = nk_arena_array(arena, rows.len, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < rows.len; i++) {
		struct nk_extent_total total;
		struct nk_holding h;

		(*out)[i] = *(struct nk_case_copy *)nk_vec_at(&rows, i);
		NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], (*out)[i].id, arena, &h, err));
		(*out)[i].place = h.place;
		NK_TRY(nk_extent_together(flow->store, &(*out)[i].id, 1, &total, err));
		(*out)[i].persons = total.persons;
		(*out)[i].persons_max = total.without ? UINT64_MAX : total.persons_max;
	}
	*out_n = rows.len;
	return nk_done();
}

NK_RESULT nk_case_copy_ids(const struct nk_case_copy *copies, size_t n, bool certain, struct nk_arena *arena,
	struct nk_uuid **out, size_t *out_n, struct nk_err *err)
{
	*out = nk_arena_array(arena, n, sizeof(**out));
	*out_n = 0;
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		const bool feared = nk_str_eq(copies[i].harm, NK_STR("may-be-leaked"));

		if (!certain || (copies[i].certain && !feared)) {
			(*out)[*out_n] = copies[i].id;
			*out_n += 1;
		}
	}
	return nk_done();
}

NK_RESULT nk_case_persons(struct nk_flow *flow, const struct nk_case *c, struct nk_count *out, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case_copy *copies = NULL;
	struct nk_uuid *ids = NULL;
	struct nk_extent_total total;
	size_t n = 0;
	size_t k = 0;

	*out = NK_COUNT_UNKNOWN;
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, SIZE_MAX / 2, &arena, err));
	NK_TRY(nk_case_copies(flow, c, arena, &copies, &n, err));
	if (n == 0) {
		return nk_done();
	}
	NK_TRY(nk_case_copy_ids(copies, n, true, arena, &ids, &k, err));
	NK_TRY(nk_extent_together(flow->store, ids, k, &total, err));
	out->least = total.persons;
	NK_TRY(nk_case_copy_ids(copies, n, false, arena, &ids, &k, err));
	NK_TRY(nk_extent_together(flow->store, ids, k, &total, err));
	out->most = total.without ? UINT64_MAX : total.persons_max;
	return nk_done();
}

static bool is_harm(struct nk_str word)
{
	static const char *const harms[] = { "leaked", "may-be-leaked", "lost", "damaged" };

	for (size_t i = 0; i < NK_ARRAY_LEN(harms); i++) {
		if (nk_str_eq(word, nk_str_c(harms[i]))) {
			return true;
		}
	}
	return false;
}

static void bind_time(struct nk_stmt *s, int at, nk_time t)
{
	if (t != 0) {
		nk_stmt_int(s, at, t);
	} else {
		nk_stmt_null(s, at);
	}
}

/* Of the four, from the least to the gravest. */
static int gravity(struct nk_str harm)
{
	static const char *const order[] = { "damaged", "lost", "may-be-leaked", "leaked" };
	int i = 0;

	while (i < (int)NK_ARRAY_LEN(order) && !nk_str_eq(harm, nk_str_c(order[i]))) {
		i++;
	}
	return i;
}

/* Is what is said now less than what stands there: a lesser harm, or a shorter window? One that is not known has no ends. */
static bool is_less(const struct nk_case_copy *was, const struct nk_case_hold_request *is)
{
	const bool later = is->from_at != 0 && (was->from_at == 0 || is->from_at > was->from_at);
	const bool sooner = is->until_at != 0 && (was->until_at == 0 || is->until_at < was->until_at);

	return gravity(is->harm) < gravity(was->harm) || later || sooner;
}

static NK_RESULT check_less(struct nk_flow *flow, const struct nk_case *c, const struct nk_case_hold_request *req,
	struct nk_arena *arena, struct nk_err *err)
{
	struct nk_case_copy *copies = NULL;
	bool less = false;
	size_t n = 0;

	NK_TRY(nk_case_copies(flow, c, arena, &copies, &n, err));
	for (size_t i = 0; i < n; i++) {
		less = less || (nk_uuid_eq(copies[i].id, req->holding) && is_less(&copies[i], req));
	}
	if (!less || (req->seed != NULL && nk_str_trim(req->because).len > 0)) {
		return nk_done();
	}
	nk_flow_refused(flow, "case-hold", NK_N("what befell a copy was to be made smaller unsigned"));
	return nk_fail(err, NK_DENIED,
		NK_N("this makes smaller what is written of that copy, a lesser harm or a shorter window: the officer signs and says why: --because TEXT --key FILE"));
}

static NK_RESULT link_holding(
	struct nk_tx *tx, const struct nk_case *c, const struct nk_case_hold_request *req, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO incident_holding(incident_id, holding_id, harm, from_at, until_at) VALUES (?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT (incident_id, holding_id) DO UPDATE SET harm = excluded.harm, from_at = excluded.from_at, "
		"until_at = excluded.until_at",
		&s, err));
	nk_stmt_uuid(s, 1, c->id);
	nk_stmt_uuid(s, 2, req->holding);
	nk_stmt_text(s, 3, req->harm);
	bind_time(s, 4, req->from_at);
	bind_time(s, 5, req->until_at);
	return nk_stmt_run(s, err);
}

NK_RESULT nk_op_case_hold(struct nk_flow *flow, const struct nk_case_hold_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case c;
	struct nk_holding h;
	struct nk_case_written done;
	char id[NK_UUID_TEXT];
	char from[NK_TIME_TEXT];
	char until[NK_TIME_TEXT];
	struct nk_case_signed who = { .salt = "" };
	struct nk_case_word words[] = { { NK_STR("holding"), nk_str_c(nk_uuid_print(req->holding, id)) },
		{ NK_STR("harm"), req->harm }, { NK_STR("because"), req->because }, { NK_STR("salt"), NK_STR("") },
		{ NK_STR("from"), req->from_at != 0 ? nk_str_c(nk_time_print(req->from_at, from)) : NK_STR("") },
		{ NK_STR("until"), req->until_at != 0 ? nk_str_c(nk_time_print(req->until_at, until)) : NK_STR("") } };
	struct nk_case_write w = {
		.leaf = NK_LEAF_CASE, .kind = "extent", .words = words, .n_words = NK_ARRAY_LEN(words), .anyway = req->anyway
	};
	const struct nk_case_signing s = { .seed = req->seed, .act = "hold", .role = NK_STR("officer"), .text = req->because };

	if (!is_harm(req->harm)) {
		return nk_fail(err, NK_USAGE, NK_N("--harm is leaked, may-be-leaked, lost or damaged"));
	}
	if (req->from_at != 0 && req->until_at != 0 && req->until_at < req->from_at) {
		return nk_fail(err, NK_USAGE, NK_N("the window ends before it begins"));
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, req->ref, arena, &c, err));
	NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], req->holding, arena, &h, err));
	NK_TRY(check_less(flow, &c, req, arena, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	if (req->seed != NULL) {
		NK_TRY(nk_case_sign(flow, tx, &c, &s, arena, &who, err));
		w.party = who.party.id;
		w.evidence = who.evidence;
		words[3].text = nk_str_c(who.salt);
	}
	NK_TRY(link_holding(tx, &c, req, err));
	NK_TRY(nk_case_write_note(flow, tx, &c, &w, &done, err));
	NK_TRY(nk_case_disclosure_check(flow, tx, &c, err));
	NK_TRY(nk_case_lawful_duties(flow, tx, &c, done.evidence, err));
	return nk_flow_commit(flow, &tx, err);
}

/* Everything of `old` still there, and as certain? From "not looked at" to "none" takes all of it away. */
bool nk_case_takes_away(struct nk_str old, struct nk_str new)
{
	struct nk_classes was = { .certain = 0 };
	struct nk_classes is = { .certain = 0 };

	if (old.len == 0 || nk_str_eq(new, NK_STR("none"))) {
		return nk_str_eq(new, NK_STR("none")) && !nk_str_eq(old, new);
	}
	(void)nk_classes_parse(old, &was);
	(void)nk_classes_parse(new, &is);
	return ((was.certain | was.feared) & ~(is.certain | is.feared)) != 0 || (was.certain & ~is.certain) != 0;
}

static NK_RESULT check_classes(const struct nk_case_class_request *req, struct nk_err *err)
{
	struct nk_classes c = { .certain = 0 };
	enum nk_regime regime = NK_REGIME_PRIVATE;

	if (!nk_str_eq(req->classes, NK_STR("none")) && !nk_classes_parse(req->classes, &c)) {
		return nk_fail(err, NK_USAGE,
			NK_N("--class is a list of the rule's classes such as 1,3 (4? where it is feared), or none"));
	}
	if (req->regime.len > 0 && !nk_regime_by_name(req->regime, &regime)) {
		return nk_fail(err, NK_USAGE, NK_N("--regime is private, public or appendix2"));
	}
	return nk_done();
}

static NK_RESULT classify_in(struct nk_flow *flow, struct nk_tx *tx, struct nk_case *c,
	const struct nk_case_class_request *req, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_case_signed who = { .salt = "" };
	struct nk_case_written done;
	struct nk_case_word words[] = { { NK_STR("from"), c->classes }, { NK_STR("to"), req->classes },
		{ NK_STR("regime"), req->regime }, { NK_STR("because"), req->because },
		{ NK_STR("salt"), NK_STR("") } };
	struct nk_case_write w = {
		.leaf = NK_LEAF_CASE, .kind = "classify", .words = words, .n_words = NK_ARRAY_LEN(words), .anyway = req->anyway
	};

	if (req->seed != NULL) {
		const struct nk_case_signing s = {
			.seed = req->seed, .act = "classify", .role = NK_STR("officer"), .text = req->because
		};

		NK_TRY(nk_case_sign(flow, tx, c, &s, arena, &who, err));
		w.party = who.party.id;
		w.evidence = who.evidence;
		words[4].text = nk_str_c(who.salt);
	}
	NK_TRY(nk_case_write_note(flow, tx, c, &w, &done, err));
	c->classes = req->classes;
	c->regime = req->regime.len > 0 ? req->regime : c->regime;
	NK_TRY(nk_case_set_classes(tx, c, err));
	return nk_case_lawful_duties(flow, tx, c, done.evidence, err);
}

NK_RESULT nk_op_case_classify(struct nk_flow *flow, const struct nk_case_class_request *req, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_case c;

	NK_TRY(check_classes(req, err));
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 16 << 20, &arena, err));
	NK_TRY(nk_case_find_open(flow, req->ref, arena, &c, err));
	if (nk_case_takes_away(c.classes, req->classes) && (req->seed == NULL || nk_str_trim(req->because).len == 0)) {
		nk_flow_refused(flow, "case-classify", NK_N("a class was to be taken away unsigned"));
		return nk_fail(err, NK_DENIED,
			NK_N("to take a class away, the officer signs and says why: --because TEXT --key FILE"));
	}
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(classify_in(flow, tx, &c, req, arena, err));
	return nk_flow_commit(flow, &tx, err);
}
