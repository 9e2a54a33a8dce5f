/*
 * pool_pdf.c: pdftotext for a worker: its input and its output are files in memory, it runs beside everything else.
 *
 * Invariant: one job a worker; each ends with an answer to the worker, or with the worker.
 */
#include "base.h"

#include "pool_int.h"

#include <poll.h>

enum { PDF_MEMORY_MB = 1024, PDF_SECONDS = 60, TEXT_MAX = 256 << 20, REAP_MS = 500, STEP = 65536 };

void nkx_pdf_drop(struct nkx_crew *c)
{
	struct nkx_pdf_job *j = &c->pdf;

	if (!j->busy) {
		return;
	}
	if (j->tool.pid > 0) {
		nk_os_tool_end(&j->tool, 0, NULL);
	}
	nk_os_fd_close(&j->in_fd);
	nk_os_fd_close(&j->out_fd);
	j->busy = false;
}

bool nkx_pdf_runs(const struct nkx_crew *c)
{
	return c->pdf.busy && c->pdf.tool.pid > 0;
}

/* The answer, with the text when there is one, be it not all. */
static void answer(struct nkx_pool *pool, struct nkx_crew *c, enum nkx_why why)
{
	struct nkx_pdf_job *j = &c->pdf;
	struct nkx_msg *m = &pool->out;
	struct nk_os_note note = { m, 0, { -1, -1, -1, -1 } };

	if (why == NKX_WHY_NONE || j->made > 0) {
		if (nk_ok(nk_os_memfd_seal(j->out_fd, NULL))) {
			note.fds[0] = j->out_fd;
		} else {
			why = why == NKX_WHY_NONE ? NKX_WHY_MEMORY : why;
		}
	}
	m->type = NKX_P_PDF;
	m->len = sizeof(m->u.pdf);
	m->u.pdf.len = j->made;
	m->u.pdf.why = why;
	note.len = nkx_msg_size(m);
	/* A worker that cannot be told is found dead, or silent, soon. */
	(void)nk_os_role_send(c->role.fd, &note, NULL).code;
	c->heard_ms = nkx_now_ms();
	nkx_pdf_drop(c);
}

bool nkx_pdf_ask(struct nkx_pool *pool, struct nkx_crew *c, uint64_t len)
{
	struct nkx_pdf_job *j = &c->pdf;

	if (j->busy || len == 0 || len > pool->limits.in_memory) {
		return false;
	}
	*j = (struct nkx_pdf_job){ .busy = true, .in_fd = -1, .out_fd = -1, .want = len };
	j->tool.pid = -1;
	j->tool.fd = -1;
	if (!nk_ok(nk_os_memfd("pdf", &j->in_fd, NULL)) || !nk_ok(nk_os_memfd("text", &j->out_fd, NULL))) {
		j->why = NKX_WHY_MEMORY;
	}
	return true;
}

static void start(struct nkx_pool *pool, struct nkx_crew *c)
{
	struct nkx_pdf_job *j = &c->pdf;
	const char *const argv[] = { pool->pdftotext, "-q", "-enc", "UTF-8", "-", "-", NULL };
	nk_rc rc = nk_done();

	if (j->why == NKX_WHY_NONE && !nk_ok(nk_os_memfd_seal(j->in_fd, NULL))) {
		j->why = NKX_WHY_MEMORY;
	}
	if (j->why == NKX_WHY_NONE) {
		rc = nk_os_tool_start(argv, j->in_fd, PDF_MEMORY_MB, PDF_SECONDS, &j->tool, NULL);
		j->why = nk_ok(rc) ? NKX_WHY_NONE : NKX_WHY_TOOL_MISSING;
	}
	j->until_ms = nkx_now_ms() + PDF_SECONDS * INT64_C(1000);
	if (j->why != NKX_WHY_NONE) {
		answer(pool, c, j->why);
	}
}

bool nkx_pdf_bytes(struct nkx_pool *pool, struct nkx_crew *c, const uint8_t *bytes, size_t len)
{
	struct nkx_pdf_job *j = &c->pdf;

	if (!j->busy || len > j->want - j->got || j->tool.pid > 0) {
		return false;
	}
	if (j->why == NKX_WHY_NONE && !nk_ok(nk_os_fd_write(j->in_fd, bytes, len, NULL))) {
		j->why = NKX_WHY_MEMORY;
	}
	j->got += len;
	if (j->got == j->want) {
		start(pool, c);
	}
	return true;
}

/* pdftotext ended: 0, or 1 (it could not open it), 3 (not permitted: encrypted). What it printed before is text all
 * the same. */
static void finish(struct nkx_pool *pool, struct nkx_crew *c)
{
	struct nkx_pdf_job *j = &c->pdf;
	int status = 255;
	enum nkx_why why = NKX_WHY_NONE;

	nk_os_tool_end(&j->tool, REAP_MS, &status);
	if (status == 127) {
		why = NKX_WHY_TOOL_MISSING;
	} else if (status >= 128) {
		why = status == 128 + 24 || status == 128 + 9 ? NKX_WHY_TIME : NKX_WHY_CRASH;
	} else if (status != 0) {
		why = status == 3 ? NKX_WHY_ENCRYPTED : NKX_WHY_DAMAGED;
	}
	answer(pool, c, why);
}

void nkx_pdf_read(struct nkx_pool *pool, struct nkx_crew *c)
{
	struct nkx_pdf_job *j = &c->pdf;
	uint8_t step[STEP];
	size_t got = 0;

	if (!j->busy || j->tool.pid <= 0) {
		return;
	}
	for (unsigned i = 0; i < 16; i++) {
		struct pollfd look = { .fd = j->tool.fd, .events = POLLIN };

		if (poll(&look, 1, 0) <= 0) {
			break;
		}
		if (!nk_ok(nk_os_fd_read(j->tool.fd, step, sizeof(step), &got, NULL)) || got == 0) {
			finish(pool, c);
			return;
		}
		if (got > TEXT_MAX - j->made || !nk_ok(nk_os_fd_write(j->out_fd, step, got, NULL))) {
			answer(pool, c, NKX_WHY_TOO_LARGE);
			return;
		}
		j->made += got;
	}
	if (nkx_now_ms() > j->until_ms) {
		answer(pool, c, NKX_WHY_TIME);
	}
}
