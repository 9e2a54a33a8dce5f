/*
 * vault_fuzz.c: bytes that others wrote, into everything of this floor that reads bytes: header sectors, cells,
 * custodians' messages, custodians' addresses. The first byte chooses.
 */
#include "base.h"

#include "cells.h"
#include "custodian_client.h"
#include "vault_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_head(const uint8_t *data, size_t size)
{
	uint8_t sector[NKV_SECTOR] = { 0 };
	uint8_t again[NKV_SECTOR];
	struct nk_vhead head;

	memcpy(sector, data, size < sizeof(sector) ? size : sizeof(sector));
	if (nk_layout_head_get(sector, &head) == NK_HEAD_GOOD) {
		nk_layout_head_put(&head, again);
		nk_assert(nk_layout_head_get(again, &head) == NK_HEAD_GOOD);
	}
}

static void fuzz_cell(const uint8_t *data, size_t size)
{
	uint8_t bytes[NK_CELL_LEN] = { 0 };
	uint8_t again[NK_CELL_LEN];
	struct nk_cell cell;

	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	if (nk_cell_get(bytes, &cell)) {
		nk_cell_put(&cell, again);
		nk_assert(nk_cell_get(again, &cell));
	}
}

static void fuzz_messages(const uint8_t *data, size_t size)
{
	uint8_t request[NK_CREQUEST_LEN] = { 0 };
	uint8_t reply[NK_CREPLY_LEN] = { 0 };
	struct nk_crequest q;
	struct nk_creply r;
	struct nk_cshare share;

	memcpy(request, data, size < sizeof(request) ? size : sizeof(request));
	memcpy(reply, data, size < sizeof(reply) ? size : sizeof(reply));
	if (nk_cwire_request_get(request, &q)) {
		(void)nk_cwire_share_get(q.payload, &share);
	}
	if (nk_cwire_reply_get(reply, &r)) {
		nk_cwire_reply_put(&r, reply);
		nk_assert(nk_cwire_reply_get(reply, &r));
		(void)nk_receipt_ok(&r.receipt);
	}
}

static void fuzz_address(const uint8_t *data, size_t size)
{
	struct nk_caddress address;
	struct nk_err err;
	char text[512];

	if (size >= sizeof(text)) {
		return;
	}
	memcpy(text, data, size);
	text[size] = '\0';
	if (nk_ok(nk_caddress_parse(text, &address, &err))) {
		nk_assert(address.name[0] != '\0' && address.host[0] != '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nk_err err;

	if (size == 0 || !nk_ok(nk_crypto_init(&err))) {
		return 0;
	}
	switch (data[0] % 4) {
	case 0:
		fuzz_head(data + 1, size - 1);
		break;
	case 1:
		fuzz_cell(data + 1, size - 1);
		break;
	case 2:
		fuzz_messages(data + 1, size - 1);
		break;
	default:
		fuzz_address(data + 1, size - 1);
		break;
	}
	return 0;
}
