/*
 * census_index.c: folded texts of everybody: which person has this login, address, number, name, reading.
 *
 * One map; a key is what the text is (one letter) and the folded text. A text that two persons have is marked, and the
 * first of them is kept: it is no proof of anybody.
 */
#include "base.h"
#include "census.h"

#include "kana.h"

enum { SEVERAL_BIT = 40, TEXT_MAX = 1 << 16 };

struct nk_census_index {
	const struct nk_people *people;
	struct nk_map map;
	struct nk_arena *kept; /* wiping: the map's keys */
	struct nk_buf key; /* wiping */
};

/* What a text is: its letter in the map, and what it says when it is found. */
static const struct {
	char letter;
	bool keys; /* looked up among keys; else among names */
	unsigned why;
} sorts[] = {
	{ 'l', true, NK_CENSUS_LOGIN },
	{ 'm', true, NK_CENSUS_MAIL },
	{ 'n', true, NK_CENSUS_NUMBER },
	{ 'k', false, NK_CENSUS_KANA },
	{ 'e', false, NK_CENSUS_NAME },
	{ 'v', false, NK_CENSUS_VARIANT },
	{ 'r', false, NK_CENSUS_ROMAJI },
	{ 'f', false, NK_CENSUS_FORMER },
	{ 'g', true, NK_CENSUS_FORMER },
};

/* The key of a text; 'e' keeps its characters (only blanks go), the others are folded. "" has none. */
static NK_RESULT key_of(struct nk_census_index *x, char letter, struct nk_str text, bool *out_any, struct nk_err *err)
{
	nk_buf_reset(&x->key);
	NK_TRY(nk_buf_add_byte(&x->key, (uint8_t)letter, err));
	*out_any = text.len > 0 && text.len < TEXT_MAX;
	if (!*out_any) {
		return nk_done();
	}
	if (letter == 'e') {
		struct nk_str rest = text;
		struct nk_str part;

		while (nk_str_cut(&rest, ' ', &part)) {
			NK_TRY(nk_buf_add_str(&x->key, part, err));
		}
		return nk_done();
	}
	return nk_fold(text, &x->key, err);
}

static NK_RESULT put(struct nk_census_index *x, char letter, struct nk_str text, uint32_t number, struct nk_err *err)
{
	struct nk_str kept;
	uint64_t value = 0;
	bool any = false;

	number = nk_people_head_number(x->people, number); /* who is there in several records is one */
	NK_TRY(key_of(x, letter, text, &any, err));
	if (!any) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(x->kept, nk_buf_str(&x->key), &kept, err));
	if (!nk_map_get(&x->map, nk_buf_bytes(&x->key), &value)) {
		value = number;
	} else if ((value & UINT32_MAX) != number) {
		value |= UINT64_C(1) << SEVERAL_BIT;
	}
	return nk_map_put(&x->map, nk_str_bytes(kept), value, err);
}

/* A name of two parts, in both orders when it is of letters. */
static NK_RESULT put_pair(struct nk_census_index *x, const char *letters, const struct nk_str pair[static 2], uint32_t number,
	struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	if (pair[0].len == 0 || pair[1].len == 0) {
		return nk_done();
	}
	nk_buf_init_wiping(&text, TEXT_MAX);
	NK_TRY(nk_buf_add_str(&text, pair[0], err));
	NK_TRY(nk_buf_add_str(&text, pair[1], err));
	for (const char *l = letters; *l != '\0'; l++) {
		NK_TRY(put(x, *l, nk_buf_str(&text), number, err));
	}
	nk_buf_reset(&text);
	NK_TRY(nk_buf_add_str(&text, pair[1], err));
	NK_TRY(nk_buf_add_str(&text, pair[0], err));
	return letters[0] == 'r' ? put(x, 'r', nk_buf_str(&text), number, err) : nk_done();
}

static NK_RESULT put_person(void *arg, const struct nk_person *p, struct nk_err *err)
{
	static const struct {
		enum nk_field field;
		char letter;
	} keys[] = { { NK_FIELD_LOGIN, 'l' }, { NK_FIELD_MAIL, 'm' }, { NK_FIELD_STUDENT_NUMBER, 'n' },
		{ NK_FIELD_MASTER_ID, 'n' }, { NK_FIELD_SOURCE_KEY, 'n' } };
	static const struct {
		enum nk_field family, given;
		const char *letters;
	} names[] = { { NK_FIELD_FAMILY, NK_FIELD_GIVEN, "ev" }, { NK_FIELD_FAMILY_SHOWN, NK_FIELD_GIVEN_SHOWN, "ev" },
		{ NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA, "k" },
		{ NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_GIVEN_SHOWN_KANA, "k" },
		{ NK_FIELD_FAMILY_ROMAJI, NK_FIELD_GIVEN_ROMAJI, "r" } };
	struct nk_census_index *const x = arg;

	for (size_t i = 0; i < NK_ARRAY_LEN(keys); i++) {
		NK_TRY(put(x, keys[i].letter, p->field[keys[i].field], p->number, err));
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		const struct nk_str pair[] = { p->field[names[i].family], p->field[names[i].given] };

		NK_TRY(put_pair(x, names[i].letters, pair, p->number, err));
	}
	return nk_done();
}

/* A name of before that somebody else has now is no proof either. */
static NK_RESULT put_before(struct nk_census_index *x, const struct nk_str pair[static 2], uint32_t number, struct nk_err *err)
{
	uint64_t whose = 0;

	number = nk_people_head_number(x->people, number);
	NK_TRY(put_pair(x, "f", pair, number, err));
	if (x->key.len == 0) {
		return nk_done();
	}
	x->key.ptr[0] = 'v'; /* both are folded */
	if (!nk_map_get(&x->map, nk_buf_bytes(&x->key), &whose) || (whose & UINT32_MAX) == number) {
		return nk_done();
	}
	return put_pair(x, "f", pair, (uint32_t)(whose & UINT32_MAX), err);
}

/* What somebody was called in the roster before; after all the names of now. */
static NK_RESULT put_names_before(void *arg, const struct nk_person *p, struct nk_err *err)
{
	static const struct {
		enum nk_field family, given;
	} names[] = { { NK_FIELD_FAMILY, NK_FIELD_GIVEN }, { NK_FIELD_FAMILY_SHOWN, NK_FIELD_GIVEN_SHOWN },
		{ NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA } };
	struct nk_str rest = p->field[NK_FIELD_FORMER];
	struct nk_person before;
	nk_time until = 0;

	while (nk_former_next(&rest, &until, &before)) {
		for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
			const struct nk_str pair[] = { before.field[names[i].family], before.field[names[i].given] };

			NK_TRY(put_before(arg, pair, p->number, err));
		}
	}
	return nk_done();
}

/* What somebody was called at a target before: names and logins that stand with the link for ever. */
static NK_RESULT put_former(struct nk_census_index *x, const struct nk_links *links, struct nk_err *err)
{
	for (size_t i = 0; links != NULL && i < nk_links_count(links); i++) {
		const struct nk_link *l = nk_links_at(links, i);

		for (size_t k = 0; k < l->n_keys; k++) {
			const struct nk_str kind = l->keys[k].kind;
			const bool name = nk_str_eq(kind, NK_STR("cn")) || nk_str_eq(kind, NK_STR("displayName"));
			const bool key = nk_str_eq(kind, NK_STR("uid")) || nk_str_eq(kind, NK_STR("mail"));

			if (name || key) {
				NK_TRY(put(x, name ? 'f' : 'g', l->keys[k].value, l->person_number, err));
			}
		}
	}
	return nk_done();
}

NK_RESULT nk_census_index_new(const struct nk_census_input *in, struct nk_census_index **out, struct nk_err *err)
{
	NK_OWNED(nk_census_index_free) struct nk_census_index *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		return nk_fail_nomem(err);
	}
	x->people = in->people;
	nk_map_init(&x->map, in->seed);
	nk_buf_init_wiping(&x->key, 1 << 20);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &x->kept, err));
	NK_TRY(nk_people_each(in->people, put_person, x, err));
	NK_TRY(nk_people_each(in->people, put_names_before, x, err));
	for (size_t i = 0; i < in->n_former; i++) {
		NK_TRY(put_former(x, in->former[i], err));
	}
	*out = x;
	x = NULL;
	return nk_done();
}

void nk_census_index_free(struct nk_census_index **index)
{
	if (*index != NULL) {
		nk_map_done(&(*index)->map);
		nk_arena_free(&(*index)->kept);
		nk_buf_done(&(*index)->key);
		free(*index);
		*index = NULL;
	}
}

NK_RESULT nk_census_look(
	struct nk_census_index *index, struct nk_str text, bool keys, struct nk_vec *hits, struct nk_err *err)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(sorts); i++) {
		uint64_t value = 0;
		bool any = false;
		void *item = NULL;

		if (sorts[i].keys != keys) {
			continue;
		}
		NK_TRY(key_of(index, sorts[i].letter, text, &any, err));
		if (!any || !nk_map_get(&index->map, nk_buf_bytes(&index->key), &value)) {
			continue;
		}
		NK_TRY(nk_vec_push(hits, &item, err));
		*(struct nk_census_hit *)item = (struct nk_census_hit){ .number = (uint32_t)(value & UINT32_MAX),
			.several = (value >> SEVERAL_BIT) != 0,
			.why = sorts[i].why };
	}
	return nk_done();
}
