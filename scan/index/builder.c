/*
 * builder.c: values of persons become records: their fields, numbers and literal texts.
 *
 * Invariant: a value that is refused leaves no record.
 */
#include "nks_builder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const uint8_t nks_filter_log2[NKS_F_COUNT] = {
	[NKS_F_HAN2] = 19,
	[NKS_F_HAN3] = 24,
	[NKS_F_HAN_KANA] = 16,
	[NKS_F_ODD2] = 19,
	[NKS_F_KANA4] = 21,
	[NKS_F_KANA6] = 24,
	[NKS_F_WORD] = 19,
	[NKS_F_TOKEN4] = 19,
	[NKS_F_DOMAIN] = 16,
	[NKS_F_DIGIT5] = 17,
	[NKS_F_TEXT1] = 16,
	[NKS_F_TEXT4] = 21,
};

void nks_set_pending(struct nks_builder *b)
{
	for (size_t i = 0; i < b->n_pending; i++) {
		*b->pending[i].byte |= b->pending[i].bit;
	}
	b->n_pending = 0;
}

void nks_set_one(struct nks_builder *b, enum nks_filter f, uint32_t at)
{
	at &= (UINT32_C(1) << nks_filter_log2[f]) - 1;
	__builtin_prefetch(&b->filter[f][at / 8], 1);
	b->pending[b->n_pending].byte = &b->filter[f][at / 8];
	b->pending[b->n_pending++].bit = (uint8_t)(1U << (at % 8));
	if (b->n_pending == NKS_PENDING) {
		nks_set_pending(b);
	}
}

void nks_set_two(struct nks_builder *b, enum nks_filter f, uint64_t value)
{
	const uint64_t mixed = nks_mix(value);

	nks_set_one(b, f, nks_mix_one(mixed));
	nks_set_one(b, f, nks_mix_two(mixed));
}

enum nks_status nks_builder_new(const uint8_t key[static NKS_KEY_BYTES], struct nks_builder **out)
{
	struct nks_builder *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		return NKS_NOMEM;
	}
	for (unsigned f = 0; f < NKS_F_COUNT; f++) {
		b->filter[f] = calloc(1, (size_t)1 << (nks_filter_log2[f] - 3));
		if (b->filter[f] == NULL) {
			nks_builder_free(&b);
			return NKS_NOMEM;
		}
	}
	nks_keys_derive(&b->derived, key);
	*out = b;
	return NKS_OK;
}

void nks_builder_free(struct nks_builder **b)
{
	struct nks_builder *x = *b;

	if (x == NULL) {
		return;
	}
	for (unsigned f = 0; f < NKS_F_COUNT && x->filter[f] != NULL; f++) {
		explicit_bzero(x->filter[f], (size_t)1 << (nks_filter_log2[f] - 3));
		free(x->filter[f]);
	}
	for (size_t i = 0; i < x->n_chunks; i++) {
		explicit_bzero(x->chunk[i], (i + 1 < x->n_chunks ? NKS_CHUNK : x->used) * sizeof(**x->chunk));
		free(x->chunk[i]);
	}
	free(x->chunk);
	free(x->seen);
	explicit_bzero(x, sizeof(*x));
	free(x);
	*b = NULL;
}

static enum nks_status more_chunks(struct nks_builder *b)
{
	if (b->n_chunks == b->room_chunks) {
		const size_t room = b->room_chunks == 0 ? 64 : 2 * b->room_chunks;
		struct nks_record **fresh = reallocarray(b->chunk, room, sizeof(*fresh));

		if (fresh == NULL) {
			return NKS_NOMEM;
		}
		b->chunk = fresh;
		b->room_chunks = room;
	}
	b->chunk[b->n_chunks] = aligned_alloc(NKS_CHUNK * sizeof(**b->chunk), NKS_CHUNK * sizeof(**b->chunk));
	if (b->chunk[b->n_chunks] == NULL) {
		return NKS_NOMEM;
	}
	(void)madvise(b->chunk[b->n_chunks], NKS_CHUNK * sizeof(**b->chunk), MADV_HUGEPAGE);
	b->n_chunks++;
	b->used = 0;
	return NKS_OK;
}

enum nks_status nks_add_key(struct nks_builder *b, enum nks_lane lane, uint64_t hash, size_t len, uint16_t exact)
{
	if (b->n_chunks == 0 || b->used == NKS_CHUNK) {
		const enum nks_status status = more_chunks(b);

		if (status != NKS_OK) {
			return status;
		}
	}
	b->chunk[b->n_chunks - 1][b->used++] =
		(struct nks_record){ .hash = hash, .person = b->person, .exact = exact, .field = (uint8_t)b->field };
	b->part[hash >> 52]++;
	b->records++;
	if (len <= NKS_KEY_MAX) {
		b->head.lens[lane][len / 64] |= UINT64_C(1) << (len % 64);
	}
	return NKS_OK;
}

/* Counts the person: exactly below 2^26, above it by changes from call to call. */
static enum nks_status note_person(struct nks_builder *b)
{
	const size_t need = b->person / 8 + 1;

	b->top_person = b->person >= b->top_person ? (uint64_t)b->person + 1 : b->top_person;
	if (b->person >> 26 != 0) {
		b->persons++;
		return NKS_OK;
	}
	if (need > b->seen_len) {
		size_t room = b->seen_len == 0 ? 4096 : b->seen_len;
		uint8_t *fresh = NULL;

		while (room < need) {
			room *= 2;
		}
		fresh = realloc(b->seen, room);
		if (fresh == NULL) {
			return NKS_NOMEM;
		}
		memset(fresh + b->seen_len, 0, room - b->seen_len);
		b->seen = fresh;
		b->seen_len = room;
	}
	b->persons += !nks_bit(b->seen, b->person);
	b->seen[b->person / 8] |= (uint8_t)(1U << (b->person % 8));
	return NKS_OK;
}

enum nks_status nks_add_text(struct nks_builder *b)
{
	const nks_unit *f = b->folded;
	const uint64_t hash = nks_hash_units(&b->derived, NKS_LANE_TEXT, f, b->n);

	if (b->n < 4) {
		return NKS_LIMIT;
	}
	nks_set_one(b, NKS_F_TEXT1, f[0]);
	nks_set_two(b, NKS_F_TEXT4, nks_four(f));
	if (b->n >= 8) {
		nks_set_two(b, NKS_F_TEXT4, nks_eight(f));
	}
	return nks_add_key(b, NKS_LANE_TEXT, hash, b->n, nks_exact(&b->derived, hash, b->raw, b->n));
}

static bool is_mark(nks_unit u)
{
	return u == '.' || u == '_' || u == '-';
}

static bool is_token_unit(nks_unit u)
{
	const enum nks_unit_class c = nks_unit_class(u);

	return c == NKS_U_ALPHA || c == NKS_U_DIGIT || is_mark(u);
}

static enum nks_status add_mail(struct nks_builder *b)
{
	const uint64_t hash = nks_hash_units(&b->derived, NKS_LANE_MAIL, b->folded, b->n);
	size_t at = 0;
	uint64_t domain = 0;

	while (at < b->n && b->folded[at] != '@') {
		at++;
	}
	if (at == 0 || at > 64 || at + 3 > b->n || b->n - at > 120) {
		return nks_add_text(b);
	}
	for (size_t i = 0; i < b->n; i++) {
		const nks_unit f = b->folded[i];

		if (i != at && !is_token_unit(f) && f != '+' && f != '%') {
			return nks_add_text(b);
		}
	}
	for (size_t i = at + 1; i < b->n; i++) {
		domain = nks_roll(domain, b->folded[i]);
	}
	nks_set_two(b, NKS_F_DOMAIN, domain);
	return nks_add_key(b, NKS_LANE_MAIL, hash, b->n, nks_exact(&b->derived, hash, b->raw, b->n));
}

/* Digits of the value without separators; spelling: with its leading zeros, as they are. `skip`: units to leave out.
 */
static enum nks_status add_digits(struct nks_builder *b, size_t skip)
{
	nks_unit digit[NKS_DIGITS_MAX];
	size_t n = 0;
	size_t zeros = 0;
	uint64_t hash = 0;
	uint32_t five = 0;

	for (size_t i = skip; i < b->n; i++) {
		if (b->folded[i] >= '0' && b->folded[i] <= '9') {
			if (n == NKS_DIGITS_MAX) {
				return NKS_LIMIT;
			}
			digit[n++] = b->folded[i];
		}
	}
	while (zeros < n && digit[zeros] == '0') {
		zeros++;
	}
	if (n < NKS_DIGITS_MIN || zeros == n) {
		return NKS_LIMIT; /* after a token with hyphens: only zeros, which is nobody */
	}
	for (size_t i = 0; i < 5; i++) {
		five = five * 10 + (zeros + i < n ? digit[zeros + i] - (uint32_t)'0' : 0);
	}
	nks_set_one(b, NKS_F_DIGIT5, five);
	hash = nks_hash_units(&b->derived, NKS_LANE_DIGITS, digit + zeros, n - zeros);
	if (b->field == NKS_FIELD_PHONE) {
		b->head.phones[n - zeros >= 10]++;
	} else {
		b->head.digits_of[n]++;
	}
	return nks_add_key(b, NKS_LANE_DIGITS, hash, n - zeros, nks_exact(&b->derived, hash, digit, n));
}

static enum nks_status add_phone(struct nks_builder *b)
{
	size_t skip = 0;
	size_t digits = 0;

	while (skip < b->n && b->folded[skip] != '+' && nks_unit_class(b->folded[skip]) != NKS_U_DIGIT) {
		skip++;
	}
	if (skip + 3 < b->n && b->folded[skip] == '+' && b->folded[skip + 1] == '8' && b->folded[skip + 2] == '1') {
		return add_digits(b, skip + 3);
	}
	for (size_t i = 0; i < b->n; i++) {
		digits += nks_unit_class(b->folded[i]) == NKS_U_DIGIT;
	}
	return digits < 6 ? NKS_LIMIT : add_digits(b, 0);
}

static enum nks_status add_date(struct nks_builder *b)
{
	nks_unit digit[8];
	size_t n = 0;
	uint64_t hash = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (nks_unit_class(b->folded[i]) != NKS_U_DIGIT) {
			continue;
		}
		if (n == 8) {
			return NKS_LIMIT;
		}
		digit[n++] = b->folded[i];
	}
	if (n != 8) {
		return NKS_LIMIT;
	}
	hash = nks_hash_units(&b->derived, NKS_LANE_DATE, digit, n);
	return nks_add_key(b, NKS_LANE_DATE, hash, n, 0);
}

static enum nks_status add_token(struct nks_builder *b)
{
	const nks_unit *f = b->folded;
	nks_unit first[4] = { 0 };
	size_t run = 0;
	bool digit = false;
	uint64_t hash = 0;

	if (b->n < 2) {
		return NKS_LIMIT;
	}
	while (run < b->n && (nks_unit_class(f[run]) == NKS_U_ALPHA || nks_unit_class(f[run]) == NKS_U_DIGIT)) {
		digit = digit || nks_unit_class(f[run]) == NKS_U_DIGIT;
		run++;
	}
	for (size_t i = 0; i < run && i < 4; i++) {
		first[i] = f[i];
	}
	b->head.traits |= digit ? NKS_T_TOKEN_MIXED : run == b->n ? NKS_T_TOKEN_WORD : NKS_T_TOKEN_WORDS;
	b->head.traits |= run < 4 ? NKS_T_TOKEN_SHORT : 0;
	b->head.traits |= nks_unit_class(f[0]) == NKS_U_DIGIT ? NKS_T_TOKEN_NUMBER : 0;
	nks_set_two(b, NKS_F_TOKEN4, nks_three(first[0], first[1], first[2]) | (uint64_t)first[3] << 48);
	hash = nks_hash_units(&b->derived, NKS_LANE_TOKEN, f, b->n);
	return nks_add_key(b, NKS_LANE_TOKEN, hash, b->n, nks_exact(&b->derived, hash, b->raw, b->n));
}

/* LOGIN and ID: a number, a token, an address, or else any text. */
static enum nks_status add_login(struct nks_builder *b)
{
	size_t digits = 0;
	size_t others = 0;
	bool at = false;
	enum nks_status status = NKS_OK;

	for (size_t i = 0; i < b->n; i++) {
		digits += nks_unit_class(b->folded[i]) == NKS_U_DIGIT;
		others += !is_token_unit(b->folded[i]);
		at = at || b->folded[i] == '@';
	}
	if (at) {
		return add_mail(b);
	}
	if (others > 0 || b->n > NKS_TOKEN_MAX || is_mark(b->folded[0]) || is_mark(b->folded[b->n - 1])) {
		return nks_add_text(b);
	}
	if (digits == b->n && digits <= NKS_DIGITS_MAX) {
		return add_digits(b, 0);
	}
	status = add_token(b);
	for (size_t i = 0; i < b->n; i++) {
		others += nks_unit_class(b->folded[i]) != NKS_U_DIGIT && b->folded[i] != '-';
	}
	/* a number with hyphens: also without them */
	return status == NKS_OK && others == 0 && digits >= NKS_DIGITS_MIN && digits <= NKS_DIGITS_MAX
		? add_digits(b, 0)
		: status;
}

static enum nks_status add_field(struct nks_builder *b)
{
	switch (b->field) {
	case NKS_FIELD_KANJI:
	case NKS_FIELD_KANA:
	case NKS_FIELD_ROMAJI:
		return nks_add_name(b);
	case NKS_FIELD_LOGIN:
	case NKS_FIELD_ID:
		return add_login(b);
	case NKS_FIELD_MAIL:
		return add_mail(b);
	case NKS_FIELD_PHONE:
		return add_phone(b);
	case NKS_FIELD_BIRTHDAY:
		return add_date(b);
	case NKS_FIELD_TEXT:
		return nks_add_text(b);
	case NKS_FIELD_COUNT:
		break;
	}
	return NKS_LIMIT;
}

/* The value as units, without blanks around it; ASCII without a detour. */
static enum nks_status take_units(struct nks_builder *b, const char *utf8, size_t len)
{
	size_t n = 0;
	size_t from = 0;

	while (n < len && n < NKS_KEY_MAX && (unsigned char)utf8[n] < 0x80) {
		b->raw[n] = (nks_unit)(unsigned char)utf8[n];
		n++;
	}
	if (n < len) {
		const enum nks_status status = nks_units_of(utf8, len, b->raw, NKS_KEY_MAX, &n);

		if (status != NKS_OK) {
			return status;
		}
	}
	while (n > 0 && (b->raw[n - 1] == 0x3000 || b->raw[n - 1] <= ' ')) {
		n--;
	}
	while (from < n && (b->raw[from] == 0x3000 || b->raw[from] <= ' ')) {
		from++;
	}
	b->n = n - from;
	memmove(b->raw, b->raw + from, b->n * sizeof(*b->raw));
	for (size_t i = 0; i < b->n; i++) {
		b->folded[i] = nks_fold[b->raw[i]];
	}
	return b->n == 0 ? NKS_LIMIT : NKS_OK;
}

enum nks_status nks_builder_add(
	struct nks_builder *b, uint32_t person, enum nks_field field, const char *utf8, size_t len)
{
	enum nks_status status = take_units(b, utf8, len);

	if (status != NKS_OK) {
		return status;
	}
	if (person == UINT32_MAX) {
		return NKS_LIMIT;
	}
	b->person = person;
	b->field = field;
	status = add_field(b);
	return status == NKS_OK ? note_person(b) : status;
}
