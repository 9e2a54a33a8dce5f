/*
 * custodian_int.h: the custodian's book, shared by custodian_book.c and custodian_state.c. Lives in locked memory.
 */
#ifndef NK_CUSTODIAN_INT_H
#define NK_CUSTODIAN_INT_H

#include "cells.h"
#include "custodian.h"
#include "keyfile.h"

/* The shares of one vault. */
struct nk_cclient {
	bool known;
	uint8_t pub[32];
	struct nk_cell cells[2];
};

struct nk_custodian {
	const struct nk_env *env;
	char key_file[PATH_MAX];
	char state_file[PATH_MAX]; /* "": none */
	int state; /* the open state file, -1: none */
	int lock; /* its lock, held as long as it is open */
	bool listed; /* clients were named by the options: nobody is pinned by himself */
	struct nk_keyfile keys;
	struct nk_receipt self; /* holder, medium, host, organisation, pub */
	struct nk_cclient clients[NK_CUSTODIAN_CLIENTS];
};

/*
 * nk_cstate_open: reads the state file into the book, or makes it. nk_cstate_client, nk_cstate_cell: write one
 * sector, durable on return; nothing to do without a file.
 */
NK_RESULT nk_cstate_open(struct nk_custodian *c, struct nk_err *err);
NK_RESULT nk_cstate_client(struct nk_custodian *c, size_t client, struct nk_err *err);
NK_RESULT nk_cstate_cell(struct nk_custodian *c, size_t client, unsigned cell, struct nk_err *err);

#endif
