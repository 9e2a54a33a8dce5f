/*
 * erase_copies.c: a subject's own copy of the opening of his commitment (DECISIONS 25): written only when asked for,
 * one file each, each on the books as a holding before the file exists. Without it nobody can ever open the commitment.
 */
#include "base.h"
#include "erase_int.h"

#include "json.h"
#include "measures_int.h"

static NK_RESULT print(const struct nk_erase_opening *o, struct nk_buf *text, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init_canonical(&j, text);
	nk_json_open(&j, '{');
	nk_json_key(&j, "commitment");
	nk_json_hex(&j, nk_bytes_of(o->commitment.b, NK_HASH_LEN));
	nk_json_key(&j, "person");
	nk_json_hex(&j, nk_bytes_of(o->person.b, sizeof(o->person.b)));
	nk_json_key(&j, "salt");
	nk_json_hex(&j, nk_bytes_of(o->salt, sizeof(o->salt)));
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT write_one(struct nk_erasing *e, size_t i, struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_env *const env = e->flow->env;
	char name[2 * NK_HASH_LEN + 1];
	char path[PATH_MAX];
	const struct nk_hold_spec spec = {
		.kind = NK_HOLDING_subject_copy,
		.path = path,
		.purpose = NK_STR("lets a person show that a certificate is about him"),
		.warrant = e->flow->standing_order,
		.expires_at = nk_now(env) + (int64_t)e->flow->config->notice_days * NK_DAY,
		.numbers = &e->numbers[i],
		.n = 1,
		.classes = 1U << NK_ITEM_ids,
	};

	nk_buf_init_wiping(&text, 4096);
	NK_TRY(print(&e->openings[i], &text, err));
	nk_hex_print(e->openings[i].commitment.b, NK_HASH_LEN, name);
	(void)snprintf(path, sizeof(path), "%s/%.16s.opening.json", e->req->subject_copy_dir, name);
	NK_TRY(nk_hold_open(e->flow, &spec, &hold, err));
	NK_TRY(env->write(env->self, nk_hold_fd(hold), 0, text.ptr, text.len, err));
	return nk_hold_keep(&hold, err);
}

NK_RESULT nk_erase_copies_write(struct nk_erasing *e, struct nk_err *err)
{
	if (e->req->subject_copy_dir == NULL || e->openings == NULL) {
		return nk_done();
	}
	NK_TRY(e->flow->env->mkdir(e->flow->env->self, e->req->subject_copy_dir, err));
	for (size_t i = 0; i < e->n; i++) {
		NK_TRY(write_one(e, i, err));
		nk_wipe(&e->openings[i], sizeof(e->openings[i]));
	}
	return nk_done();
}
