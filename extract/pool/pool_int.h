/*
 * pool_int.h: the parent's side, as its files share it.
 *
 * An item has tasks: one, or its pieces. Tasks go to workers in order; what comes back is reported in order: at once
 * for the task whose turn it is (the head), kept in the task for others. Invariant: a worker whose task is ahead of
 * its turn is not read any more when BUFFER_MAX is reached, and the worker of the head always is; so at most
 * BUFFER_MAX and one message more of each worker are kept.
 *
 * Budgets are an item's: what its pieces used is added up in their order, and the stream in which the limit is
 * reached is the last one that is reported. Pieces that were given out before that was known have each worked under
 * the whole limit: what they found is not reported either.
 */
#ifndef NKX_POOL_INT_H
#define NKX_POOL_INT_H

#include "proto.h"

#include "os.h"

enum {
	NKX_WORKERS_MAX = 64,
	NKX_QUEUE = 2, /* tasks at a worker: one at work, one waiting */
	NKX_BUFFER_MAX = 48 << 20,
	NKX_FINDINGS_MAX = 100000, /* an item; further ones are counted only, and their streams are "partly" */
	NKX_OUT_MAX = 256, /* items under way */
	NKX_TRIES = NKX_SKIPS /* deaths of workers at one task */
};

/* A stream's end, summed over the pieces. */
struct nkx_sum {
	bool any;
	enum nkx_state state;
	enum nkx_why why;
	char format[NKX_FORMAT_MAX];
	uint64_t bytes, skipped;
	struct nks_summary sum;
};

struct nkx_task {
	struct nkx_task *next; /* of the queue */
	struct nkx_own *item;
	struct nkx_part part;
	bool whole; /* not a piece; may be cut */
	bool done, was_cut;
	enum nkx_why lost; /* why not all of it can be reported */
	struct nk_buf events; /* struct nkx_msg, one behind another, each padded to 8 */
	uint32_t skips[NKX_SKIPS], skip_whys[NKX_SKIPS];
	uint32_t n_skips;
	uint32_t open[NKX_SLOTS]; /* numbers of streams that were begun and not ended, as they arrived */
	char open_format[NKX_SLOTS][NKX_FORMAT_MAX];
	uint32_t n_open, next_number;
	bool begun;
	struct nkx_sum own; /* of stream 0 */
	uint64_t out, entries; /* of the budgets, used so far */
	uint64_t alive, size; /* bytes looked at so far, and to look at */
	struct nkx_cut *cut; /* while it comes in */
};

/* A stream between its begin and its end, as it is reported. */
struct nkx_shown {
	uint32_t number;
	char *path;
	uint64_t unsaid; /* findings that were counted only */
};

struct nkx_own { /* an item */
	struct nkx_own *next;
	uint64_t number;
	int fd;
	uint64_t size;
	struct nkx_stamp stamp;
	enum nkx_why why;
	bool raw, apart;
	char name[NKX_NAME_MAX];
	char *shown; /* masked */
	struct nkx_task *tasks;
	uint32_t n_tasks, turn; /* the task whose turn it is */
	struct nkx_task *first, *pieces; /* tasks is one of these: the whole, or the pieces that take its place */
	uint32_t n_pieces;
	struct nkx_shown open[NKX_SLOTS];
	uint32_t n_open;
	uint32_t base; /* added to numbers of the task whose turn it is */
	uint32_t most; /* of its numbers */
	uint64_t rows; /* of the pieces before */
	struct nkx_sum own;
	uint64_t out, entries; /* used by the pieces before */
	enum nkx_why over; /* the budget that is used up: nothing more is reported */
	uint64_t unsaid; /* findings in its own stream that were counted only */
	uint32_t streams, partly, not_scanned;
	uint64_t findings, reported;
};

struct nkx_pdf_job {
	bool busy;
	int in_fd, out_fd; /* memfds */
	uint64_t want, got, made;
	struct nk_os_tool tool;
	int64_t until_ms;
	enum nkx_why why;
};

struct nkx_crew { /* a worker */
	struct nk_os_role role;
	bool ready, paused;
	struct nkx_task *queue[NKX_QUEUE];
	unsigned n;
	int64_t heard_ms;
	int64_t began_ms, watched_ms; /* of the task at work; the last look at it */
	enum nkx_why killed; /* why it was killed by us */
	struct nkx_pdf_job pdf;
};

struct nkx_pool {
	struct nkx_reports reports;
	struct nkx_limits limits;
	const char *worker, *pdftotext;
	char *texts[2]; /* copies of the two above */
	int config_fd, index_fd;
	uint32_t n_rules;
	struct nkx_crew crew[NKX_WORKERS_MAX];
	unsigned n_crew;
	struct nkx_own *items, *last; /* in order; not reported yet */
	unsigned n_items;
	struct nkx_task *ready, *ready_last;
	uint64_t next_item;
	uint64_t buffered;
	uint64_t read; /* bytes of tasks that are done */
	bool stopped; /* a report said so */
	unsigned failures; /* starts that came to nothing, in a row */
	struct nkx_msg in, out;
};

int64_t nkx_now_ms(void);

/* pool_report.c. nkx_task_event: a message of the task, in the order of arrival: reported now or kept. nkx_pool_pump:
 * reports what can be reported. nkx_item_free. nkx_is_head: whether the task's turn is now. */
void nkx_task_event(struct nkx_pool *pool, struct nkx_task *task, const struct nkx_msg *m);
void nkx_pool_pump(struct nkx_pool *pool);
bool nkx_is_head(const struct nkx_pool *pool, const struct nkx_task *task);
void nkx_item_free(struct nkx_own **item);

/* pool_crew.c. nkx_crew_start: a new process for this place. nkx_crew_read: what it says. nkx_crew_assign: gives work
 * to those who have room. nkx_crew_watch: kills who is silent, or at one task, for too long. */
NK_RESULT nkx_crew_start(struct nkx_pool *pool, struct nkx_crew *c, struct nk_err *err);
void nkx_crew_read(struct nkx_pool *pool, struct nkx_crew *c);
void nkx_crew_assign(struct nkx_pool *pool);
void nkx_crew_watch(struct nkx_pool *pool);
void nkx_crew_end(struct nkx_crew *c);
void nkx_queue_put(struct nkx_pool *pool, struct nkx_task *task, bool front);

/* pool_task.c. nkx_task_message: a checked message of a worker about its task; false: it makes no sense, the worker
 * is to be killed. nkx_task_died: its worker ended. nkx_task_over: its item's budget was used up before its turn. */
bool nkx_task_message(struct nkx_pool *pool, struct nkx_task *task, const struct nkx_msg *m);
void nkx_task_done(struct nkx_pool *pool, struct nkx_task *task);
void nkx_task_died(struct nkx_pool *pool, struct nkx_task *task, enum nkx_why why);
void nkx_task_over(struct nkx_pool *pool, struct nkx_task *task);

/* pool_pdf.c: pdftotext for a worker. nkx_pdf_ask, nkx_pdf_bytes: as they arrive; false: nonsense. nkx_pdf_read: its
 * output is there, or its time is over. nkx_pdf_runs: it is at work, and watched by its own clock. nkx_pdf_drop:
 * nobody waits for it any more. */
bool nkx_pdf_ask(struct nkx_pool *pool, struct nkx_crew *c, uint64_t len);
bool nkx_pdf_bytes(struct nkx_pool *pool, struct nkx_crew *c, const uint8_t *bytes, size_t len);
void nkx_pdf_read(struct nkx_pool *pool, struct nkx_crew *c);
bool nkx_pdf_runs(const struct nkx_crew *c);
void nkx_pdf_drop(struct nkx_crew *c);

#endif
