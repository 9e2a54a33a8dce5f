/*
 * custodian_state.c: the custodian's book in a file, for those who cannot keep a process running.
 *
 * Invariant: three sectors of 512 bytes a client (who, cell, cell), each with its own checksum, overwritten in place;
 * a torn write damages one of them only.
 */
#include "base.h"

#include "custodian_int.h"

enum { SECTOR = 512, SECTORS = 3, WHO_LEN = 8 + 32, FILE_LEN = NK_CUSTODIAN_CLIENTS * SECTORS * SECTOR };

static const uint8_t magic[8] = { 'n', 'k', 'c', 'l', 'n', 't', '1', 0 };

static uint64_t sector_at(size_t client, unsigned which)
{
	return ((uint64_t)client * SECTORS + which) * SECTOR;
}

static void who_sum(const uint8_t *bytes, struct nk_hash *out)
{
	const struct nk_bytes part = nk_bytes_of(bytes, WHO_LEN);

	nk_blake(NULL, &part, 1, out);
}

static NK_RESULT write_sector(struct nk_custodian *c, uint64_t at, uint8_t *sector, struct nk_err *err)
{
	const nk_rc rc = c->env->write(c->env->self, c->state, at, sector, SECTOR, err);

	nk_wipe(sector, SECTOR);
	NK_TRY(rc);
	if (!nk_ok(c->env->sync(c->env->self, c->state, err))) {
		nk_env_sync_failed(c->state_file);
	}
	return nk_done();
}

NK_RESULT nk_cstate_client(struct nk_custodian *c, size_t client, struct nk_err *err)
{
	uint8_t sector[SECTOR] = { 0 };
	struct nk_hash sum;

	if (c->state < 0) {
		return nk_done();
	}
	memcpy(sector, magic, sizeof(magic));
	memcpy(sector + 8, c->clients[client].pub, 32);
	who_sum(sector, &sum);
	memcpy(sector + WHO_LEN, sum.b, sizeof(sum.b));
	return write_sector(c, sector_at(client, 0), sector, err);
}

NK_RESULT nk_cstate_cell(struct nk_custodian *c, size_t client, unsigned cell, struct nk_err *err)
{
	uint8_t sector[SECTOR] = { 0 };

	if (c->state < 0) {
		return nk_done();
	}
	if (c->clients[client].cells[cell].state != NK_CELL_EMPTY) {
		nk_cell_put(&c->clients[client].cells[cell], sector);
	}
	return write_sector(c, sector_at(client, 1 + cell), sector, err);
}

static void load_client(struct nk_cclient *client, const uint8_t *at)
{
	struct nk_hash sum;
	unsigned i;

	who_sum(at, &sum);
	if (!nk_bytes_eq(nk_bytes_of(at, sizeof(magic)), nk_bytes_of(magic, sizeof(magic))) ||
		!nk_ct_equal(sum.b, at + WHO_LEN, sizeof(sum.b))) {
		return;
	}
	client->known = true;
	memcpy(client->pub, at + 8, 32);
	for (i = 0; i < 2; i++) {
		(void)nk_cell_get(at + (size_t)(1 + i) * SECTOR, &client->cells[i]);
	}
}

NK_RESULT nk_cstate_open(struct nk_custodian *c, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	char lock[PATH_MAX];
	uint8_t *at = NULL;
	size_t got = 0;
	size_t i;

	nk_buf_init_wiping(&bytes, FILE_LEN);
	NK_TRY(nk_buf_reserve(&bytes, FILE_LEN, &at, err));
	memset(at, 0, FILE_LEN);
	if ((size_t)snprintf(lock, sizeof(lock), "%s.lock", c->state_file) >= sizeof(lock)) {
		return nk_fail(err, NK_CONFIG, "the path of the custodian's state file is longer than %d bytes",
			(int)PATH_MAX);
	}
	NK_TRY(c->env->lock(c->env->self, lock, true, 0, &c->lock, err));
	NK_TRY(c->env->open(c->env->self, c->state_file, NK_OPEN_CREATE, &c->state, err));
	NK_TRY(c->env->read(c->env->self, c->state, 0, at, FILE_LEN, &got, err));
	for (i = 0; i < NK_CUSTODIAN_CLIENTS; i++) {
		load_client(&c->clients[i], at + sector_at(i, 0));
	}
	bytes.len = FILE_LEN;
	return nk_done();
}
