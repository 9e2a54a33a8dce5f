/*
 * residue_index.c: the patterns and controls of one scan as a keyed index: for the workers in a sealed memfd, for us
 * as a block.
 */
#include "base.h"

#include "residue_int.h"

#include "os.h"
#include "spell.h"

/* In files of others' making a byte that is no part of a text, a length say, may read as a letter before it: what the
 * scanner takes for words is looked for wherever it stands. */
static enum nks_field anywhere(enum nks_field field)
{
	return field == NKS_FIELD_LOGIN || field == NKS_FIELD_ID || field == NKS_FIELD_MAIL ? NKS_FIELD_TEXT : field;
}

enum { LEAST_ANYWHERE = 6, LEAST_KANJI = 3 };

static size_t characters(struct nk_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		n += ((uint8_t)s.ptr[i] & 0xc0) != 0x80 && s.ptr[i] != ' ';
	}
	return n;
}

static bool has_latin(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')) {
			return true;
		}
	}
	return false;
}

/* Of a login or a number: too short to be nobody else's wherever it stands. Of a name: not looked for in every
 * encoding. */
static bool too_short(const struct nk_residue_pattern *p)
{
	return characters(p->value) < (anywhere(p->field) == NKS_FIELD_TEXT ? LEAST_ANYWHERE : LEAST_KANJI);
}

static NK_RESULT add_all(struct nks_builder *b, const struct nk_residue_options *opt,
	const struct nk_control *controls, struct nk_residue_index *out, struct nk_err *err)
{
	bool is_short = false;

	for (size_t i = 0; i < opt->n_patterns; i++) {
		const struct nk_residue_pattern *const p = &opt->patterns[i];

		nk_assert(nk_str_chr(p->value, '\0') == SIZE_MAX); /* a pattern that was wiped would match holes */
		out->too_short += too_short(p) && p->person_number != 0;
		if (too_short(p) && anywhere(p->field) == NKS_FIELD_TEXT) {
			continue;
		}
		NK_TRY(nk_spell_add(b, nk_u32(i), anywhere(p->field), p->value, &is_short, err));
		if ((p->field == NKS_FIELD_ROMAJI || has_latin(p->value)) && !is_short) {
			NK_TRY(nk_spell_add(b, nk_u32(i), NKS_FIELD_TEXT, p->value, &is_short, err));
		}
		out->added += !is_short && p->person_number != 0;
		out->too_short += is_short && !too_short(p) && p->person_number != 0;
	}
	for (size_t i = 0; controls != NULL && i < opt->n_places; i++) {
		NK_TRY(nk_spell_add(b, nk_u32(opt->n_patterns + i), NKS_FIELD_TEXT, nk_control_text(&controls[i]),
			&is_short, err));
		nk_assert(!is_short);
	}
	return nk_done();
}

static NK_RESULT into_memfd(struct nk_residue_index *index, struct nk_err *err)
{
	NK_TRY(nk_os_memfd("nokosazu-index", &index->fd, err));
	NK_TRY(nk_os_fd_write(index->fd, index->blob, index->len, err));
	return nk_os_memfd_seal(index->fd, err);
}

NK_RESULT nk_residue_index_make(const struct nk_env *env, const struct nk_residue_options *opt,
	const struct nk_control *controls, struct nk_residue_index *out, struct nk_err *err)
{
	NK_OWNED(nks_builder_free) struct nks_builder *b = NULL;
	enum nks_status status = NKS_OK;

	*out = (struct nk_residue_index){ .fd = -1 };
	if (env != NULL) {
		NK_TRY(nk_random(env, out->key, sizeof(out->key), err));
	}
	status = nks_builder_new(out->key, &b);
	if (status != NKS_OK) {
		return nk_spell_fail(status, err);
	}
	NK_TRY(add_all(b, opt, controls, out, err));
	status = nks_builder_seal(b, &out->blob, &out->len);
	if (status == NKS_OK) {
		status = nks_index_open(out->blob, out->len, out->key, &out->index);
	}
	if (status != NKS_OK) {
		return nk_spell_fail(status, err);
	}
	return env != NULL ? into_memfd(out, err) : nk_done();
}

void nk_residue_index_done(struct nk_residue_index *index)
{
	nks_index_close(&index->index);
	nks_blob_free(&index->blob, index->len);
	nk_wipe(index->key, sizeof(index->key));
	nk_os_fd_close(&index->fd);
}
