/*
 * op_duty.c: due times act: reminder to the owner, then his deputy, then the director, and him again every day.
 *
 * Invariant: somebody is called first and written down after, one duty and level a transaction: a run that is killed
 * forgets nobody and calls at most the one again whom it was calling. A notice that was not delivered leaves the duty
 * at its level.
 */
#include "base.h"
#include "duty_int.h"

#include "case_int.h"
#include "flow_training.h"
#include "person_int.h"
#include "target_copy.h"

enum { PASSWORD_MAX = 1024 };

bool nk_duty_unheard(const struct nk_duty *d)
{
	return d->closed_at == 0 && d->level >= NK_DUTY_LEVELS && d->acked_at == 0;
}

static NK_RESULT place_of(struct nk_flow *flow, const struct nk_duty *d, struct nk_arena *arena, struct nk_str *out,
	struct nk_err *err)
{
	struct nk_holding h = { .place = NK_STR("") };

	if (!nk_uuid_is_nil(d->holding)) {
		NK_TRY(nk_holding_get(flow->store, flow->key[NK_HOUSE_LOG], d->holding, arena, &h, err));
	}
	*out = h.place;
	return nk_done();
}

NK_RESULT nk_op_duty_find(struct nk_flow *flow, const struct nk_duty_query *q, struct nk_arena *arena,
	struct nk_duty_row **out, size_t *out_n, struct nk_err *err)
{
	const nk_time now = nk_now(flow->env);
	struct nk_duty *list = NULL;
	size_t n = 0;

	NK_TRY(q->about.len > 0 ? nk_duty_of(flow->store, q->about, arena, &list, &n, err)
				: nk_duty_list(flow->store, !q->all, arena, &list, &n, err));
	*out = nk_arena_array(arena, n, sizeof(**out));
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	*out_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct nk_party owner;
		const bool overdue = list[i].closed_at == 0 && list[i].due_at < now;
		struct nk_duty_row *const row = &(*out)[*out_n];

		if ((q->overdue && !overdue) || (!q->all && list[i].closed_at != 0)) {
			continue;
		}
		*row = (struct nk_duty_row){ .id = list[i].id,
			.holding = list[i].holding,
			.kind = list[i].kind,
			.about = list[i].about,
			.owner = list[i].owner,
			.level = list[i].level,
			.told_at = list[i].told_at,
			.acked_at = list[i].acked_at,
			.due_at = list[i].due_at,
			.closed_at = list[i].closed_at,
			.overdue = overdue,
			.unheard = overdue && nk_duty_unheard(&list[i]) };
		NK_TRY(place_of(flow, &list[i], arena, &row->place, err));
		NK_TRY(nk_party_get(flow->store, flow->key[NK_HOUSE_LOG], list[i].owner, arena, &owner, err));
		row->who = owner.label.len > 0 ? owner.label : owner.roles;
		(*out_n)++;
	}
	return nk_done();
}

static struct nk_notify_settings settings_of(const struct nk_config *c)
{
	return (struct nk_notify_settings){ .mail_url = c->mail_url,
		.mail_user = c->mail_user,
		.mail_from = c->mail_from,
		.mail_to = c->mail_to,
		.command = c->notify_command,
		.webhook = c->notify_webhook,
		.hosts = c->notify_hosts.word,
		.n_hosts = c->notify_hosts.n,
		.urls = c->notify_urls.word,
		.n_urls = c->notify_urls.n,
		.timeout_ms = (int64_t)c->notify_seconds * 1000 };
}

/* The login's password, from a file that only we can read; its line end is not part of it. */
static NK_RESULT password_of(struct nk_flow *flow, struct nk_buf *out, struct nk_err *err)
{
	const char *const path = flow->config->mail_password_file.ptr; /* ends in a NUL */
	unsigned mode = 0;
	bool mine = false;

	NK_TRY(nk_os_file_mode(path, &mode, &mine, err));
	if (!mine || (mode & 077U) != 0) {
		return nk_fail(err, NK_DENIED, NK_N("others can read or change %s: make it yours alone (chmod 600)"), path);
	}
	NK_TRY(nk_env_read_all(flow->env, path, out->max - 1, out, err));
	while (out->len > 0 && (out->ptr[out->len - 1] == '\n' || out->ptr[out->len - 1] == '\r')) {
		out->len--;
	}
	return nk_buf_add(out, "", 1, err);
}

static NK_RESULT send_one(struct nk_flow *flow, struct nk_str channel, const struct nk_notify *m, struct nk_err *err)
{
	struct nk_notify_settings settings = settings_of(flow->config);
	NK_OWNED(nk_buf_done) struct nk_buf password = { 0 };

	nk_buf_init_wiping(&password, PASSWORD_MAX);
	if (nk_str_eq(channel, NK_STR("mail")) && settings.mail_user.len > 0 && flow->config->mail_password_file.len > 0) {
		NK_TRY(password_of(flow, &password, err));
		settings.mail_password = nk_str_sub(nk_buf_str(&password), 0, password.len - 1);
	}
	return nk_notify_send(channel, &settings, m, err);
}

/* By every channel that is configured; one that delivered is enough, and what another refused is told all the same. */
static void tell(struct nk_flow *flow, const struct nk_notify *m, struct nk_duty_call *call)
{
	const struct nk_config_words *const channels = &flow->config->notify_channels;

	call->told = channels->n == 0;
	for (size_t i = 0; i < channels->n; i++) {
		struct nk_err why = { 0 };

		if (nk_ok(send_one(flow, channels->word[i], m, &why))) {
			call->told = true;
			call->channel = channels->word[i];
			continue;
		}
		memcpy(call->why, why.text, sizeof(call->why));
	}
}

static NK_RESULT write_down(
	struct nk_flow *flow, const struct nk_duty *d, const struct nk_duty_call *call, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[5] = { nk_item_hex("duty", d->id.b, 16), nk_item_text("kind", d->kind),
		nk_item_number("level", call->level), nk_item_hex("party", call->party.b, 16),
		nk_item_text("channel", call->channel.len > 0 ? call->channel : NK_STR("shown")) };
	const unsigned from = d->level == NK_DUTY_LEVELS ? NK_DUTY_LEVELS : call->level - 1;

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_duty_called(tx, d->id, from, call->level, nk_now(flow->env), err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_DUTY_CALL, items, NK_ARRAY_LEN(items), NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

static NK_RESULT call_one(struct nk_flow *flow, const struct nk_duty *d, unsigned level, struct nk_arena *arena,
	struct nk_duty_call *out, struct nk_err *err)
{
	struct nk_notify m;
	struct nk_party party;
	struct nk_err nobody = { 0 };
	nk_rc rc = nk_done();

	*out = (struct nk_duty_call){ .duty = d->id, .kind = d->kind, .about = d->about, .due_at = d->due_at, .level = level };
	rc = nk_duty_callee(flow, d, level, arena, &party, &nobody);
	if (!nk_ok(rc)) {
		memcpy(out->why, nobody.text, sizeof(out->why));
		return rc.code == NK_NOT_FOUND ? nk_done() : nk_err_pass(err, &nobody);
	}
	out->party = party.id;
	NK_TRY(nk_duty_message(flow, d, level, arena, &m, err));
	m.to = party.contact;
	tell(flow, &m, out);
	return out->told ? write_down(flow, d, out, err) : nk_done();
}

/* All levels that a duty has come to by now, one after the other: whoever owes it is always called first. */
static NK_RESULT call_due(struct nk_flow *flow, const struct nk_duty *d, struct nk_arena *arena, struct nk_vec *calls,
	nk_time *next, struct nk_err *err)
{
	const nk_time now = nk_now(flow->env);

	for (unsigned level = d->level + 1; level <= NK_DUTY_LEVELS; level++) {
		const nk_time at = nk_duty_call_at(flow, d, level);
		struct nk_duty_call *call = NULL;
		void *item = NULL;

		if (at > now) {
			*next = *next == 0 || at < *next ? at : *next;
			return nk_done();
		}
		NK_TRY(nk_vec_push(calls, &item, err));
		call = item;
		NK_TRY(call_one(flow, d, level, arena, call, err));
		if (!call->told) {
			return nk_done();
		}
	}
	return nk_done();
}

/* Behind the last level there is nobody: who is last hears it every day until somebody says that he knows. */
static NK_RESULT call_again(struct nk_flow *flow, const struct nk_duty *d, struct nk_arena *arena, struct nk_vec *calls,
	nk_time *next, struct nk_err *err)
{
	const nk_time at = d->told_at + NK_DAY;
	void *item = NULL;

	if (!nk_duty_unheard(d)) {
		return nk_done();
	}
	if (at > nk_now(flow->env)) {
		*next = *next == 0 || at < *next ? at : *next;
		return nk_done();
	}
	NK_TRY(nk_vec_push(calls, &item, err));
	return call_one(flow, d, NK_DUTY_LEVELS, arena, item, err);
}

static NK_RESULT check_channels(const struct nk_config *c, struct nk_err *err)
{
	for (size_t i = 0; i < c->notify_channels.n; i++) {
		if (!nk_notify_known(c->notify_channels.word[i])) {
			return nk_fail(err, NK_CONFIG, NK_N("[duty] channels: \"%s\" is none; known: mail, command, webhook"),
				nk_short(c->notify_channels.word[i]).text);
		}
	}
	return nk_done();
}

NK_RESULT nk_op_duty_run(struct nk_flow *flow, struct nk_arena *arena, struct nk_duty_run *out, struct nk_err *err)
{
	NK_OWNED(nk_vec_done) struct nk_vec calls = { 0 };
	struct nk_duty *list = NULL;
	struct nk_err drop;
	uint64_t laid = 0;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	nk_vec_init(&calls, sizeof(struct nk_duty_call), 10000000);
	NK_TRY(check_channels(flow->config, err));
	if (!nk_ok(nk_suspect_drop(flow, out, &drop))) { /* whatever is wrong there, the duties that are due are called */
		out->drop_left++;
		out->drop_why[NK_DROP_NOWHERE]++;
	}
	NK_TRY(nk_names_expire(flow, err));
	nk_target_copies_due(flow);
	NK_TRY(nk_op_training_open(flow, &laid, err)); /* a half-year has begun, or somebody is new */
	NK_TRY(nk_duty_list(flow->store, true, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		out->open++;
		out->overdue += list[i].due_at < nk_now(flow->env) ? 1 : 0;
		NK_TRY(call_again(flow, &list[i], arena, &calls, &out->next_at, err));
		NK_TRY(call_due(flow, &list[i], arena, &calls, &out->next_at, err));
	}
	out->calls = nk_arena_array(arena, calls.len, sizeof(*out->calls));
	if (out->calls == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < calls.len; i++) {
		out->calls[i] = *(const struct nk_duty_call *)nk_vec_at(&calls, i);
		out->failed += out->calls[i].told ? 0 : 1;
		out->shown += out->calls[i].told && out->calls[i].channel.len == 0 ? 1 : 0;
	}
	out->n = calls.len;
	return nk_done();
}

nk_time nk_op_duty_now(const struct nk_flow *flow)
{
	return nk_now(flow->env);
}
