/*
 * sweep_books.c: what a sweep found goes on the books: a residue holding for each file, one case for all of them, one leaf
 * for the sweep, one statement when it was whole.
 *
 * Order: the case first (a doubt that is told twice is better than one that is told never), then the holdings with the
 * leaf, in one commit.
 */
#include "base.h"
#include "sweep_int.h"

#include "hold_int.h"
#include "json.h"

/* "Whoever could read it": a party of its own, made when it is first needed. */
static NK_RESULT anyone(struct nk_sweeping *s, struct nk_tx *tx, struct nk_uuid *out, struct nk_err *err)
{
	struct nk_flow *const flow = s->flow;
	struct nk_party p = { .kind = NK_STR("anyone"), .roles = NK_STR(""), .label = NK_STR("anyone") };
	struct nk_party *list = NULL;
	struct nk_leaf_item items[2];
	size_t n = 0;

	NK_TRY(nk_party_list(flow->store, flow->key[NK_HOUSE_LOG], s->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(list[i].kind, p.kind)) {
			*out = list[i].id;
			return nk_done();
		}
	}
	NK_TRY(nk_uuid_new(flow->env, &p.id, err));
	NK_TRY(nk_party_add(tx, flow->key[NK_HOUSE_LOG], &p, err));
	items[0] = nk_item_text("kind", p.kind);
	items[1] = nk_item_hex("party", p.id.b, sizeof(p.id.b));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_PARTY, items, 2, NULL, err));
	*out = p.id;
	return nk_done();
}

/* Only when nobody else could open the file is it known who could. */
static bool ours_alone(struct nk_str path)
{
	unsigned mode = 0;
	bool mine = false;
	struct nk_err why;

	return nk_ok(nk_os_file_mode(path.ptr, &mode, &mine, &why)) && mine && (mode & 077) == 0;
}

static NK_RESULT extent(struct nk_sweeping *s, struct nk_tx *tx, const struct nk_sweep_file *f, struct nk_uuid id, struct nk_err *err)
{
	uint32_t *const numbers = calloc(f->n + 1, sizeof(*numbers));
	nk_rc rc = nk_done();

	if (numbers == NULL) {
		return nk_fail_nomem(err);
	}
	for (unsigned c = 0; c < NK_ITEM_COUNT && nk_ok(rc); c++) {
		size_t n = 0;

		for (size_t i = f->first; i < f->first + f->n; i++) {
			if ((unsigned)s->traces[i].item == c) {
				numbers[n++] = s->traces[i].number;
			}
		}
		rc = n > 0 ? nk_extent_add(tx, id, (enum nk_item_class)c, numbers, n, err) : rc;
	}
	free(numbers);
	return rc;
}

static NK_RESULT open_residue(
	struct nk_sweeping *s, struct nk_tx *tx, const struct nk_sweep_file *f, struct nk_uuid *out, struct nk_err *err)
{
	struct nk_flow *const flow = s->flow;
	const nk_time now = nk_now(flow->env);
	const struct nk_holding h = {
		.kind = NK_HOLDING_residue,
		.place = f->path,
		.custodian = flow->actor,
		.purpose = NK_STR("found by the sweeper: nobody wrote it down"),
		.warrant = flow->standing_order,
		.derived_from = flow->store_holding,
		.opened_at = now,
		.expires_at = now + NK_DAY,
		.was_read = "unknown",
	};
	struct nk_uuid reach = flow->actor;
	struct nk_leaf_item items[2];

	NK_TRY(nk_holding_open(tx, flow->key[NK_HOUSE_LOG], &h, out, err));
	NK_TRY(extent(s, tx, f, *out, err));
	if (!ours_alone(f->path)) {
		NK_TRY(anyone(s, tx, &reach, err));
	}
	NK_TRY(nk_reach_open(tx, *out, reach, now, err));
	items[0] = nk_item_hex("holding", out->b, sizeof(out->b));
	items[1] = nk_item_text("kind", NK_STR("residue"));
	return nk_flow_leaf(flow, tx, NK_LEAF_HOLDING_OPEN, items, 2, NULL, err);
}

uint64_t nk_sweep_persons_in(const struct nk_sweeping *s, const struct nk_sweep_file *f)
{
	uint64_t n = 0;

	for (size_t i = f->first; i < f->first + f->n; i++) {
		n += i == f->first || s->traces[i].number != s->traces[i - 1].number;
	}
	return n;
}

static NK_RESULT sweep_leaf(struct nk_sweeping *s, struct nk_tx *tx, const struct nk_sweep_reply *out, struct nk_err *err)
{
	const struct nk_leaf_item items[] = {
		nk_item_number("bytes", out->bytes),
		nk_item_text("controls", out->controls ? NK_STR("found") : NK_STR("missing")),
		nk_item_text("dictionary", nk_str_c(s->dictionary)),
		nk_item_number("files", out->files),
		nk_item_number("places", s->n_places),
		nk_item_text("scanner", nk_str_c(out->scanner)),
		nk_item_number("suspects", out->n_suspects + out->more),
		nk_item_number("unscanned", out->unscanned),
	};

	return nk_flow_leaf(s->flow, tx, NK_LEAF_SWEEP, items, NK_ARRAY_LEN(items), NULL, err);
}

static NK_RESULT put_places(const struct nk_sweeping *s, struct nk_json *j)
{
	nk_json_key(j, "places");
	nk_json_open(j, '[');
	for (size_t i = 0; i < s->report.n_places; i++) {
		const struct nk_residue_place_report *const p = &s->report.places[i];

		nk_json_open(j, '{');
		nk_json_key(j, "bytes");
		nk_json_int(j, nk_i64(p->bytes));
		nk_json_key(j, "control_found");
		nk_json_bool(j, p->control_found);
		nk_json_key(j, "files");
		nk_json_int(j, nk_i64(p->files));
		nk_json_key(j, "label");
		nk_json_str(j, s->places[i].label);
		nk_json_key(j, "unscanned");
		nk_json_int(j, nk_i64(p->unscanned));
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
	return nk_done();
}

/* What was not looked at stands beside what was. */
static void put_left_out(const struct nk_sweeping *s, struct nk_json *j)
{
	nk_json_key(j, "left_out");
	nk_json_open(j, '[');
	for (size_t i = 0; i < s->left_out.len; i++) {
		const struct nk_sweep_left *const l = (const struct nk_sweep_left *)s->left_out.items + i;

		nk_json_open(j, '{');
		nk_json_key(j, "place");
		nk_json_str(j, l->path);
		nk_json_key(j, "why");
		nk_json_c(j, l->off ? "turned off by the configuration" : "this user cannot write there");
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

NK_RESULT nk_sweep_statement(
	const struct nk_sweeping *s, bool passed, struct nk_str verifier, struct nk_buf *out, struct nk_err *err)
{
	static const char *const limits[] = {
		"exact spellings of the persons of the roster at that time; digits alone do not count",
		"what is encrypted, a picture, or only in memory is not seen",
		"a file is overwritten in place: a medium that writes elsewhere may keep old blocks",
	};
	char when[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "dictionary");
	nk_json_c(&j, s->dictionary);
	put_left_out(s, &j);
	nk_json_key(&j, "limits");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < NK_ARRAY_LEN(limits); i++) {
		nk_json_c(&j, limits[i]);
	}
	nk_json_close(&j, ']');
	NK_TRY(put_places(s, &j));
	nk_json_key(&j, "properties");
	nk_json_open(&j, '[');
	if (passed) {
		nk_json_c(&j, "NOKOSAZU_NO_RESIDUE");
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "result");
	nk_json_c(&j, passed ? "PASSED" : "FAILED");
	nk_json_key(&j, "scanner");
	nk_json_c(&j, s->report.scanner);
	nk_json_key(&j, "timeVerified");
	nk_json_c(&j, nk_time_print(nk_now(s->flow->env), when));
	nk_json_key(&j, "verifier");
	nk_json_open(&j, '{');
	nk_json_key(&j, "id");
	nk_json_str(&j, verifier);
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

/* About "sweep" only of all classes of places: what a site report stands on is no sweep of some folder. */
static NK_RESULT sweep_statement(struct nk_sweeping *s, struct nk_tx *tx, const struct nk_sweep_reply *out, struct nk_err *err)
{
	const bool passed = out->clean && out->complete;
	NK_OWNED(nk_buf_done) struct nk_buf body = { 0 };
	struct nk_statement st = { .predicate = NK_PREDICATE_SVR,
		.subject = out->whole ? "installation" : "part of the installation",
		.about = out->whole ? NK_STR("sweep") : NK_STR("sweep part"),
		.result = passed ? "PASSED" : "FAILED" };
	struct nk_uuid evidence;

	nk_buf_init(&body, 1 << 20);
	NK_TRY(nk_sweep_statement(s, passed, NK_STR("house"), &body, err));
	nk_sha256(nk_bytes_of(s->flow->tenant.b, sizeof(s->flow->tenant.b)), &st.subject_sha256);
	st.body = nk_buf_str(&body);
	return nk_statement_make(s->flow, tx, &st, s->arena, &evidence, NULL, err);
}

/* What was found, by its bytes: who clears it later removes this and nothing else. Pages of the store change all the time. */
static NK_RESULT note_bytes(
	struct nk_sweeping *s, struct nk_tx *tx, const struct nk_sweep_file *f, struct nk_uuid holding, struct nk_err *err)
{
	char path[PATH_MAX];
	char store[PATH_MAX];
	char real[PATH_MAX];
	struct nk_err why;
	bool there = false;

	nk_flow_path(s->flow, "store", store);
	if (f->path.len >= sizeof(path) || (nk_ok(nk_os_real_path(store, real, &why)) && nk_sweep_inside(f->path, nk_str_c(real))) ||
		!nk_ok(nk_sweep_find(s->flow->env, f->path, path, &there, &why)) || !there) {
		return nk_done();
	}
	return nk_copy_note(s->flow, tx, holding, path, err);
}

static NK_RESULT put_on_books(struct nk_sweeping *s, struct nk_sweep_suspect *list, struct nk_sweep_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(s->flow->store, &tx, err));
	for (size_t i = 0; i < out->n_suspects; i++) {
		const struct nk_sweep_file *const f = nk_vec_at(&s->files, i);

		list[i] = (struct nk_sweep_suspect){ .holding = f->known,
			.path = f->path,
			.persons = nk_sweep_persons_in(s, f),
			.traces = f->n,
			.known = !nk_uuid_is_nil(f->known),
			.changed = f->changed };
		if (!list[i].known) {
			NK_TRY(open_residue(s, tx, f, &list[i].holding, err));
		}
		NK_TRY(note_bytes(s, tx, f, list[i].holding, err));
	}
	NK_TRY(sweep_leaf(s, tx, out, err));
	NK_TRY(sweep_statement(s, tx, out, err));
	if (out->whole) {
		NK_TRY(nk_store_set_int(tx, "sweep_at", nk_now(s->flow->env), err));
		NK_TRY(nk_store_set_int(tx, "sweep_suspects", nk_i64(out->n_suspects + out->more), err));
		NK_TRY(nk_store_set_int(tx, "sweep_complete", out->complete ? 1 : 0, err));
	}
	return nk_flow_commit(s->flow, &tx, err);
}

NK_RESULT nk_sweep_book(struct nk_sweeping *s, struct nk_sweep_reply *out, struct nk_err *err)
{
	struct nk_sweep_suspect *list = NULL;
	size_t fresh = 0;

	out->n_suspects = s->files.len < NK_SWEEP_SUSPECTS_MAX ? s->files.len : NK_SWEEP_SUSPECTS_MAX;
	out->more = s->files.len - out->n_suspects;
	list = nk_arena_array(s->arena, out->n_suspects, sizeof(*list));
	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	out->suspects = list;
	for (size_t i = 0; i < out->n_suspects; i++) {
		fresh += nk_uuid_is_nil(((const struct nk_sweep_file *)nk_vec_at(&s->files, i))->known) ? 1 : 0;
	}
	if (fresh > 0) {
		NK_TRY(nk_sweep_doubt(s, fresh, out, err));
	}
	NK_TRY(put_on_books(s, list, out, err));
	return fresh > 0 ? nk_sweep_doubt_about(s, out, err) : nk_done();
}
