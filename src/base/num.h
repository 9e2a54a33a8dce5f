/*
 * num.h: sums that cannot wrap, numbers from text, casts that are checked.
 */
#ifndef NK_NUM_H
#define NK_NUM_H

/* nk_add_size, nk_mul_size: false on overflow, *out untouched then. Before every allocation whose size is computed.
 */
static inline bool nk_add_size(size_t a, size_t b, size_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

static inline bool nk_mul_size(size_t a, size_t b, size_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}

/* nk_parse_u64 and friends: the whole slice is decimal digits (nk_parse_i64: one leading '-' too) and within
 * [min, max]; else false and *out is untouched. No blanks, no '+', no hexadecimal. */
bool nk_parse_u64(struct nk_str s, uint64_t min, uint64_t max, uint64_t *out);
bool nk_parse_u32(struct nk_str s, uint32_t min, uint32_t max, uint32_t *out);
bool nk_parse_i64(struct nk_str s, int64_t min, int64_t max, int64_t *out);

/* Casts that abort when the value does not fit: for values that our own code has bounded already. */
uint8_t nk_u8(uint64_t v);
uint16_t nk_u16(uint64_t v);
uint32_t nk_u32(uint64_t v);
int nk_int(uint64_t v);
int64_t nk_i64(uint64_t v);
uint64_t nk_u64(int64_t v); /* v must not be negative */
size_t nk_size(uint64_t v);

/* Little- and big-endian numbers in bytes; the caller has checked the room. */
void nk_put_le32(uint8_t *p, uint32_t v);
void nk_put_le64(uint8_t *p, uint64_t v);
void nk_put_be16(uint8_t *p, uint16_t v);
void nk_put_be64(uint8_t *p, uint64_t v);
uint16_t nk_get_le16(const uint8_t *p);
uint32_t nk_get_le32(const uint8_t *p);
uint64_t nk_get_le64(const uint8_t *p);
uint16_t nk_get_be16(const uint8_t *p);

#endif
