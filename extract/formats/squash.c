/*
 * squash.c: see squash.h.
 */
#include "base.h"

#include "squash.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

static uint64_t all(const struct nkx_squash *q)
{
	return q->head_len + q->len;
}

static la_ssize_t on_read(struct archive *a, void *data, const void **out)
{
	struct nkx_squash *q = data;
	uint64_t at = 0;
	size_t want = NKX_SQUASH_BUF;
	size_t got = 0;

	(void)a;
	*out = q->buf;
	if (q->place < q->head_len) {
		*out = q->head + q->place;
		got = q->head_len - (size_t)q->place;
		q->place = q->head_len;
		return (la_ssize_t)got;
	}
	at = q->place - q->head_len;
	if (at >= q->len) {
		return 0;
	}
	want = q->len - at < want ? (size_t)(q->len - at) : want;
	got = nkx_read_some(q->source, q->at + at, q->buf, want);
	q->short_read = q->short_read || got < want;
	q->place += got;
	return (la_ssize_t)got;
}

static la_int64_t on_skip(struct archive *a, void *data, la_int64_t request)
{
	struct nkx_squash *q = data;
	const uint64_t left = all(q) - q->place;
	const uint64_t skip = request < 0 ? 0 : (uint64_t)request < left ? (uint64_t)request : left;

	(void)a;
	q->place += skip;
	return (la_int64_t)skip;
}

static la_int64_t on_seek(struct archive *a, void *data, la_int64_t offset, int whence)
{
	struct nkx_squash *q = data;
	int64_t to = offset;

	(void)a;
	if (whence == SEEK_CUR && __builtin_add_overflow((int64_t)q->place, offset, &to)) {
		return ARCHIVE_FATAL;
	}
	if (whence == SEEK_END && __builtin_add_overflow((int64_t)all(q), offset, &to)) {
		return ARCHIVE_FATAL;
	}
	if (to < 0 || (uint64_t)to > all(q)) {
		return ARCHIVE_FATAL;
	}
	q->place = (uint64_t)to;
	return to;
}

struct archive *nkx_squash_open(struct nkx_squash *q, nkx_squash_set_fn *set)
{
	struct archive *a = archive_read_new();

	q->buf = malloc(NKX_SQUASH_BUF);
	if (a == NULL || q->buf == NULL) {
		(void)archive_read_free(a);
		nkx_squash_close(q, NULL);
		return NULL;
	}
	set(a);
	(void)archive_read_set_callback_data(a, q);
	(void)archive_read_set_read_callback(a, on_read);
	(void)archive_read_set_skip_callback(a, on_skip);
	(void)archive_read_set_seek_callback(a, on_seek);
	if (archive_read_open1(a) < ARCHIVE_WARN) {
		nkx_squash_close(q, &a);
		return NULL;
	}
	return a;
}

void nkx_squash_close(struct nkx_squash *q, struct archive **a)
{
	if (a != NULL && *a != NULL) {
		(void)archive_read_free(*a);
		*a = NULL;
	}
	if (q->buf != NULL) {
		explicit_bzero(q->buf, NKX_SQUASH_BUF);
		free(q->buf);
		q->buf = NULL;
	}
}

enum nkx_why nkx_squash_why(struct archive *a)
{
	static const struct {
		const char *word;
		enum nkx_why why;
	} words[] = {
		{ "ncrypt", NKX_WHY_ENCRYPTED },
		{ "assphrase", NKX_WHY_ENCRYPTED },
		{ "runcated", NKX_WHY_CUT_OFF },
		{ "remature", NKX_WHY_CUT_OFF },
		{ "nsupported", NKX_WHY_UNSUPPORTED },
		{ "not supported", NKX_WHY_UNSUPPORTED },
		{ "annot support", NKX_WHY_UNSUPPORTED },
		{ "emory", NKX_WHY_MEMORY },
		{ "ultivolume", NKX_WHY_UNSUPPORTED },
	};
	const char *text = archive_error_string(a);

	for (size_t i = 0; text != NULL && i < NK_ARRAY_LEN(words); i++) {
		if (strstr(text, words[i].word) != NULL) {
			return words[i].why;
		}
	}
	return NKX_WHY_DAMAGED;
}

/* A hole of a sparse entry: some zeros, so that what stands before and behind it does not touch. */
static bool feed_hole(struct nkx_pipe *p, uint64_t len)
{
	static const uint8_t zeros[4096];

	return nkx_nested_feed(p, zeros, len < sizeof(zeros) ? (size_t)len : sizeof(zeros));
}

enum nkx_why nkx_squash_data(struct archive *a, struct nkx_pipe *p)
{
	return nkx_squash_data_seen(a, p, NULL, NULL);
}

enum nkx_why nkx_squash_data_seen(struct archive *a, struct nkx_pipe *p, nkx_squash_seen_fn *seen, void *arg)
{
	uint64_t behind = 0;

	for (;;) {
		const void *bytes = NULL;
		size_t len = 0;
		la_int64_t at = 0;
		const int rc = archive_read_data_block(a, &bytes, &len, &at);

		if (rc == ARCHIVE_EOF) {
			return NKX_WHY_NONE;
		}
		if (rc < ARCHIVE_WARN) {
			return nkx_squash_why(a);
		}
		if (at > 0 && (uint64_t)at > behind && !feed_hole(p, (uint64_t)at - behind)) {
			return NKX_WHY_NONE;
		}
		if (len > 0 && !nkx_nested_feed(p, bytes, len)) {
			return NKX_WHY_NONE;
		}
		if (seen != NULL) {
			seen(arg, len);
		}
		behind = (at > 0 ? (uint64_t)at : behind) + len;
	}
}

bool nkx_squash_zip_method(uint16_t method)
{
	return method == 12 || method == 14 || method == 93 || method == 95 || method == 98;
}

static void set_zip(struct archive *a)
{
	(void)archive_read_support_format_zip_streamable(a);
}

/* libarchive is shown a zip of this one entry, with the sizes that the directory gives. */
enum nkx_why nkx_squash_zip(
	struct nkx_work *w, const struct nkx_source *s, const struct nkx_squash_member *m, struct nkx_pipe *p)
{
	uint8_t head[31] = "PK\3\4";
	struct nkx_squash q = {
		.source = s, .at = m->data, .len = m->packed, .head = head, .head_len = sizeof(head)
	};
	struct archive *a = NULL;
	struct archive_entry *e = NULL;
	enum nkx_why why = NKX_WHY_DAMAGED;

	(void)w;
	if (m->packed > UINT32_MAX || m->size > UINT32_MAX) {
		return NKX_WHY_UNSUPPORTED;
	}
	head[4] = 63;
	head[8] = (uint8_t)m->method;
	head[6] = m->method == 14 ? 2 : 0; /* lzma with its end mark */
	nk_put_le32(head + 14, m->crc);
	nk_put_le32(head + 18, (uint32_t)m->packed);
	nk_put_le32(head + 22, (uint32_t)m->size);
	head[26] = 1;
	head[30] = 'x';
	a = nkx_squash_open(&q, set_zip);
	if (a == NULL) {
		return NKX_WHY_MEMORY;
	}
	if (archive_read_next_header(a, &e) >= ARCHIVE_WARN) {
		why = nkx_squash_data(a, p);
	}
	nkx_squash_close(&q, &a);
	return why;
}
