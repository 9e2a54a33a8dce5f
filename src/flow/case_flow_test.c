/*
 * case_flow_test.c: a doubt and what follows: anybody may tell it, nothing changes when it was known, numbers come from
 * the books, and nothing ends unsigned or over an open duty.
 */
#include "base.h"

#include <cmocka.h>

#include "case_test_kit.h"

static void a_doubt_needs_nobody_and_nothing_configured(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_view v;

	(void)state;
	begin(&t);
	r = doubt(&t);
	assert_true(r.nobody_on_duty);
	assert_int_equal(ft_leaves(t.flow, "suspect"), 1);
	v = shown(&t, r.receipt);
	assert_true(nk_str_eq(v.row.state, NK_STR("suspected")));
	assert_int_not_equal(duty(&v, "case-ack").due_at, 0);
	assert_int_not_equal(duty(&v, "case-convene").due_at, 0);
	assert_int_equal(duty(&v, "case-ack").due_at, r.told_at + 3600 * NK_SECOND);
	assert_int_equal(r.known_at, KIT_START);
}

static void an_empty_doubt_and_a_time_that_has_not_come_are_refused(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_request req = { .text = NK_STR("  ") };
	struct nk_suspect_reply out;

	(void)state;
	begin(&t);
	kit_fails(nk_op_suspect(t.flow, &req, &out, NULL), NK_USAGE);
	req.text = NK_STR("x");
	req.known_at = KIT_START + NK_DAY;
	req.because = NK_STR("x");
	kit_fails(nk_op_suspect(t.flow, &req, &out, NULL), NK_INVALID);
	req.known_at = KIT_START - NK_DAY;
	req.because = NK_STR("");
	kit_fails(nk_op_suspect(t.flow, &req, &out, NULL), NK_USAGE);
	req.because = NK_STR("紙で受けた");
	req.by = NK_STR("星見 太郎");
	kit_fails(nk_op_suspect(t.flow, &req, &out, NULL), NK_USAGE);
	assert_int_equal(ft_leaves(t.flow, "suspect"), 0);
}

static void a_clerks_paper_fixes_the_time_when_he_knew(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	const struct nk_suspect_request req = { .text = NK_STR("窓口で聞いた"),
		.known_at = KIT_START - 2 * NK_DAY,
		.because = NK_STR("受付票"),
		.by = NK_STR("outsider") };
	struct nk_suspect_reply out;
	struct nk_suspect_reply now;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	kit_ok(nk_op_suspect(t.flow, &req, &out, &err), &err);
	now = doubt(&t);
	assert_int_equal(out.known_at, KIT_START - 2 * NK_DAY);
	assert_int_equal(now.prompt_due - out.prompt_due, 2 * NK_DAY);
}

static void a_changed_time_of_knowing_opens_nothing(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_view v;

	(void)state;
	begin(&t);
	r = doubt(&t);
	sql(&t, "UPDATE incident SET known_at = known_at + 86400000000");
	kit_fails(nk_op_case_show(t.flow, nk_str_c(r.receipt), t.arena, &v, NULL), NK_CORRUPT);
}

static void a_changed_note_opens_nothing(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_view v;

	(void)state;
	begin(&t);
	r = doubt(&t);
	sql(&t, "UPDATE incident_note SET kind = 'dismiss'");
	kit_fails(nk_op_case_show(t.flow, nk_str_c(r.receipt), t.arena, &v, NULL), NK_CORRUPT);
}

static void no_text_of_a_case_stands_in_the_store_or_the_ledger(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_bytes db;
	char path[256];

	(void)state;
	begin(&t);
	r = doubt(&t);
	ft_close(&t);
	(void)snprintf(path, sizeof(path), "%s/store/nokosazu.db", t.home);
	db = ft_read(&t, path);
	assert_int_equal(nk_str_find(nk_bytes_str(db), NK_STR("見知らぬ端末")), SIZE_MAX);
	assert_int_not_equal(nk_str_find(nk_bytes_str(db), nk_str_c(r.receipt)), SIZE_MAX);
}

static void a_photo_comes_back_byte_for_byte(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_buf_done) struct nk_buf got = { 0 };
	static const uint8_t photo[] = { 0xff, 0xd8, 0, 1, 2, 3 };
	const struct nk_suspect_request req = { .file = { photo, sizeof(photo) } };
	struct nk_suspect_reply out;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	nk_buf_init_wiping(&got, 1024);
	kit_ok(nk_op_suspect(t.flow, &req, &out, &err), &err);
	kit_ok(nk_op_case_file(t.flow, nk_str_c(out.receipt), 0, &got, &err), &err);
	assert_int_equal(got.len, sizeof(photo));
	assert_memory_equal(got.ptr, photo, sizeof(photo));
	kit_fails(nk_op_case_file(t.flow, nk_str_c(out.receipt), 1, &got, NULL), NK_NOT_FOUND);
}

static void a_mistyped_receipt_is_told_from_an_unknown_one(void **state)
{
	char good[NK_RECEIPT_TEXT];
	char out[NK_RECEIPT_TEXT];
	struct nk_err err = { 0 };

	(void)state;
	for (unsigned round = 0; round < 50; round++) {
		kit_ok(nk_case_new_receipt(kit_env(), good, &err), &err);
		assert_true(nk_receipt_read(nk_str_c(good), out));
		for (size_t i = 0; i + 1 < 9; i++) {
			char bad[NK_RECEIPT_TEXT];

			memcpy(bad, good, sizeof(bad));
			if (bad[i] == '-') {
				continue;
			}
			bad[i] = bad[i] == 'K' ? 'M' : 'K';
			assert_int_equal(nk_receipt_read(nk_str_c(bad), out), strcmp(bad, good) == 0);
			memcpy(bad, good, sizeof(bad));
			if (bad[i + 1] != '-' && bad[i + 1] != bad[i]) {
				bad[i] = good[i + 1];
				bad[i + 1] = good[i];
				assert_false(nk_receipt_read(nk_str_c(bad), out));
			}
		}
	}
	assert_false(nk_receipt_read(NK_STR("ABCD-EF"), out));
	assert_false(nk_receipt_read(NK_STR(""), out));
}

static void class_three_gives_sixty_days_and_moves_nothing_else(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_view v;
	nk_time thirty = 0;

	(void)state;
	begin(&t);
	r = doubt(&t);
	v = shown(&t, r.receipt);
	thirty = duty(&v, "case-report-final").due_at;
	assert_true(nk_ok(classify(&t, r.receipt, "1", NULL)));
	v = shown(&t, r.receipt);
	assert_int_equal(duty(&v, "case-report-final").due_at, thirty);
	assert_true(nk_ok(classify(&t, r.receipt, "1,3", NULL)));
	v = shown(&t, r.receipt);
	assert_in_range((duty(&v, "case-report-final").due_at - thirty) / NK_DAY, 28, 33);
	assert_int_equal(v.row.known_at, r.known_at);
	assert_int_equal(duty(&v, "case-report-prompt").due_at, r.prompt_due);
}

static void a_class_is_taken_away_only_by_the_officers_signature(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct who privacy;
	struct nk_suspect_reply r;
	struct nk_case_view v;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	r = doubt(&t);
	kit_fails(classify(&t, r.receipt, "none", NULL), NK_DENIED);
	assert_true(nk_ok(classify(&t, r.receipt, "2", NULL)));
	kit_fails(classify(&t, r.receipt, "none", &privacy), NK_DENIED);
	assert_true(nk_ok(classify(&t, r.receipt, "none", &officer)));
	v = shown(&t, r.receipt);
	assert_int_equal(ft_leaves(t.flow, "refused"), 1);
	assert_true(duty(&v, "case-report-final").due_at == 0 || duty(&v, "case-report-final").closed_at != 0 ||
		v.persons_max == UINT64_MAX);
	kit_fails(classify(&t, r.receipt, "9", NULL), NK_USAGE);
}

static void persons_are_counted_once_and_an_unknown_copy_has_no_bound(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_view v;

	(void)state;
	begin(&t);
	r = doubt(&t);
	assert_int_equal(shown(&t, r.receipt).persons_max, UINT64_MAX);
	link_copy(&t, r.receipt, a_copy(&t, 0, 100), "leaked");
	link_copy(&t, r.receipt, a_copy(&t, 50, 100), "may-be-leaked");
	v = shown(&t, r.receipt);
	assert_int_equal(v.persons_exact, 100);
	assert_int_equal(v.persons_max, 150);
	assert_int_not_equal(duty(&v, "case-disclosure-check").due_at, 0);
	link_copy(&t, r.receipt, a_copy(&t, 0, 0), "may-be-leaked");
	assert_int_equal(shown(&t, r.receipt).persons_max, UINT64_MAX);
}

/* T9: 13,434 persons in a directory, 5,198 of them with the items of staff; known on 16 August 2023. */
static void t9_a_directory_is_counted_by_sets_of_items_in_one_query(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_suspect_request req = { .text = NK_STR("ディレクトリへの不正アクセス"), .because = NK_STR("検知") };
	struct nk_suspect_reply r;
	struct nk_case_view v;
	struct nk_err err = { 0 };
	struct nk_uuid id;
	uint32_t numbers[13434];
	char day[NK_TIME_TEXT];

	(void)state;
	begin(&t);
	for (uint32_t i = 0; i < 13434; i++) {
		numbers[i] = i;
	}
	id = a_copy(&t, 0, 0);
	kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
	kit_ok(nk_extent_add(tx, id, NK_ITEM_mail, numbers, 13434, &err), &err);
	kit_ok(nk_extent_add(tx, id, NK_ITEM_name, numbers, 13434, &err), &err);
	kit_ok(nk_extent_add(tx, id, NK_ITEM_ids, numbers + 8236, 5198, &err), &err);
	kit_ok(nk_flow_leaf(t.flow, tx, NK_LEAF_SCAN, NULL, 0, NULL, &err), &err);
	kit_ok(nk_flow_commit(t.flow, &tx, &err), &err);
	assert_true(nk_time_parse(NK_STR("2023-08-16T01:00:00Z"), &req.known_at));
	kit_ok(nk_op_suspect(t.flow, &req, &r, &err), &err);
	link_copy(&t, r.receipt, id, "leaked");
	assert_true(nk_ok(classify(&t, r.receipt, "3,4", NULL)));
	v = shown(&t, r.receipt);
	assert_int_equal(v.persons_exact, 13434);
	assert_int_equal(v.n_items, 2);
	assert_int_equal(v.items[0].persons, 8236);
	assert_int_equal(v.items[1].persons, 5198);
	assert_string_equal(v.items[1].words.ptr, "ids,mail,name");
	(void)nk_time_print(duty(&v, "case-report-final").due_at, day);
	assert_memory_equal(day, "2023-10-16T14:59:59", 19); /* the end of the 16th in Japan */
}

static void a_hundred_and_one_persons_make_a_public_body_report(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;

	(void)state;
	begin(&t);
	r = doubt(&t);
	link_copy(&t, r.receipt, a_copy(&t, 0, 100), "leaked");
	assert_false(shown(&t, r.receipt).by_count);
	link_copy(&t, r.receipt, a_copy(&t, 100, 1), "may-be-leaked");
	assert_true(shown(&t, r.receipt).by_count);
}

static void an_unanswered_inquiry_is_a_duty(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_words w = { .text = NK_STR("うちの子のデータはどうなりましたか") };
	struct nk_case_view v;
	struct nk_err err = { 0 };
	uint64_t seq = 0;

	(void)state;
	begin(&t);
	r = doubt(&t);
	w.ref = nk_str_c(r.receipt);
	kit_ok(nk_op_case_inquiry(t.flow, &w, &seq, &err), &err);
	v = shown(&t, r.receipt);
	assert_int_equal(duty(&v, "case-inquiry").closed_at, 0);
	w.seq = seq + 1;
	kit_fails(nk_op_case_answer(t.flow, &w, &seq, NULL), NK_NOT_FOUND);
	w.seq = seq;
	kit_ok(nk_op_case_answer(t.flow, &w, &seq, &err), &err);
	v = shown(&t, r.receipt);
	assert_int_not_equal(duty(&v, "case-inquiry").closed_at, 0);
}

static void what_is_computed_is_never_typed(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_words w = { .field = NK_STR("persons"), .text = NK_STR("5") };
	uint64_t seq = 0;

	(void)state;
	begin(&t);
	r = doubt(&t);
	w.ref = nk_str_c(r.receipt);
	kit_fails(nk_op_case_fill(t.flow, &w, &seq, NULL), NK_DENIED);
	w.field = NK_STR("known_at");
	kit_fails(nk_op_case_fill(t.flow, &w, &seq, NULL), NK_DENIED);
	w.field = NK_STR("no_such_field");
	kit_fails(nk_op_case_fill(t.flow, &w, &seq, NULL), NK_USAGE);
	w.field = NK_STR("my_number");
	w.text = NK_STR("perhaps");
	kit_fails(nk_op_case_fill(t.flow, &w, &seq, NULL), NK_USAGE);
	w.text = NK_STR("no");
	assert_true(nk_ok(nk_op_case_fill(t.flow, &w, &seq, NULL)));
}

static void a_text_that_names_a_pupil_is_held_back_once(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_words w = { .text = NK_STR("") };
	struct nk_err err = { 0 };
	char text[128];
	uint64_t seq = 0;

	(void)state;
	begin(&t);
	(void)ft_import(&t, 0);
	r = doubt(&t);
	(void)snprintf(text, sizeof(text), "本人は%s %sです", ft_family(5), ft_given(5));
	w.ref = nk_str_c(r.receipt);
	w.text = nk_str_c(text);
	assert_int_equal(nk_op_case_note(t.flow, &w, &seq, &err).code, NK_GUARD);
	assert_null(strstr(err.text[0], ft_given(5)));
	w.anyway = true;
	kit_ok(nk_op_case_note(t.flow, &w, &seq, &err), &err);
}

static void a_lapsed_assertion_is_not_printed(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_suspect_reply r;
	struct nk_case_claim claim = { .kind = NK_STR("no-misuse"), .expires = NK_DATE_NONE };
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	r = doubt(&t);
	claim.ref = nk_str_c(r.receipt);
	claim.expires = nk_flow_today(t.flow) + 3;
	kit_fails(nk_op_case_assert(t.flow, &claim, NULL), NK_USAGE);
	claim.sources = NK_STR("転送記録");
	kit_ok(nk_op_case_assert(t.flow, &claim, &err), &err);
	nk_buf_init_wiping(&out, 1 << 20);
	kit_ok(nk_op_case_draft(t.flow, claim.ref, NK_LANG_JA, &out, &err), &err);
	assert_int_not_equal(nk_str_find(nk_buf_str(&out), NK_STR("転送記録")), SIZE_MAX);
	kit_clock_move(5 * NK_DAY);
	nk_buf_reset(&out);
	kit_ok(nk_op_case_draft(t.flow, claim.ref, NK_LANG_JA, &out, &err), &err);
	assert_int_equal(nk_str_find(nk_buf_str(&out), NK_STR("転送記録")), SIZE_MAX);
}

static void a_final_report_with_gaps_is_not_ready(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_suspect_reply r;
	struct nk_case_report_request req = { .kind = NK_STR("final"), .form = NK_CASE_TXT };
	struct nk_case_paper paper;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	r = doubt(&t);
	nk_buf_init_wiping(&out, 64 << 20);
	req.ref = nk_str_c(r.receipt);
	kit_ok(nk_op_case_report(t.flow, &req, &out, t.arena, &paper, &err), &err);
	assert_false(paper.allowed);
	assert_int_not_equal(paper.n_missing, 0);
	req.kind = NK_STR("third");
	kit_fails(nk_op_case_report(t.flow, &req, &out, t.arena, &paper, NULL), NK_USAGE);
}

static void letters_are_a_holding_with_their_persons(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_letters_request req = { .lang = NK_LANG_JA };
	struct nk_case_letters_reply out;
	struct nk_extent_total total;
	struct who officer;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	(void)ft_import(&t, 0);
	r = doubt(&t);
	req.ref = nk_str_c(r.receipt);
	req.dir = t.tmp.dir;
	kit_fails(nk_op_case_letters(t.flow, &req, &out, NULL), NK_NOT_FOUND);
	link_copy(&t, r.receipt, a_copy(&t, 1, 10), "leaked");
	officer = enrol(&t, "officer");
	req.seed = &officer.seed;
	kit_ok(nk_op_case_letters(t.flow, &req, &out, &err), &err);
	assert_int_equal(out.letters + out.gone + out.held_back, 10);
	assert_int_equal(out.kinds, 2);
	kit_ok(nk_extent_together(t.flow->store, &out.holding, 1, &total, &err), &err);
	assert_int_equal(total.persons, out.letters);
	kit_fails(nk_op_case_letters(t.flow, &req, &out, NULL), NK_EXISTS);
}

static void only_the_officer_dismisses_and_the_doubt_stays(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct who privacy;
	struct nk_suspect_reply r;
	struct nk_case_view v;
	struct nk_case_words w = { .text = NK_STR("x") };
	struct nk_err err = { 0 };
	uint64_t seq = 0;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	r = doubt(&t);
	w.ref = nk_str_c(r.receipt);
	kit_fails(dismiss(&t, r.receipt, "見間違い", &privacy, NULL), NK_DENIED);
	kit_fails(dismiss(&t, r.receipt, " ", &officer, NULL), NK_USAGE);
	kit_ok(dismiss(&t, r.receipt, "見間違い", &officer, &err), &err);
	v = shown(&t, r.receipt);
	assert_true(nk_str_eq(v.row.state, NK_STR("dismissed")));
	assert_true(nk_str_eq(v.notes[0].kind, NK_STR("suspect")));
	assert_int_equal(v.row.open_duties, 0);
	kit_fails(nk_op_case_note(t.flow, &w, &seq, NULL), NK_CONFLICT);
}

static void done(struct ft *t, struct nk_str ref, const char *kind)
{
	const struct nk_case_submit_request req = { .ref = ref, .kind = nk_str_c(kind), .receipt = NK_STR("R-1") };
	struct nk_err err = { 0 };

	kit_ok(nk_op_case_submit(t->flow, &req, &err), &err);
}

static void a_case_closes_over_no_duty_and_not_without_its_peers(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct who officer;
	struct who privacy;
	struct who director;
	struct nk_suspect_reply r;
	struct nk_case_close_request req = { .cause = NK_STR("設定の誤り"), .lesson = NK_STR("毎晩確かめる") };
	struct nk_case_view v;
	struct nk_err err = { 0 };
	bool quorate = false;

	(void)state;
	begin(&t);
	officer = enrol(&t, "officer");
	privacy = enrol(&t, "privacy");
	director = enrol(&t, "director");
	r = doubt(&t);
	req.ref = nk_str_c(r.receipt);
	kit_fails(nk_op_case_close(t.flow, &req, NULL), NK_PENDING);
	kit_fails(nk_op_case_ack(t.flow, req.ref, &privacy.seed, NULL), NK_DENIED); /* neither owes it nor was called */
	v = shown(&t, r.receipt);
	assert_int_equal(duty(&v, "case-ack").closed_at, 0);
	kit_ok(nk_op_case_ack(t.flow, req.ref, &officer.seed, &err), &err);
	assert_true(nk_ok(attend(&t, r.receipt, "privacy", &privacy, &quorate)));
	assert_true(nk_ok(attend(&t, r.receipt, "director", &director, &quorate)));
	assert_true(nk_ok(decide(&t, r.receipt, &director))); /* nobody is on the books: how persons are told */
	done(&t, req.ref, "prompt");
	done(&t, req.ref, "final");
	done(&t, req.ref, "persons");
	v = shown(&t, r.receipt);
	assert_int_equal(v.row.open_duties, 0);
	kit_fails(nk_op_case_close(t.flow, &req, NULL), NK_PENDING);
	v = shown(&t, r.receipt);
	assert_int_equal(duty(&v, "case-rollout").closed_at, 0);
	memset(req.campaign.b, 9, sizeof(req.campaign.b));
	kit_fails(nk_op_case_close(t.flow, &req, NULL), NK_NOT_FOUND);
	sql(&t, "INSERT INTO campaign(id, version, steps, started_at, due_at) VALUES (X'09090909090909090909090909090909', '1', "
		"'erase', 9000000000000000, 9000000000000001)");
	kit_fails(nk_op_case_close(t.flow, &req, NULL), NK_NOT_FOUND); /* over no site at all */
	sql(&t, "INSERT INTO site(id, name, organisation, public_key, ledger_key, recipient, enrolled_at) VALUES "
		"(X'08080808080808080808080808080808', 's', 's', zeroblob(32), '', '', 1)");
	sql(&t, "INSERT INTO campaign_site(campaign_id, site_id, step, duty_id, state, joined_at) SELECT X'09090909090909090909090909090909', "
		"X'08080808080808080808080808080808', 'erase', id, 'unknown', 1 FROM duty LIMIT 1");
	kit_fails(nk_op_case_close(t.flow, &req, NULL), NK_NOT_FOUND); /* nor where nobody's version is known */
	sql(&t, "UPDATE site SET last_version = '1'");
	kit_ok(nk_op_case_close(t.flow, &req, &err), &err);
	v = shown(&t, r.receipt);
	assert_true(nk_str_eq(v.row.state, NK_STR("closed")));
	assert_int_equal(v.row.open_duties, 0);
}

static void a_lesson_is_found_again_and_only_in_memory(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_case_hit *hits = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	begin(&t);
	r = doubt(&t);
	(void)doubt(&t);
	kit_ok(nk_op_case_search(t.flow, NK_STR("端末"), t.arena, &hits, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_true(strcmp(hits[0].receipt, r.receipt) == 0 || strcmp(hits[1].receipt, r.receipt) == 0);
	kit_ok(nk_op_case_search(t.flow, NK_STR("どこにもない"), t.arena, &hits, &n, &err), &err);
	assert_int_equal(n, 0);
	kit_fails(nk_op_case_search(t.flow, NK_STR(" "), t.arena, &hits, &n, NULL), NK_USAGE);
}

static void a_key_made_for_a_case_that_was_never_written_is_released_and_the_others_stay(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_suspect_reply r;
	struct nk_slot loose;
	struct nk_err err = { 0 };

	(void)state;
	begin(&t);
	r = doubt(&t);
	kit_ok(nk_flow_slots_pending(t.flow, &err), &err);
	kit_ok(nk_vault_add(t.flow->vault, NK_SLOT_CASE, 1, &loose, NULL, &err), &err);
	ft_reopen(&t);
	assert_int_equal(shown(&t, r.receipt).n_notes, 1);
	kit_fails(nk_vault_key(t.flow->vault, NK_SLOT_CASE, loose, &(struct nk_key){ { 0 } }, NULL), NK_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_doubt_needs_nobody_and_nothing_configured),
		cmocka_unit_test(an_empty_doubt_and_a_time_that_has_not_come_are_refused),
		cmocka_unit_test(a_clerks_paper_fixes_the_time_when_he_knew),
		cmocka_unit_test(a_changed_time_of_knowing_opens_nothing),
		cmocka_unit_test(a_changed_note_opens_nothing),
		cmocka_unit_test(no_text_of_a_case_stands_in_the_store_or_the_ledger),
		cmocka_unit_test(a_photo_comes_back_byte_for_byte),
		cmocka_unit_test(a_mistyped_receipt_is_told_from_an_unknown_one),
		cmocka_unit_test(class_three_gives_sixty_days_and_moves_nothing_else),
		cmocka_unit_test(a_class_is_taken_away_only_by_the_officers_signature),
		cmocka_unit_test(persons_are_counted_once_and_an_unknown_copy_has_no_bound),
		cmocka_unit_test(t9_a_directory_is_counted_by_sets_of_items_in_one_query),
		cmocka_unit_test(a_hundred_and_one_persons_make_a_public_body_report),
		cmocka_unit_test(an_unanswered_inquiry_is_a_duty),
		cmocka_unit_test(what_is_computed_is_never_typed),
		cmocka_unit_test(a_text_that_names_a_pupil_is_held_back_once),
		cmocka_unit_test(a_lapsed_assertion_is_not_printed),
		cmocka_unit_test(a_final_report_with_gaps_is_not_ready),
		cmocka_unit_test(letters_are_a_holding_with_their_persons),
		cmocka_unit_test(only_the_officer_dismisses_and_the_doubt_stays),
		cmocka_unit_test(a_case_closes_over_no_duty_and_not_without_its_peers),
		cmocka_unit_test(a_lesson_is_found_again_and_only_in_memory),
		cmocka_unit_test(a_key_made_for_a_case_that_was_never_written_is_released_and_the_others_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
