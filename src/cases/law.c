/*
 * law.c: reading the law data, and looking them up.
 *
 * Texts are read in their order; a section of the same name in a later text replaces the earlier one as a whole. The same
 * section twice in one text is refused: one of the two would be forgotten without a word.
 */
#include "base.h"
#include "ini.h"

#include "law_int.h"

enum { MAX_ROWS = 4096, MAX_PAIRS = 65536, MAX_TEXT = 4 << 20, MAX_ARENA = 48 << 20 };

struct law_shipped {
	const char *name;
	const unsigned char *text;
	size_t len;
};
#include "law.inc"

struct reading {
	struct nk_law *law;
	const struct nk_law_text *text;
	size_t number;
	struct law_row *row; /* the one being read: the last of law->rows */
};

const struct law_row *law_row_at(const struct nk_law *law, size_t i)
{
	return nk_vec_at(&law->rows, i);
}

bool law_get(const struct nk_law *law, const struct law_row *row, const char *key, struct nk_str *out)
{
	const struct nk_str wanted = nk_str_c(key);

	for (size_t i = 0; i < row->n; i++) {
		const struct law_pair *pair = nk_vec_at(&law->pairs, row->first + i);

		if (nk_str_eq(pair->key, wanted)) {
			*out = pair->value;
			return true;
		}
	}
	return false;
}

uint32_t law_num(const struct nk_law *law, const struct law_row *row, const char *key)
{
	struct nk_str text;
	uint32_t n = 0;

	return law_get(law, row, key, &text) && nk_parse_u32(text, 0, UINT32_MAX, &n) ? n : 0;
}

bool law_list_has(const struct nk_law *law, const struct law_row *row, const char *key, struct nk_str word)
{
	struct nk_str list;
	struct nk_str one;

	if (!law_get(law, row, key, &list)) {
		return false;
	}
	while (nk_str_cut(&list, ',', &one)) {
		if (nk_str_eq(nk_str_trim(one), word)) {
			return true;
		}
	}
	return false;
}

bool law_holds(const struct law_row *row, nk_date on)
{
	if (row->replaced) {
		return false;
	}
	return (row->origin.valid_from == NK_DATE_NONE || row->origin.valid_from <= on) &&
		(row->origin.valid_until == NK_DATE_NONE || on <= row->origin.valid_until);
}

struct nk_str law_word(const struct nk_law *law, const struct law_row *row, enum nk_lang lang)
{
	struct nk_str word = { NULL, 0 };

	(void)law_get(law, row, lang == NK_LANG_JA ? "word.ja" : "word.en", &word);
	return word;
}

bool law_named_word(const struct nk_law *law, const char *set, struct nk_str name, enum nk_lang lang, struct nk_str *out,
	const struct law_row **out_row)
{
	char key[64];

	if (name.len == 0 || name.len > 48) {
		return false;
	}
	(void)snprintf(key, sizeof(key), "%.*s.%s", NK_FMT(name), lang == NK_LANG_JA ? "ja" : "en");
	for (size_t i = 0; i < law->rows.len; i++) {
		const struct law_row *row = law_row_at(law, i);

		if (row->kind == LAW_WORDS && !row->replaced && nk_str_eq(row->name, nk_str_c(set)) &&
			law_get(law, row, key, out)) {
			if (out_row != NULL) {
				*out_row = row;
			}
			return true;
		}
	}
	return false;
}

static nk_rc say_where(const struct reading *r, unsigned line, const struct nk_err *why, struct nk_err *err)
{
	return nk_fail(err, NK_CONFIG, "law data %1$s, line %2$u: %3$s", nk_short(r->text->name).text, line,
		why->text[NK_LANG_EN]);
}

static nk_rc finish_row(struct reading *r, struct nk_err *err)
{
	struct nk_err why;

	if (r->row == NULL) {
		return nk_done();
	}
	if (!nk_ok(law_check_row(r->law, r->row, &why))) {
		return say_where(r, r->row->line, &why, err);
	}
	return nk_done();
}

static nk_rc replace_earlier(struct reading *r, struct nk_str section, unsigned line, struct nk_err *err)
{
	for (size_t i = 0; i < r->law->rows.len; i++) {
		struct law_row *row = nk_vec_at(&r->law->rows, i);

		if (row->replaced || !nk_str_eq(row->origin.section, section)) {
			continue;
		}
		if (row->text == r->number) {
			return nk_fail(err, NK_CONFIG, "law data %1$s, line %2$u: section %3$s stands there twice",
				nk_short(r->text->name).text, line, nk_short(section).text);
		}
		row->replaced = true;
	}
	return nk_done();
}

static nk_rc begin_row(struct reading *r, struct nk_str section, unsigned line, struct nk_err *err)
{
	enum law_kind kind;
	struct nk_str rest = section;
	struct nk_str word;
	void *made = NULL;

	NK_TRY(finish_row(r, err));
	if (!nk_str_cut(&rest, ' ', &word) || !law_kind_of(word, &kind) || nk_str_trim(rest).len == 0) {
		return nk_fail(err, NK_CONFIG, "law data %1$s, line %2$u: no such kind of row: %3$s",
			nk_short(r->text->name).text, line, nk_short(section).text);
	}
	NK_TRY(replace_earlier(r, section, line, err));
	NK_TRY(nk_vec_push(&r->law->rows, &made, err));
	r->row = made;
	*r->row = (struct law_row){ .kind = kind, .first = r->law->pairs.len, .text = r->number, .line = line };
	NK_TRY(nk_arena_dup(r->law->arena, section, &r->row->origin.section, err));
	r->row->name = nk_str_trim(nk_str_sub(r->row->origin.section, word.len, SIZE_MAX));
	r->row->origin.checked = NK_DATE_NONE;
	r->row->origin.valid_from = NK_DATE_NONE;
	r->row->origin.valid_until = NK_DATE_NONE;
	return nk_done();
}

/* The four keys that every row may have; false: another one. */
static bool take_origin(struct law_row *row, const struct law_pair *pair)
{
	if (nk_str_eq(pair->key, NK_STR("source"))) {
		row->origin.source = pair->value;
	} else if (nk_str_eq(pair->key, NK_STR("checked"))) {
		row->has_checked = true;
		(void)nk_date_parse(pair->value, &row->origin.checked);
	} else if (nk_str_eq(pair->key, NK_STR("valid_from"))) {
		(void)nk_date_parse(pair->value, &row->origin.valid_from);
	} else if (nk_str_eq(pair->key, NK_STR("valid_until"))) {
		(void)nk_date_parse(pair->value, &row->origin.valid_until);
	} else {
		return false;
	}
	return true;
}

static nk_rc take_pair(
	void *arg, struct nk_str section, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	struct reading *r = arg;
	struct law_pair pair = { .key = key };
	struct nk_str have;
	void *made = NULL;
	struct nk_err why;

	if (r->row == NULL || !nk_str_eq(r->row->origin.section, section)) {
		NK_TRY(begin_row(r, section, line, err));
	}
	if (law_get(r->law, r->row, nk_short(key).text, &have)) {
		return nk_fail(err, NK_CONFIG, "law data %1$s, line %2$u: %3$s stands there twice",
			nk_short(r->text->name).text, line, nk_short(key).text);
	}
	pair.value = nk_str_trim(value);
	if (!nk_ok(law_check_pair(r->row->kind, &pair, &why))) {
		return say_where(r, line, &why, err);
	}
	NK_TRY(nk_arena_dup(r->law->arena, key, &pair.key, err));
	NK_TRY(nk_arena_dup(r->law->arena, pair.value, &pair.value, err));
	(void)take_origin(r->row, &pair);
	NK_TRY(nk_vec_push(&r->law->pairs, &made, err));
	*(struct law_pair *)made = pair;
	r->row->n++;
	return nk_done();
}

static nk_rc read_text(struct nk_law *law, const struct nk_law_text *text, size_t number, struct nk_err *err)
{
	struct reading r = { .law = law, .text = text, .number = number };
	struct nk_err why;

	if (text->text.len > MAX_TEXT) {
		return nk_fail(err, NK_LIMIT, "law data %s: larger than 4 MB", nk_short(text->name).text);
	}
	if (!nk_ok(nk_ini_each(nk_str_bytes(text->text), take_pair, &r, &why))) {
		return why.code == NK_CONFIG && !nk_str_starts(nk_str_c(why.text[NK_LANG_EN]), NK_STR("law data "))
			? nk_fail(err, NK_CONFIG, "law data %1$s: %2$s", nk_short(text->name).text, why.text[NK_LANG_EN])
			: nk_err_pass(err, &why);
	}
	return finish_row(&r, err);
}

static nk_rc law_begin(struct nk_law **out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = calloc(1, sizeof(*law));

	if (law == NULL) {
		return nk_fail_nomem(err);
	}
	nk_vec_init(&law->rows, sizeof(struct law_row), MAX_ROWS);
	nk_vec_init(&law->pairs, sizeof(struct law_pair), MAX_PAIRS);
	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, MAX_ARENA, &law->arena, err));
	*out = law;
	law = NULL;
	return nk_done();
}

NK_RESULT nk_law_read(const struct nk_law_text *texts, size_t n, struct nk_law **out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;

	NK_TRY(law_begin(&law, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(read_text(law, &texts[i], i, err));
	}
	*out = law;
	law = NULL;
	return nk_done();
}

NK_RESULT nk_law_new(const struct nk_law_text *texts, size_t n, struct nk_law **out, struct nk_err *err)
{
	NK_OWNED(nk_law_free) struct nk_law *law = NULL;
	const size_t shipped = NK_ARRAY_LEN(law_shipped);

	NK_TRY(law_begin(&law, err));
	for (size_t i = 0; i < shipped; i++) {
		const struct nk_law_text text = { .name = nk_str_c(law_shipped[i].name),
			.text = nk_bytes_str(nk_bytes_of(law_shipped[i].text, law_shipped[i].len)) };

		NK_TRY(read_text(law, &text, i, err));
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(read_text(law, &texts[i], shipped + i, err));
	}
	*out = law;
	law = NULL;
	return nk_done();
}

void nk_law_free(struct nk_law **law)
{
	if (*law == NULL) {
		return;
	}
	nk_vec_done(&(*law)->rows);
	nk_vec_done(&(*law)->pairs);
	nk_arena_free(&(*law)->arena);
	free(*law);
	*law = NULL;
}

bool nk_law_unverified(const struct nk_law_origin *o)
{
	return o->checked == NK_DATE_NONE;
}

bool nk_law_item_word(const struct nk_law *law, struct nk_str item, enum nk_lang lang, struct nk_str *out)
{
	return law_named_word(law, "item", item, lang, out, NULL);
}

bool nk_law_word(const struct nk_law *law, const char *set, struct nk_str name, enum nk_lang lang, struct nk_str *out)
{
	return law_named_word(law, set, name, lang, out, NULL);
}

NK_RESULT nk_law_rows(const struct nk_law *law, nk_law_row_fn *fn, void *arg, struct nk_err *err)
{
	for (size_t i = 0; i < law->rows.len; i++) {
		if (!law_row_at(law, i)->replaced) {
			NK_TRY(fn(arg, &law_row_at(law, i)->origin, err));
		}
	}
	return nk_done();
}
