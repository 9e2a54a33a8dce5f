/*
 * buf.h: a growing run of bytes with a maximum that is set at its birth.
 *
 * Wiping buffers (for secrets and personal data) clear every block they leave.
 * A failed add leaves the buffer as it was.
 */
#ifndef NK_BUF_H
#define NK_BUF_H

struct nk_buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
	size_t max;
	bool wiping;
};

/* nk_buf_init: an empty buffer that never holds more than `max` bytes. nk_buf_init_wiping: the same, wiped when it
 * grows or ends. */
void nk_buf_init(struct nk_buf *buf, size_t max);
void nk_buf_init_wiping(struct nk_buf *buf, size_t max);
/* nk_buf_done: frees (wipes); the buffer is empty and may be used again. For NK_OWNED. */
void nk_buf_done(struct nk_buf *buf);
/* nk_buf_reset: length 0, memory kept (wiped when wiping). */
void nk_buf_reset(struct nk_buf *buf);
/* nk_buf_reserve: room for `more` bytes behind len; *out_at is where to write; then raise buf->len yourself.
 * NK_LIMIT, NK_NOMEM. */
NK_RESULT nk_buf_reserve(struct nk_buf *buf, size_t more, uint8_t **out_at, struct nk_err *err);
NK_RESULT nk_buf_add(struct nk_buf *buf, const void *data, size_t len, struct nk_err *err);
NK_RESULT nk_buf_add_str(struct nk_buf *buf, struct nk_str s, struct nk_err *err);
/* nk_buf_add_c: a NUL-terminated text, usually a literal. */
NK_RESULT nk_buf_add_c(struct nk_buf *buf, const char *text, struct nk_err *err);
NK_RESULT nk_buf_add_byte(struct nk_buf *buf, uint8_t byte, struct nk_err *err);
NK_RESULT nk_buf_add_le32(struct nk_buf *buf, uint32_t v, struct nk_err *err);
NK_RESULT nk_buf_add_le64(struct nk_buf *buf, uint64_t v, struct nk_err *err);
NK_RESULT nk_buf_printf(struct nk_buf *buf, struct nk_err *err, const char *fmt, ...) NK_PRINTF(3, 4);

/* nk_buf_bytes, nk_buf_str: what is in it, borrowed until the next change. */
static inline struct nk_bytes nk_buf_bytes(const struct nk_buf *buf)
{
	return (struct nk_bytes){ buf->ptr, buf->len };
}

static inline struct nk_str nk_buf_str(const struct nk_buf *buf)
{
	return (struct nk_str){ (const char *)buf->ptr, buf->len };
}

/* A reader over bytes: every take checks the room; after the first failure all takes fail (`bad` stays true). */
struct nk_cursor {
	const uint8_t *ptr;
	size_t left;
	bool bad;
};

/* nk_cursor_of: over all of `b`; numbers are little-endian; a failed take gives 0 or an empty slice. */
struct nk_cursor nk_cursor_of(struct nk_bytes b);
uint8_t nk_cursor_u8(struct nk_cursor *c);
uint32_t nk_cursor_le32(struct nk_cursor *c);
uint64_t nk_cursor_le64(struct nk_cursor *c);
struct nk_bytes nk_cursor_take(struct nk_cursor *c, size_t len);

#endif
