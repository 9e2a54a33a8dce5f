/*
 * fmt_pdf.c: PDF: the text of its pages by pdftotext, of this and of earlier revisions; all else by walking its
 * objects.
 *
 * A page without text is not a clean page: it is reported as not scanned. An encrypted file is opened when no
 * password is needed for reading its pages; its strings and attachments are not seen then, and the report says so.
 */
#include "base.h"

#include "pdf_draw.h"

extern const struct nkx_format nkx_format_pdf;

enum { REVISIONS = 16, NEWEST = REVISIONS - 1 };

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	const size_t look = len < 1024 ? len : 1024;

	(void)size;
	(void)name;
	if (len >= 5 && memcmp(head, "%PDF-", 5) == 0) {
		return 95;
	}
	return look > 8 && memmem(head, look, "%PDF-1.", 7) != NULL ? 70 : 0;
}

struct pages {
	size_t pages, empty;
	bool any;
	bool some; /* pdftotext gave something */
};

/* Pages end with form feeds. */
static struct pages count_pages(const char *text, size_t len)
{
	struct pages out = { 0 };
	bool any = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\f') {
			out.pages++;
			out.empty += any ? 0 : 1;
			any = false;
		} else if ((unsigned char)text[i] > ' ') {
			any = true;
			out.any = true;
		}
	}
	return out;
}

/* pdftotext may give text and a reason why it is not all. `seen`: where the text is kept for comparing, or NULL. */
static enum nkx_why read_pages(
	struct nkx_work *w, const char *name, struct nk_bytes pdf, struct pages *out, struct nkx_pdf_seen *seen)
{
	char *text = NULL;
	size_t len = 0;
	const enum nkx_why why = nkx_pdf_text(w, pdf.ptr, pdf.len, &text, &len);

	if (text != NULL) {
		*out = count_pages(text, len);
		if (nkx_stream_begin(w, name, "pdf", NKS_KIND_TEXT)) {
			(void)nkx_stream_feed(w, text, len);
			nkx_stream_end(w, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
		}
		if (seen != NULL) {
			nkx_pdf_seen_of(seen, text, len);
		}
		explicit_bzero(text, len);
		out->some = true;
	}
	free(text);
	return why;
}

/* The end of an earlier revision, and which one it is. */
struct revision {
	size_t end, number;
};

/* Earlier revisions: the oldest and the newest ones, in order; of a linearized file the first end is none. Returns
 * how many there are in all. */
static size_t revisions(struct nk_bytes pdf, struct revision out[static REVISIONS])
{
	const size_t look = pdf.len < 1024 ? pdf.len : 1024;
	bool skip = memmem(pdf.ptr, look, "/Linearized", 11) != NULL;
	const uint8_t *eof = memmem(pdf.ptr, pdf.len, "%%EOF", 5);
	size_t n = 0;

	while (eof != NULL) {
		const size_t at = (size_t)(eof - pdf.ptr) + 5;

		eof = memmem(pdf.ptr + at, pdf.len - at, "%%EOF", 5);
		if (pdf.len - at < 64 || eof == NULL) {
			break; /* the last one is the whole file */
		}
		if (!skip && n >= REVISIONS) {
			memmove(out + 1, out + 2, (NEWEST - 1) * sizeof(*out));
		}
		if (!skip) {
			out[n < REVISIONS ? n : NEWEST] = (struct revision){ at, n + 1 };
			n++;
		}
		skip = false;
	}
	return n;
}

/* Returns whether there were any. */
static bool read_revisions(struct nkx_work *w, struct nk_bytes pdf)
{
	struct revision which[REVISIONS] = { 0 };
	const size_t n = revisions(pdf, which);
	struct pages pages = { 0 };
	char name[32];

	for (size_t i = 0; i < n && i < REVISIONS; i++) {
		enum nkx_why why = NKX_WHY_NONE;

		(void)snprintf(name, sizeof(name), "#revision-%zu", which[i].number);
		pages = (struct pages){ 0 };
		why = read_pages(w, name, (struct nk_bytes){ pdf.ptr, which[i].end }, &pages, NULL);
		if (why == NKX_WHY_DAMAGED && !pages.some) {
			nkx_partly(w, why);
		} else if (why != NKX_WHY_NONE && !pages.some) {
			nkx_not_scanned(w, name, "pdf", why, 0);
		}
	}
	if (n > REVISIONS) {
		nkx_partly(w, NKX_WHY_TOO_MANY);
	}
	return n > 0;
}

/* seen: NULL: only what is there is found out. */
static struct nkx_pdf walk(struct nkx_work *w, struct nk_bytes in, struct nkx_text *text, struct nkx_pdf_seen *seen)
{
	struct nkx_pdf pdf = {
		.w = w, .p = in.ptr, .n = in.len, .text = text, .seen = seen, .found_only = seen == NULL
	};

	text->w = w;
	text->n = 0;
	nkx_pdf_walk(&pdf);
	nkx_put_flush(text);
	return pdf;
}

/* What the report has to say about pages whose text nobody has seen. */
static void judge(struct nkx_work *w, const struct nkx_pdf *pdf, enum nkx_why why, const struct pages *pages)
{
	if (why != NKX_WHY_NONE && !pages->some) {
		nkx_not_scanned(w, "(pages)", "pdf", pdf->encrypted ? NKX_WHY_ENCRYPTED : why, 0);
	} else if (!pages->any && (pdf->images > 0 || pdf->fonts > 0 || pdf->drawings > 0 || pdf->encrypted)) {
		nkx_not_scanned(w, "(pages)", "pdf", NKX_WHY_NO_TEXT, 0);
	} else if (pages->empty > 0 && (pdf->images > 0 || pdf->drawings > pages->pages - pages->empty)) {
		nkx_not_scanned(w, "(pages without text)", "pdf", NKX_WHY_NO_TEXT, 0);
	}
	if (pdf->pixels > 0) {
		nkx_not_scanned(w, "(pixels)", "image", NKX_WHY_NO_TEXT, 0);
	}
	if (pdf->encrypted) {
		nkx_not_scanned(w, "(strings and attachments)", "pdf", NKX_WHY_ENCRYPTED, 0);
	}
}

/* /Encrypt stands in a trailer or in a stream of references, which are never encrypted themselves. */
static bool is_encrypted(struct nkx_work *w, struct nk_bytes in, struct nkx_text *text)
{
	return memmem(in.ptr, in.len, "/Encrypt", 8) != NULL && walk(w, in, text, NULL).encrypted;
}

static enum nkx_why read_pdf(struct nkx_work *w, struct nk_bytes in, struct nkx_text *text)
{
	struct pages pages = { 0 };
	struct nkx_pdf_seen seen = { .p = NULL };
	const enum nkx_why why = read_pages(w, "", in, &pages, &seen);
	struct nkx_pdf pdf = { 0 };

	if (is_encrypted(w, in, text)) {
		pdf = walk(w, in, text, NULL);
	} else if (nkx_stream_begin(w, "#objects", "pdf", NKS_KIND_TEXT)) {
		pdf = walk(w, in, text, &seen);
		nkx_stream_end(
			w, pdf.damaged ? NKX_PARTLY : NKX_SCANNED, pdf.damaged ? NKX_WHY_DAMAGED : NKX_WHY_NONE);
	}
	nkx_pdf_seen_done(&seen);
	/* A tree that leads back to itself ends pdftotext's reading without a word. Of a file with earlier revisions the tree
	 * may have been longer once, and each of them is read. */
	if ((why == NKX_WHY_NONE || pages.some) && !read_revisions(w, in) && pdf.pages > pages.pages) {
		nkx_not_scanned(w, "(pages missing)", "pdf", pdf.encrypted ? NKX_WHY_ENCRYPTED : NKX_WHY_DAMAGED, 0);
	}
	judge(w, &pdf, why, &pages);
	return pdf.objects == 0 ? NKX_WHY_DAMAGED : NKX_WHY_NONE;
}

static enum nkx_why open_pdf(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t *owned = NULL;
	const uint8_t *p = nkx_load(w, s, &owned);
	struct nkx_text *text = malloc(sizeof(*text));
	enum nkx_why why = NKX_WHY_MEMORY;

	(void)name;
	if (p == NULL || text == NULL) {
		free(text);
		free(owned);
		return NKX_WHY_TOO_LARGE;
	}
	why = read_pdf(w, (struct nk_bytes){ p, (size_t)s->size }, text);
	explicit_bzero(text, sizeof(*text));
	free(text);
	if (owned != NULL) {
		explicit_bzero(owned, (size_t)s->size);
		free(owned);
	}
	return why;
}

const struct nkx_format nkx_format_pdf = { "pdf", sniff, open_pdf, true };
