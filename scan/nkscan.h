/*
 * nkscan.h: whose data is in these bytes. A library of its own: libc only, no other header of this house.
 *
 * Bytes of unknown encoding go in, findings come out: texts of a keyed index of known persons (nks_index), and texts
 * that have the form of personal data (detectors). What is fed is decoded (UTF-8, CP932, EUC-JP-MS, ISO-2022-JP,
 * UTF-16; all candidates where it cannot be decided), folded (width, kana, variants of kanji, case) and looked
 * through in blocks. A finding says class, place, length, confidence and why: never the value. Escaped text inside
 * text (base64, quoted-printable, percent, \uXXXX, entities) is decoded and looked through too.
 *
 * An index and a set-up may be used by several threads at once and never change; a scan belongs to one thread.
 * All numbers in files are little-endian.
 */
#ifndef NKSCAN_H
#define NKSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NKS_VERSION "1.0.0"

typedef uint16_t nks_unit; /* one character after decoding; see nks_text.h */

enum nks_status {
	NKS_OK,
	NKS_NOMEM,
	NKS_LIMIT, /* too long, too short, too many */
	NKS_BAD_TEXT, /* not UTF-8 */
	NKS_BAD_INDEX, /* file damaged, of another version, or another key */
	NKS_STOPPED, /* the callback asked for it */
};
const char *nks_version(void);

enum nks_encoding {
	NKS_UTF8, /* ASCII too */
	NKS_CP932,
	NKS_EUCJP,
	NKS_JIS, /* ISO-2022-JP, CP5022x */
	NKS_UTF16LE,
	NKS_UTF16BE,
	NKS_ENCODING_COUNT
};
const char *nks_encoding_name(enum nks_encoding encoding); /* "utf-8", "cp932" … static */

/* How the text at a finding was written, beside its encoding. */
enum nks_via {
	NKS_VIA_PLAIN,
	NKS_VIA_BASE64,
	NKS_VIA_QUOTED, /* quoted-printable, and encoded words of mail headers */
	NKS_VIA_PERCENT,
	NKS_VIA_BACKSLASH, /* \uXXXX */
	NKS_VIA_ENTITY, /* &#x5C71; &amp; */
	NKS_VIA_COUNT
};
const char *nks_via_name(enum nks_via via);

/* Classes of data by their form: one row each in detect/classes.rows, NKS_CLASS_MAIL and so on. */
enum nks_class {
#define ROW(name, upper) NKS_CLASS_##upper,
#include "nks_classes.inc"
#undef ROW
	NKS_CLASS_COUNT
};
const char *nks_class_name(enum nks_class c); /* "mail", "phone" … as in the rows; static */
bool nks_class_by_name(const char *name, enum nks_class *out);

/* What a key of the index is of its person. */
enum nks_field {
	NKS_FIELD_KANJI, /* full name, surname and given name together */
	NKS_FIELD_KANA,
	NKS_FIELD_ROMAJI,
	NKS_FIELD_LOGIN,
	NKS_FIELD_ID, /* student number, staff number, ids of other systems */
	NKS_FIELD_MAIL,
	NKS_FIELD_PHONE,
	NKS_FIELD_BIRTHDAY, /* corroborates, never found alone */
	NKS_FIELD_TEXT, /* any text, found wherever it stands, without regard to boundaries: controls, literal rules
			 */
	NKS_FIELD_COUNT
};
const char *nks_field_name(enum nks_field f);

/* Why something is a finding: bits. Each raises or lowers the confidence by detect/weights.rows. */
enum nks_why {
#define ROW(name, upper, text) NKS_WHY_BIT_##upper,
#include "nks_whys.inc"
#undef ROW
	NKS_WHY_COUNT
};
#define NKS_WHY(upper) (UINT64_C(1) << NKS_WHY_BIT_##upper)
const char *nks_why_name(enum nks_why bit); /* "check-digit" …, static */
const char *nks_why_text(enum nks_why bit); /* English phrase for people, static: a msgid for translators */

struct nks_finding {
	bool of_index; /* true: `field`, `key`; false: `class` */
	uint8_t class; /* enum nks_class */
	uint8_t field; /* enum nks_field */
	uint8_t encoding;
	uint8_t via;
	uint8_t confidence; /* 0 to 100 */
	bool mixed; /* of the index: the 32 bytes before or behind are nearly all different, as in ciphertext */
	bool digest; /* of the index: stands in 32 or more hexadecimal signs, or in 13 or more digits */
	uint64_t why;
	uint64_t offset; /* of its first byte in the stream that was fed */
	uint32_t length; /* bytes there */
	uint32_t units; /* characters, after decoding */
	uint32_t row, column; /* from 1, in table-like text; 0: none. The header is row 1 */
	uint32_t key; /* of the index: nks_index_persons gives whose */
	uint64_t token; /* keyed hash of the folded value: equal values, equal tokens */
	double chance; /* of the index: probability that this text stands here without meaning any of them */
};
/* Called for each finding of a stream, in order of the block (about 32 KiB) they lie in, in order of offset within
 * it for one encoding; other than 0 ends the scan with NKS_STOPPED. */
typedef int nks_finding_fn(void *arg, const struct nks_finding *finding);

/* Index --------------------------------------------------------------------------------------------------------- */

/*
 * A keyed index of known persons. Nothing in it can be tried without its 32 byte key, which is never stored beside
 * it. Built once, then one block of bytes that can be written to a file and used where it lies (mmap).
 * Persons are named by ordinals from 0, given by the caller.
 */
#define NKS_KEY_BYTES 32
struct nks_builder;
struct nks_index;

enum nks_status nks_builder_new(const uint8_t key[static NKS_KEY_BYTES], struct nks_builder **out);
/*
 * nks_builder_add: one value of a person, as UTF-8 in the spelling of the roster. KANJI and KANA: full name, with one
 * blank (or U+3000) between the parts when they are known; all its spellings are found (other variants of kanji,
 * blanks or marks between the parts, half width, hiragana, gaiji for what CP932 cannot write). ROMAJI: family and
 * given name with one blank between; both orders and the usual spellings are found. PHONE: any punctuation; also
 * found without its leading zero and with +81. BIRTHDAY: YYYY-MM-DD. NKS_LIMIT: too short to mean anybody (a name or
 * login of one letter, a number of less than four digits, a telephone of less than six, a text of less than four
 * characters), no date, or longer than 256 characters: it is not looked for, and the caller has to say so.
 * NKS_BAD_TEXT.
 */
enum nks_status nks_builder_add(
	struct nks_builder *b, uint32_t person, enum nks_field field, const char *utf8, size_t len);
/* nks_builder_seal: the finished index as one block, *out to be given back with nks_blob_free; the builder is empty
 * then. Ordinal i of a person is below 2^32 - 1. */
enum nks_status nks_builder_seal(struct nks_builder *b, uint8_t **out, size_t *out_len);
void nks_builder_free(struct nks_builder **b); /* wipes; accepts NULL */
void nks_blob_free(uint8_t **blob, size_t len); /* wipes */

/* nks_index_open: over a block that stays where it is and does not change, 64-byte aligned (mmap and nks_builder_seal
 * give that). All offsets and counts are checked, so that a hostile file finds nothing but does no harm. */
enum nks_status nks_index_open(
	const void *blob, size_t len, const uint8_t key[static NKS_KEY_BYTES], struct nks_index **out);
void nks_index_close(struct nks_index **index);
/* nks_index_verify: reads all of it: NKS_BAD_INDEX when a byte behind its head is not as it was sealed. Opening checks
 * the head only; a damaged body would find less and say nothing, so verify what comes from a disk. */
enum nks_status nks_index_verify(const struct nks_index *index);
struct nks_index_facts {
	uint64_t keys, persons;
	uint64_t ordinals; /* highest ordinal of a person + 1 */
	uint64_t keys_of[NKS_FIELD_COUNT];
	uint64_t bytes;
};
void nks_index_facts(const struct nks_index *index, struct nks_index_facts *out);
/* nks_index_persons: whose key that is: at most `max` ordinals into out, in order; returns how many there are. */
size_t nks_index_persons(const struct nks_index *index, uint32_t key, uint32_t *out, size_t max);

/* Set-up -------------------------------------------------------------------------------------------------------- */

/* A look at text for the caller's own rules (regular expressions): units [from, to) are new, those before and behind
 * are context. `emit` reports that [at, at + len) is a finding of class RULE. */
struct nks_text;
typedef void nks_rule_emit_fn(void *scan, uint32_t rule, size_t at, size_t len);
typedef void nks_rule_fn(
	void *arg, const nks_unit *units, size_t n, size_t from, size_t to, nks_rule_emit_fn *emit, void *scan);

struct nks_options {
	const struct nks_index *index; /* may be NULL */
	uint64_t classes; /* bit per enum nks_class that is looked for */
	unsigned least; /* findings by form of lower confidence are not reported; 0 means 50 */
	const char *const
		*number_forms; /* student and staff numbers: 9 = digit, A = letter, others themselves: "S9999999" */
	size_t n_number_forms;
	uint8_t token_key[16];
	nks_rule_fn *rules; /* may be NULL */
	void *rules_arg;
};
struct nks_scan;

/* nks_scan_new: options are copied, the index and number_forms must outlive it. About 2 MiB. */
enum nks_status nks_scan_new(const struct nks_options *options, nks_finding_fn *fn, void *arg, struct nks_scan **out);
void nks_scan_free(struct nks_scan **scan);

/* What is known about a stream before it is read. */
enum nks_kind {
	NKS_KIND_UNKNOWN, /* any bytes: text of some encoding, or carved as binary */
	NKS_KIND_BINARY, /* carve: every encoding at every alignment */
	NKS_KIND_TEXT, /* UTF-8 made by an opener: no guessing */
	NKS_KIND_TABLE, /* the same; U+001F ends a cell, U+001E a row */
};
struct nks_stream {
	enum nks_kind kind;
	uint64_t base; /* offset of its first byte, added to findings: a part of a longer stream */
	uint64_t from, to; /* only findings that begin at from ≤ offset < to are reported; to 0: all */
	const void *head; /* first bytes of the whole stream when this is a part of it: headings of its columns,
			     and its encoding; may be NULL */
	size_t head_len;
};
struct nks_summary {
	uint64_t bytes, units; /* units: characters that were decoded, in all candidate encodings */
	uint64_t rows; /* line ends in the part between from and to */
	uint32_t encodings; /* bit per enum nks_encoding that was tried */
	bool carved; /* no single encoding: looked through as binary */
	bool gaiji; /* private characters occurred: U+E000 to U+F8FF */
	uint64_t findings, weak; /* reported; below `least` */
};
/* One stream at a time: begin, feed (any lengths), end. */
enum nks_status nks_scan_begin(struct nks_scan *scan, const struct nks_stream *stream);
enum nks_status nks_scan_feed(struct nks_scan *scan, const void *bytes, size_t len);
enum nks_status nks_scan_end(struct nks_scan *scan, struct nks_summary *out);

/* nks_token: the token a finding of this value has, for comparing. nks_fold_utf8: the folded form, for tests. */
uint64_t nks_token(const uint8_t token_key[static 16], const nks_unit *folded, size_t n);

#endif
