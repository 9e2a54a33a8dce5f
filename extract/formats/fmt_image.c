/*
 * fmt_image.c: pictures: EXIF, XMP, IPTC, comments. What the pixels show is not read, and the report says so.
 */
#include "base.h"

#include "img_int.h"
#include "utf.h"

extern const struct nkx_format nkx_format_image;

enum { PARTS = 64, SMALL = 64 };

static const struct kind {
	uint8_t at;
	uint8_t len;
	char sign[13];
	void (*read)(struct nkx_img *img);
} kinds[] = { { 0, 3, "\xff\xd8\xff", nkx_img_jpeg }, { 0, 8, "\x89PNG\r\n\x1a\n", nkx_img_png },
	{ 0, 6, "GIF89a", nkx_img_gif }, { 0, 6, "GIF87a", nkx_img_gif }, { 8, 4, "WEBP", nkx_img_webp },
	{ 4, 8, "ftypheic", nkx_img_heic }, { 4, 8, "ftypheix", nkx_img_heic }, { 4, 8, "ftypmif1", nkx_img_heic },
	{ 4, 8, "ftypavif", nkx_img_heic }, { 4, 8, "ftyphevc", nkx_img_heic }, { 0, 4, "II*\0", NULL },
	{ 0, 4, "MM\0*", NULL } };

static const struct kind *kind_of(const uint8_t *head, size_t len)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		if (len >= (size_t)kinds[i].at + kinds[i].len &&
			memcmp(head + kinds[i].at, kinds[i].sign, kinds[i].len) == 0) {
			return &kinds[i];
		}
	}
	return NULL;
}

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	const struct kind *kind = kind_of(head, len);

	(void)size;
	(void)name;
	return kind == NULL ? 0 : kind->read == NULL ? 80 : 95;
}

static void put(void *arg, const char *utf8, size_t len)
{
	nkx_put(arg, utf8, len);
}

void nkx_img_line(struct nkx_img *img, const uint8_t *bytes, size_t len)
{
	const struct nkx_charset_to to = { put, img->text };
	struct nkx_charset_state state = { .charset = NKX_CHARSET_GUESS };

	while (len > 0 && (bytes[len - 1] == 0 || bytes[len - 1] == ' ')) {
		len--;
	}
	if (len > 0) {
		nkx_charset_put(&state, bytes, len, &to);
		nkx_put(img->text, "\n", 1);
	}
}

void nkx_img_utf16(struct nkx_img *img, const uint8_t *bytes, size_t len, bool big)
{
	struct nkx_utf16 utf16 = { .big = big };

	len &= ~(size_t)1;
	while (len >= 2 && bytes[len - 1] == 0 && bytes[len - 2] == 0) {
		len -= 2;
	}
	nkx_utf16_feed(&utf16, bytes, len, put, img->text);
	nkx_put(img->text, "\n", 1);
}

void nkx_img_part(struct nkx_img *img, const char *what, const uint8_t *bytes, size_t len, const char *hint)
{
	const struct nkx_source s = { .mem = bytes, .fd = -1, .size = len };
	char name[32];

	if (len == 0) {
		return;
	}
	if (img->parts++ >= PARTS) {
		nkx_partly(img->w, NKX_WHY_TOO_MANY);
		return;
	}
	nkx_put_flush(img->text);
	(void)snprintf(name, sizeof(name), "#%s-%u", what, img->parts);
	(void)nkx_nested(img->w, name, &s, hint);
}

static void read_image(struct nkx_img *img)
{
	const struct kind *kind = kind_of(img->p, img->n);

	if (kind == NULL) {
		img->damaged = true;
	} else if (kind->read != NULL) {
		kind->read(img);
	} else {
		nkx_img_tiff(img, img->p, img->n, true);
	}
}

static enum nkx_why open_image(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	uint8_t *owned = NULL;
	const uint8_t *p = nkx_load(w, s, &owned);
	struct nkx_img img = { .w = w, .p = p, .n = (size_t)s->size, .source = s };

	(void)name;
	img.text = malloc(sizeof(*img.text));
	if (p == NULL || img.text == NULL || !nkx_stream_begin(w, "", "image", NKS_KIND_TEXT)) {
		free(img.text);
		free(owned);
		return p == NULL ? NKX_WHY_TOO_LARGE : NKX_WHY_MEMORY;
	}
	img.text->w = w;
	img.text->n = 0;
	read_image(&img);
	nkx_put_flush(img.text);
	nkx_stream_end(w, img.damaged ? NKX_PARTLY : NKX_SCANNED, img.damaged ? NKX_WHY_DAMAGED : NKX_WHY_NONE);
	if (img.width > SMALL && img.height > SMALL) {
		nkx_not_scanned(w, "(pixels)", "image", NKX_WHY_NO_TEXT, s->size);
	}
	explicit_bzero(img.text, sizeof(*img.text));
	free(img.text);
	free(owned);
	return NKX_WHY_NONE;
}

const struct nkx_format nkx_format_image = { "image", sniff, open_image, true };
