/*
 * pool_crew.c: the workers: started, given work, listened to, replaced.
 *
 * Invariant: a task is at one worker or in the queue or done. A worker that says nothing for longer than the limit, or
 * computes for longer, or is at one task for WALL times as long (whatever it says meanwhile), is killed. Time in which
 * it is not listened to, or waits for a program that has a clock of its own, does not count.
 */
#include "base.h"

#include "pool_int.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

enum { READS = 64, GRACE_MS = 5000, FAILURES_MAX = 4, START_MS = 30000, REAP_MS = 2000, WALL = 4, LOOK_MS = 1000 };

int64_t nkx_now_ms(void)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void nkx_queue_put(struct nkx_pool *pool, struct nkx_task *task, bool front)
{
	if (front) {
		task->next = pool->ready;
		pool->ready = task;
		pool->ready_last = pool->ready_last == NULL ? task : pool->ready_last;
		return;
	}
	task->next = NULL;
	if (pool->ready_last != NULL) {
		pool->ready_last->next = task;
	} else {
		pool->ready = task;
	}
	pool->ready_last = task;
}

static struct nkx_task *queue_take(struct nkx_pool *pool)
{
	struct nkx_task *task = pool->ready;

	pool->ready = task->next;
	pool->ready_last = pool->ready == NULL ? NULL : pool->ready_last;
	return task;
}

NK_RESULT nkx_crew_start(struct nkx_pool *pool, struct nkx_crew *c, struct nk_err *err)
{
	struct nkx_msg *m = &pool->out;
	struct nk_os_note note = { m, 0, { pool->config_fd, pool->index_fd, -1, -1 } };

	memset(c, 0, sizeof(*c));
	c->role.pid = -1;
	c->role.fd = -1;
	NK_TRY(nk_os_role_start(pool->worker, NKX_ROLE, &c->role, err));
	m->type = NKX_P_CONFIG;
	m->len = 0;
	note.len = nkx_msg_size(m);
	c->heard_ms = nkx_now_ms();
	c->watched_ms = c->heard_ms;
	return nk_os_role_send(c->role.fd, &note, err);
}

void nkx_crew_end(struct nkx_crew *c)
{
	nkx_pdf_drop(c);
	if (c->role.pid > 0) {
		nk_os_role_end(&c->role, 0, NULL);
	}
}

/* What its death was, from how it ended. */
static enum nkx_why why_of(const struct nkx_crew *c, int status)
{
	if (c->killed != NKX_WHY_NONE) {
		return c->killed;
	}
	if (status == 128 + SIGXCPU) {
		return NKX_WHY_TIME;
	}
	return status == nk_err_exit(NK_NOMEM) || status == 128 + SIGKILL ? NKX_WHY_MEMORY : NKX_WHY_CRASH;
}

static void died(struct nkx_pool *pool, struct nkx_crew *c)
{
	struct nkx_task *queue[NKX_QUEUE];
	const unsigned n = c->n;
	const bool was_ready = c->ready;
	enum nkx_why why = NKX_WHY_CRASH;
	int status = 0;

	memcpy(queue, c->queue, sizeof(queue));
	nkx_pdf_drop(c);
	nk_os_role_end(&c->role, REAP_MS, &status);
	why = why_of(c, status);
	c->n = 0;
	pool->failures = was_ready ? 0 : pool->failures + 1;
	/* The one behind goes back first, so that it stands behind the one at work. */
	for (unsigned i = n; i-- > 1;) {
		nkx_queue_put(pool, queue[i], true);
	}
	if (n > 0) {
		nkx_task_died(pool, queue[0], why);
	}
	if (pool->failures > FAILURES_MAX || !nk_ok(nkx_crew_start(pool, c, NULL))) {
		pool->failures = FAILURES_MAX + 1;
	}
}

static void kill_it(struct nkx_pool *pool, struct nkx_crew *c, enum nkx_why why)
{
	c->killed = why;
	if (c->role.pid > 0) {
		(void)kill(c->role.pid, SIGKILL);
	}
	died(pool, c);
}

/* Its task begins: from now on it may compute for so long. The kernel ends it when we do not get to it. */
static void begin_task(const struct nkx_pool *pool, struct nkx_crew *c)
{
	struct timespec used = { 0, 0 };
	struct rlimit cpu = { 0, 0 };
	clockid_t clock = 0;

	c->began_ms = nkx_now_ms();
	c->heard_ms = c->began_ms;
	if (clock_getcpuclockid(c->role.pid, &clock) != 0 || clock_gettime(clock, &used) != 0 ||
		prlimit(c->role.pid, RLIMIT_CPU, NULL, &cpu) != 0) {
		return;
	}
	cpu.rlim_cur = (rlim_t)used.tv_sec + pool->limits.seconds + GRACE_MS / 1000 + 1;
	cpu.rlim_cur = cpu.rlim_cur < cpu.rlim_max ? cpu.rlim_cur : cpu.rlim_max;
	(void)prlimit(c->role.pid, RLIMIT_CPU, &cpu, NULL);
}

/* false: it said what makes no sense. */
static bool on_message(struct nkx_pool *pool, struct nkx_crew *c, size_t got)
{
	const struct nkx_msg *m = &pool->in;
	struct nkx_task *task = c->n > 0 ? c->queue[0] : NULL;

	if (!nkx_msg_ok(m, got, pool->n_rules)) {
		return false;
	}
	if (m->type == NKX_W_READY) {
		const bool first = !c->ready;

		c->ready = true;
		return first;
	}
	if (task == NULL || nkx_pdf_runs(c)) {
		return false;
	}
	if (m->type == NKX_W_PDF) {
		return nkx_pdf_ask(pool, c, m->u.pdf.len);
	}
	if (m->type == NKX_W_PDF_BYTES) {
		return nkx_pdf_bytes(pool, c, m->u.bytes, m->len);
	}
	if (m->type != NKX_W_DONE) {
		return nkx_task_message(pool, task, m);
	}
	if (task->n_open > 0 || !task->begun) {
		return false;
	}
	c->n--;
	c->queue[0] = c->queue[1];
	if (c->n > 0) {
		begin_task(pool, c);
	}
	nkx_task_done(pool, task);
	return true;
}

void nkx_crew_read(struct nkx_pool *pool, struct nkx_crew *c)
{
	for (unsigned i = 0; i < READS && !pool->stopped; i++) {
		struct nk_os_note note = { &pool->in, sizeof(pool->in), { -1, -1, -1, -1 } };
		const nk_rc rc = nk_os_role_recv(c->role.fd, &note, NULL);

		for (size_t f = 0; f < NK_ARRAY_LEN(note.fds); f++) {
			nk_os_fd_close(&note.fds[f]);
		}
		if (rc.code == NK_BUSY) {
			return;
		}
		if (!nk_ok(rc) || note.len == 0) {
			died(pool, c);
			return;
		}
		c->heard_ms = nkx_now_ms();
		if (!on_message(pool, c, note.len)) {
			kill_it(pool, c, NKX_WHY_CRASH);
			return;
		}
		if (pool->buffered > NKX_BUFFER_MAX) {
			return;
		}
	}
}

static bool give(struct nkx_pool *pool, struct nkx_crew *c, const struct nkx_task *t)
{
	const struct nkx_own *item = t->item;
	struct nkx_msg *m = &pool->out;
	struct nkx_m_item *i = &m->u.item;
	struct nk_os_note note = { m, 0, { item->fd, -1, -1, -1 } };

	memset(i, 0, sizeof(*i));
	m->type = NKX_P_ITEM;
	m->len = sizeof(*i);
	i->size = item->size;
	i->part = t->part;
	i->why = item->why;
	memcpy(i->skips, t->skips, sizeof(i->skips));
	memcpy(i->skip_whys, t->skip_whys, sizeof(i->skip_whys));
	i->n_skips = t->n_skips;
	i->resume = t->n_skips > 0;
	i->raw = item->raw;
	i->apart = item->apart || !t->whole;
	i->may_cut = t->whole;
	i->stamp = item->stamp;
	memcpy(i->name, item->name, sizeof(i->name));
	note.len = nkx_msg_size(m);
	return nk_ok(nk_os_role_send(c->role.fd, &note, NULL));
}

/* The next task that is still wanted. */
static struct nkx_task *next_task(struct nkx_pool *pool)
{
	while (pool->ready != NULL && pool->ready->item->over != NKX_WHY_NONE) {
		nkx_task_over(pool, queue_take(pool));
	}
	return pool->ready;
}

void nkx_crew_assign(struct nkx_pool *pool)
{
	/* First one each, then one to wait behind. */
	for (unsigned room = 1; room <= NKX_QUEUE; room++) {
		for (unsigned i = 0; i < pool->n_crew && next_task(pool) != NULL; i++) {
			struct nkx_crew *c = &pool->crew[i];

			if (!c->ready || c->n >= room || c->role.pid <= 0) {
				continue;
			}
			if (!give(pool, c, pool->ready)) {
				continue;
			}
			if (c->n == 0) {
				begin_task(pool, c);
			}
			c->queue[c->n++] = queue_take(pool);
		}
	}
}

/* Its task's beginning is moved by the time since the last look that was not its own. */
static bool too_long(struct nkx_crew *c, int64_t now, int64_t gone, int64_t most)
{
	if (c->paused || nkx_pdf_runs(c)) {
		c->began_ms += gone;
		return false;
	}
	c->began_ms += gone > LOOK_MS ? gone - LOOK_MS : 0;
	return now - c->heard_ms > most || now - c->began_ms > WALL * most;
}

void nkx_crew_watch(struct nkx_pool *pool)
{
	const int64_t now = nkx_now_ms();
	const int64_t most = (int64_t)pool->limits.seconds * 1000 + GRACE_MS;

	for (unsigned i = 0; i < pool->n_crew; i++) {
		struct nkx_crew *c = &pool->crew[i];
		const int64_t gone = now - c->watched_ms;

		c->watched_ms = now;
		if (c->role.pid <= 0) {
			continue;
		}
		if (!c->ready && now - c->heard_ms > START_MS) {
			kill_it(pool, c, NKX_WHY_CRASH);
		} else if (c->ready && c->n > 0 && too_long(c, now, gone, most)) {
			kill_it(pool, c, NKX_WHY_TIME);
		}
	}
}
