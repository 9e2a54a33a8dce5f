/*
 * duty_test.c: due times act, calls are written down once a level, and statements are what they say they are.
 */
#include "base.h"

#include <cmocka.h>
#include <sys/stat.h>

#include "cert.h"
#include "dsse.h"
#include "duty_int.h"
#include "flow_test_kit.h"
#include "intoto.h"

#define HOUR (INT64_C(3600) * NK_SECOND)

static struct nk_uuid party(struct ft *t, const char *name, const char *roles, struct nk_uuid deputy)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_party p = { .kind = NK_STR("officer"),
		.roles = nk_str_c(roles),
		.label = nk_str_c(name),
		.contact = NK_STR("someone@example.jp"),
		.deputy = deputy };
	const struct nk_leaf_item items[1] = { nk_item_text("what", NK_STR("test")) };
	struct nk_err err = { 0 };

	kit_ok(nk_uuid_new(kit_env(), &p.id, &err), &err);
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_party_add(tx, t->flow->key[NK_HOUSE_LOG], &p, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_PARTY, items, 1, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
	return p.id;
}

static struct nk_uuid owe(struct ft *t, const char *kind, struct nk_uuid owner, nk_time due)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid id;

	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_duty_open(t->flow, tx, kind, NK_STR("thing:1"), owner, "director", due, &id, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
	return id;
}

static struct nk_duty_run run(struct ft *t)
{
	struct nk_duty_run r;
	struct nk_err err = { 0 };

	kit_ok(nk_op_duty_run(t->flow, t->arena, &r, &err), &err);
	return r;
}

static struct nk_duty duty(struct ft *t, struct nk_uuid id)
{
	struct nk_duty d;
	struct nk_err err = { 0 };

	kit_ok(nk_duty_get(t->flow->store, id, t->arena, &d, &err), &err);
	return d;
}

static void start(struct ft *t, const char *settings)
{
	ft_new(t, settings);
	ft_open(t);
}

static const struct nk_uuid nil = { { 0 } };

static void the_owner_is_reminded_then_the_deputy_then_the_director_each_once(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_duty_run r;

	(void)state;
	start(&t, "[duty]\nremind_hours = 2\ndeputy_hours = 1\ndirector_hours = 3\n");
	const struct nk_uuid director = party(&t, "長 一", "director", nil);
	const struct nk_uuid deputy = party(&t, "代 二", "officer", nil);
	const struct nk_uuid owner = party(&t, "担 三", "clerk", deputy);
	const nk_time due = nk_now(kit_env()) + 10 * HOUR;
	const struct nk_uuid id = owe(&t, "odd-kind", owner, due);

	r = run(&t);
	assert_int_equal(r.n, 0);
	assert_true(r.next_at == due - 2 * HOUR);
	kit_clock_move(8 * HOUR);
	r = run(&t);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.calls[0].level, NK_DUTY_OWNER);
	assert_true(nk_uuid_eq(r.calls[0].party, owner) && r.calls[0].told);
	assert_int_equal(run(&t).n, 0); /* once a level */
	kit_clock_move(3 * HOUR);
	r = run(&t);
	assert_int_equal(r.n, 1);
	assert_true(nk_uuid_eq(r.calls[0].party, deputy));
	assert_int_equal(r.overdue, 1);
	kit_clock_move(2 * HOUR);
	r = run(&t);
	assert_true(r.n == 1 && nk_uuid_eq(r.calls[0].party, director));
	assert_int_equal(run(&t).n, 0);
	assert_int_equal(duty(&t, id).level, NK_DUTY_DIRECTOR);
	assert_int_equal(ft_leaves(t.flow, "duty_call"), 3);
}

static void after_a_long_sleep_nobody_in_the_line_is_left_out(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_duty_run r;

	(void)state;
	start(&t, NULL);
	const struct nk_uuid owner = party(&t, "担 三", "clerk", nil);

	(void)owe(&t, "odd-kind", owner, nk_now(kit_env()) + HOUR);
	kit_clock_move(300 * HOUR);
	r = run(&t);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.calls[0].level, 1);
	assert_int_equal(r.calls[2].level, 3);
}

static void without_a_deputy_the_director_is_called_in_his_place(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_duty_run r;

	(void)state;
	start(&t, NULL);
	const struct nk_uuid director = party(&t, "長 一", "director", nil);
	const struct nk_uuid owner = party(&t, "担 三", "clerk", nil);

	(void)owe(&t, "odd-kind", owner, nk_now(kit_env()) + HOUR);
	kit_clock_move(2 * HOUR);
	r = run(&t);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.calls[1].level, NK_DUTY_DEPUTY);
	assert_true(nk_uuid_eq(r.calls[1].party, director));
}

static void a_kind_of_its_own_has_hours_of_its_own(void **state)
{
	NK_OWNED(ft_done) struct ft t;

	(void)state;
	start(&t, "[duty]\nremind_hours = 0\n");
	const struct nk_uuid owner = party(&t, "担 三", "clerk", nil);

	(void)owe(&t, "case-ack", owner, nk_now(kit_env()) + HOUR);
	assert_int_equal(run(&t).n, 1); /* called at once: a doubt waits for no hour */
}

static void what_ended_by_evidence_calls_nobody_and_nothing_else_ends_it(void **state)
{
	const struct nk_training_who himself = { .seed = NULL };
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_statement s = { .predicate = NK_PREDICATE_NOTICE,
		.subject = "thing:1",
		.body = NK_STR("{\"done\":true}"),
		.about = NK_STR("thing:1"),
		.result = "PASSED" };
	struct nk_uuid evidence;
	struct nk_err err = { 0 };

	(void)state;
	start(&t, NULL);
	const struct nk_uuid owner = party(&t, "担 三", "clerk", nil);
	const struct nk_uuid id = owe(&t, "odd-kind", owner, nk_now(kit_env()) + HOUR);

	kit_ok(nk_op_duty_ack(t.flow, id, &himself, &err), &err);
	assert_true(duty(&t, id).acked_at != 0 && duty(&t, id).closed_at == 0);
	kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
	kit_fails(nk_duty_end(t.flow, tx, "odd-kind", NK_STR("thing:1"), nil, &err), NK_INVALID);
	kit_ok(nk_statement_make(t.flow, tx, &s, NULL, &evidence, NULL, &err), &err);
	kit_ok(nk_duty_end(t.flow, tx, "odd-kind", NK_STR("thing:1"), evidence, &err), &err);
	kit_ok(nk_flow_commit(t.flow, &tx, &err), &err);
	kit_clock_move(300 * HOUR);
	assert_int_equal(run(&t).n, 0);
	assert_int_equal(ft_leaves(t.flow, "duty_close"), 1);
	assert_true(nk_uuid_eq(duty(&t, id).evidence, evidence));
}

static void who_holds_the_role_owes_it_and_where_nobody_does_it_is_refused(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_err err = { 0 };
	struct nk_uuid id;

	(void)state;
	start(&t, NULL);
	kit_ok(nk_tx_begin(t.flow->store, &tx, &err), &err);
	kit_fails(nk_duty_open(t.flow, tx, "odd-kind", NK_STR("x"), nil, "director", KIT_START + 1, &id, &err), NK_NOT_FOUND);
	nk_tx_end(&tx);
	const struct nk_uuid director = party(&t, "長 一", "director", nil);

	assert_true(nk_uuid_eq(duty(&t, owe(&t, "odd-kind", nil, KIT_START + NK_DAY)).owner, director));
}

/* --- channels --- */

static void write_program(struct ft *t, const char *name, const char *text, char path[static 256])
{
	(void)snprintf(path, 256, "%s/%s", t->home, name);
	ft_write(t, name, text);
	assert_int_equal(chmod(path, 0700), 0);
}

static void a_program_gets_the_notice_and_no_name_of_anybody(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	char program[256];
	char text[512];

	(void)state;
	ft_new(&t, NULL);
	(void)snprintf(text, sizeof(text), "#!/bin/sh\ncat >>%s/told\n", t.home);
	write_program(&t, "tell", text, program);
	(void)snprintf(text, sizeof(text), "[duty]\nchannels = command\ncommand = %s\n", program);
	ft_write(&t, "conf.d/duty.conf", text);
	ft_open(&t);
	const struct nk_uuid owner = party(&t, "担 三", "clerk", nil);

	(void)owe(&t, "close-holding", owner, nk_now(kit_env()) + HOUR);
	assert_true(run(&t).calls[0].told);
	(void)snprintf(text, sizeof(text), "%s/told", t.home);
	const struct nk_str told = nk_bytes_str(ft_read(&t, text));

	assert_true(nk_str_find(told, NK_STR("a copy of personal data is to be destroyed")) != SIZE_MAX);
	assert_true(nk_str_find(told, NK_STR("担 三")) == SIZE_MAX);
	assert_true(nk_str_find(told, NK_STR("someone@example.jp")) == SIZE_MAX);
}

static void a_notice_that_was_not_taken_leaves_the_duty_where_it_is_and_is_tried_again(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_duty_run r;
	char program[256];
	char text[512];

	(void)state;
	ft_new(&t, NULL);
	write_program(&t, "tell", "#!/bin/sh\nexit 1\n", program);
	(void)snprintf(text, sizeof(text), "[duty]\nchannels = command\ncommand = %s\n", program);
	ft_write(&t, "conf.d/duty.conf", text);
	ft_open(&t);
	const struct nk_uuid owner = party(&t, "担 三", "clerk", nil);
	const struct nk_uuid id = owe(&t, "odd-kind", owner, nk_now(kit_env()) + HOUR);

	r = run(&t);
	assert_int_equal(r.failed, 1);
	assert_false(r.calls[0].told);
	assert_true(strlen(r.calls[0].why[NK_LANG_EN]) > 0);
	assert_int_equal(duty(&t, id).level, 0);
	assert_int_equal(ft_leaves(t.flow, "duty_call"), 0);
	write_program(&t, "tell", "#!/bin/sh\nexit 0\n", program);
	assert_int_equal(run(&t).failed, 0);
	assert_int_equal(duty(&t, id).level, 1);
}

static enum nk_code send(const char *channel, struct nk_notify_settings s, const char *to)
{
	const struct nk_notify m = { .id = NK_STR("x.1"),
		.to = nk_str_c(to),
		.subject = NK_STR("subject"),
		.text = NK_STR("text"),
		.json = NK_STR("{}"),
		.now = KIT_START };
	struct nk_err err = { 0 };

	s.timeout_ms = 2000;
	return nk_notify_send(nk_str_c(channel), &s, &m, &err).code;
}

static void what_is_not_on_the_list_is_not_spoken_to(void **state)
{
	const struct nk_str hosts[] = { NK_STR("127.0.0.1") };
	const struct nk_str urls[] = { NK_STR("http://127.0.0.1:9/x"), NK_STR("http://example.jp/x") };
	struct nk_notify_settings s = { .mail_url = NK_STR("smtp://mail.example.jp"),
		.mail_from = NK_STR("a@example.jp"),
		.hosts = hosts,
		.n_hosts = 1,
		.urls = urls,
		.n_urls = 2 };

	(void)state;
	assert_int_equal(send("mail", s, "b@example.jp"), NK_DENIED);
	s.mail_url = NK_STR("smtp://127.0.0.1:9"); /* nobody there */
	assert_int_equal(send("mail", s, "b@example.jp"), NK_UNAVAILABLE);
	s.mail_url = NK_STR("smtp://127.0.0.1@mail.example.jp");
	assert_int_equal(send("mail", s, "b@example.jp"), NK_INVALID); /* a user that looks like a host */
	s.mail_url = NK_STR("smtp://127.0.0.1:9");
	assert_int_equal(send("mail", s, "b@example.jp\r\nRCPT TO:<c@example.jp>"), NK_INVALID);
	assert_int_equal(send("mail", s, ""), NK_INVALID);
	assert_int_equal(send("webhook", s, "https://example.jp/other"), NK_DENIED);
	assert_int_equal(send("webhook", s, "http://example.jp/x"), NK_DENIED); /* plain, and not this machine */
	assert_int_equal(send("webhook", s, "http://127.0.0.1:9/x"), NK_UNAVAILABLE);
	assert_int_equal(send("webhook", s, ""), NK_INVALID);
	assert_int_equal(send("command", s, ""), NK_INVALID);
	s.command = NK_STR("tell");
	assert_int_equal(send("command", s, ""), NK_INVALID); /* no whole path */
	assert_int_equal(send("pigeon", s, ""), NK_INVALID);
}

/* --- statements --- */

struct made {
	struct nk_uuid id;
	struct nk_str envelope;
};

static struct made make(struct ft *t)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_statement s = { .predicate = NK_PREDICATE_SVR,
		.subject = "thing",
		.subject_sha256 = { { 7 } },
		.body = NK_STR("{\"verificationResult\":\"PASSED\"}"),
		.about = NK_STR("holding:1"),
		.result = "PASSED" };
	struct made m;
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_statement_make(t->flow, tx, &s, t->arena, &m.id, &m.envelope, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
	return m;
}

static struct nk_verify_any_reply verify(struct ft *t, const struct nk_evidence_paper *p, struct nk_str envelope)
{
	char path[256];
	struct nk_verify_key key = { .name = NK_STR("house") };
	struct nk_verify_any_reply out;
	struct nk_err err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/public/certificate.pem", t->home);
	key.text = nk_bytes_str(ft_read(t, path));
	(void)snprintf(path, sizeof(path), "%s/public/ledger.vkey", t->home);
	const struct nk_verify_request req = { .envelope = nk_str_bytes(envelope),
		.proof = nk_str_bytes(p->proof),
		.keys = &key,
		.n_keys = 1,
		.ledger_vkey = nk_bytes_str(ft_read(t, path)) };

	kit_ok(nk_op_verify_any(&req, t->arena, &out, &err), &err);
	return out;
}

static void a_statement_is_kept_handed_out_and_found_good_by_a_stranger(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_evidence_paper p;
	struct nk_verify_any_reply v;
	struct nk_err err = { 0 };

	(void)state;
	start(&t, NULL);
	const struct made m = make(&t);

	kit_ok(nk_op_evidence_show(t.flow, m.id, t.arena, &p, &err), &err);
	assert_true(nk_str_eq(p.envelope, m.envelope) && p.proof.len > 0);
	assert_true(nk_str_eq(p.row.result, NK_STR("PASSED")));
	v = verify(&t, &p, p.envelope);
	assert_true(v.checks.good && nk_str_eq(v.signed_by, NK_STR("house")));
	assert_false(v.certificate);
	/* Another statement of the same house has another entry: the proof of one is none for the other. */
	v = verify(&t, &p, make(&t).envelope);
	assert_true(v.checks.good); /* the same bytes again: the very same statement */
	p.proof = NK_STR("");
	v = verify(&t, &p, p.envelope);
	assert_true(v.checks.good);
	assert_string_equal(v.checks.lines[3].result, "not checked");
}

static void a_statement_with_one_changed_byte_is_not_good(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_evidence_paper p;
	struct nk_err err = { 0 };
	char *changed = NULL;
	size_t at = 0;

	(void)state;
	start(&t, NULL);
	const struct made m = make(&t);

	kit_ok(nk_op_evidence_show(t.flow, m.id, t.arena, &p, &err), &err);
	changed = nk_arena_alloc(t.arena, m.envelope.len);
	memcpy(changed, m.envelope.ptr, m.envelope.len);
	changed[40] = changed[40] == 'A' ? 'B' : 'A'; /* in the Base64 of the payload */
	assert_false(verify(&t, &p, (struct nk_str){ changed, m.envelope.len }).checks.good);
	memcpy(changed, m.envelope.ptr, m.envelope.len);
	at = nk_str_find(m.envelope, NK_STR("\"sig\":\""));
	assert_int_not_equal(at, SIZE_MAX);
	changed[at + 17] = changed[at + 17] == 'A' ? 'B' : 'A'; /* in the signature: all else is as it was */
	assert_false(verify(&t, &p, (struct nk_str){ changed, m.envelope.len }).checks.good);
}

static nk_rc take(struct ft *t, struct nk_str envelope, const uint8_t *pub, const char *predicate,
	const struct nk_hash *subject, struct nk_jdoc **body)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_uuid id;
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	return nk_statement_take(t->flow, tx, nk_str_bytes(envelope), pub, predicate, subject, NK_STR("thing:2"), nil, t->arena,
		body, &id, &err);
}

static void of_others_only_what_is_signed_of_the_type_and_about_the_thing_is_taken(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *body = NULL;
	const struct nk_hash right = { { 7 } };
	const struct nk_hash wrong = { { 8 } };
	struct nk_str word;
	uint8_t pub[32];
	uint8_t other[32] = { 1 };

	(void)state;
	start(&t, NULL);
	const struct made m = make(&t);

	nk_sign_public(t.flow->key[NK_HOUSE_CERT], pub);
	assert_int_equal(take(&t, m.envelope, other, NK_PREDICATE_SVR, &right, NULL).code, NK_DENIED);
	assert_int_equal(take(&t, m.envelope, pub, NK_PREDICATE_TEST, &right, NULL).code, NK_INVALID);
	assert_int_equal(take(&t, m.envelope, pub, NK_PREDICATE_SVR, &wrong, NULL).code, NK_INVALID);
	assert_int_equal(take(&t, NK_STR("{}"), pub, NK_PREDICATE_SVR, &right, NULL).code, NK_INVALID);
	assert_int_equal(take(&t, m.envelope, pub, NK_PREDICATE_SVR, &right, &body).code, NK_OK);
	assert_true(nk_jstr(nk_jget(nk_jdoc_root(body), "verificationResult"), &word));
	assert_true(nk_str_eq(word, NK_STR("PASSED")));
}

static void a_stated_limitation_stands_in_every_statement(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_intoto st;
	struct nk_dsse env;
	struct nk_err err = { 0 };

	(void)state;
	start(&t, "[separation]\nlimitation = three people in all\n");
	kit_ok(nk_dsse_parse(nk_str_bytes(make(&t).envelope), t.arena, &env, &err), &err);
	kit_ok(nk_intoto_parse(env.payload, t.arena, &st, &err), &err);
	assert_true(nk_str_eq(
		st.predicate, NK_STR("{\"limitation\":\"three people in all\",\"verificationResult\":\"PASSED\"}")));
}

static void who_is_last_is_called_every_day_until_somebody_says_that_he_knows(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	const struct nk_duty_query q = { .overdue = true };
	const struct nk_training_who himself = { .seed = NULL };
	struct nk_duty_row *rows = NULL;
	struct nk_duty_run r;
	struct nk_err err = { 0 };
	size_t n = 0;

	(void)state;
	start(&t, NULL);
	const struct nk_uuid director = party(&t, "長 一", "director", nil);
	const struct nk_uuid owner = party(&t, "担 三", "clerk", nil);
	const struct nk_uuid id = owe(&t, "odd-kind", owner, nk_now(kit_env()) + HOUR);

	kit_clock_move(300 * HOUR);
	assert_int_equal(run(&t).n, 3);
	assert_int_equal(run(&t).n, 0);
	for (int day = 0; day < 3; day++) {
		kit_clock_move(25 * HOUR);
		r = run(&t);
		assert_int_equal(r.n, 1);
		assert_true(nk_uuid_eq(r.calls[0].party, director) && r.calls[0].level == NK_DUTY_DIRECTOR);
	}
	assert_int_equal(ft_leaves(t.flow, "duty_call"), 6);
	kit_ok(nk_op_duty_find(t.flow, &q, t.arena, &rows, &n, &err), &err);
	assert_true(n == 1 && rows[0].unheard);
	kit_ok(nk_op_duty_ack(t.flow, id, &himself, &err), &err);
	kit_ok(nk_op_duty_find(t.flow, &q, t.arena, &rows, &n, &err), &err);
	assert_true(n == 1 && !rows[0].unheard);
	kit_clock_move(48 * HOUR);
	assert_int_equal(run(&t).n, 0);
}

static void who_has_a_key_says_with_it_that_he_knows_of_his_duty(void **state)
{
	NK_OWNED(ft_done) struct ft t;
	struct nk_party_request req = { .name = NK_STR("仮の 人"), .roles = NK_STR("clerk") };
	struct nk_key owner_seed;
	struct nk_key other_seed;
	struct nk_uuid owner;
	struct nk_uuid other;
	struct nk_training_who who = { .seed = NULL };
	struct nk_err err = { 0 };

	(void)state;
	start(&t, NULL);
	kit_ok(ft_enrol(&t, &req, &owner_seed, &owner, &err), &err);
	kit_ok(ft_enrol(&t, &req, &other_seed, &other, &err), &err);
	const struct nk_uuid id = owe(&t, "odd-kind", owner, nk_now(kit_env()) + HOUR);

	kit_fails(nk_op_duty_ack(t.flow, id, &who, &err), NK_DENIED); /* the operator is not he */
	assert_string_equal(nk_refusal_word(&err), "not-signed");
	who.seed = &other_seed;
	kit_fails(nk_op_duty_ack(t.flow, id, &who, &err), NK_DENIED);
	assert_int_equal(ft_leaves(t.flow, "refused"), 2);
	assert_true(duty(&t, id).acked_at == 0);
	who.seed = &owner_seed;
	kit_ok(nk_op_duty_ack(t.flow, id, &who, &err), &err);
	assert_true(duty(&t, id).acked_at != 0);
	assert_int_equal(ft_count(t.flow, "SELECT COUNT(*) FROM evidence e JOIN party p ON p.id = e.signer_id WHERE p.roles = 'clerk'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_owner_is_reminded_then_the_deputy_then_the_director_each_once),
		cmocka_unit_test(after_a_long_sleep_nobody_in_the_line_is_left_out),
		cmocka_unit_test(without_a_deputy_the_director_is_called_in_his_place),
		cmocka_unit_test(a_kind_of_its_own_has_hours_of_its_own),
		cmocka_unit_test(what_ended_by_evidence_calls_nobody_and_nothing_else_ends_it),
		cmocka_unit_test(who_holds_the_role_owes_it_and_where_nobody_does_it_is_refused),
		cmocka_unit_test(a_program_gets_the_notice_and_no_name_of_anybody),
		cmocka_unit_test(a_notice_that_was_not_taken_leaves_the_duty_where_it_is_and_is_tried_again),
		cmocka_unit_test(what_is_not_on_the_list_is_not_spoken_to),
		cmocka_unit_test(a_statement_is_kept_handed_out_and_found_good_by_a_stranger),
		cmocka_unit_test(a_statement_with_one_changed_byte_is_not_good),
		cmocka_unit_test(of_others_only_what_is_signed_of_the_type_and_about_the_thing_is_taken),
		cmocka_unit_test(a_stated_limitation_stands_in_every_statement),
		cmocka_unit_test(who_is_last_is_called_every_day_until_somebody_says_that_he_knows),
		cmocka_unit_test(who_has_a_key_says_with_it_that_he_knows_of_his_duty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
