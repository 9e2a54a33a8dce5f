/*
 * tlog_text.c: checkpoints (c2sp.org/tlog-checkpoint) and inclusion proofs (c2sp.org/tlog-proof@v1) as text.
 *
 * Invariant: one spelling for each value: decimals without leading zeros, canonical Base64, line feeds only.
 */
#include "base.h"
#include "note.h"

#include "json.h"

enum { PROOF_MAX = 2 << 20, HASH_LEN = 32, ORIGIN_MAX = 1024 };

#define PROOF_HEADER "c2sp.org/tlog-proof@v1"

/* The next line without its line feed; false when no complete line is left. */
static bool take_line(struct nk_str *rest, struct nk_str *out_line)
{
	const size_t end = nk_str_chr(*rest, '\n');

	if (end == SIZE_MAX) {
		return false;
	}
	*out_line = nk_str_sub(*rest, 0, end);
	*rest = nk_str_sub(*rest, end + 1, SIZE_MAX);
	return true;
}

/* At most INT64_MAX, as other implementations of the format have it. */
static bool parse_decimal(struct nk_str s, uint64_t *out)
{
	if (s.len > 1 && s.ptr[0] == '0') {
		return false;
	}
	return nk_parse_u64(s, 0, INT64_MAX, out);
}

static bool parse_hash(struct nk_str line, uint8_t out[static HASH_LEN])
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };

	nk_buf_init(&bytes, HASH_LEN);
	if (!nk_ok(nk_base64_get(&bytes, line, NULL)) || bytes.len != HASH_LEN) {
		return false;
	}
	memcpy(out, bytes.ptr, HASH_LEN);
	return true;
}

static nk_rc print_hash(const uint8_t hash[static HASH_LEN], struct nk_buf *out, struct nk_err *err)
{
	NK_TRY(nk_base64_put(out, nk_bytes_of(hash, HASH_LEN), err));
	return nk_buf_add_byte(out, '\n', err);
}

static bool is_origin(struct nk_str origin)
{
	for (size_t i = 0; i < origin.len; i++) {
		if ((unsigned char)origin.ptr[i] < 0x20) {
			return false;
		}
	}
	return origin.len > 0 && origin.len <= ORIGIN_MAX && nk_utf8_valid(nk_str_bytes(origin), NULL);
}

NK_RESULT nk_checkpoint_print(const struct nk_checkpoint *cp, struct nk_buf *out, struct nk_err *err)
{
	if (!is_origin(cp->origin) || cp->size > INT64_MAX) {
		return nk_fail(err, NK_INVALID, "checkpoint: the origin or the size is not valid");
	}
	NK_TRY(nk_buf_add_str(out, cp->origin, err));
	NK_TRY(nk_buf_printf(out, err, "\n%" PRIu64 "\n", cp->size));
	return print_hash(cp->root, out, err);
}

NK_RESULT nk_checkpoint_parse(struct nk_str text, struct nk_checkpoint *out, struct nk_err *err)
{
	struct nk_checkpoint cp = { 0 };
	struct nk_str size = { 0 };
	struct nk_str root = { 0 };
	struct nk_str extension = { 0 };

	if (!take_line(&text, &cp.origin) || !is_origin(cp.origin) || !take_line(&text, &size) ||
		!take_line(&text, &root)) {
		return nk_fail(
			err, NK_INVALID, "checkpoint: the three lines origin, size and root hash are expected");
	}
	if (!parse_decimal(size, &cp.size)) {
		return nk_fail(err, NK_INVALID, "checkpoint, line 2: the size is not a plain decimal number");
	}
	if (!parse_hash(root, cp.root)) {
		return nk_fail(err, NK_INVALID, "checkpoint, line 3: the root hash is not 32 bytes in Base64");
	}
	while (take_line(&text, &extension)) {
		if (extension.len == 0) {
			return nk_fail(err, NK_INVALID, "checkpoint: an extension line is empty");
		}
	}
	if (text.len != 0) {
		return nk_fail(err, NK_INVALID, "checkpoint: the last line has no line end");
	}
	*out = cp;
	return nk_done();
}

NK_RESULT nk_tlog_proof_print(const struct nk_tlog_proof *p, struct nk_buf *out, struct nk_err *err)
{
	nk_assert(p->n_hashes <= NK_PROOF_MAX_HASHES);
	NK_TRY(nk_buf_add_c(out, PROOF_HEADER "\n", err));
	if (p->has_extra) {
		NK_TRY(nk_buf_add_c(out, "extra ", err));
		NK_TRY(nk_base64_put(out, p->extra, err));
		NK_TRY(nk_buf_add_byte(out, '\n', err));
	}
	NK_TRY(nk_buf_printf(out, err, "index %" PRIu64 "\n", p->index));
	for (size_t i = 0; i < p->n_hashes; i++) {
		NK_TRY(print_hash(p->hashes[i], out, err));
	}
	NK_TRY(nk_buf_add_byte(out, '\n', err));
	return nk_buf_add(out, p->checkpoint.ptr, p->checkpoint.len, err);
}

/* The optional line "extra <base64>"; *line moves to the next one then. */
static nk_rc parse_extra(
	struct nk_str *rest, struct nk_str *line, struct nk_arena *arena, struct nk_tlog_proof *p, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	uint8_t *kept = NULL;

	if (!nk_str_starts(*line, NK_STR("extra "))) {
		return nk_done();
	}
	nk_buf_init(&bytes, PROOF_MAX);
	NK_TRY(nk_base64_get(&bytes, nk_str_sub(*line, 6, SIZE_MAX), err));
	kept = nk_arena_array(arena, bytes.len, 1);
	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	if (bytes.len > 0) {
		memcpy(kept, bytes.ptr, bytes.len);
	}
	p->has_extra = true;
	p->extra = nk_bytes_of(kept, bytes.len);
	if (!take_line(rest, line)) {
		return nk_fail(err, NK_INVALID, "tlog proof: the index line is missing");
	}
	return nk_done();
}

/* The hashes up to the empty line. */
static nk_rc parse_hashes(struct nk_str *rest, struct nk_tlog_proof *p, struct nk_err *err)
{
	struct nk_str line = { 0 };

	while (take_line(rest, &line)) {
		if (line.len == 0) {
			return nk_done();
		}
		if (p->n_hashes == NK_PROOF_MAX_HASHES) {
			return nk_fail(err, NK_LIMIT, "tlog proof: more than %d hashes", (int)NK_PROOF_MAX_HASHES);
		}
		if (!parse_hash(line, p->hashes[p->n_hashes])) {
			return nk_fail(
				err, NK_INVALID, "tlog proof: hash %zu is not 32 bytes in Base64", p->n_hashes + 1);
		}
		p->n_hashes++;
	}
	return nk_fail(err, NK_INVALID, "tlog proof: the empty line before the checkpoint is missing");
}

NK_RESULT nk_tlog_proof_parse(
	struct nk_bytes text, struct nk_arena *arena, struct nk_tlog_proof *out, struct nk_err *err)
{
	struct nk_tlog_proof p = { 0 };
	struct nk_str rest = nk_bytes_str(text);
	struct nk_str line = { 0 };

	if (text.len > PROOF_MAX) {
		return nk_fail(err, NK_LIMIT, "tlog proof: longer than 2 MiB");
	}
	if (!take_line(&rest, &line) || !nk_str_eq(line, NK_STR(PROOF_HEADER))) {
		return nk_fail(err, NK_INVALID, "tlog proof: the first line must be \"c2sp.org/tlog-proof@v1\"");
	}
	if (!take_line(&rest, &line)) {
		return nk_fail(err, NK_INVALID, "tlog proof: the index line is missing");
	}
	NK_TRY(parse_extra(&rest, &line, arena, &p, err));
	if (!nk_str_starts(line, NK_STR("index ")) || !parse_decimal(nk_str_sub(line, 6, SIZE_MAX), &p.index)) {
		return nk_fail(
			err, NK_INVALID, "tlog proof: the line \"index\" with a plain decimal number is missing");
	}
	NK_TRY(parse_hashes(&rest, &p, err));
	if (rest.len == 0) {
		return nk_fail(err, NK_INVALID, "tlog proof: the checkpoint is missing");
	}
	p.checkpoint = nk_str_bytes(rest);
	*out = p;
	return nk_done();
}
