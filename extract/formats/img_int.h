/*
 * img_int.h: what the readers of pictures share: a place for texts found beside the pixels.
 */
#ifndef NKX_IMG_INT_H
#define NKX_IMG_INT_H

#include "mime_charset.h"
#include "nkx_open.h"

struct nkx_img {
	struct nkx_work *w;
	const uint8_t *p; /* the whole picture */
	size_t n;
	const struct nkx_source *source;
	struct nkx_text *text; /* stream of all short texts, a line each */
	uint32_t width, height;
	bool damaged;
	unsigned parts; /* names of what is opened in turn */
};

/* nkx_img_line: a text of unknown encoding. nkx_img_utf16: one of UTF-16. */
void nkx_img_line(struct nkx_img *img, const uint8_t *bytes, size_t len);
void nkx_img_utf16(struct nkx_img *img, const uint8_t *bytes, size_t len, bool big);
/* nkx_img_part: bytes that are something of their own (XMP, what is appended): opened behind the end of the texts. */
void nkx_img_part(struct nkx_img *img, const char *what, const uint8_t *bytes, size_t len, const char *hint);
/* nkx_img_tiff: a TIFF structure: EXIF, or a whole picture when `whole`. */
void nkx_img_tiff(struct nkx_img *img, const uint8_t *p, size_t n, bool whole);
/* nkx_img_photoshop: the resources of APP13. nkx_img_iptc: records of IIM. */
void nkx_img_photoshop(struct nkx_img *img, const uint8_t *p, size_t n);
void nkx_img_iptc(struct nkx_img *img, const uint8_t *p, size_t n);
/* One kind each: nkx_img->p is one. */
void nkx_img_jpeg(struct nkx_img *img);
void nkx_img_png(struct nkx_img *img);
void nkx_img_gif(struct nkx_img *img);
void nkx_img_webp(struct nkx_img *img);
void nkx_img_heic(struct nkx_img *img);

static inline uint32_t nkx_img_u16(const uint8_t *p, bool big)
{
	return big ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

static inline uint32_t nkx_img_u32(const uint8_t *p, bool big)
{
	const uint32_t a = nkx_img_u16(p, big);
	const uint32_t b = nkx_img_u16(p + 2, big);

	return big ? a << 16 | b : b << 16 | a;
}

#endif
