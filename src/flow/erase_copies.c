/*
 * erase_copies.c: a subject's own copy of the opening of his commitment (DECISIONS 25): written only when asked for,
 * one file each, on the books as a holding before the file exists. Without it nobody can ever open the commitment.
 */
#include "base.h"
#include "erase_int.h"

#include "json.h"

NK_RESULT nk_erase_copies_announce(struct nk_erasing *e, struct nk_tx *tx, struct nk_err *err)
{
	const nk_time now = nk_now(e->flow->env);
	const struct nk_holding h = {
		.kind = NK_HOLDING_subject_copy,
		.place = NK_STR("subjects' own copies"),
		.custodian = e->flow->actor,
		.purpose = NK_STR("lets a person show that a certificate is about him"),
		.warrant = e->flow->standing_order,
		.opened_at = now,
		.expires_at = now + (int64_t)e->flow->config->notice_days * NK_DAY,
		.was_read = "yes",
	};
	struct nk_uuid id;

	if (e->req->subject_copy_dir == NULL) {
		return nk_done();
	}
	NK_TRY(nk_holding_open(tx, &h, &id, err));
	return nk_extent_add(tx, id, NK_ITEM_ids, e->numbers, e->n, err);
}

static NK_RESULT write_one(struct nk_erasing *e, const struct nk_erase_opening *o, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_json j;
	char name[2 * NK_HASH_LEN + 1];
	char path[PATH_MAX];

	nk_buf_init_wiping(&text, 4096);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	nk_json_key(&j, "commitment");
	nk_json_hex(&j, nk_bytes_of(o->commitment.b, NK_HASH_LEN));
	nk_json_key(&j, "person");
	nk_json_hex(&j, nk_bytes_of(o->person.b, sizeof(o->person.b)));
	nk_json_key(&j, "salt");
	nk_json_hex(&j, nk_bytes_of(o->salt, sizeof(o->salt)));
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	nk_hex_print(o->commitment.b, NK_HASH_LEN, name);
	(void)snprintf(path, sizeof(path), "%s/%.16s.opening.json", e->req->subject_copy_dir, name);
	return nk_env_write_new(e->flow->env, path, nk_buf_bytes(&text), err);
}

NK_RESULT nk_erase_copies_write(struct nk_erasing *e, struct nk_err *err)
{
	if (e->req->subject_copy_dir == NULL || e->openings == NULL) {
		return nk_done();
	}
	NK_TRY(e->flow->env->mkdir(e->flow->env->self, e->req->subject_copy_dir, err));
	for (size_t i = 0; i < e->n; i++) {
		NK_TRY(write_one(e, &e->openings[i], err));
		nk_wipe(&e->openings[i], sizeof(e->openings[i]));
	}
	return nk_done();
}
