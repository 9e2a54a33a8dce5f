/*
 * training_list.c: attendance, laying the half-year's duties, who has passed what (coverage), and the certificate.
 *
 * Invariant: the figures are counted from results and the register at the moment of asking; what is not known counts
 * as not passed. The certificate carries no name.
 */
#include "base.h"
#include "training_int.h"

#include "json.h"

enum { WHAT_MAX = 512, BODY_MAX = 16384, ROWS_MAX = 1000000, MONTHS = 365 };

/* --- attendance --- */

static NK_RESULT put_attendance(struct nk_flow *flow, struct nk_tx *tx, const struct nk_party *who, struct nk_bytes box,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	const struct nk_period period = nk_period_of(nk_flow_today(flow));
	const struct nk_leaf_item items[] = { nk_item_text("act", NK_STR("attendance")),
		nk_item_hex("party", who->id.b, sizeof(who->id.b)), nk_item_text("period", nk_str_c(period.name)) };
	uint64_t leaf = 0;

	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_TRAINING, items, NK_ARRAY_LEN(items), &leaf, err));
	NK_TRY(nk_stmt_get(nk_tx_store(tx),
		"INSERT INTO training_result(party_id, kind, period, procedures, digest, asked, right_answers, passed, at, leaf, what) "
		"VALUES (?1, 'attendance', ?2, '', ?3, 0, 0, 0, ?4, ?5, ?6)",
		&s, err));
	nk_stmt_uuid(s, 1, who->id);
	nk_stmt_text(s, 2, nk_str_c(period.name));
	nk_stmt_blob(s, 3, nk_bytes_of("", 0));
	nk_stmt_int(s, 4, nk_now(flow->env));
	nk_stmt_int(s, 5, nk_i64(leaf));
	nk_stmt_blob(s, 6, box);
	return nk_stmt_run(s, err);
}

NK_RESULT nk_op_training_attend(struct nk_flow *flow, struct nk_uuid party, struct nk_str what, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	uint8_t box[WHAT_MAX + NK_SEAL_EXTRA];
	struct nk_party who;

	if (nk_str_trim(what).len == 0 || what.len > WHAT_MAX) {
		return nk_fail(err, NK_USAGE, NK_N("which training it was takes 1 to %d bytes of text"), WHAT_MAX);
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 1 << 20, &arena, err));
	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], party, arena, &who, err));
	NK_TRY(nk_seal(flow->env, flow->key[NK_HOUSE_LOG], nk_bytes_of(party.b, sizeof(party.b)), nk_str_bytes(what),
		box, err));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(put_attendance(flow, tx, &who, nk_bytes_of(box, what.len + NK_SEAL_EXTRA), err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_training_open(struct nk_flow *flow, uint64_t *out_opened, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_training_duties(flow, tx, out_opened, err));
	return *out_opened > 0 ? nk_flow_commit(flow, &tx, err) : nk_done();
}

/* --- coverage --- */

struct counting {
	struct nk_flow *flow;
	struct nk_arena *arena;
	const struct nk_procedure *procedures;
	size_t n_procedures;
	struct nk_vec rows; /* of struct nk_training_row */
	struct nk_training_reply *out;
};

static void counting_done(struct counting *c)
{
	nk_vec_done(&c->rows);
}

static NK_RESULT count_of(struct nk_flow *flow, const char *sql, struct nk_uuid party, struct nk_str period,
	uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, sql, &s, err));
	nk_stmt_uuid(s, 1, party);
	nk_stmt_text(s, 2, period);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

static NK_RESULT count_person(struct counting *c, const struct nk_party *who, struct nk_err *err)
{
	bool passed = true;
	bool standing = true;
	uint64_t attended = 0;
	size_t concerned = 0;

	for (size_t i = 0; i < c->n_procedures; i++) {
		const struct nk_procedure *const p = &c->procedures[i];
		struct nk_standing s;
		void *row = NULL;

		if (!p->in_force || !nk_procedure_concerns(p, who)) {
			continue;
		}
		NK_TRY(nk_standing_of(c->flow, who->id, p, &s, err));
		NK_TRY(nk_vec_push(&c->rows, &row, err));
		*(struct nk_training_row *)row = (struct nk_training_row){ .party = who->id,
			.name = who->label,
			.procedure = p->name,
			.revision = p->revision,
			.passed_revision = s.passed_revision,
			.state = nk_standing_name(s.state),
			.passed_at = s.passed_at,
			.until = s.until };
		passed = passed && s.state == NK_STANDING_PASSED;
		standing = standing && s.until != NK_DATE_NONE;
		concerned++;
	}
	NK_TRY(count_of(c->flow,
		"SELECT COUNT(*) FROM training_result WHERE party_id = ?1 AND kind = 'attendance' AND period = ?2", who->id,
		nk_str_c(c->out->period), &attended, err));
	c->out->persons += concerned > 0 ? 1 : 0;
	c->out->passed += concerned > 0 && passed ? 1 : 0;
	c->out->standing += concerned > 0 && standing ? 1 : 0;
	c->out->attended += attended > 0 ? 1 : 0;
	return nk_done();
}

/* Who held a role in the last twelve months and does not any more. */
static NK_RESULT count_left(struct nk_flow *flow, uint64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store,
		"SELECT COUNT(*) FROM party WHERE ended_at > ?1 AND roles <> '' AND kind NOT IN ('organisation', 'program', 'unit', 'site', 'anyone')",
		&s, err));
	nk_stmt_int(s, 1, nk_now(flow->env) - MONTHS * NK_DAY);
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_u64(nk_col_int(s, 0)) : 0;
	return nk_done();
}

static NK_RESULT hand_over(struct counting *c, struct nk_err *err)
{
	c->out->rows = nk_vec_keep(&c->rows, c->arena);
	if (c->out->rows == NULL) {
		return nk_fail_nomem(err);
	}
	c->out->n = c->rows.len;
	return nk_done();
}

NK_RESULT nk_op_training_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_training_reply *out, struct nk_err *err)
{
	NK_OWNED(counting_done) struct counting c = { .flow = flow, .arena = arena, .out = out };
	const struct nk_period period = nk_period_of(nk_flow_today(flow));
	struct nk_procedure *procedures = NULL;
	struct nk_party *people = NULL;
	size_t n = 0;

	*out = (struct nk_training_reply){ .first = period.first,
		.last = period.last,
		.deadline = nk_training_deadline(flow, &period) };
	memcpy(out->period, period.name, sizeof(out->period));
	nk_vec_init(&c.rows, sizeof(struct nk_training_row), ROWS_MAX);
	NK_TRY(nk_procedures(flow, arena, &procedures, &c.n_procedures, err));
	c.procedures = procedures;
	NK_TRY(nk_training_people(flow, arena, &people, &n, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(count_person(&c, &people[i], err));
	}
	NK_TRY(count_left(flow, &out->left, err));
	return hand_over(&c, err);
}

/* --- the certificate --- */

struct passes {
	struct nk_buf body;
	struct nk_buf text;
	struct nk_json j;
	size_t n;
};

static void passes_done(struct passes *p)
{
	nk_buf_done(&p->body);
	nk_buf_done(&p->text);
}

static NK_RESULT add_pass(struct nk_flow *flow, struct passes *all, const struct nk_procedure *p,
	const struct nk_standing *s, struct nk_err *err)
{
	char name[128];
	char day[NK_DATE_TEXT];

	(void)snprintf(name, sizeof(name), "procedure:%.*s@%u", NK_FMT(p->name), p->revision);
	nk_json_open(&all->j, '{');
	nk_json_key(&all->j, "digest");
	nk_json_open(&all->j, '{');
	nk_json_key(&all->j, "sha256");
	nk_json_hex(&all->j, nk_bytes_of(p->digest.b, sizeof(p->digest.b)));
	nk_json_close(&all->j, '}');
	nk_json_key(&all->j, "name");
	nk_json_c(&all->j, name);
	nk_json_close(&all->j, '}');
	all->n++;
	return nk_buf_printf(&all->text, err, "  %.*s(%.*s 第%u版) %s 合格\n", NK_FMT(p->title), NK_FMT(p->name),
		p->revision, nk_date_print(nk_time_day(s->passed_at, (int)flow->config->tz_minutes), day));
}

static NK_RESULT add_passes(
	struct nk_flow *flow, const struct nk_party *who, struct nk_arena *arena, struct passes *all, struct nk_err *err)
{
	struct nk_procedure *list = NULL;
	size_t n = 0;

	NK_TRY(nk_procedures(flow, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_standing s;

		if (!list[i].in_force || !nk_procedure_concerns(&list[i], who)) {
			continue;
		}
		NK_TRY(nk_standing_of(flow, who->id, &list[i], &s, err));
		if (s.state != NK_STANDING_PASSED) {
			return nk_fail(err, NK_INCOMPLETE,
				NK_N("the test on procedure \"%s\" is not passed in this half-year: no certificate"),
				nk_short(list[i].name).text);
		}
		NK_TRY(add_pass(flow, all, &list[i], &s, err));
	}
	return all->n > 0
		? nk_done()
		: nk_fail(err, NK_INCOMPLETE, NK_N("no procedure in force concerns this person: no certificate"));
}

static NK_RESULT begin(struct nk_flow *flow, const char *party, const char *period, struct passes *all, struct nk_err *err)
{
	char day[NK_DATE_TEXT];

	nk_buf_init(&all->body, BODY_MAX);
	nk_buf_init(&all->text, BODY_MAX);
	nk_json_init_canonical(&all->j, &all->body);
	nk_json_open(&all->j, '{');
	nk_json_key(&all->j, "configuration");
	nk_json_open(&all->j, '[');
	return nk_buf_printf(&all->text, err,
		"確認テスト合格証明書\n\n発行: %.*s\n発行日: %s\n半期: %s\n受験者番号: %s\n氏名(自署): ____________________\n\n"
		"上記の者は、当該半期において、次の手順書等の確認テストに合格した。\n",
		NK_FMT(flow->config->organisation), nk_date_print(nk_flow_today(flow), day), period, party);
}

static NK_RESULT state(struct nk_flow *flow, struct nk_uuid party, const char *period, struct passes *all,
	struct nk_arena *arena, struct nk_str *out_envelope, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	char subject[NK_UUID_TEXT + 8];
	char id[NK_UUID_TEXT];
	struct nk_statement s = { .predicate = NK_PREDICATE_TEST, .subject = subject, .result = "PASSED" };
	struct nk_uuid evidence;

	nk_json_close(&all->j, ']');
	nk_json_key(&all->j, "period");
	nk_json_c(&all->j, period);
	nk_json_key(&all->j, "result");
	nk_json_c(&all->j, "PASSED");
	nk_json_close(&all->j, '}');
	NK_TRY(nk_json_end(&all->j, err));
	(void)snprintf(subject, sizeof(subject), "party:%s", nk_uuid_print(party, id));
	nk_sha256(nk_bytes_of(party.b, sizeof(party.b)), &s.subject_sha256);
	s.body = nk_buf_str(&all->body);
	s.about = nk_str_c(subject);
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_statement_make(flow, tx, &s, arena, &evidence, out_envelope, err));
	return nk_flow_commit(flow, &tx, err);
}

NK_RESULT nk_op_training_certificate(struct nk_flow *flow, struct nk_uuid party, struct nk_arena *arena,
	struct nk_str *out_envelope, struct nk_str *out_text, struct nk_err *err)
{
	NK_OWNED(passes_done) struct passes all = { .n = 0 };
	const struct nk_period period = nk_period_of(nk_flow_today(flow));
	struct nk_party who;
	char id[NK_UUID_TEXT];

	NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], party, arena, &who, err));
	NK_TRY(begin(flow, nk_uuid_print(party, id), period.name, &all, err));
	NK_TRY(add_passes(flow, &who, arena, &all, err));
	NK_TRY(state(flow, party, period.name, &all, arena, out_envelope, err));
	return nk_arena_dup(arena, nk_buf_str(&all.text), out_text, err);
}
