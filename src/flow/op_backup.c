/*
 * op_backup.c: making a backup: one cut through store, ledger and vault, in two parts that lie apart.
 *
 * Invariant: both holdings are on the books, with an end and a duty, before the first byte is written; the data part is
 * made of live rows only; the keys part never lies beside the data part. What no statement signs was not finished.
 */
#include "base.h"
#include "backup_int.h"

#include "cert.h"
#include "party_int.h"

#define VERB "BACKUP"
#define SCOPE "backup"
#define STATEMENT_LIMIT (1 << 20)

struct making {
	struct nk_flow *flow;
	const struct nk_backup_request *req;
	struct nk_arena *arena;
	struct nk_backup_made *out;
	struct nk_carry_to *to[2]; /* data, keys */
	size_t n_to[2];
	char path[2][PATH_MAX];
	struct nk_hold *hold[2];
	uint32_t *numbers;
	struct nk_backup_manifest manifest[2];
	struct nk_vec files[2]; /* of struct nk_backup_file */
	struct nk_buf checkpoint, vkey, pem;
	bool keys;
};

static void making_done(struct making *m)
{
	nk_hold_drop(&m->hold[0]);
	nk_hold_drop(&m->hold[1]);
	nk_vec_done(&m->files[0]);
	nk_vec_done(&m->files[1]);
	nk_buf_done(&m->checkpoint);
	nk_buf_done(&m->vkey);
	nk_buf_done(&m->pem);
}

/* --- where it may go --- */

static bool inside(const char *path, const char *folder)
{
	const size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static NK_RESULT place(struct making *m, const char *dir, const char *stamp, unsigned part, struct nk_err *err)
{
	char real[PATH_MAX];
	char home[PATH_MAX];
	int n;

	if (!nk_os_is_folder(dir)) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("%s is no folder: a backup goes to a folder that is there (is the medium mounted?)"), dir);
	}
	NK_TRY(nk_os_real_path(dir, real, err));
	NK_TRY(nk_os_real_path(m->flow->home, home, err));
	if (inside(real, home)) {
		return nk_fail(err, NK_DENIED, NK_N("%s lies inside the installation: a backup belongs somewhere else"), dir);
	}
	n = snprintf(m->path[part], PATH_MAX, "%s/nokosazu-%s-%s.age", real, stamp, part == 0 ? "data" : "keys");
	return n > 0 && n < PATH_MAX ? nk_done() : nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
}

static NK_RESULT apart(struct making *m, struct nk_err *err)
{
	const struct nk_backup_request *const r = m->req;
	char one[PATH_MAX];
	char two[PATH_MAX];

	NK_TRY(nk_os_real_path(r->to, one, err));
	NK_TRY(nk_os_real_path(r->keys_to, two, err));
	if (strcmp(one, two) == 0) {
		return nk_fail(err, NK_DENIED, NK_N("data and keys go to two different places: whoever finds both parts needs only the unlock secret"));
	}
	NK_TRY(nk_os_same_device(one, two, &m->out->one_device, err));
	if (m->out->one_device && !r->same_device) {
		return nk_fail(err, NK_DENIED,
			NK_N("data and keys would lie on one device; name a place on another one, or --same-device, which the backup's statement will say"));
	}
	return nk_done();
}

static NK_RESULT places(struct making *m, struct nk_err *err)
{
	char when[NK_TIME_TEXT];
	char stamp[NK_TIME_TEXT];
	size_t n = 0;

	(void)nk_time_print(nk_now(m->flow->env), when);
	for (size_t i = 0; when[i] != '\0' && when[i] != '.'; i++) {
		if (when[i] != '-' && when[i] != ':' && when[i] != 'Z') {
			stamp[n++] = when[i];
		}
	}
	stamp[n] = '\0';
	NK_TRY(place(m, m->req->to, stamp, 0, err));
	if (!m->keys) {
		return nk_done();
	}
	NK_TRY(place(m, m->req->keys_to, stamp, 1, err));
	return apart(m, err);
}

/* --- on the books --- */

static NK_RESULT warrant(struct making *m, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;

	if (nk_uuid_is_nil(m->req->warrant)) {
		return !m->flow->config->backup_warrant
			? nk_done()
			: nk_fail(err, NK_DENIED,
				  NK_N("a backup leaves this house only under a warrant ([backup] warrant): nokosazu warrant request --kind egress --verbs BACKUP --scope backup, then --warrant ID"));
	}
	NK_TRY(nk_tx_begin(m->flow->store, &tx, err));
	NK_TRY(nk_warrant_take(m->flow, tx, m->req->warrant, NK_STR("egress"), NK_STR(VERB), NK_STR(SCOPE), m->arena, NULL, err));
	return nk_flow_commit(m->flow, &tx, err);
}

static NK_RESULT number_of(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct making *const m = arg;

	(void)err;
	m->numbers[m->out->persons++] = p->number;
	return nk_done();
}

static NK_RESULT everybody(struct making *m, struct nk_err *err)
{
	struct nk_people *people = NULL;

	NK_TRY(nk_flow_people(m->flow, &people, err));
	m->numbers = nk_arena_array(m->arena, nk_people_count(people), sizeof(*m->numbers));
	if (m->numbers == NULL) {
		return nk_fail_nomem(err);
	}
	return nk_people_each(people, number_of, m, err);
}

static NK_RESULT enter(struct making *m, unsigned part, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	struct nk_flow *const flow = m->flow;
	struct nk_backup_part *const p = part == 0 ? &m->out->data : &m->out->keys;
	const struct nk_hold_spec spec = {
		.kind = part == 0 ? NK_HOLDING_backup : NK_HOLDING_backup_keys,
		.path = m->path[part],
		.purpose = NK_STR("what is lost can be brought back"),
		.warrant = m->req->warrant,
		.derived_from = part == 0 ? flow->store_holding : m->out->data.holding,
		.reach = m->to[part][0].party,
		.expires_at = m->out->expires_at,
		.numbers = m->numbers,
		.n = m->out->persons,
		.classes = part == 0 ? (1U << NK_ITEM_COUNT) - 1 : 1U << NK_ITEM_ids,
	};
	struct nk_leaf_item items[2];

	NK_TRY(nk_hold_open(flow, &spec, &m->hold[part], err));
	p->holding = nk_hold_id(m->hold[part]);
	p->path = nk_str_c(m->path[part]);
	items[0] = nk_item_hex("holding", p->holding.b, sizeof(p->holding.b));
	items[1] = nk_item_text("what", NK_STR("begun"));
	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	for (size_t i = 1; i < m->n_to[part]; i++) {
		NK_TRY(nk_reach_open(tx, p->holding, m->to[part][i].party, nk_now(flow->env), err));
	}
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_BACKUP, items, 2, NULL, err));
	return nk_flow_commit(flow, &tx, err);
}

/* --- what goes in --- */

static NK_RESULT add_file(struct making *m, unsigned part, const char *path, const char *from, struct nk_err *err)
{
	struct nk_backup_file *f = NULL;
	void *at = NULL;
	struct nk_str kept;

	NK_TRY(nk_vec_push(&m->files[part], &at, err));
	f = at;
	memset(f, 0, sizeof(*f));
	NK_TRY(nk_arena_dup(m->arena, nk_str_c(path), &f->path, err));
	NK_TRY(nk_arena_dup(m->arena, nk_str_c(from), &kept, err));
	f->from = kept.ptr;
	return nk_done();
}

/* Of the installation's own files: settings, certificates, public keys, the clock. Whatever else lies there is no part
 * of it and stays. */
static NK_RESULT own_file(void *arg, const char *path, struct nk_err *err)
{
	static const char *const folders[] = { "conf.d/", "certificates/", "public/" };
	struct making *const m = arg;
	const size_t len = strlen(path);
	char from[PATH_MAX];
	bool wanted = strcmp(path, "nokosazu.conf") == 0 || strcmp(path, "clock") == 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(folders); i++) {
		const size_t n = strlen(folders[i]);

		wanted = wanted || (strncmp(path, folders[i], n) == 0 && strchr(path + n, '/') == NULL && path[n] != '.');
	}
	if (strncmp(path, "conf.d/", 7) == 0 && (len < 5 || strcmp(path + len - 5, ".conf") != 0)) {
		wanted = false;
	}
	if (!wanted) {
		return nk_done();
	}
	nk_flow_path(m->flow, path, from);
	return add_file(m, 0, path, from, err);
}

static NK_RESULT vault_files(struct making *m, struct nk_err *err)
{
	const char *const *const names = nk_vault_file_names();
	const bool file_sealer = nk_str_eq(m->flow->config->sealer, NK_STR("file"));

	for (size_t i = 0; names[i] != NULL; i++) {
		const bool epoch = strcmp(names[i], "epoch") == 0;
		const bool other = strcmp(names[i], "lock") == 0 || strcmp(names[i], "vault.receipts") == 0;
		char path[64];
		char from[PATH_MAX];

		(void)snprintf(path, sizeof(path), "vault/%s", names[i]);
		nk_flow_path(m->flow, path, from);
		if (other || !nk_os_is_there(from) || (epoch && (!file_sealer || m->req->without_epoch))) {
			continue;
		}
		m->out->epoch_inside = m->out->epoch_inside || epoch;
		NK_TRY(add_file(m, 1, path, from, err));
	}
	return nk_done();
}

static NK_RESULT papers(struct making *m, struct nk_err *err)
{
	uint8_t pub[NK_SIGN_PUB_LEN];
	char path[PATH_MAX];

	m->out->entries = nk_ledger_size(m->flow->ledger); /* of the cut, in both parts */
	nk_flow_path(m->flow, "ledger/checkpoint", path);
	NK_TRY(nk_env_read_all(m->flow->env, path, NK_BACKUP_NOTE_MAX, &m->checkpoint, err));
	NK_TRY(nk_ledger_vkey(m->flow->ledger, &m->vkey, err));
	nk_sign_public(m->flow->key[NK_HOUSE_CERT], pub);
	return nk_cert_pub_pem(pub, &m->pem, err);
}

static void fill(struct making *m, unsigned part)
{
	struct nk_vault_status s;

	nk_vault_status(m->flow->vault, &s);
	m->out->epoch = s.epoch;
	m->manifest[part] = (struct nk_backup_manifest){ .keys = part == 1,
		.backup = m->out->data.holding,
		.holding = part == 0 ? m->out->data.holding : m->out->keys.holding,
		.tenant = m->flow->tenant,
		.made_at = nk_now(m->flow->env),
		.entries = m->out->entries,
		.persons = m->out->persons,
		.vault_sequence = s.sequence,
		.epoch = s.epoch,
		.epoch_inside = m->out->epoch_inside,
		.single_copy = s.single_copy,
		.checkpoint = nk_buf_str(&m->checkpoint),
		.vkey = nk_buf_str(&m->vkey),
		.certificate = nk_buf_str(&m->pem),
		.files = m->files[part].items,
		.n_files = m->files[part].len };
}

static NK_RESULT write_part(struct making *m, unsigned part, struct nk_err *err)
{
	struct nk_backup_part *const p = part == 0 ? &m->out->data : &m->out->keys;
	const struct nk_backup_writing w = { .manifest = &m->manifest[part],
		.to = m->to[part],
		.n_to = m->n_to[part],
		.fd = nk_hold_fd(m->hold[part]),
		.phase = part == 0 ? NK_N("sealing the data") : NK_N("sealing the keys") };

	fill(m, part);
	NK_TRY(nk_backup_digest(m->manifest[part].files, m->manifest[part].n_files, err));
	NK_TRY(nk_backup_write(m->flow, &w, &p->sha256, &p->bytes, err));
	return nk_hold_keep(&m->hold[part], err);
}

/* The store as one file, live rows only, beside the store: sealed records as they are, gone when it was read. */
static NK_RESULT write_data(struct making *m, struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *copy = NULL;
	char path[PATH_MAX];
	const struct nk_hold_spec spec = { .kind = NK_HOLDING_temp,
		.path = path,
		.purpose = NK_STR("the store while it is backed up"),
		.warrant = m->req->warrant,
		.expires_at = nk_now(m->flow->env) + NK_DAY,
		.numbers = m->numbers,
		.n = m->out->persons,
		.classes = (1U << NK_ITEM_COUNT) - 1,
		.job = true };

	nk_flow_path(m->flow, "store/backup.db", path);
	NK_TRY(nk_hold_open(m->flow, &spec, &copy, err));
	nk_flow_tell(m->flow, NK_N("copying the store"), 0, 0);
	NK_TRY(papers(m, err));
	NK_TRY(nk_store_copy(m->flow->store, path, err));
	NK_TRY(add_file(m, 0, "store/nokosazu.db", path, err));
	NK_TRY(nk_os_tree_each(m->flow->home, own_file, m, err));
	NK_TRY(write_part(m, 0, err));
	return nk_hold_close(&copy, err);
}

/* --- proof --- */

static void put_number(struct nk_json *j, const char *key, uint64_t n)
{
	nk_json_key(j, key);
	nk_json_int(j, nk_i64(n));
}

static NK_RESULT body(const struct making *m, unsigned part, struct nk_buf *out, struct nk_err *err)
{
	const struct nk_backup_part *const p = part == 0 ? &m->out->data : &m->out->keys;
	const struct nk_uuid pair = part == 0 ? m->out->keys.holding : m->out->data.holding;
	const bool inside_keys = part == 1 && m->out->epoch_inside;
	char when[NK_TIME_TEXT];
	char id[NK_UUID_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	put_number(&j, "bytes", p->bytes);
	nk_json_key(&j, "destroy_by");
	nk_json_c(&j, nk_time_print(m->out->expires_at, when));
	put_number(&j, "entries", m->out->entries);
	put_number(&j, "epoch", m->out->epoch);
	nk_json_key(&j, "epoch_inside");
	nk_json_bool(&j, inside_keys);
	nk_json_key(&j, "limits");
	nk_json_c(&j,
		part == 0	? "records are sealed as in the store; who has this part, a keys part and the unlock secret reads them"
			: inside_keys ? "opens everybody in it, with a data part and the unlock secret, until it is destroyed"
				      : "opens nothing without the epoch secret, which is not in it");
	nk_json_key(&j, "one_device");
	nk_json_bool(&j, m->out->one_device);
	if (m->keys) {
		nk_json_key(&j, "pair");
		nk_json_c(&j, nk_uuid_print(pair, id));
	}
	nk_json_key(&j, "part");
	nk_json_c(&j, part == 0 ? "data" : "keys");
	put_number(&j, "persons", m->out->persons);
	nk_json_key(&j, "recipient_alone"); /* an officer's order is behind each recipient, or not */
	nk_json_c(&j, m->out->recipient_alone ? NK_LIMITATION_RECIPIENT : "");
	nk_json_key(&j, "recipients");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < m->n_to[part]; i++) {
		nk_json_str(&j, m->to[part][i].text);
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "sha256");
	nk_json_hex(&j, nk_bytes_of(p->sha256.b, sizeof(p->sha256.b)));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT prove(struct making *m, unsigned part, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_backup_part *const p = part == 0 ? &m->out->data : &m->out->keys;
	struct nk_statement st = { .predicate = NK_PREDICATE_BACKUP, .subject_sha256 = p->sha256, .result = "" };
	const struct nk_leaf_item items[3] = { nk_item_hex("holding", p->holding.b, sizeof(p->holding.b)),
		nk_item_hex("sha256", p->sha256.b, sizeof(p->sha256.b)), nk_item_text("what", NK_STR("made")) };
	struct nk_str envelope = { NULL, 0 };
	char beside[PATH_MAX];
	char about[64];

	nk_buf_init(&text, STATEMENT_LIMIT);
	NK_TRY(body(m, part, &text, err));
	(void)nk_holding_about(p->holding, about);
	st.subject = about;
	st.about = nk_str_c(about);
	st.body = nk_buf_str(&text);
	NK_TRY(nk_tx_begin(m->flow->store, &tx, err));
	NK_TRY(nk_statement_make(m->flow, tx, &st, m->arena, NULL, &envelope, err));
	NK_TRY(nk_flow_leaf(m->flow, tx, NK_LEAF_BACKUP, items, 3, NULL, err));
	if (part == 0) {
		NK_TRY(nk_backup_drill_duty(m->flow, tx, nk_now(m->flow->env) + (int64_t)m->flow->config->backup_drill_days * NK_DAY, err));
	}
	NK_TRY(nk_flow_commit(m->flow, &tx, err));
	if ((size_t)snprintf(beside, sizeof(beside), "%s%s", m->path[part], NK_BACKUP_STATEMENT) >= sizeof(beside)) {
		return nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
	}
	return nk_env_write_new(m->flow->env, beside, nk_str_bytes(envelope), err);
}

/* Who can open everybody's data is not for the operator alone to say (party_vouch.c). */
static NK_RESULT vouched_for(struct making *m, unsigned part, struct nk_err *err)
{
	for (size_t i = 0; i < m->n_to[part]; i++) {
		struct nk_party p;
		bool alone = false;
		nk_rc rc;

		NK_TRY(nk_party_get(m->flow->store, m->flow->key[NK_HOUSE_LOG], m->to[part][i].party, m->arena, &p, err));
		rc = nk_party_may_judge(m->flow, &p, NK_STR(""), err);
		if (rc.code == NK_DENIED) {
			return nk_fail(err, NK_DENIED,
				NK_N("no officer signed that this recipient may open a backup (enrolled by the operator alone): end this party and enrol it anew under an officer's order (nokosazu party end; party add --role contractor --recipient age1...)"));
		}
		NK_TRY(rc);
		NK_TRY(nk_party_is_alone(m->flow, &p, &alone, err));
		m->out->recipient_alone = m->out->recipient_alone || alone;
	}
	return nk_done();
}

static NK_RESULT recipients(struct making *m, struct nk_err *err)
{
	const struct nk_backup_request *const r = m->req;
	const bool same = r->n_keys_recipients == 0;

	if (r->n_recipients == 0) {
		return nk_fail(err, NK_USAGE, NK_N("a backup is sealed for somebody: --for age1..., or [backup] recipients"));
	}
	if (r->n_recipients > NK_BACKUP_RECIPIENTS || r->n_keys_recipients > NK_BACKUP_RECIPIENTS) {
		return nk_fail(err, NK_LIMIT, NK_N("a backup is for at most %d recipients"), (int)NK_BACKUP_RECIPIENTS);
	}
	NK_TRY(nk_carry_recipients(m->flow, r->recipients, r->n_recipients, m->arena, &m->to[0], &m->n_to[0], err));
	NK_TRY(nk_carry_recipients(m->flow, same ? r->recipients : r->keys_recipients, same ? r->n_recipients : r->n_keys_recipients,
		m->arena, &m->to[1], &m->n_to[1], err));
	NK_TRY(vouched_for(m, 0, err));
	return vouched_for(m, 1, err);
}

static NK_RESULT make(struct making *m, struct nk_err *err)
{
	const uint32_t days = m->req->days > 0 ? m->req->days : m->flow->config->backup_days;

	if (m->req->to == NULL) {
		return nk_fail(err, NK_USAGE, NK_N("a backup goes to a folder: --to DIR, or [backup] to"));
	}
	m->out->expires_at = nk_now(m->flow->env) + (int64_t)days * NK_DAY;
	NK_TRY(recipients(m, err));
	NK_TRY(places(m, err));
	NK_TRY(everybody(m, err));
	NK_TRY(warrant(m, err));
	NK_TRY(enter(m, 0, err));
	if (m->keys) {
		NK_TRY(enter(m, 1, err));
		NK_TRY(vault_files(m, err));
	}
	NK_TRY(write_data(m, err));
	if (m->keys) {
		NK_TRY(write_part(m, 1, err));
		NK_TRY(prove(m, 1, err));
	}
	return prove(m, 0, err);
}

/* What was not said is as configured. Texts of an arena end in a NUL. */
static struct nk_backup_request as_configured(const struct nk_config *c, const struct nk_backup_request *req)
{
	struct nk_backup_request r = *req;

	if (r.to == NULL && c->backup_to.len > 0) {
		r.to = c->backup_to.ptr;
		r.keys_to = r.keys_to == NULL && c->backup_keys_to.len > 0 ? c->backup_keys_to.ptr : r.keys_to;
	}
	if (r.n_recipients == 0) {
		r.recipients = c->backup_for.word;
		r.n_recipients = c->backup_for.n;
	}
	if (r.n_keys_recipients == 0 && req->n_recipients == 0) {
		r.keys_recipients = c->backup_keys_for.word;
		r.n_keys_recipients = c->backup_keys_for.n;
	}
	return r;
}

NK_RESULT nk_op_backup(struct nk_flow *flow, const struct nk_backup_request *req, struct nk_arena *arena,
	struct nk_backup_made *out, struct nk_err *err)
{
	const struct nk_backup_request all = as_configured(flow->config, req);
	NK_OWNED(making_done) struct making m = { .flow = flow, .req = &all, .arena = arena, .out = out, .keys = all.keys_to != NULL };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	nk_vec_init(&m.files[0], sizeof(struct nk_backup_file), NK_BACKUP_FILES_MAX);
	nk_vec_init(&m.files[1], sizeof(struct nk_backup_file), 16);
	nk_buf_init(&m.checkpoint, NK_BACKUP_NOTE_MAX);
	nk_buf_init(&m.vkey, 4096);
	nk_buf_init(&m.pem, 4096);
	rc = make(&m, err);
	if (nk_ok(rc)) {
		NK_TRY(nk_arena_dup(arena, nk_str_c(m.path[0]), &out->data.path, err));
		NK_TRY(nk_arena_dup(arena, nk_str_c(m.path[1]), &out->keys.path, err));
	}
	return nk_carry_tell(flow, "backup", rc, NULL);
}
