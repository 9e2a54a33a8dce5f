/*
 * nks_decode.h: the inside of text/: bytes to units, masks, blocks, guessing, carving.
 *
 * A decoder goes from one character border to another and holds no state but `mode`, so that it can begin again at
 * any nks_mark of a block and gives the same units: that is how nks_text_offset finds the byte of a unit. A decoder
 * writes at most one unit for each byte.
 */
#ifndef NKS_DECODE_H
#define NKS_DECODE_H

#include "nks_text.h"

#ifdef __x86_64__
#define NKS_HAS_AVX2() (__builtin_cpu_supports("avx2") != 0)
#else
#define NKS_HAS_AVX2() false
#endif

enum {
	NKS_STEP = 256, /* bytes between two marks, at most; pure ASCII has one mark for a run of any length */
	NKS_MARKS = 10240,
	NKS_AHEAD = 16, /* bytes that a decoder may want to see behind a character before it takes it */
	NKS_SLACK = 64, /* units that a decoder may overwrite behind its last */
};

/* Bytes on their way to units. */
struct nks_cut {
	const uint8_t *p; /* next byte; afterwards: the first that was not taken */
	const uint8_t *limit; /* no character begins here or behind, but marks that belong to the one before */
	const uint8_t *end; /* readable */
	nks_unit *out; /* out[-1] is readable; room for limit - p + NKS_AHEAD + NKS_SLACK units */
	bool final; /* nothing comes behind `end`: what is cut off there is undecodable */
	bool wide; /* AVX2 may be used */
	uint8_t mode; /* ISO-2022-JP: enum nks_jis_mode */
	const nks_unit *half; /* == out: the last unit was a half-width kana */
	const uint8_t *odd,
		*odd_end; /* first and last byte that is undecodable or speaks against the encoding; NULL */
};
typedef void nks_decode_fn(struct nks_cut *cut);
nks_decode_fn nks_decode_utf8, nks_decode_cp932, nks_decode_eucjp, nks_decode_jis, nks_decode_utf16le,
	nks_decode_utf16be;
nks_decode_fn *nks_decoder(enum nks_encoding encoding);

enum nks_jis_mode { NKS_JIS_ASCII, NKS_JIS_0208, NKS_JIS_0212, NKS_JIS_KANA, NKS_JIS_SHIFTED = 8 };

/* Shared by decoders. nks_odd: a sign against the encoding at p. nks_put_break: undecodable, one unit for a run.
 * nks_put_half: half-width kana, raw 0xa1 to 0xdf. nks_put_rare: a character of the BMP that may need normalising.
 * nks_put_above: a character above the BMP. */
static inline void nks_odd(struct nks_cut *c, const uint8_t *p)
{
	c->odd = c->odd == NULL ? p : c->odd;
	c->odd_end = p;
}
void nks_put_break(struct nks_cut *c);
void nks_put_half(struct nks_cut *c, uint8_t raw);
void nks_put_rare(struct nks_cut *c, nks_unit u);
void nks_put_above(struct nks_cut *c, uint32_t codepoint);
/* nks_take_ascii: takes bytes 01 to 7F but ESC, as long as they come before limit; false: there was none. */
bool nks_take_ascii(struct nks_cut *c);

/* Masks --------------------------------------------------------------------------------------------------------- */

struct nks_masks {
	uint64_t *word[NKS_M_COUNT]; /* word[m][-1] and one behind are readable too */
	uint64_t any;
	bool gaiji;
};
/* nks_masks_of: masks of 64 units, word w. The wide one needs AVX2 and gives the same. */
void nks_masks_plain(struct nks_masks *m, size_t w, const nks_unit *u);
void nks_masks_wide(struct nks_masks *m, size_t w, const nks_unit *u);
/* nks_ascii_run: as long as the next 64 bytes are ASCII without NUL and ESC: units and masks from word w on,
 * directly. At most `chunks` times; returns how many. Needs AVX2. */
size_t nks_ascii_run(struct nks_masks *m, size_t w, const uint8_t *p, size_t chunks, nks_unit *out);

/* Block --------------------------------------------------------------------------------------------------------- */

/* Where decoding can begin again: unit `unit` begins at byte `at`; characters begin before `stop`. */
struct nks_mark {
	uint32_t unit, at, stop;
	uint8_t mode;
};
struct nks_block {
	nks_unit *u; /* NKS_BLOCK and pads */
	size_t n;
	struct nks_masks masks;
	uint8_t *done; /* per word: masks were made while decoding */
	struct nks_mark *marks;
	size_t n_marks;
	const uint8_t *bytes; /* marks count from here */
	size_t len;
	uint64_t base; /* offset of bytes[0] in the stream */
	uint64_t fixed, fixed_len; /* derived text: offset and length of all of it */
	bool derived, wide;
	bool final; /* the stream ends behind bytes[len - 1]; what is cut off there is undecodable */
	bool cut; /* the same at the stop of each take */
	enum nks_encoding encoding;
	struct nks_span *odds; /* bytes that are undecodable or speak against the encoding */
	size_t n_odds;
	nks_unit *u_room;
	uint64_t *mask_room;
};
struct nks_span {
	size_t at, stop;
};
enum { NKS_SPANS = 8192 };

bool nks_block_init(struct nks_block *b);
void nks_block_done(struct nks_block *b); /* wipes */
/* nks_block_reset: empty, over bytes [0, len) that stay until it is reset. `final` is set, `cut` is not. */
void nks_block_reset(
	struct nks_block *b, enum nks_encoding encoding, const uint8_t *bytes, size_t len, uint64_t base);
/* nks_block_take: decodes the bytes from `at` on until `stop` or the block is full; returns where it ended. Text of
 * an earlier take is separated by NKS_BREAK. */
size_t nks_block_take(struct nks_block *b, size_t at, size_t stop, uint8_t mode);
/* nks_block_seal: makes pads and masks. */
void nks_block_seal(struct nks_block *b);
/* nks_block_at: byte where unit i begins. nks_block_unit: first unit that begins at byte `at` or behind. */
size_t nks_block_at(const struct nks_block *b, size_t i);
size_t nks_block_unit(const struct nks_block *b, size_t at);
/* nks_block_resume: the mark from which to begin the next block, when unit `unit` (byte `at`) is its first new one.
 */
struct nks_mark nks_block_resume(const struct nks_block *b, size_t unit, size_t at);

/* Guess --------------------------------------------------------------------------------------------------------- */

struct nks_guess {
	bool decided; /* one encoding: `encoding`; strict, and looked at again where it fails */
	bool binary; /* carve */
	enum nks_encoding encoding; /* the likeliest one when undecided */
	uint32_t candidates; /* bit per encoding, when undecided */
	unsigned bom; /* bytes of it */
};
/* nks_guess_of: from the first bytes; `whole` when they are all there is. */
void nks_guess_of(const uint8_t *bytes, size_t len, bool whole, struct nks_guess *out);

/* Carve --------------------------------------------------------------------------------------------------------- */

/* One look of a carver: an encoding at an alignment. CP932 and EUC-JP are read in three phases: what a decoder reads
 * that begins at the first character, and twice what begins where those before have no character. */
enum nks_carve {
	NKS_CARVE_UTF8, /* and ASCII */
	NKS_CARVE_CP932,
	NKS_CARVE_CP932_ODD,
	NKS_CARVE_CP932_REST,
	NKS_CARVE_EUCJP,
	NKS_CARVE_EUCJP_ODD,
	NKS_CARVE_EUCJP_REST,
	NKS_CARVE_UTF16LE,
	NKS_CARVE_UTF16LE_ODD,
	NKS_CARVE_UTF16BE,
	NKS_CARVE_UTF16BE_ODD,
	NKS_CARVE_JIS,
	NKS_CARVE_COUNT
};
enum nks_encoding nks_carve_encoding(enum nks_carve how);

enum { NKS_CARVE_MAX = 40960 }; /* bytes of one range */
struct nks_carver;
struct nks_carver *nks_carver_new(void); /* NULL: no memory */
void nks_carver_free(struct nks_carver **carver);
/* nks_carve_begin: looks at bytes[range): for each encoding, where text may be. */
void nks_carve_begin(struct nks_carver *c, const uint8_t *bytes, struct nks_span range);
/* nks_carve_find: what may be text within spans of the range read that way, in order, at most NKS_SPANS; returns how
 * many. `base` is the offset of bytes[0] in its stream: parity counts from the stream's beginning. The phases of an
 * encoding are asked for in order. */
size_t nks_carve_find(struct nks_carver *c, enum nks_carve how, const uint8_t *bytes, const struct nks_span *within,
	size_t n_within, uint64_t base, struct nks_span *out);
/* nks_carve_classes: maps of 64 positions (65 bytes are read); the plain one gives the same. */
void nks_carve_classes(const uint8_t *table, const uint8_t *p, uint64_t *pair, uint64_t *byte);
void nks_carve_classes_plain(const uint8_t *table, const uint8_t *p, uint64_t *pair, uint64_t *byte);

#endif
