/*
 * custodian_book.c: who may ask a custodian, and what is answered.
 *
 * Invariant: a change is durable (where there is a state file) before it is answered; a vault reaches only its own
 * two cells; a pending share is dropped, and any share destroyed, only by a message inside that vault's authenticated
 * session.
 */
#include "base.h"

#include "custodian_int.h"
#include "custodian_wire.h"

#include "os.h"

enum { NAME_MAX_LEN = 31, RECEIPT_MAX = 2048, REQUESTS_MAX = 16 };

static bool name_ok(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++) {
		const char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')) {
			return false;
		}
	}
	return i > 0 && i <= NAME_MAX_LEN;
}

static NK_RESULT take_paths(struct nk_custodian *c, const struct nk_custodian_options *opt, struct nk_err *err)
{
	const char *state = opt->state_file != NULL ? opt->state_file : "";

	if ((size_t)snprintf(c->key_file, sizeof(c->key_file), "%s", opt->key_file) >= sizeof(c->key_file) ||
		(size_t)snprintf(c->state_file, sizeof(c->state_file), "%s", state) >= sizeof(c->state_file)) {
		return nk_fail(
			err, NK_CONFIG, "the path of a file of the custodian is longer than %d bytes", (int)PATH_MAX);
	}
	return nk_done();
}

/* What each answer says about who gives it. */
static void introduce(struct nk_custodian *c, const struct nk_custodian_options *opt)
{
	char host[256];

	nk_os_host_name(host);
	(void)snprintf(c->self.holder, sizeof(c->self.holder), "%s", opt->name);
	(void)snprintf(c->self.medium, sizeof(c->self.medium), "%s", opt->state_file != NULL ? "file" : "memory");
	(void)snprintf(c->self.host, sizeof(c->self.host), "%.63s", host);
	(void)snprintf(c->self.organisation, sizeof(c->self.organisation), "%.*s", NK_FMT(opt->organisation));
	nk_sign_public(&c->keys.sign, c->self.pub);
}

static NK_RESULT check_options(const struct nk_custodian_options *opt, struct nk_err *err)
{
	if (opt->name == NULL || !name_ok(opt->name)) {
		return nk_fail(err, NK_CONFIG,
			"the name of a custodian has 1 to %d characters out of a-z, 0-9, '.' and '-'",
			(int)NAME_MAX_LEN);
	}
	if (opt->organisation.len >= sizeof(((struct nk_receipt *)NULL)->organisation) ||
		!nk_utf8_valid(nk_str_bytes(opt->organisation), NULL)) {
		return nk_fail(err, NK_CONFIG,
			"the name of the custodian's organisation is longer than 63 bytes or not UTF-8");
	}
	if (opt->n_clients > NK_CUSTODIAN_CLIENTS) {
		return nk_fail(err, NK_CONFIG, "a custodian serves at most %d vaults", (int)NK_CUSTODIAN_CLIENTS);
	}
	return nk_done();
}

static struct nk_cclient *find_client(struct nk_custodian *c, const uint8_t pub[static 32])
{
	size_t i;

	for (i = 0; i < NK_CUSTODIAN_CLIENTS; i++) {
		if (c->clients[i].known && nk_ct_equal(c->clients[i].pub, pub, 32)) {
			return &c->clients[i];
		}
	}
	return NULL;
}

/* Finds the vault's place in the book or gives it one. */
static NK_RESULT enter_client(
	struct nk_custodian *c, const uint8_t pub[static 32], struct nk_cclient **out, struct nk_err *err)
{
	struct nk_cclient *client = find_client(c, pub);
	size_t i;

	for (i = 0; client == NULL && i < NK_CUSTODIAN_CLIENTS; i++) {
		if (!c->clients[i].known) {
			memcpy(c->clients[i].pub, pub, 32);
			NK_TRY(nk_cstate_client(c, i, err));
			c->clients[i].known = true;
			client = &c->clients[i];
		}
	}
	if (client == NULL) {
		return nk_fail(err, NK_LIMIT, "a custodian serves at most %d vaults", (int)NK_CUSTODIAN_CLIENTS);
	}
	*out = client;
	return nk_done();
}

/*
 * Named vaults get their place in the book; shares of a vault that is not named stop the start, they are not
 * dropped.
 */
static NK_RESULT enter_named(struct nk_custodian *c, const struct nk_custodian_options *opt, struct nk_err *err)
{
	size_t i;
	size_t j;

	for (i = 0; i < NK_CUSTODIAN_CLIENTS && opt->n_clients > 0; i++) {
		bool named = !c->clients[i].known;

		for (j = 0; j < opt->n_clients; j++) {
			named = named || nk_ct_equal(c->clients[i].pub, opt->clients[j], 32);
		}
		if (!named) {
			return nk_fail(err, NK_CONFIG,
				"the state file holds shares of a vault that no --client names: name it, or use "
				"another state file");
		}
	}
	for (j = 0; j < opt->n_clients; j++) {
		struct nk_cclient *client = NULL;

		NK_TRY(enter_client(c, opt->clients[j], &client, err));
	}
	return nk_done();
}

NK_RESULT nk_custodian_open(const struct nk_env *env, const struct nk_custodian_options *opt,
	struct nk_custodian **out, struct nk_err *err)
{
	NK_OWNED(nk_custodian_close) struct nk_custodian *c = NULL;

	NK_TRY(nk_crypto_init(err));
	NK_TRY(check_options(opt, err));
	NK_TRY(nk_locked_new(sizeof(*c), (void **)&c, err));
	c->env = env;
	c->state = -1;
	c->lock = -1;
	c->listed = opt->n_clients > 0;
	NK_TRY(take_paths(c, opt, err));
	NK_TRY(nk_keyfile_load(env, c->key_file, &c->keys, err));
	introduce(c, opt);
	if (opt->state_file != NULL) {
		NK_TRY(nk_cstate_open(c, err));
	}
	NK_TRY(enter_named(c, opt, err));
	*out = c;
	c = NULL;
	return nk_done();
}

void nk_custodian_close(struct nk_custodian **custodian)
{
	struct nk_custodian *c = *custodian;

	if (c != NULL) {
		c->env->close(c->env->self, &c->state);
		c->env->close(c->env->self, &c->lock);
		nk_locked_free((void **)custodian);
	}
}

void nk_custodian_keys(const struct nk_custodian *custodian, char out[static NK_CUSTODIAN_ADDRESS])
{
	nk_hex_print(custodian->self.pub, 32, out);
	nk_hex_print(custodian->keys.kx.pub, 32, out + 64);
}

/* May this vault ask? Nothing is changed yet: it has only said who it is. */
static bool may_ask(struct nk_custodian *c, const uint8_t pub[static 32], bool *out_first)
{
	static const uint8_t nobody[32];

	*out_first = false;
	if (c->listed) {
		return find_client(c, pub) != NULL;
	}
	*out_first = nk_ct_equal(c->keys.peer, nobody, 32);
	return *out_first || nk_ct_equal(c->keys.peer, pub, 32);
}

static enum nk_code answer_put(struct nk_custodian *c, struct nk_cclient *client, const struct nk_crequest *q)
{
	struct nk_cell held = { .state = NK_CELL_HELD, .epoch = q->epoch };
	struct nk_cshare share;
	enum nk_code code;

	if (!nk_cwire_share_get(q->payload, &share)) {
		return NK_INVALID;
	}
	nk_wipe(&share, sizeof(share));
	memcpy(held.rotation, q->rotation, sizeof(held.rotation));
	memcpy(held.payload, q->payload, sizeof(held.payload));
	code = nk_cells_put(client->cells, &held);
	nk_wipe(&held, sizeof(held));
	if (code == NK_OK && !nk_ok(nk_cstate_cell(c, (size_t)(client - c->clients), nk_cells_of(q->epoch), NULL))) {
		return NK_IO;
	}
	return code;
}

static enum nk_code answer_get(const struct nk_cclient *client, const struct nk_crequest *q, struct nk_creply *r)
{
	const struct nk_cell *cell = NULL;
	const enum nk_code code = nk_cells_get(client->cells, q->epoch, &cell);

	if (code == NK_OK) {
		memcpy(r->payload, cell->payload, sizeof(r->payload));
	}
	return code;
}

static enum nk_code answer_drop(struct nk_custodian *c, struct nk_cclient *client, const struct nk_crequest *q)
{
	(void)nk_cells_drop(client->cells, q->epoch, q->rotation);
	return nk_ok(nk_cstate_cell(c, (size_t)(client - c->clients), nk_cells_of(q->epoch), NULL)) ? NK_OK : NK_IO;
}

static enum nk_code answer_destroy(
	struct nk_custodian *c, struct nk_cclient *client, const struct nk_crequest *q, struct nk_creply *r)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const size_t at = (size_t)(client - c->clients);

	r->receipt.at = nk_cells_destroy(client->cells, q->epoch, q->rotation, nk_now(c->env));
	r->receipt.epoch = q->epoch - 1;
	memcpy(r->receipt.rotation, q->rotation, sizeof(r->receipt.rotation));
	if (!nk_ok(nk_cstate_cell(c, at, nk_cells_of(q->epoch - 1), NULL)) ||
		!nk_ok(nk_cstate_cell(c, at, nk_cells_of(q->epoch), NULL))) {
		return NK_IO;
	}
	nk_buf_init(&text, RECEIPT_MAX);
	if (!nk_ok(nk_receipt_text(&r->receipt, &text, NULL))) {
		return NK_INVALID;
	}
	nk_sign(&c->keys.sign, nk_buf_bytes(&text), r->receipt.sig);
	return NK_OK;
}

static void answer(
	struct nk_custodian *c, struct nk_cclient *client, const struct nk_crequest *q, struct nk_creply *r)
{
	unsigned i;

	memset(r, 0, sizeof(*r));
	r->receipt = c->self;
	r->code = NK_INVALID;
	switch (q->kind) {
	case NK_CASK_PUT:
		r->code = answer_put(c, client, q);
		break;
	case NK_CASK_GET:
		r->code = answer_get(client, q, r);
		break;
	case NK_CASK_DROP:
		r->code = answer_drop(c, client, q);
		break;
	case NK_CASK_DESTROY:
		r->code = answer_destroy(c, client, q, r);
		break;
	case NK_CASK_STATUS:
		for (i = 0; i < 2; i++) {
			r->held[i] = client->cells[i].state == NK_CELL_HELD ? client->cells[i].epoch : 0;
		}
		r->code = NK_OK;
		break;
	case NK_CASK_END:
		break;
	}
}

static NK_RESULT pin(struct nk_custodian *c, const uint8_t pub[static 32], struct nk_err *err)
{
	memcpy(c->keys.peer, pub, 32);
	return nk_keyfile_pin(c->env, c->key_file, &c->keys, err);
}

/* One request and its answer; the first that opens proves who calls. */
static NK_RESULT serve_one(struct nk_custodian *c, struct nk_cchannel *channel, const uint8_t pub[static 32],
	bool *first, bool *out_pinned, struct nk_err *err)
{
	uint8_t in[NK_CREQUEST_LEN];
	uint8_t out[NK_CREPLY_LEN];
	struct nk_cclient *client = NULL;
	struct nk_crequest q;
	struct nk_creply r;
	nk_rc rc;

	NK_TRY(nk_cwire_receive(channel, in, sizeof(in), err));
	if (*first) {
		NK_TRY(pin(c, pub, err));
		*first = false;
		*out_pinned = true;
	}
	NK_TRY(enter_client(c, pub, &client, err));
	if (!nk_cwire_request_get(in, &q)) {
		return nk_fail(err, NK_INVALID, "a vault asked for something that this custodian does not know");
	}
	answer(c, client, &q, &r);
	nk_cwire_reply_put(&r, out);
	rc = nk_cwire_send(channel, nk_bytes_of(out, sizeof(out)), err);
	nk_wipe(in, sizeof(in));
	nk_wipe(out, sizeof(out));
	nk_wipe(&q, sizeof(q));
	nk_wipe(&r, sizeof(r));
	return rc;
}

NK_RESULT nk_custodian_serve(struct nk_custodian *custodian, int fd, bool *out_pinned, struct nk_err *err)
{
	NK_OWNED(nk_cwire_done) struct nk_cchannel channel = { .env = custodian->env, .fd = fd };
	uint8_t pub[32];
	bool first = false;
	unsigned i;

	*out_pinned = false;
	NK_TRY(nk_cwire_answer(&channel, &custodian->keys.kx, pub, err));
	if (!may_ask(custodian, pub, &first)) {
		return nk_fail(err, NK_DENIED, "a vault that this custodian does not know tried to talk to it");
	}
	for (i = 0; i < REQUESTS_MAX; i++) {
		const nk_rc rc = serve_one(custodian, &channel, pub, &first, out_pinned, err);

		if (rc.code == NK_NOT_FOUND) {
			return nk_done(); /* it has said all it wanted */
		}
		NK_TRY(rc);
	}
	return nk_done();
}
