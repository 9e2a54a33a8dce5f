/*
 * op_map.c: the proposal of intake, as the front end shows it.
 */
#include "base.h"
#include "flow_roster.h"

#include "propose.h"

enum { TEXT_MAX = 1 << 20 };

static const char *const kinds[] = {
	[NK_COLUMN_EMPTY] = NK_N("nothing"),
	[NK_COLUMN_MAIL] = NK_N("mail addresses"),
	[NK_COLUMN_DATE] = NK_N("dates"),
	[NK_COLUMN_KANA] = NK_N("kana"),
	[NK_COLUMN_DIGITS] = NK_N("long numbers"),
	[NK_COLUMN_NUMBER] = NK_N("short numbers"),
	[NK_COLUMN_CODE] = NK_N("letters and digits"),
	[NK_COLUMN_WORDS] = NK_N("few different words"),
	[NK_COLUMN_TEXT] = NK_N("texts"),
};
_Static_assert(NK_ARRAY_LEN(kinds) == NK_COLUMN_KIND_COUNT, "a word for each kind");

static NK_RESULT columns(const struct nk_proposal *p, struct nk_arena *arena, struct nk_map_reply *out, struct nk_err *err)
{
	struct nk_map_column *const list = nk_arena_array(arena, p->n_columns, sizeof(*list));
	struct nk_map_doubt *const doubts = nk_arena_array(arena, p->n_doubts, sizeof(*doubts));

	if (list == NULL || doubts == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		const struct nk_column *const c = &p->columns[i];

		list[i] = (struct nk_map_column){ c->header, c->item, kinds[c->kind], c->filled, c->distinct, c->sample };
	}
	for (size_t i = 0; i < p->n_doubts; i++) {
		const struct nk_doubt *const d = &p->doubts[i];

		doubts[i] = (struct nk_map_doubt){
			d->id, d->column != SIZE_MAX ? p->columns[d->column].header : NK_STR(""), d->n, d->ask, d->open, d->yes, d->text
		};
		out->n_open += d->open ? 1 : 0;
	}
	out->columns = list;
	out->n_columns = p->n_columns;
	out->doubts = doubts;
	out->n_doubts = p->n_doubts;
	return nk_done();
}

NK_RESULT nk_op_map(const struct nk_env *env, const struct nk_map_request *req, struct nk_arena *arena,
	struct nk_map_reply *out, struct nk_err *err)
{
	const struct nk_propose_options opt = { .fd = req->fd,
		.size = req->size,
		.samples = req->samples,
		.sets = req->sets,
		.n_sets = req->n_sets,
		.key = req->key,
		.answers = req->answers,
		.n_answers = req->n_answers,
		.unit_name = req->unit_name };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_proposal p;

	memset(out, 0, sizeof(*out));
	nk_buf_init(&text, TEXT_MAX);
	NK_TRY(nk_propose_make(env, &opt, arena, &p, err));
	NK_TRY(columns(&p, arena, out, err));
	out->encoding = p.encoding;
	out->book = p.book;
	out->rows = p.rows;
	out->hidden_sheets = p.hidden_sheets;
	out->key = p.key != SIZE_MAX ? p.columns[p.key].header : NK_STR("");
	NK_TRY(nk_propose_print(&p, &text, err));
	return nk_arena_dup(arena, nk_buf_str(&text), &out->text, err);
}
