/*
 * img_kinds.c: JPEG, PNG, GIF, WebP and HEIC as far as their texts go: sections are walked, pixels are passed over.
 */
#include "base.h"

#include "img_int.h"

#include <zlib.h>

enum { TEXT_MAX = 4 * 1024 * 1024, BOXES = 4096 };

static bool starts(const uint8_t *p, size_t n, const char *with, size_t len)
{
	return n >= len && memcmp(p, with, len) == 0;
}

static void jpeg_segment(struct nkx_img *img, uint8_t marker, const uint8_t *p, size_t n)
{
	static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
	static const char more[] = "http://ns.adobe.com/xmp/extension/";

	if (marker == 0xe1 && starts(p, n, "Exif\0", 6)) {
		nkx_img_tiff(img, p + 6, n - 6, false);
	} else if (marker == 0xe1 && starts(p, n, xmp, sizeof(xmp))) {
		nkx_img_part(img, "xmp", p + sizeof(xmp), n - sizeof(xmp), "markup");
	} else if (marker == 0xe1 && starts(p, n, more, sizeof(more)) && n > sizeof(more) + 40) {
		nkx_img_part(img, "xmp", p + sizeof(more) + 40, n - sizeof(more) - 40, "markup");
	} else if (marker == 0xed && starts(p, n, "Photoshop 3.0", 14)) {
		nkx_img_photoshop(img, p + 14, n - 14);
	} else if (marker == 0xfe) {
		nkx_img_line(img, p, n);
	} else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && n >= 5) {
		img->height = nkx_img_u16(p + 1, true);
		img->width = nkx_img_u16(p + 3, true);
	} else if (marker >= 0xe0 && marker <= 0xef && marker != 0xe0 && marker != 0xe2 && marker != 0xee) {
		nkx_img_part(img, "section", p, n, "binary");
	}
}

/* Behind the head of a scan: to the next marker that is none of the data's own. */
static size_t jpeg_scan(const struct nkx_img *img, size_t at)
{
	while (at + 1 < img->n) {
		const uint8_t *ff = memchr(img->p + at, 0xff, img->n - at - 1);

		if (ff == NULL) {
			return img->n;
		}
		at = (size_t)(ff - img->p);
		if (ff[1] != 0 && (ff[1] < 0xd0 || ff[1] > 0xd7)) {
			return at;
		}
		at += 2;
	}
	return img->n;
}

void nkx_img_jpeg(struct nkx_img *img)
{
	size_t at = 2;

	while (at + 4 <= img->n && img->p[at] == 0xff) {
		const uint8_t marker = img->p[at + 1];
		size_t len = 0;

		if (marker == 0xff) {
			at++;
			continue;
		}
		if (marker == 0xd9) {
			break;
		}
		len = nkx_img_u16(img->p + at + 2, true);
		if (len < 2 || len > img->n - at - 2) {
			img->damaged = true;
			break;
		}
		jpeg_segment(img, marker, img->p + at + 4, len - 2);
		at += 2 + len;
		at = marker == 0xda ? jpeg_scan(img, at) : at;
	}
	if (at + 2 <= img->n && img->p[at] == 0xff && img->p[at + 1] == 0xd9) {
		at += 2;
	} else {
		img->damaged = true;
	}
	nkx_claimed(img->w, 0, at);
	if (img->n - at > 16) {
		nkx_img_part(img, "appended", img->p + at, img->n - at, NULL);
		nkx_claimed(img->w, at, img->n - at);
	}
}

static void png_packed(struct nkx_img *img, const uint8_t *p, size_t n, bool xmp)
{
	uint8_t *out = malloc(TEXT_MAX);
	uLongf len = TEXT_MAX;
	z_stream z = { 0 };

	if (out == NULL || inflateInit(&z) != Z_OK) {
		free(out);
		img->damaged = true;
		return;
	}
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = TEXT_MAX;
	img->damaged = inflate(&z, Z_FINISH) != Z_STREAM_END || img->damaged;
	len = TEXT_MAX - z.avail_out;
	(void)inflateEnd(&z);
	if (nkx_budget(img->w, n, len)) {
		if (xmp) {
			nkx_img_part(img, "xmp", out, len, "markup");
		} else {
			nkx_img_line(img, out, len);
		}
	}
	explicit_bzero(out, len);
	free(out);
}

/* tEXt: keyword NUL text; zTXt: keyword NUL method packed; iTXt: keyword NUL flag method language NUL keyword NUL
 * text. */
static void png_text(struct nkx_img *img, const uint8_t *type, const uint8_t *p, size_t n)
{
	const uint8_t *end = memchr(p, 0, n);
	const bool xmp = starts(p, n, "XML:com.adobe.xmp", 18);
	bool packed = type[0] == 'z';
	size_t at = end != NULL ? (size_t)(end - p) + 1 : n;

	if (at >= n) {
		nkx_img_line(img, p, n);
		return;
	}
	nkx_img_line(img, p, at - 1);
	if (type[0] == 'i' && n - at > 2) {
		packed = p[at] == 1;
		at += 2;
		for (int i = 0; i < 2 && at < n; i++) {
			end = memchr(p + at, 0, n - at);
			at = end != NULL ? (size_t)(end - p) + 1 : n;
		}
	} else if (packed) {
		at++;
	}
	if (at >= n) {
		return;
	}
	if (packed) {
		png_packed(img, p + at, n - at, xmp);
	} else if (xmp) {
		nkx_img_part(img, "xmp", p + at, n - at, "markup");
	} else {
		nkx_img_line(img, p + at, n - at);
	}
}

void nkx_img_png(struct nkx_img *img)
{
	size_t at = 8;
	bool end = false;

	while (!end && img->n - at >= 12) {
		const size_t len = nkx_img_u32(img->p + at, true);
		const uint8_t *type = img->p + at + 4;

		if (len > img->n - at - 12) {
			break;
		}
		if (memcmp(type, "IHDR", 4) == 0 && len >= 8) {
			img->width = nkx_img_u32(type + 4, true);
			img->height = nkx_img_u32(type + 8, true);
		} else if (memcmp(type + 1, "EXt", 3) == 0 || memcmp(type + 1, "TXt", 3) == 0) {
			png_text(img, type, type + 4, len);
		} else if (memcmp(type, "eXIf", 4) == 0) {
			nkx_img_tiff(img, type + 4, len, false);
		} else if (memcmp(type, "IDAT", 4) != 0 && (type[0] & 0x20) != 0 && len > 64) {
			nkx_img_part(img, "section", type + 4, len, "binary");
		}
		end = memcmp(type, "IEND", 4) == 0;
		at += len + 12;
	}
	img->damaged = img->damaged || !end;
	nkx_claimed(img->w, 0, at);
	if (end && img->n - at > 16) {
		nkx_img_part(img, "appended", img->p + at, img->n - at, NULL);
		nkx_claimed(img->w, at, img->n - at);
	}
}

/* Sub-blocks of GIF: length, bytes, … 0. Texts are taken together in `line`. */
static size_t gif_blocks(struct nkx_img *img, size_t at, bool text)
{
	uint8_t *all = text ? malloc(img->n) : NULL;
	size_t len = 0;

	while (at < img->n && img->p[at] != 0) {
		const size_t n = img->p[at];

		if (n > img->n - at - 1) {
			img->damaged = true;
			at = img->n;
			break;
		}
		if (all != NULL) {
			memcpy(all + len, img->p + at + 1, n);
			len += n;
		}
		at += n + 1;
	}
	if (all != NULL) {
		nkx_img_line(img, all, len);
		explicit_bzero(all, len);
		free(all);
	}
	return at < img->n ? at + 1 : at;
}

static size_t gif_extension(struct nkx_img *img, size_t at)
{
	const uint8_t kind = img->p[at + 1];
	size_t end = 0;

	if (kind == 0xff && img->n - at > 14 && memcmp(img->p + at + 3, "XMP DataXMP", 11) == 0) {
		end = gif_blocks(img, at + 14, false);
		nkx_img_part(img, "xmp", img->p + at + 14, end - at - 14, "markup");
		return end;
	}
	return gif_blocks(img, at + 2, kind == 0xfe || kind == 0x01 || kind == 0xff);
}

void nkx_img_gif(struct nkx_img *img)
{
	size_t at = 13;

	if (img->n < 13) {
		img->damaged = true;
		return;
	}
	img->width = nkx_img_u16(img->p + 6, false);
	img->height = nkx_img_u16(img->p + 8, false);
	at += (img->p[10] & 0x80) != 0 ? (size_t)3 << ((img->p[10] & 7) + 1) : 0;
	while (at + 2 < img->n && img->p[at] != 0x3b) {
		if (img->p[at] == 0x21) {
			at = gif_extension(img, at);
		} else if (img->p[at] == 0x2c && img->n - at > 11) {
			const uint8_t flags = img->p[at + 9];

			at += 10 + ((flags & 0x80) != 0 ? (size_t)3 << ((flags & 7) + 1) : 0);
			at = at < img->n ? gif_blocks(img, at + 1, false) : img->n;
		} else {
			img->damaged = true;
			break;
		}
	}
	at = at < img->n ? at : img->n;
	nkx_claimed(img->w, 0, at);
}

void nkx_img_webp(struct nkx_img *img)
{
	size_t at = 12;

	while (img->n - at >= 8) {
		const uint8_t *p = img->p + at;
		const size_t len = nkx_img_u32(p + 4, false);

		if (len > img->n - at - 8) {
			img->damaged = true;
			break;
		}
		if (memcmp(p, "EXIF", 4) == 0) {
			const size_t skip = starts(p + 8, len, "Exif\0", 6) ? 6 : 0;

			nkx_img_tiff(img, p + 8 + skip, len - skip, false);
		} else if (memcmp(p, "XMP ", 4) == 0) {
			nkx_img_part(img, "xmp", p + 8, len, "markup");
		} else if (memcmp(p, "VP8X", 4) == 0 && len >= 10) {
			img->width = (nkx_img_u32(p + 12, false) & 0xffffff) + 1;
			img->height = (nkx_img_u32(p + 14, false) >> 8) + 1;
		} else if (memcmp(p, "VP8 ", 4) == 0 && len >= 10) {
			img->width = nkx_img_u16(p + 14, false) & 0x3fff;
			img->height = nkx_img_u16(p + 16, false) & 0x3fff;
		} else if (memcmp(p, "VP8L", 4) == 0 && len >= 5) {
			img->width = (nkx_img_u32(p + 9, false) & 0x3fff) + 1;
			img->height = (nkx_img_u32(p + 9, false) >> 14 & 0x3fff) + 1;
		}
		at += 8 + len;
		at += at < img->n ? len % 2 : 0;
	}
	nkx_claimed(img->w, 0, at < img->n ? at : img->n);
}

/* What is in `mdat` is found by its sign; the boxes that describe it are few and are carved. */
static void heic_data(struct nkx_img *img, const uint8_t *p, size_t n)
{
	const uint8_t *exif = memmem(p, n, "Exif\0\0", 6);
	const uint8_t *xmp = memmem(p, n, "<x:xmpmeta", 10);

	if (exif != NULL) {
		nkx_img_tiff(img, exif + 6, n - (size_t)(exif + 6 - p), false);
	}
	if (xmp != NULL) {
		const size_t left = n - (size_t)(xmp - p);
		const uint8_t *end = memmem(xmp, left, "</x:xmpmeta>", 12);

		nkx_img_part(img, "xmp", xmp, end != NULL ? (size_t)(end - xmp) + 12 : left, "markup");
	}
}

void nkx_img_heic(struct nkx_img *img)
{
	size_t at = 0;
	const uint8_t *ispe = memmem(img->p, img->n < 65536 ? img->n : 65536, "ispe", 4);

	for (unsigned i = 0; i < BOXES && img->n - at >= 8; i++) {
		uint64_t len = nkx_img_u32(img->p + at, true);
		const bool data = memcmp(img->p + at + 4, "mdat", 4) == 0;

		len = len == 0 ? img->n - at : len;
		if (len == 1 && img->n - at >= 16) {
			len = (uint64_t)nkx_img_u32(img->p + at + 8, true) << 32 |
				nkx_img_u32(img->p + at + 12, true);
		}
		if (len < 8 || len > img->n - at) {
			img->damaged = true;
			len = img->n - at;
		}
		if (data) {
			heic_data(img, img->p + at, (size_t)len);
			nkx_claimed(img->w, at, len);
		}
		at += (size_t)len;
	}
	if (ispe != NULL && img->n - (size_t)(ispe - img->p) >= 16) {
		img->width = nkx_img_u32(ispe + 8, true);
		img->height = nkx_img_u32(ispe + 12, true);
	} else {
		img->width = img->height = 65; /* unknown: a picture */
	}
}
