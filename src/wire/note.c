/*
 * note.c: signed notes and verifier keys (c2sp.org/signed-note).
 *
 * Invariant: what is printed parses to the same note, and what parses is the only spelling of its text, names and
 * signatures. Nothing is verified here.
 */
#include "base.h"
#include "note.h"

#include "json.h"

enum { TEXT_MAX = 1 << 20, SIG_MIN = 5, SIG_MAX = 8192, KEY_TEXT_MAX = 1024, ED25519 = 1, COSIGNATURE = 4 };

#define EM_DASH "\xe2\x80\x94 "

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)nk_get_be16(p) << 16 | nk_get_be16(p + 2);
}

static void put_be32(uint8_t *p, uint32_t v)
{
	nk_put_be16(p, (uint16_t)(v >> 16));
	nk_put_be16(p + 2, (uint16_t)v);
}

/* The code points with the Unicode property White_Space. */
static bool is_space(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0d) || cp == 0x20 || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
		(cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
		cp == 0x3000;
}

/* A key name: not empty, no blanks of any kind, no '+'. */
static bool is_name(struct nk_str name)
{
	size_t at = 0;

	if (name.len == 0 || name.len > KEY_TEXT_MAX || !nk_utf8_valid(nk_str_bytes(name), NULL)) {
		return false;
	}
	while (at < name.len) {
		const uint32_t cp = nk_utf8_next(name, &at);
		if (cp < 0x20 || cp == '+' || is_space(cp)) {
			return false;
		}
	}
	return true;
}

/* UTF-8, no control characters but line feeds. */
static bool is_note_text(struct nk_bytes text)
{
	if (!nk_utf8_valid(text, NULL)) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 && text.ptr[i] != '\n') {
			return false;
		}
	}
	return true;
}

/* The place of the last empty line: of the first of two line feeds. */
static size_t last_blank(struct nk_bytes text)
{
	for (size_t i = text.len; i >= 2; i--) {
		if (text.ptr[i - 1] == '\n' && text.ptr[i - 2] == '\n') {
			return i - 2;
		}
	}
	return SIZE_MAX;
}

static nk_rc malformed(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID,
		"signed note: the text is malformed (UTF-8, an empty line, then signature lines are expected)");
}

static nk_rc parse_sig(struct nk_str line, struct nk_arena *arena, struct nk_note_sig *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	uint8_t *kept = NULL;

	if (!nk_str_starts(line, NK_STR(EM_DASH))) {
		return malformed(err);
	}
	line = nk_str_sub(line, NK_STR(EM_DASH).len, SIZE_MAX);
	const size_t blank = nk_str_chr(line, ' ');
	if (blank == SIZE_MAX || !is_name(nk_str_sub(line, 0, blank))) {
		return nk_fail(err, NK_INVALID, "signed note: a signature line has no valid key name");
	}
	nk_buf_init(&bytes, SIG_MAX);
	NK_TRY(nk_base64_get(&bytes, nk_str_sub(line, blank + 1, SIZE_MAX), err));
	if (bytes.len < SIG_MIN) {
		return nk_fail(err, NK_INVALID, "signed note: a signature is too short");
	}
	kept = nk_arena_array(arena, bytes.len, 1);
	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	memcpy(kept, bytes.ptr, bytes.len);
	*out = (struct nk_note_sig){ .name = nk_str_sub(line, 0, blank),
		.key_hash = get_be32(kept),
		.sig = nk_bytes_of(kept + 4, bytes.len - 4) };
	return nk_done();
}

NK_RESULT nk_note_parse(struct nk_bytes text, struct nk_arena *arena, struct nk_note *out, struct nk_err *err)
{
	struct nk_note note = { 0 };
	struct nk_str line = { 0 };

	if (text.len > TEXT_MAX) {
		return nk_fail(err, NK_LIMIT, "signed note: longer than 1 MiB");
	}
	const size_t blank = last_blank(text);
	if (!is_note_text(text) || blank == SIZE_MAX || blank + 2 == text.len || text.ptr[text.len - 1] != '\n') {
		return malformed(err);
	}
	note.text = nk_str_sub(nk_bytes_str(text), 0, blank + 1);
	struct nk_str sigs = nk_str_sub(nk_bytes_str(text), blank + 2, text.len - blank - 3);
	while (nk_str_cut(&sigs, '\n', &line)) {
		if (note.n_sigs == NK_NOTE_MAX_SIGS) {
			return nk_fail(err, NK_LIMIT, "signed note: more than %d signatures", (int)NK_NOTE_MAX_SIGS);
		}
		NK_TRY(parse_sig(line, arena, &note.sigs[note.n_sigs], err));
		note.n_sigs++;
	}
	*out = note;
	return nk_done();
}

static nk_rc print_sig(const struct nk_note_sig *sig, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	uint8_t hash[4];

	if (!is_name(sig->name) || sig->sig.len + 4 < SIG_MIN || sig->sig.len + 4 > SIG_MAX) {
		return nk_fail(err, NK_INVALID, "signed note: a signature line has no valid key name");
	}
	put_be32(hash, sig->key_hash);
	nk_buf_init(&bytes, SIG_MAX);
	NK_TRY(nk_buf_add(&bytes, hash, sizeof(hash), err));
	NK_TRY(nk_buf_add(&bytes, sig->sig.ptr, sig->sig.len, err));
	NK_TRY(nk_buf_add_c(out, EM_DASH, err));
	NK_TRY(nk_buf_add_str(out, sig->name, err));
	NK_TRY(nk_buf_add_byte(out, ' ', err));
	NK_TRY(nk_base64_put(out, nk_buf_bytes(&bytes), err));
	return nk_buf_add_byte(out, '\n', err);
}

NK_RESULT nk_note_print(const struct nk_note *note, struct nk_buf *out, struct nk_err *err)
{
	nk_assert(note->n_sigs <= NK_NOTE_MAX_SIGS);
	if (note->n_sigs == 0 || !nk_str_ends(note->text, NK_STR("\n")) || !is_note_text(nk_str_bytes(note->text))) {
		return malformed(err);
	}
	NK_TRY(nk_buf_add_str(out, note->text, err));
	NK_TRY(nk_buf_add_byte(out, '\n', err));
	for (size_t i = 0; i < note->n_sigs; i++) {
		NK_TRY(print_sig(&note->sigs[i], out, err));
	}
	return nk_done();
}

NK_RESULT nk_vkey_print(const struct nk_vkey *key, struct nk_buf *out, struct nk_err *err)
{
	uint8_t bytes[33];

	if (!is_name(key->name)) {
		return nk_fail(err, NK_INVALID, "verifier key: the name is empty or has a blank or '+'");
	}
	bytes[0] = key->type;
	memcpy(bytes + 1, key->pub, sizeof(key->pub));
	NK_TRY(nk_buf_add_str(out, key->name, err));
	NK_TRY(nk_buf_printf(out, err, "+%08" PRIx32 "+", key->key_hash));
	return nk_base64_put(out, nk_bytes_of(bytes, sizeof(bytes)), err);
}

NK_RESULT nk_vkey_parse(struct nk_str text, struct nk_vkey *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	struct nk_str name = { 0 };
	struct nk_str hash = { 0 };
	uint8_t id[4];

	if (text.len > KEY_TEXT_MAX || !nk_str_cut(&text, '+', &name) || !nk_str_cut(&text, '+', &hash) ||
		text.len == 0 || !is_name(name) || hash.len != 8 || !nk_hex_parse(hash, id, sizeof(id))) {
		return nk_fail(err, NK_INVALID, "verifier key: the form name+hash+key is expected");
	}
	nk_buf_init(&bytes, KEY_TEXT_MAX);
	NK_TRY(nk_base64_get(&bytes, text, err));
	if (bytes.len != 33 || (bytes.ptr[0] != ED25519 && bytes.ptr[0] != COSIGNATURE)) {
		return nk_fail(err, NK_UNSUPPORTED, "verifier key: only Ed25519 keys (types 1 and 4) are supported");
	}
	*out = (struct nk_vkey){ .name = name, .key_hash = get_be32(id), .type = bytes.ptr[0] };
	memcpy(out->pub, bytes.ptr + 1, sizeof(out->pub));
	return nk_done();
}
