/*
 * pool.c: the caller's side: start, submit, finish.
 *
 * Invariant: every wait looks at all workers and has an end; what was submitted is reported once, in order.
 */
#include "base.h"

#include "pool_int.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP_MS = 250, FAILED = 5 };

static NK_RESULT check_rules(const struct nkx_options *o, struct nk_err *err)
{
	struct nkx_rules_bad bad;
	struct nkx_rules *rules = NULL;

	if (o->n_rules == 0) {
		return nk_done();
	}
	if (o->n_rules > 64) {
		return nk_fail(err, NK_LIMIT, "at most 64 rules of one's own");
	}
	rules = nkx_rules_new(o->rules, o->n_rules, &bad);
	if (rules == NULL) {
		return nk_fail(err, NK_INVALID, "the rule %1$s is not right at place %2$zu: %3$s",
			o->rules[bad.rule].name, bad.at, bad.text);
	}
	nkx_rules_free(&rules);
	return nk_done();
}

static NK_RESULT check_index(const struct nkx_options *o, struct nk_err *err)
{
	struct nks_index *index = NULL;
	struct stat st;
	void *map = MAP_FAILED;
	enum nks_status status = NKS_BAD_INDEX;

	if (o->index_fd < 0) {
		return nk_done();
	}
	if (fstat(o->index_fd, &st) == 0 && st.st_size > 0) {
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, o->index_fd, 0);
	}
	if (map != MAP_FAILED) {
		status = nks_index_open(map, (size_t)st.st_size, o->index_key, &index);
		if (status == NKS_OK) {
			nks_index_close(&index);
		}
		(void)munmap(map, (size_t)st.st_size);
	}
	if (status != NKS_OK) {
		return nk_fail(
			err, NK_INVALID, "the index does not open: damaged, of another version, or another key");
	}
	return nk_done();
}

static NK_RESULT write_config(struct nkx_pool *pool, const struct nkx_options *o, struct nk_err *err)
{
	struct nkx_config config = { .magic = NKX_CONFIG_MAGIC,
		.limits = o->limits,
		.classes = o->classes,
		.least = o->least,
		.n_forms = (uint32_t)o->n_number_forms,
		.n_rules = (uint32_t)o->n_rules };
	nk_rc rc = nk_done();

	memcpy(config.token_key, o->token_key, sizeof(config.token_key));
	memcpy(config.index_key, o->index_key, sizeof(config.index_key));
	NK_TRY(nk_os_memfd("extract", &pool->config_fd, err));
	rc = nk_os_fd_write(pool->config_fd, &config, sizeof(config), err);
	explicit_bzero(&config, sizeof(config));
	NK_TRY(rc);
	for (size_t i = 0; i < o->n_number_forms; i++) {
		NK_TRY(nk_os_fd_write(pool->config_fd, o->number_forms[i], strlen(o->number_forms[i]) + 1, err));
	}
	for (size_t i = 0; i < o->n_rules; i++) {
		NK_TRY(nk_os_fd_write(pool->config_fd, o->rules[i].pattern, strlen(o->rules[i].pattern) + 1, err));
	}
	return nk_os_memfd_seal(pool->config_fd, err);
}

static NK_RESULT copy_options(struct nkx_pool *pool, const struct nkx_options *o, struct nk_err *err)
{
	pool->limits = o->limits;
	pool->n_rules = (uint32_t)o->n_rules;
	nkx_limits_default(&pool->limits);
	pool->texts[0] = o->worker != NULL ? strdup(o->worker) : NULL;
	pool->texts[1] = strdup(o->pdftotext != NULL ? o->pdftotext : "/usr/bin/pdftotext");
	if (pool->texts[1] == NULL || (o->worker != NULL && pool->texts[0] == NULL)) {
		return nk_fail_nomem(err);
	}
	pool->worker = pool->texts[0];
	pool->pdftotext = pool->texts[1];
	if (o->index_fd >= 0) {
		pool->index_fd = fcntl(o->index_fd, F_DUPFD_CLOEXEC, 3);
		if (pool->index_fd < 0) {
			return nk_fail_errno(err, errno, "cannot keep the index open", "");
		}
	}
	return write_config(pool, o, err);
}

static unsigned processors(void)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > NKX_WORKERS_MAX ? NKX_WORKERS_MAX : (unsigned)n;
}

/* Who is to be listened to: everybody, but not those who are ahead of their turn while too much is kept. */
static void listen_to(struct nkx_pool *pool, struct pollfd *looks)
{
	const bool full = pool->buffered > NKX_BUFFER_MAX;

	for (unsigned i = 0; i < pool->n_crew; i++) {
		struct nkx_crew *c = &pool->crew[i];
		bool head = false;

		for (unsigned q = 0; q < c->n; q++) {
			head = head || nkx_is_head(pool, c->queue[q]);
		}
		c->paused = full && !head;
		if (c->paused) {
			c->heard_ms = nkx_now_ms();
		}
		looks[2 * i] = (struct pollfd){ .fd = c->paused ? -1 : c->role.fd, .events = POLLIN };
		looks[2 * i + 1] = (struct pollfd){ .fd = c->pdf.busy ? c->pdf.tool.fd : -1, .events = POLLIN };
	}
}

static void progress(struct nkx_pool *pool)
{
	uint64_t bytes = pool->read;

	if (pool->reports.progress == NULL) {
		return;
	}
	for (unsigned i = 0; i < pool->n_crew; i++) {
		bytes += pool->crew[i].n > 0 ? pool->crew[i].queue[0]->alive : 0;
	}
	pool->reports.progress(pool->reports.arg, bytes);
}

/* One look at all workers, waiting at most so long for something to happen. */
static NK_RESULT step(struct nkx_pool *pool, int wait_ms, struct nk_err *err)
{
	struct pollfd looks[2 * NKX_WORKERS_MAX];

	nkx_crew_assign(pool);
	listen_to(pool, looks);
	if (poll(looks, 2 * pool->n_crew, wait_ms) > 0) {
		for (unsigned i = 0; i < pool->n_crew; i++) {
			if (looks[2 * i].revents != 0) {
				nkx_crew_read(pool, &pool->crew[i]);
			}
		}
	}
	for (unsigned i = 0; i < pool->n_crew; i++) {
		nkx_pdf_read(pool, &pool->crew[i]);
	}
	nkx_crew_watch(pool);
	nkx_pool_pump(pool);
	progress(pool);
	if (pool->stopped) {
		return nk_fail(err, NK_CANCELLED, "the scan was stopped");
	}
	if (pool->failures >= FAILED) {
		return nk_fail(err, NK_UNSUPPORTED,
			"the helper processes that read foreign files cannot be started: nothing more was read");
	}
	return nk_done();
}

static NK_RESULT await_first(struct nkx_pool *pool, struct nk_err *err)
{
	for (;;) {
		for (unsigned i = 0; i < pool->n_crew; i++) {
			if (pool->crew[i].ready) {
				return nk_done();
			}
		}
		NK_TRY(step(pool, STEP_MS, err));
	}
}

NK_RESULT nkx_pool_start(const struct nkx_options *options, const struct nkx_reports *reports, struct nkx_pool **out,
	struct nk_err *err)
{
	NK_OWNED(nkx_pool_free) struct nkx_pool *pool = NULL;

	NK_TRY(check_rules(options, err));
	NK_TRY(check_index(options, err));
	pool = calloc(1, sizeof(*pool));
	if (pool == NULL) {
		return nk_fail_nomem(err);
	}
	pool->config_fd = -1;
	pool->index_fd = -1;
	pool->reports = *reports;
	NK_TRY(copy_options(pool, options, err));
	pool->n_crew = options->workers == 0 ? processors() : options->workers;
	pool->n_crew = pool->n_crew > NKX_WORKERS_MAX ? NKX_WORKERS_MAX : pool->n_crew;
	for (unsigned i = 0; i < pool->n_crew; i++) {
		pool->crew[i].role.pid = -1;
		pool->crew[i].role.fd = -1;
	}
	for (unsigned i = 0; i < pool->n_crew; i++) {
		NK_TRY(nkx_crew_start(pool, &pool->crew[i], err));
	}
	NK_TRY(await_first(pool, err));
	*out = pool;
	pool = NULL;
	return nk_done();
}

/* Size of what is behind a descriptor; devices and the like have none here. */
static void measure(struct nkx_own *item)
{
	struct stat st;
	off_t end = 0;

	if (item->fd < 0) {
		item->why = item->why != NKX_WHY_NONE ? item->why : NKX_WHY_READ_ERROR;
		return;
	}
	if (fstat(item->fd, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))) {
		item->why = NKX_WHY_NOT_A_FILE;
		nk_os_fd_close(&item->fd);
		return;
	}
	end = lseek(item->fd, 0, SEEK_END);
	item->size = end > 0 ? (uint64_t)end : 0;
	item->stamp = nkx_stamp_of(&(const struct nkx_source){ .fd = item->fd });
}

static NK_RESULT item_new(
	struct nkx_pool *pool, const struct nkx_item *from, struct nkx_own **out, struct nk_err *err)
{
	struct nkx_own *item = calloc(1, sizeof(*item));
	struct nkx_task *task = calloc(1, sizeof(*task));
	int fd = from->fd;

	if (item == NULL || task == NULL) {
		free(item);
		free(task);
		nk_os_fd_close(&fd);
		return nk_fail_nomem(err);
	}
	item->number = pool->next_item++;
	item->fd = fd;
	item->why = from->why;
	item->raw = from->whole_is_binary;
	item->apart = from->name_apart;
	nkx_name_utf8(from->name != NULL ? from->name : "", from->name != NULL ? strlen(from->name) : 0, false,
		item->name, sizeof(item->name));
	measure(item);
	task->item = item;
	task->whole = true;
	task->size = item->size;
	nk_buf_init_wiping(&task->events, SIZE_MAX / 4);
	item->first = task;
	item->tasks = task;
	item->n_tasks = 1;
	*out = item;
	return nk_done();
}

NK_RESULT nkx_pool_submit(struct nkx_pool *pool, const struct nkx_item *item, struct nk_err *err)
{
	struct nkx_own *own = NULL;

	NK_TRY(item_new(pool, item, &own, err));
	if (pool->last != NULL) {
		pool->last->next = own;
	} else {
		pool->items = own;
	}
	pool->last = own;
	pool->n_items++;
	nkx_queue_put(pool, own->first, false);
	NK_TRY(step(pool, 0, err));
	while (pool->n_items >= NKX_OUT_MAX || (pool->ready != NULL && pool->n_items > 8 * pool->n_crew)) {
		NK_TRY(step(pool, STEP_MS, err));
	}
	return nk_done();
}

NK_RESULT nkx_pool_finish(struct nkx_pool *pool, struct nk_err *err)
{
	while (pool->items != NULL) {
		NK_TRY(step(pool, STEP_MS, err));
	}
	return nk_done();
}

void nkx_pool_free(struct nkx_pool **p)
{
	struct nkx_pool *pool = *p;

	*p = NULL;
	if (pool == NULL) {
		return;
	}
	for (unsigned i = 0; i < pool->n_crew; i++) {
		nkx_crew_end(&pool->crew[i]);
	}
	while (pool->items != NULL) {
		struct nkx_own *item = pool->items;

		pool->items = item->next;
		nkx_item_free(&item);
	}
	nk_os_fd_close(&pool->config_fd);
	nk_os_fd_close(&pool->index_fd);
	free(pool->texts[0]);
	free(pool->texts[1]);
	explicit_bzero(&pool->in, sizeof(pool->in));
	explicit_bzero(&pool->out, sizeof(pool->out));
	free(pool);
}
