/*
 * pool_report.c: what is reported, in order.
 *
 * Invariant: nothing of a task is reported before all that stands before it; numbers of streams run on over the
 * pieces of an item; stream 0, the item's own, is summed over them and ends last. A stream of which a finding was not
 * reported does not end as scanned.
 */
#include "base.h"

#include "pool_int.h"

bool nkx_is_head(const struct nkx_pool *pool, const struct nkx_task *task)
{
	const struct nkx_own *item = pool->items;

	return item != NULL && task->item == item && item->turn < item->n_tasks && &item->tasks[item->turn] == task;
}

static void close_shown(struct nkx_own *item)
{
	struct nkx_shown *s = &item->open[--item->n_open];

	free(s->path);
	s->path = NULL;
}

static void on_begin(struct nkx_own *item, const struct nkx_m_begin *b)
{
	struct nkx_shown *s = NULL;

	if (b->number == 0) {
		if (item->shown == NULL) {
			item->shown = strdup(b->path);
		}
		return;
	}
	if (item->n_open == NKX_SLOTS || item->over != NKX_WHY_NONE) {
		return;
	}
	s = &item->open[item->n_open++];
	s->number = b->number;
	s->unsaid = 0;
	s->path = strdup(b->path);
	item->most = b->number > item->most ? b->number : item->most;
}

/* Findings of a stream that were counted only. NULL: it is not reported. */
static uint64_t *unsaid_of(struct nkx_own *item, uint32_t number)
{
	if (number == 0) {
		return &item->unsaid;
	}
	for (uint32_t i = item->n_open; i-- > 0;) {
		if (item->open[i].number == number) {
			return &item->open[i].unsaid;
		}
	}
	return NULL;
}

static void on_findings(struct nkx_pool *pool, struct nkx_task *task, const struct nkx_m_findings *m)
{
	struct nkx_own *item = task->item;
	const bool plain = !task->whole && m->number == 0;
	uint64_t *unsaid = unsaid_of(item, m->number);

	if (unsaid == NULL || item->over != NKX_WHY_NONE) {
		return;
	}
	for (uint32_t i = 0; i < m->n && !pool->stopped; i++) {
		struct nkx_finding f = { .item = item->number,
			.stream = m->number == 0 ? 0 : item->base + m->number,
			.rule = m->of[i].rule,
			.in_name = m->of[i].in_name,
			.f = m->of[i].f };

		if (plain && f.f.row != 0) {
			f.f.row += (uint32_t)item->rows;
		}
		item->findings++;
		if (item->reported >= NKX_FINDINGS_MAX) {
			++*unsaid;
			continue;
		}
		item->reported++;
		pool->stopped = !pool->reports.finding(pool->reports.arg, &f);
	}
}

static void add_sum(struct nkx_sum *to, const struct nkx_sum *more)
{
	if (!more->any) {
		return;
	}
	if (!to->any) {
		*to = *more;
		return;
	}
	if (to->state != more->state) {
		to->state = NKX_PARTLY;
	}
	to->why = to->why != NKX_WHY_NONE ? to->why : more->why;
	to->bytes += more->bytes;
	to->skipped += more->skipped;
	to->sum.bytes += more->sum.bytes;
	to->sum.units += more->sum.units;
	to->sum.rows += more->sum.rows;
	to->sum.encodings |= more->sum.encodings;
	to->sum.carved = to->sum.carved || more->sum.carved;
	to->sum.gaiji = to->sum.gaiji || more->sum.gaiji;
	to->sum.findings += more->sum.findings;
	to->sum.weak += more->sum.weak;
}

static void report_stream(
	struct nkx_pool *pool, struct nkx_own *item, uint32_t number, const char *path, const struct nkx_sum *sum)
{
	const struct nkx_stream s = { .item = item->number,
		.stream = number,
		.path = path != NULL ? path : "",
		.format = sum->format,
		.state = sum->state,
		.why = sum->why,
		.bytes = sum->bytes,
		.skipped = sum->skipped,
		.summary = sum->sum };

	item->streams++;
	item->partly += sum->state == NKX_PARTLY;
	item->not_scanned += sum->state == NKX_NOT;
	if (!pool->stopped) {
		pool->stopped = !pool->reports.stream(pool->reports.arg, &s);
	}
}

/* Budgets are the item's, and its pieces come in their order: the stream in which one is used up is the last. */
static void add_used(const struct nkx_pool *pool, struct nkx_task *task, const struct nkx_m_end *e)
{
	struct nkx_own *item = task->item;
	const uint64_t most = nkx_total_out(&pool->limits, item->size);

	task->out = e->out > task->out ? e->out : task->out;
	task->entries = e->entries > task->entries ? e->entries : task->entries;
	if (task->whole || item->over != NKX_WHY_NONE) {
		return;
	}
	if (task->out > most || item->out > most - task->out) {
		item->over = NKX_WHY_TOO_LARGE;
	} else if (task->entries > pool->limits.entries || item->entries > pool->limits.entries - task->entries) {
		item->over = NKX_WHY_TOO_MANY;
	}
}

/* What a stream is worth when not all that was found in it, or all of the item, is reported. */
static void lower(struct nkx_sum *sum, uint64_t unsaid, enum nkx_why over)
{
	const enum nkx_why why = over != NKX_WHY_NONE ? over : unsaid > 0 ? NKX_WHY_TOO_MANY : NKX_WHY_NONE;

	if (sum->state == NKX_SCANNED && why != NKX_WHY_NONE) {
		sum->state = NKX_PARTLY;
		sum->why = why;
	}
}

static void on_end(struct nkx_pool *pool, struct nkx_task *task, const struct nkx_m_end *e)
{
	struct nkx_own *item = task->item;
	struct nkx_sum sum = { .any = true,
		.state = (enum nkx_state)e->state,
		.why = (enum nkx_why)e->why,
		.bytes = e->bytes,
		.skipped = e->skipped,
		.sum = e->sum };

	uint64_t *unsaid = unsaid_of(item, e->number);

	memcpy(sum.format, e->format, sizeof(sum.format));
	if (unsaid != NULL && item->over == NKX_WHY_NONE) {
		item->findings += e->unsent;
		*unsaid += e->unsent;
	}
	add_used(pool, task, e);
	lower(&sum, unsaid != NULL ? *unsaid : 0, item->over);
	if (e->number == 0) {
		task->own = sum;
		return;
	}
	while (item->n_open > 0 && item->open[item->n_open - 1].number > e->number) {
		close_shown(item);
	}
	if (item->n_open > 0 && item->open[item->n_open - 1].number == e->number) {
		report_stream(pool, item, item->base + e->number, item->open[item->n_open - 1].path, &sum);
		close_shown(item);
	}
}

static void report_event(struct nkx_pool *pool, struct nkx_task *task, const struct nkx_msg *m)
{
	if (m->type == NKX_W_BEGIN) {
		on_begin(task->item, &m->u.begin);
	} else if (m->type == NKX_W_FINDINGS) {
		on_findings(pool, task, &m->u.findings);
	} else if (m->type == NKX_W_END) {
		on_end(pool, task, &m->u.end);
	}
}

void nkx_task_event(struct nkx_pool *pool, struct nkx_task *task, const struct nkx_msg *m)
{
	static const uint8_t pad[8] = { 0 };
	const size_t size = nkx_msg_size(m);
	const size_t more = (8 - size % 8) % 8;

	if (nkx_is_head(pool, task)) {
		report_event(pool, task, m);
		return;
	}
	if (!nk_ok(nk_buf_add(&task->events, m, size, NULL)) || !nk_ok(nk_buf_add(&task->events, pad, more, NULL))) {
		task->lost = NKX_WHY_MEMORY;
		return;
	}
	pool->buffered += size + more;
}

/* What was kept while it was not its turn. */
static void report_kept(struct nkx_pool *pool, struct nkx_task *task)
{
	size_t at = 0;

	while (at + offsetof(struct nkx_msg, u) <= task->events.len) {
		struct nkx_msg *m = &pool->out;
		const uint8_t *from = task->events.ptr + at;
		size_t size = 0;

		memcpy(m, from, offsetof(struct nkx_msg, u));
		size = nkx_msg_size(m);
		memcpy(m, from, size);
		report_event(pool, task, m);
		at += size + (8 - size % 8) % 8;
	}
	pool->buffered -= task->events.len;
	nk_buf_done(&task->events);
	nk_buf_init_wiping(&task->events, SIZE_MAX / 4);
}

static void finish_task(struct nkx_own *item, struct nkx_task *task)
{
	if (task->lost != NKX_WHY_NONE) {
		task->own.state = NKX_PARTLY;
		task->own.why = task->lost;
		task->own.any = true;
	}
	while (item->n_open > 0) {
		close_shown(item);
	}
	if (!task->was_cut) {
		add_sum(&item->own, &task->own);
		item->rows += task->own.sum.rows;
		item->base += item->most;
		item->out += task->out;
		item->entries += task->entries;
	}
	item->most = 0;
}

static void report_item(struct nkx_pool *pool, struct nkx_own *item)
{
	struct nkx_item_end end = { .item = item->number, .shown = item->shown != NULL ? item->shown : "" };

	report_stream(pool, item, 0, "", &item->own);
	end.bytes = item->why == NKX_WHY_NONE ? item->size : 0;
	end.streams = item->streams;
	end.partly = item->partly;
	end.not_scanned = item->not_scanned;
	end.findings = item->findings;
	end.reported = item->reported;
	if (!pool->stopped) {
		pool->stopped = !pool->reports.item(pool->reports.arg, &end);
	}
}

void nkx_pool_pump(struct nkx_pool *pool)
{
	while (pool->items != NULL) {
		struct nkx_own *item = pool->items;
		struct nkx_task *task = item->turn < item->n_tasks ? &item->tasks[item->turn] : NULL;

		if (task != NULL) {
			report_kept(pool, task);
			if (!task->done) {
				return;
			}
			finish_task(item, task);
			/* A whole task that was cut: its pieces stand in its place now. */
			if (task->was_cut && item->tasks == item->first) {
				item->tasks = item->pieces;
				item->n_tasks = item->n_pieces;
				item->turn = 0;
			} else {
				item->turn++;
			}
			continue;
		}
		report_item(pool, item);
		pool->items = item->next;
		pool->last = pool->items == NULL ? NULL : pool->last;
		pool->n_items--;
		nkx_item_free(&item);
	}
}

static void free_tasks(struct nkx_task *tasks, uint32_t n)
{
	for (uint32_t i = 0; tasks != NULL && i < n; i++) {
		nk_buf_done(&tasks[i].events);
		free(tasks[i].cut);
	}
	free(tasks);
}

void nkx_item_free(struct nkx_own **item)
{
	struct nkx_own *i = *item;

	*item = NULL;
	if (i == NULL) {
		return;
	}
	while (i->n_open > 0) {
		close_shown(i);
	}
	free_tasks(i->first, 1);
	free_tasks(i->pieces, i->n_pieces);
	free(i->shown);
	explicit_bzero(i->name, sizeof(i->name));
	nk_os_fd_close(&i->fd);
	free(i);
}
