/*
 * nkx_kit.c: a sink that keeps what it is given. For tests only.
 */
#include "base.h"

#include "nkx_kit.h"
#include "nkx_work.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEEP_MAX = 64 << 20 };

struct kit {
	struct nkx_kit_report *report;
	const char *pdf_text;
	enum nkx_why pdf_why;
	size_t pdf_least;
	size_t open[NKX_SLOTS]; /* place in the report of the stream in that slot */
	bool ran[NKX_SLOTS];
	unsigned n_open;
};

static struct nkx_kit_stream *at_slot(struct kit *k, unsigned slot)
{
	nk_assert(slot < k->n_open);
	return &k->report->streams[k->open[slot]];
}

static bool on_name(void *arg, const char *name, char *masked, size_t room)
{
	(void)arg;
	(void)snprintf(masked, room, "%s", name);
	return true;
}

static bool on_begin(void *arg, unsigned slot, uint32_t number, const char *path, const char *format)
{
	struct kit *k = arg;
	struct nkx_kit_report *r = k->report;
	struct nkx_kit_stream *s = NULL;

	nk_assert(slot == k->n_open && number == r->n);
	if (r->n == r->room) {
		r->room = r->room == 0 ? 16 : r->room * 2;
		r->streams = realloc(r->streams, r->room * sizeof(*r->streams));
		nk_assert(r->streams != NULL);
	}
	s = &r->streams[r->n];
	memset(s, 0, sizeof(*s));
	s->number = number;
	s->path = strdup(number == 0 ? "" : path);
	nk_assert(s->path != NULL);
	(void)snprintf(s->format, sizeof(s->format), "%s", format);
	k->open[slot] = r->n++;
	k->ran[slot] = false;
	k->n_open++;
	return true;
}

static bool on_scan(void *arg, unsigned slot, const struct nks_stream *run)
{
	struct kit *k = arg;
	struct nkx_kit_stream *s = at_slot(k, slot);

	s->kind = run->kind;
	if (!k->ran[slot]) {
		s->base = run->base;
		k->ran[slot] = true;
	}
	return true;
}

static bool on_feed(void *arg, unsigned slot, const void *bytes, size_t len)
{
	struct kit *k = arg;
	struct nkx_kit_stream *s = at_slot(k, slot);

	if (len > KEEP_MAX - k->report->kept) {
		return true;
	}
	s->text = realloc(s->text, s->len + len + 1);
	nk_assert(s->text != NULL);
	memcpy(s->text + s->len, bytes, len);
	s->len += len;
	s->text[s->len] = '\0';
	k->report->kept += len;
	return true;
}

static bool on_scan_end(void *arg, unsigned slot, struct nks_summary *out)
{
	(void)arg;
	(void)slot;
	memset(out, 0, sizeof(*out));
	return true;
}

static bool on_end(void *arg, unsigned slot, const struct nkx_stream_end *end)
{
	struct kit *k = arg;
	struct nkx_kit_stream *s = at_slot(k, slot);

	nk_assert(slot + 1 == k->n_open && s->number == end->number && !s->ended);
	s->ended = true;
	s->state = end->state;
	s->why = end->why;
	s->bytes = end->bytes;
	s->skipped = end->skipped;
	(void)snprintf(s->format, sizeof(s->format), "%s", end->format);
	nk_assert((s->state == NKX_SCANNED) == (s->why == NKX_WHY_NONE));
	k->n_open--;
	return true;
}

static enum nkx_why on_pdf(void *arg, const uint8_t *pdf, size_t len, char **out, size_t *out_len)
{
	struct kit *k = arg;

	(void)pdf;
	if (k->pdf_text == NULL) {
		return NKX_WHY_TOOL_MISSING;
	}
	if (len < k->pdf_least) {
		return NKX_WHY_DAMAGED;
	}
	*out_len = strlen(k->pdf_text);
	*out = malloc(*out_len + 1);
	nk_assert(*out != NULL);
	memcpy(*out, k->pdf_text, *out_len + 1);
	return k->pdf_why;
}

static bool on_alive(void *arg, uint64_t bytes)
{
	(void)arg;
	(void)bytes;
	return true;
}

static void run(const struct nkx_kit_options *options, const struct nkx_source *source, const char *name,
	struct nkx_kit_report *out)
{
	struct kit k = {
		.report = out,
		.pdf_text = options->pdf_text,
		.pdf_why = options->pdf_why,
		.pdf_least = options->pdf_least,
	};
	const struct nkx_sink sink = { &k, on_name, on_begin, on_scan, on_feed, on_scan_end, on_end, on_pdf,
		on_alive };
	const struct nkx_item_source item = {
		.source = *source, .name = name, .raw = options->raw, .size = source->size
	};
	struct nkx_work w;

	memset(out, 0, sizeof(*out));
	nk_assert(nkx_work_init(&w, &sink, &options->limits));
	nkx_work_item(&w, &item);
	nk_assert(k.n_open == 0 && w.n_slots == 0 && w.held == 0 && w.depth == 0);
	nkx_work_done(&w);
}

void nkx_kit_open_with(const struct nkx_kit_options *options, const void *bytes, size_t len, const char *name,
	struct nkx_kit_report *out)
{
	/* A copy of exactly this size, so that the sanitizer sees a read behind its end. */
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct nkx_source source = { .mem = copy, .fd = -1, .size = len };

	nk_assert(copy != NULL);
	if (len > 0) {
		memcpy(copy, bytes, len);
	}
	run(options, &source, name, out);
	free(copy);
}

void nkx_kit_open(const void *bytes, size_t len, const char *name, struct nkx_kit_report *out)
{
	const struct nkx_kit_options options = { .raw = false };

	nkx_kit_open_with(&options, bytes, len, name, out);
}

bool nkx_kit_file(const char *path, struct nkx_kit_report *out)
{
	const struct nkx_kit_options options = { .raw = false };
	const char *slash = strrchr(path, '/');
	struct nkx_source source = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct stat st;

	if (source.fd < 0 || fstat(source.fd, &st) != 0) {
		return false;
	}
	source.size = (uint64_t)st.st_size;
	run(&options, &source, slash != NULL ? slash + 1 : path, out);
	(void)close(source.fd);
	return true;
}

void nkx_kit_free(struct nkx_kit_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		free(report->streams[i].text);
		free(report->streams[i].path);
	}
	free(report->streams);
	memset(report, 0, sizeof(*report));
}

const struct nkx_kit_stream *nkx_kit_stream(const struct nkx_kit_report *report, const char *path)
{
	for (size_t i = 0; i < report->n; i++) {
		if (strcmp(report->streams[i].path, path) == 0) {
			return &report->streams[i];
		}
	}
	return NULL;
}

bool nkx_kit_in(const struct nkx_kit_stream *stream, const char *utf8)
{
	return stream != NULL && stream->text != NULL &&
		memmem(stream->text, stream->len, utf8, strlen(utf8)) != NULL;
}

bool nkx_kit_holds(const struct nkx_kit_report *report, const char *utf8)
{
	for (size_t i = 0; i < report->n; i++) {
		if (nkx_kit_in(&report->streams[i], utf8)) {
			return true;
		}
	}
	return false;
}

void nkx_kit_print(const struct nkx_kit_report *report)
{
	static const char *const states[] = { "scanned", "partly", "not" };

	for (size_t i = 0; i < report->n; i++) {
		const struct nkx_kit_stream *s = &report->streams[i];

		(void)fprintf(stderr, "%3u %-8s %-14s %-12s %8" PRIu64 " %s\n", s->number, states[s->state],
			nkx_why_name(s->why), s->format, s->bytes, s->path);
	}
}
