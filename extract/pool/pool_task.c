/*
 * pool_task.c: one task as its worker tells of it, and when its worker dies.
 *
 * Invariant: streams arrive as a stack: begun with rising numbers, ended innermost first. A worker's death costs the
 * innermost stream that was open: it ends as "not scanned", and the task is done again without it, silent up to
 * there.
 */
#include "base.h"

#include "pool_int.h"

static bool begin(struct nkx_task *t, const struct nkx_m_begin *b)
{
	if (t->n_open == NKX_SLOTS || b->number < t->next_number || (b->number == 0) == t->begun) {
		return false;
	}
	t->begun = true;
	t->next_number = b->number + 1;
	memcpy(t->open_format[t->n_open], b->format, sizeof(b->format));
	t->open[t->n_open++] = b->number;
	return true;
}

static bool end(struct nkx_task *t, const struct nkx_m_end *e)
{
	if (t->n_open == 0 || t->open[t->n_open - 1] != e->number) {
		return false;
	}
	t->n_open--;
	return true;
}

static bool add_cut(struct nkx_task *t, const struct nkx_msg *m)
{
	const struct nkx_m_cut *c = &m->u.cut;
	const size_t n = (m->len - offsetof(struct nkx_m_cut, at)) / sizeof(c->at[0]);
	struct nkx_cut *cut = NULL;

	if (!t->whole || t->was_cut) {
		return false;
	}
	if (t->cut == NULL) {
		t->cut = calloc(1, sizeof(*t->cut));
	}
	if (t->cut == NULL || (c->from != 0 && c->n != t->cut->n)) {
		return false;
	}
	cut = t->cut;
	cut->n = c->n;
	cut->wanted = c->from + n == c->n + 1;
	memcpy(cut->at + c->from, c->at, n * sizeof(c->at[0]));
	for (uint32_t i = 0; cut->wanted && i < cut->n; i++) {
		if (cut->at[i] > cut->at[i + 1]) {
			return false;
		}
	}
	return true;
}

static bool is_open(const struct nkx_task *t, uint32_t number)
{
	for (uint32_t i = 0; i < t->n_open; i++) {
		if (t->open[i] == number) {
			return true;
		}
	}
	return false;
}

bool nkx_task_message(struct nkx_pool *pool, struct nkx_task *t, const struct nkx_msg *m)
{
	switch ((enum nkx_msg_type)m->type) {
	case NKX_W_BEGIN:
		if (!begin(t, &m->u.begin)) {
			return false;
		}
		break;
	case NKX_W_END:
		if (!end(t, &m->u.end)) {
			return false;
		}
		break;
	case NKX_W_FINDINGS:
		if (!is_open(t, m->u.findings.number)) {
			return false;
		}
		break;
	case NKX_W_CUT:
		return add_cut(t, m);
	case NKX_W_ALIVE:
		t->alive = m->u.alive < t->size ? m->u.alive : t->size;
		return true;
	case NKX_P_CONFIG:
	case NKX_P_ITEM:
	case NKX_P_PDF:
	case NKX_W_READY:
	case NKX_W_FAILED:
	case NKX_W_PDF:
	case NKX_W_PDF_BYTES:
	case NKX_W_DONE:
	case NKX_MSG_COUNT:
		return false;
	}
	nkx_task_event(pool, t, m);
	return true;
}

/* The pieces of an item that its worker proposed. */
static bool make_pieces(struct nkx_pool *pool, struct nkx_task *t)
{
	struct nkx_own *item = t->item;
	const uint32_t n = t->cut->n;
	struct nkx_task *pieces = calloc(n, sizeof(*pieces));

	if (pieces == NULL) {
		return false;
	}
	for (uint32_t i = n; i-- > 0;) {
		struct nkx_task *p = &pieces[i];

		p->item = item;
		p->part = (struct nkx_part){ true, i, n, t->cut->at[i], t->cut->at[i + 1] };
		p->size = item->size / n;
		nk_buf_init_wiping(&p->events, SIZE_MAX / 4);
		nkx_queue_put(pool, p, true);
	}
	item->pieces = pieces;
	item->n_pieces = n;
	t->was_cut = true;
	return true;
}

void nkx_task_done(struct nkx_pool *pool, struct nkx_task *t)
{
	if (t->cut != NULL && t->cut->wanted && !make_pieces(pool, t)) {
		t->lost = NKX_WHY_MEMORY;
	}
	free(t->cut);
	t->cut = NULL;
	if (!t->was_cut) {
		pool->read += t->size;
	}
	t->done = true;
}

static void say_end(struct nkx_pool *pool, struct nkx_task *t, enum nkx_state state, enum nkx_why why)
{
	struct nkx_msg *m = &pool->out;
	const uint32_t at = t->n_open - 1;

	memset(&m->u.end, 0, sizeof(m->u.end));
	m->type = NKX_W_END;
	m->len = sizeof(m->u.end);
	m->u.end.number = t->open[at];
	m->u.end.state = state;
	m->u.end.why = why;
	memcpy(m->u.end.format, t->open_format[at], sizeof(t->open_format[at]));
	t->n_open--;
	nkx_task_event(pool, t, m);
}

/* It died before it said a word: even its name was not looked through, so it is not shown. */
static void say_begin(struct nkx_pool *pool, struct nkx_task *t)
{
	struct nkx_msg *m = &pool->out;

	memset(&m->u.begin, 0, sizeof(m->u.begin));
	m->type = NKX_W_BEGIN;
	m->u.begin.number = 0;
	(void)snprintf(m->u.begin.path, sizeof(m->u.begin.path), "▒");
	(void)snprintf(m->u.begin.format, sizeof(m->u.begin.format), "binary");
	m->len = (uint32_t)nkx_msg_begin_len(&m->u.begin);
	(void)begin(t, &m->u.begin);
	nkx_task_event(pool, t, m);
}

void nkx_task_died(struct nkx_pool *pool, struct nkx_task *t, enum nkx_why why)
{
	const bool all_ended = t->begun && t->n_open == 0;
	uint32_t culprit = 0;

	free(t->cut);
	t->cut = NULL;
	if (!t->begun) {
		say_begin(pool, t);
	}
	culprit = t->n_open > 0 ? t->open[t->n_open - 1] : 0;
	if (t->n_open > 0) {
		say_end(pool, t, culprit == 0 && t->next_number > 1 ? NKX_PARTLY : NKX_NOT, why);
	}
	if (t->n_open > 0 && culprit != 0 && t->n_skips < NKX_TRIES) {
		t->skips[t->n_skips] = culprit;
		t->skip_whys[t->n_skips] = why;
		t->n_skips++;
		nkx_queue_put(pool, t, true);
		return;
	}
	/* It had said that all was well, and then ended: that is not to be believed. */
	t->lost = all_ended ? why : t->lost;
	while (t->n_open > 0) {
		say_end(pool, t, NKX_PARTLY, why);
	}
	pool->read += t->size;
	t->done = true;
}

void nkx_task_over(struct nkx_pool *pool, struct nkx_task *t)
{
	pool->read += t->size;
	t->done = true;
}
