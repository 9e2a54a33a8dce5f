/*
 * open_target.c: from a [target NAME] section and its row to an open, bound connection.
 */
#include "base.h"
#include "flow_int.h"

/* The configuration's rows stand over the profile's of the same object and attribute. */
NK_RESULT nk_open_target_mapping(
	const struct nk_config_target *t, struct nk_arena *arena, struct nk_mapping *out, struct nk_err *err)
{
	const struct nk_mapping *const base = nk_mapping_default(t->profile);
	struct nk_map_row *rows;
	size_t n = 0;

	nk_assert(base != NULL);
	*out = *base;
	out->scheduled_groups = base->scheduled_groups || t->scheduled_groups;
	(void)nk_name_use_of(t->name, &out->name); /* known: the configuration was read */
	out->hide = t->hide_photo.word;
	out->n_hide = nk_str_eq(t->hide_photo.word[0], NK_STR("none")) ? 0 : t->hide_photo.n;
	rows = nk_arena_array(arena, base->n_rows + t->n_rows, sizeof(*rows));
	if (rows == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < base->n_rows; i++) {
		bool over = false;

		for (size_t k = 0; k < t->n_rows; k++) {
			over = over ||
				(t->rows[k].object == base->rows[i].object &&
					nk_str_ieq(t->rows[k].attr, base->rows[i].attr));
		}
		if (!over) {
			rows[n++] = base->rows[i];
		}
	}
	for (size_t k = 0; k < t->n_rows; k++) {
		if (t->rows[k].template.len > 0) { /* an empty template takes the attribute out */
			rows[n++] = t->rows[k];
		}
	}
	out->rows = rows;
	out->n_rows = n;
	return nk_done();
}

static NK_RESULT note_hidden(void *arg, const struct nk_person *p, struct nk_err *err)
{
	bool *const any = arg;

	(void)err;
	*any = *any || nk_person_hidden(p);
	return nk_done();
}

/* Who has a photo is asked only where there is somebody who must have none; needs the people, who are there when plans are made. */
static NK_RESULT ask_for_photos(const struct nk_flow *flow, struct nk_open_target *t, struct nk_err *err)
{
	bool any = false;

	if (flow->people == NULL || t->mapping.n_hide == 0) {
		return nk_done();
	}
	NK_TRY(nk_people_each(flow->people, note_hidden, &any, err));
	t->settings.present = t->mapping.hide;
	t->settings.n_present = any ? t->mapping.n_hide : 0;
	return nk_done();
}

static NK_RESULT row_of(struct nk_flow *flow, struct nk_str name, struct nk_open_target *out, struct nk_buf *secret,
	struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_bytes box;
	uint8_t *at = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(
		flow->store, "SELECT id, holding_id, secret, last_count FROM target WHERE name = ?1", &s, err));
	nk_stmt_text(s, 1, name);
	NK_TRY(nk_stmt_step(s, &have, err));
	if (!have || !nk_col_uuid(s, 0, &out->id) || !nk_col_uuid(s, 1, &out->holding)) {
		return nk_fail(err, NK_NOT_FOUND,
			NK_N("target %s is in the configuration but not registered; use \"nokosazu target add\""),
			nk_short(name).text);
	}
	out->last_count = nk_u64(nk_col_int(s, 3));
	box = nk_col_blob(s, 2);
	if (secret == NULL || box.len <= NK_SEAL_EXTRA) {
		return nk_done();
	}
	NK_TRY(nk_buf_reserve(secret, box.len - NK_SEAL_EXTRA, &at, err));
	if (!nk_open(flow->key[NK_HOUSE_SECRET], nk_bytes_of(out->id.b, sizeof(out->id.b)), box, at)) {
		return nk_fail(err, NK_CORRUPT, NK_N("the sealed bind password of target %s does not open"),
			nk_short(name).text);
	}
	secret->len += box.len - NK_SEAL_EXTRA;
	return nk_done();
}

NK_RESULT nk_open_target_prepare(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena, struct nk_buf *secret,
	struct nk_open_target *out, struct nk_err *err)
{
	const struct nk_config_target *t;

	if (name.len == 0 && flow->config->n_targets == 1) {
		t = &flow->config->targets[0];
	} else if (name.len == 0) {
		return nk_fail(err, NK_USAGE,
			flow->config->n_targets == 0 ? NK_N("no target is configured; use \"nokosazu target add\"")
						     : NK_N("there are several targets; name one with --target"));
	} else {
		t = nk_config_find_target(flow->config, name);
	}
	if (t == NULL) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("no target \"%s\" in the configuration"), nk_short(name).text);
	}
	*out = (struct nk_open_target){ .config = t };
	NK_TRY(row_of(flow, t->settings.name, out, secret, err));
	NK_TRY(nk_open_target_mapping(t, arena, &out->mapping, err));
	out->settings = t->settings;
	NK_TRY(ask_for_photos(flow, out, err));
	return nk_mapping_attrs(&out->mapping, arena, &out->settings.wanted, &out->settings.n_wanted, err);
}

NK_RESULT nk_open_target(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena, struct nk_open_target *out,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };

	nk_buf_init_wiping(&secret, 4096);
	NK_TRY(nk_open_target_prepare(flow, name, arena, &secret, out, err));
	out->settings.secret = nk_buf_bytes(&secret);
	NK_TRY(nk_target_open(flow->env, nk_target_find_type(out->config->type), &out->settings, &out->link, err));
	out->settings.secret = (struct nk_bytes){ NULL, 0 };
	return nk_done();
}

void nk_open_target_close(struct nk_open_target *t)
{
	nk_target_close(&t->link);
}
