/*
 * img_exif.c: EXIF, TIFF, IPTC: texts that stand beside the pixels.
 *
 * Directories that point at each other end at a number of directories; all places are checked against the end.
 */
#include "base.h"

#include "img_int.h"

enum { DIRECTORIES = 64, ENTRIES = 4096, VALUES = 65536 };

struct tiff {
	struct nkx_img *img;
	const uint8_t *p;
	size_t n;
	bool big, whole;
	uint32_t todo[DIRECTORIES];
	size_t n_todo;
	uint32_t strips, strip_sizes, n_strips;
	uint16_t strips_type, sizes_type;
};

static void queue(struct tiff *t, uint32_t at)
{
	for (size_t i = 0; i < t->n_todo; i++) {
		if (t->todo[i] == at) {
			return;
		}
	}
	if (at != 0 && t->n_todo < DIRECTORIES) {
		t->todo[t->n_todo++] = at;
	}
}

struct entry {
	uint32_t tag, type, count;
	const uint8_t *value;
	size_t len;
	uint32_t at; /* of the value in the structure */
};

static size_t type_size(uint32_t type)
{
	static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4 };

	return type == 129 ? 1 : type < sizeof(sizes) ? sizes[type] : 0;
}

static bool entry_at(const struct tiff *t, size_t at, struct entry *out)
{
	const uint8_t *p = t->p + at;
	uint64_t len = 0;

	out->tag = nkx_img_u16(p, t->big);
	out->type = nkx_img_u16(p + 2, t->big);
	out->count = nkx_img_u32(p + 4, t->big);
	len = (uint64_t)out->count * type_size(out->type);
	out->at = len <= 4 ? (uint32_t)at + 8 : nkx_img_u32(p + 8, t->big);
	if (len == 0 || out->at > t->n || len > t->n - out->at) {
		return false;
	}
	out->value = t->p + out->at;
	out->len = (size_t)len;
	return true;
}

static void user_comment(struct tiff *t, const struct entry *e)
{
	if (e->len < 8) {
		return;
	}
	if (memcmp(e->value, "UNICODE", 7) == 0) {
		nkx_img_utf16(t->img, e->value + 8, e->len - 8, t->big);
		/* Half of the writers do not turn it. */
		nkx_img_utf16(t->img, e->value + 8, e->len - 8, !t->big);
		return;
	}
	nkx_img_line(t->img, e->value + 8, e->len - 8);
}

static uint32_t number_of(const struct tiff *t, const struct entry *e)
{
	return e->type == 3   ? nkx_img_u16(e->value, t->big)
		: e->len >= 4 ? nkx_img_u32(e->value, t->big)
			      : e->value[0];
}

static void strips_of(struct tiff *t, const struct entry *e)
{
	if (e->tag == 273 || e->tag == 324) {
		t->strips = e->at;
		t->strips_type = (uint16_t)e->type;
		t->n_strips = e->count;
	} else {
		t->strip_sizes = e->at;
		t->sizes_type = (uint16_t)e->type;
	}
}

static void use(struct tiff *t, const struct entry *e)
{
	if (e->tag == 0x9286) {
		user_comment(t, e);
	} else if (e->tag >= 0x9c9b && e->tag <= 0x9c9f) {
		nkx_img_utf16(t->img, e->value, e->len, false);
	} else if (e->tag == 0x02bc) {
		nkx_img_part(t->img, "xmp", e->value, e->len, "markup");
	} else if (e->tag == 0x83bb) {
		nkx_img_iptc(t->img, e->value, e->len);
	} else if (e->tag == 0x8649) {
		nkx_img_photoshop(t->img, e->value, e->len);
	} else if (e->tag == 0x927c) {
		nkx_img_part(t->img, "makernote", e->value, e->len, "binary");
	} else if (e->type == 2 || e->type == 129) {
		nkx_img_line(t->img, e->value, e->len);
	} else if (e->tag == 0x8769 || e->tag == 0x8825 || e->tag == 0xa005 || e->tag == 330) {
		queue(t, number_of(t, e));
	} else if (t->whole && (e->tag == 256 || e->tag == 257) && t->n_todo <= 1) {
		*(e->tag == 256 ? &t->img->width : &t->img->height) = number_of(t, e);
	} else if (t->whole && (e->tag == 273 || e->tag == 279 || e->tag == 324 || e->tag == 325)) {
		strips_of(t, e);
	}
}

static uint32_t nth(const struct tiff *t, uint32_t at, uint16_t type, uint32_t i)
{
	const uint64_t place = (uint64_t)at + (uint64_t)i * (type == 3 ? 2 : 4);

	if (place + 4 > t->n) {
		return 0;
	}
	return type == 3 ? nkx_img_u16(t->p + place, t->big) : nkx_img_u32(t->p + place, t->big);
}

/* Pixels are no text; what is not named here is carved. */
static void claim_strips(struct tiff *t)
{
	for (uint32_t i = 0; t->strips != 0 && t->strip_sizes != 0 && i < t->n_strips && i < VALUES; i++) {
		nkx_claimed(
			t->img->w, nth(t, t->strips, t->strips_type, i), nth(t, t->strip_sizes, t->sizes_type, i));
	}
	t->strips = t->strip_sizes = 0;
}

static void directory(struct tiff *t, uint32_t at)
{
	struct entry e = { 0 };
	size_t count = 0;

	if (at > t->n || t->n - at < 2) {
		t->img->damaged = true;
		return;
	}
	count = nkx_img_u16(t->p + at, t->big);
	for (size_t i = 0; i < count && i < ENTRIES; i++) {
		const size_t place = (size_t)at + 2 + i * 12;

		if (place + 12 > t->n) {
			t->img->damaged = true;
			return;
		}
		if (entry_at(t, place, &e)) {
			use(t, &e);
		}
	}
	if (t->whole) {
		nkx_claimed(t->img->w, at, 2 + (uint64_t)count * 12);
		claim_strips(t);
	}
	if ((size_t)at + 2 + count * 12 + 4 <= t->n) {
		queue(t, nkx_img_u32(t->p + at + 2 + count * 12, t->big));
	}
}

void nkx_img_tiff(struct nkx_img *img, const uint8_t *p, size_t n, bool whole)
{
	struct tiff t = { .img = img, .p = p, .n = n, .whole = whole };

	if (n < 8 || (p[0] != 'I' && p[0] != 'M') || p[0] != p[1]) {
		img->damaged = true;
		return;
	}
	t.big = p[0] == 'M';
	queue(&t, nkx_img_u32(p + 4, t.big));
	for (size_t i = 0; i < t.n_todo; i++) {
		directory(&t, t.todo[i]);
	}
}

void nkx_img_iptc(struct nkx_img *img, const uint8_t *p, size_t n)
{
	size_t at = 0;

	while (n - at >= 5 && p[at] == 0x1c) {
		const size_t len = nkx_img_u16(p + at + 3, true);

		if (len >= 0x8000 || len > n - at - 5) {
			img->damaged = true;
			return;
		}
		if (p[at + 1] != 1) {
			nkx_img_line(img, p + at + 5, len);
		}
		at += 5 + len;
	}
}

void nkx_img_photoshop(struct nkx_img *img, const uint8_t *p, size_t n)
{
	size_t at = 0;

	while (n - at >= 12 && memcmp(p + at, "8BIM", 4) == 0) {
		const uint32_t id = nkx_img_u16(p + at + 4, true);
		const size_t name = ((size_t)p[at + 6] + 2) & ~(size_t)1;
		size_t len = 0;

		if (name > n - at - 10) {
			break;
		}
		at += 6 + name;
		len = nkx_img_u32(p + at, true);
		at += 4;
		if (len > n - at) {
			break;
		}
		if (id == 0x0404) {
			nkx_img_iptc(img, p + at, len);
		} else if (id == 0x0424) {
			nkx_img_part(img, "xmp", p + at, len, "markup");
		} else if (id == 0x0422) {
			nkx_img_tiff(img, p + at, len, false);
		}
		at += len;
		at += at < n && len % 2 == 1 ? 1 : 0;
	}
}
