/*
 * num.c: numbers from text, checked casts, numbers in bytes. The one place with casts between sizes.
 */
#include "base.h"

bool nk_parse_u64(struct nk_str s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.len == 0) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		const char c = s.ptr[i];

		if (c < '0' || c > '9') {
			return false;
		}
		if (__builtin_mul_overflow(v, UINT64_C(10), &v) ||
			__builtin_add_overflow(v, (uint64_t)(c - '0'), &v)) {
			return false;
		}
	}
	if (v < min || v > max) {
		return false;
	}
	*out = v;
	return true;
}

bool nk_parse_u32(struct nk_str s, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t v = 0;

	if (!nk_parse_u64(s, min, max, &v)) {
		return false;
	}
	*out = (uint32_t)v;
	return true;
}

bool nk_parse_i64(struct nk_str s, int64_t min, int64_t max, int64_t *out)
{
	const bool negative = s.len > 0 && s.ptr[0] == '-';
	uint64_t size = 0;
	int64_t v = 0;

	if (!nk_parse_u64(
		    nk_str_sub(s, negative ? 1 : 0, SIZE_MAX), 0, (uint64_t)INT64_MAX + (negative ? 1 : 0), &size)) {
		return false;
	}
	if (negative) {
		v = size > INT64_MAX ? INT64_MIN : -(int64_t)size;
	} else {
		v = (int64_t)size;
	}
	if (v < min || v > max) {
		return false;
	}
	*out = v;
	return true;
}

uint8_t nk_u8(uint64_t v)
{
	nk_assert(v <= UINT8_MAX);
	return (uint8_t)v;
}

uint16_t nk_u16(uint64_t v)
{
	nk_assert(v <= UINT16_MAX);
	return (uint16_t)v;
}

uint32_t nk_u32(uint64_t v)
{
	nk_assert(v <= UINT32_MAX);
	return (uint32_t)v;
}

int nk_int(uint64_t v)
{
	nk_assert(v <= INT_MAX);
	return (int)v;
}

int64_t nk_i64(uint64_t v)
{
	nk_assert(v <= INT64_MAX);
	return (int64_t)v;
}

uint64_t nk_u64(int64_t v)
{
	nk_assert(v >= 0);
	return (uint64_t)v;
}

size_t nk_size(uint64_t v)
{
	nk_assert(v <= SIZE_MAX);
	return (size_t)v;
}

void nk_put_le32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++) {
		p[i] = (uint8_t)(v >> (8 * i));
	}
}

void nk_put_le64(uint8_t *p, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++) {
		p[i] = (uint8_t)(v >> (8 * i));
	}
}

void nk_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void nk_put_be64(uint8_t *p, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++) {
		p[7 - i] = (uint8_t)(v >> (8 * i));
	}
}

uint16_t nk_get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

uint32_t nk_get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t nk_get_le64(const uint8_t *p)
{
	return (uint64_t)nk_get_le32(p) | (uint64_t)nk_get_le32(p + 4) << 32;
}

uint16_t nk_get_be16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}
