/*
 * buf.c: growing bytes under a maximum, and the reader over bytes.
 *
 * Invariant: len <= max; cap is 0 or at least len + 1 (a spare byte for printf's
 * NUL); a wiping buffer never leaves a block behind that it has not cleared.
 */
#include "base.h"

enum { BUF_FIRST = 64 };

void nk_buf_init(struct nk_buf *buf, size_t max)
{
	*buf = (struct nk_buf){ .max = max };
}

void nk_buf_init_wiping(struct nk_buf *buf, size_t max)
{
	*buf = (struct nk_buf){ .max = max, .wiping = true };
}

void nk_buf_done(struct nk_buf *buf)
{
	if (buf->wiping && buf->ptr != NULL) {
		/* All of it: callers may have written behind len after nk_buf_reserve. */
		explicit_bzero(buf->ptr, buf->cap);
	}
	free(buf->ptr);
	buf->ptr = NULL;
	buf->len = 0;
	buf->cap = 0;
}

void nk_buf_reset(struct nk_buf *buf)
{
	if (buf->wiping && buf->ptr != NULL) {
		explicit_bzero(buf->ptr, buf->cap);
	}
	buf->len = 0;
}

/* The next capacity for `need` bytes and a NUL: doubling, but not beyond what max asks for. */
static bool grown_cap(const struct nk_buf *buf, size_t need, size_t *out_cap)
{
	size_t least = 0;
	size_t twice = 0;
	size_t most = 0;

	if (!nk_add_size(need, 1, &least)) {
		return false;
	}
	if (!nk_add_size(buf->max, 1, &most)) {
		most = SIZE_MAX;
	}
	if (!nk_mul_size(buf->cap, 2, &twice)) {
		twice = most;
	}
	twice = twice < BUF_FIRST ? BUF_FIRST : twice;
	twice = twice > most ? most : twice;
	*out_cap = twice > least ? twice : least;
	return true;
}

static bool grow(struct nk_buf *buf, size_t need)
{
	uint8_t *ptr = NULL;
	size_t cap = 0;

	if (!grown_cap(buf, need, &cap)) {
		return false;
	}
	if (!buf->wiping) {
		ptr = realloc(buf->ptr, cap);
		if (ptr == NULL) {
			return false;
		}
		buf->ptr = ptr;
		buf->cap = cap;
		return true;
	}
	ptr = malloc(cap);
	if (ptr == NULL) {
		return false;
	}
	if (buf->ptr != NULL) {
		memcpy(ptr, buf->ptr, buf->len);
		explicit_bzero(buf->ptr, buf->cap);
		free(buf->ptr);
	}
	buf->ptr = ptr;
	buf->cap = cap;
	return true;
}

NK_RESULT nk_buf_reserve(struct nk_buf *buf, size_t more, uint8_t **out_at, struct nk_err *err)
{
	size_t need = 0;

	if (!nk_add_size(buf->len, more, &need) || need > buf->max) {
		return nk_fail(err, NK_LIMIT, "more data than the limit of %zu bytes allows", buf->max);
	}
	if (need >= buf->cap && !grow(buf, need)) {
		return nk_fail_nomem(err);
	}
	*out_at = buf->ptr + buf->len;
	return nk_done();
}

NK_RESULT nk_buf_add(struct nk_buf *buf, const void *data, size_t len, struct nk_err *err)
{
	uint8_t *at = NULL;

	NK_TRY(nk_buf_reserve(buf, len, &at, err));
	if (len > 0) {
		memcpy(at, data, len);
		buf->len += len;
	}
	return nk_done();
}

NK_RESULT nk_buf_add_str(struct nk_buf *buf, struct nk_str s, struct nk_err *err)
{
	return nk_buf_add(buf, s.ptr, s.len, err);
}

NK_RESULT nk_buf_add_c(struct nk_buf *buf, const char *text, struct nk_err *err)
{
	return nk_buf_add(buf, text, strlen(text), err);
}

NK_RESULT nk_buf_add_byte(struct nk_buf *buf, uint8_t byte, struct nk_err *err)
{
	return nk_buf_add(buf, &byte, 1, err);
}

NK_RESULT nk_buf_add_le32(struct nk_buf *buf, uint32_t v, struct nk_err *err)
{
	uint8_t bytes[4];

	nk_put_le32(bytes, v);
	return nk_buf_add(buf, bytes, sizeof(bytes), err);
}

NK_RESULT nk_buf_add_le64(struct nk_buf *buf, uint64_t v, struct nk_err *err)
{
	uint8_t bytes[8];

	nk_put_le64(bytes, v);
	return nk_buf_add(buf, bytes, sizeof(bytes), err);
}

NK_RESULT nk_buf_printf(struct nk_buf *buf, struct nk_err *err, const char *fmt, ...)
{
	va_list args;
	uint8_t *at = NULL;
	int len = 0;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	nk_assert(len >= 0);
	NK_TRY(nk_buf_reserve(buf, (size_t)len, &at, err));
	va_start(args, fmt);
	(void)vsnprintf((char *)at, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
	return nk_done();
}

struct nk_cursor nk_cursor_of(struct nk_bytes b)
{
	return (struct nk_cursor){ b.ptr, b.len, false };
}

struct nk_bytes nk_cursor_take(struct nk_cursor *c, size_t len)
{
	struct nk_bytes taken = { c->ptr, len };

	if (c->bad || len > c->left) {
		c->bad = true;
		return (struct nk_bytes){ NULL, 0 };
	}
	if (len > 0) {
		c->ptr += len;
		c->left -= len;
	}
	return taken;
}

uint8_t nk_cursor_u8(struct nk_cursor *c)
{
	const struct nk_bytes b = nk_cursor_take(c, 1);

	return b.ptr != NULL ? b.ptr[0] : 0;
}

uint32_t nk_cursor_le32(struct nk_cursor *c)
{
	const struct nk_bytes b = nk_cursor_take(c, 4);

	return b.ptr != NULL ? nk_get_le32(b.ptr) : 0;
}

uint64_t nk_cursor_le64(struct nk_cursor *c)
{
	const struct nk_bytes b = nk_cursor_take(c, 8);

	return b.ptr != NULL ? nk_get_le64(b.ptr) : 0;
}
