/*
 * people_search.c: search by any part of a name, a reading, a login, an identifier or a mail address.
 *
 * One run of folded text, person after person in the order of their readings: lines end in \n, and what stands on one
 * line may be found across the blank between family and given name. It is made by the first search after a write and
 * lies in wiping memory. Invariant: a hit never crosses from one person into the next.
 */
#include "base.h"

#include "people_int.h"

#include "crypto.h"
#include "kana.h"
#include "record_int.h"

#define TEXT_MAX (SIZE_MAX / 4)
enum { WORDS_MAX = 8, WORD_MAX = 1024 };

struct segment {
	size_t at; /* in text; ends where the next one begins */
	uint32_t number;
};

struct nk_search {
	struct nk_buf text;
	struct nk_vec segments; /* and one more that closes the last */
};

void nk_people_search_drop(struct nk_people *people)
{
	if (people->search == NULL) {
		return;
	}
	nk_buf_done(&people->search->text);
	nk_vec_done(&people->search->segments);
	free(people->search);
	people->search = NULL;
}

/* Folding costs a microsecond and names come again and again: folded forms are kept while the text is made. */
struct folder {
	struct nk_arena *arena;
	struct nk_map seen[2]; /* value to struct nk_str in the arena: folded, romaji of it */
	struct nk_buf room;
};

struct sort_key {
	struct nk_str reading;
	uint32_t number;
};

static void folder_done(struct folder *f)
{
	nk_arena_free(&f->arena);
	nk_map_done(&f->seen[0]);
	nk_map_done(&f->seen[1]);
	nk_buf_done(&f->room);
}

static NK_RESULT folder_init(struct folder *f, const struct nk_people *people, struct nk_err *err)
{
	nk_map_init(&f->seen[0], people->seed);
	nk_map_init(&f->seen[1], people->seed);
	nk_buf_init_wiping(&f->room, NK_RECORD_MAX);
	return nk_arena_new(NK_ARENA_WIPING, TEXT_MAX, &f->arena, err);
}

static NK_RESULT fold_new(struct folder *f, struct nk_str value, bool romaji, struct nk_str *out, struct nk_err *err)
{
	struct nk_str *slot = nk_arena_alloc(f->arena, sizeof(*slot));

	if (slot == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_reset(&f->room);
	NK_TRY(romaji ? nk_romaji(value, &f->room, err) : nk_fold(value, &f->room, err));
	NK_TRY(nk_arena_dup(f->arena, nk_buf_str(&f->room), slot, err));
	/* `value` lies in the arena of records, which outlives this. */
	NK_TRY(nk_map_put(&f->seen[romaji], nk_str_bytes(value), (uintptr_t)slot, err));
	*out = *slot;
	return nk_done();
}

static NK_RESULT fold(struct folder *f, struct nk_str value, bool romaji, struct nk_str *out, struct nk_err *err)
{
	uint64_t there = 0;

	*out = (struct nk_str){ NULL, 0 };
	if (value.len == 0) {
		return nk_done();
	}
	if (nk_map_get(&f->seen[romaji], nk_str_bytes(value), &there)) {
		*out = *(const struct nk_str *)(uintptr_t)there;
		return nk_done();
	}
	return fold_new(f, value, romaji, out, err);
}

static NK_RESULT add_line(struct folder *f, const struct nk_person *p, enum nk_field a, enum nk_field b, bool romaji,
	struct nk_buf *text, struct nk_err *err)
{
	struct nk_str first = { NULL, 0 };
	struct nk_str second = { NULL, 0 };

	NK_TRY(fold(f, p->field[a], romaji, &first, err));
	NK_TRY(fold(f, p->field[b], romaji, &second, err));
	if (first.len + second.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_buf_add_str(text, first, err));
	NK_TRY(nk_buf_add_str(text, second, err));
	return nk_buf_add_byte(text, '\n', err);
}

/* Identifiers are each one's own: not worth keeping. */
static NK_RESULT add_word(struct nk_str value, struct nk_buf *text, struct nk_err *err)
{
	if (value.len == 0) {
		return nk_done();
	}
	NK_TRY(nk_fold(value, text, err));
	return nk_buf_add_byte(text, '\n', err);
}

static NK_RESULT add_person(struct folder *f, const struct nk_person *p, struct nk_buf *text, struct nk_err *err)
{
	static const enum nk_field words[] = { NK_FIELD_MIDDLE, NK_FIELD_LOGIN, NK_FIELD_MASTER_ID,
		NK_FIELD_STUDENT_NUMBER, NK_FIELD_SOURCE_KEY, NK_FIELD_MAIL };

	NK_TRY(add_line(f, p, NK_FIELD_FAMILY, NK_FIELD_GIVEN, false, text, err));
	NK_TRY(add_line(f, p, NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA, false, text, err));
	NK_TRY(add_line(f, p, NK_FIELD_FAMILY_KANA, NK_FIELD_GIVEN_KANA, true, text, err));
	NK_TRY(add_line(f, p, NK_FIELD_FAMILY_SHOWN, NK_FIELD_GIVEN_SHOWN, false, text, err));
	NK_TRY(add_line(f, p, NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_GIVEN_SHOWN_KANA, false, text, err));
	NK_TRY(add_line(f, p, NK_FIELD_FAMILY_SHOWN_KANA, NK_FIELD_GIVEN_SHOWN_KANA, true, text, err));
	NK_TRY(add_line(f, p, NK_FIELD_FAMILY_ROMAJI, NK_FIELD_GIVEN_ROMAJI, false, text, err));
	for (size_t i = 0; i < NK_ARRAY_LEN(words); i++) {
		NK_TRY(add_word(p->field[words[i]], text, err));
	}
	return nk_done();
}

static NK_RESULT reading_of(struct folder *f, const struct nk_person *p, struct nk_str *out, struct nk_err *err)
{
	struct nk_str family = { NULL, 0 };
	struct nk_str given = { NULL, 0 };

	nk_people_name_of(p, true, &family, &given);
	if (family.len + given.len == 0) {
		nk_people_name_of(p, false, &family, &given);
	}
	NK_TRY(fold(f, family, false, &family, err));
	NK_TRY(fold(f, given, false, &given, err));
	/* A NUL between them: all of one family name come before a longer one that begins alike. */
	nk_buf_reset(&f->room);
	NK_TRY(nk_buf_add_str(&f->room, family, err));
	NK_TRY(nk_buf_add_byte(&f->room, 0, err));
	NK_TRY(nk_buf_add_str(&f->room, given, err));
	return nk_arena_dup(f->arena, nk_buf_str(&f->room), out, err);
}

static int by_reading(const void *a, const void *b)
{
	const struct sort_key *x = a;
	const struct sort_key *y = b;
	const int cmp = nk_str_cmp(x->reading, y->reading);

	return cmp != 0 ? cmp : (x->number > y->number) - (x->number < y->number);
}

struct builder {
	struct folder folder;
	struct sort_key *keys;
	size_t n;
};

static void builder_done(struct builder *b)
{
	folder_done(&b->folder);
}

static NK_RESULT take_key(void *arg, const struct nk_person *p, struct nk_err *err)
{
	struct builder *b = arg;

	b->keys[b->n].number = p->number;
	return reading_of(&b->folder, p, &b->keys[b->n++].reading, err);
}

static NK_RESULT add_segment(struct nk_search *s, uint32_t number, struct nk_err *err)
{
	void *item = NULL;

	NK_TRY(nk_vec_push(&s->segments, &item, err));
	*(struct segment *)item = (struct segment){ s->text.len, number };
	return nk_done();
}

static NK_RESULT build(struct nk_people *people, struct nk_search *s, struct nk_err *err)
{
	NK_OWNED(builder_done) struct builder b = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf room = { 0 };

	NK_TRY(folder_init(&b.folder, people, err));
	nk_buf_init_wiping(&room, NK_MEMBERSHIPS_MAX * sizeof(struct nk_membership));
	b.keys = nk_arena_array(b.folder.arena, people->entries.len, sizeof(*b.keys));
	if (b.keys == NULL) {
		return nk_fail_nomem(err);
	}
	NK_TRY(nk_people_each(people, take_key, &b, err));
	qsort(b.keys, b.n, sizeof(*b.keys), by_reading);
	for (size_t i = 0; i < b.n; i++) {
		const struct nk_people_entry *e = nk_people_entry_of(people, b.keys[i].number);
		const struct nk_bytes record = nk_people_entry_record(e);
		struct nk_person p = { .id = e->id };
		uint8_t *at = NULL;

		nk_buf_reset(&room);
		NK_TRY(nk_buf_reserve(&room, nk_record_count(record) * sizeof(struct nk_membership), &at, err));
		nk_record_read(record, &p, (struct nk_membership *)(void *)at);
		NK_TRY(add_segment(s, p.number, err));
		NK_TRY(add_person(&b.folder, &p, &s->text, err));
	}
	return add_segment(s, 0, err);
}

static NK_RESULT made(struct nk_people *people, struct nk_err *err)
{
	nk_rc rc = nk_done();

	if (people->search != NULL) {
		return nk_done();
	}
	people->search = calloc(1, sizeof(*people->search));
	if (people->search == NULL) {
		return nk_fail_nomem(err);
	}
	nk_buf_init_wiping(&people->search->text, TEXT_MAX);
	nk_vec_init(&people->search->segments, sizeof(struct segment), UINT32_MAX);
	rc = build(people, people->search, err);
	if (!nk_ok(rc)) {
		nk_people_search_drop(people);
	}
	return rc;
}

struct words {
	struct nk_buf text;
	struct nk_str word[WORDS_MAX];
	size_t n;
};

static void words_done(struct words *w)
{
	nk_buf_done(&w->text);
}

static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' || cp == 0x3000 || cp == 0xa0;
}

static NK_RESULT add_query_word(struct words *w, struct nk_str raw, struct nk_err *err)
{
	const size_t from = w->text.len;
	uint8_t *at = NULL;

	if (raw.len == 0) {
		return nk_done();
	}
	if (w->n == WORDS_MAX || raw.len > WORD_MAX) {
		return nk_fail(err, NK_LIMIT, "a search takes at most %d words; give fewer", (int)WORDS_MAX);
	}
	NK_TRY(nk_buf_reserve(&w->text, (size_t)WORD_MAX * 16, &at, err));
	NK_TRY(nk_fold(raw, &w->text, err));
	w->word[w->n] = (struct nk_str){ (const char *)w->text.ptr + from, w->text.len - from };
	w->n += w->text.len > from ? 1 : 0;
	return nk_done();
}

static NK_RESULT split_query(struct nk_str query, struct words *w, struct nk_err *err)
{
	size_t at = 0;
	size_t from = 0;
	uint8_t *room = NULL;

	if (!nk_utf8_valid(nk_str_bytes(query), NULL)) {
		return nk_fail(err, NK_INVALID, "what is searched for is not UTF-8");
	}
	/* All the room at once: slices of earlier words must not move. */
	nk_buf_init_wiping(&w->text, (size_t)WORD_MAX * 16 * (WORDS_MAX + 1));
	NK_TRY(nk_buf_reserve(&w->text, (size_t)WORD_MAX * 16 * (WORDS_MAX + 1), &room, err));
	while (at < query.len) {
		const size_t before = at;

		if (is_blank(nk_utf8_next(query, &at))) {
			NK_TRY(add_query_word(w, nk_str_sub(query, from, before - from), err));
			from = at;
		}
	}
	return add_query_word(w, nk_str_sub(query, from, query.len - from), err);
}

static struct nk_str segment_text(const struct nk_search *s, size_t i)
{
	const struct segment *a = nk_vec_at(&s->segments, i);
	const struct segment *b = nk_vec_at(&s->segments, i + 1);

	return (struct nk_str){ (const char *)s->text.ptr + a->at, b->at - a->at };
}

/* The segment that holds the byte at `at`, at or behind segment `low`. */
static size_t segment_of(const struct nk_search *s, size_t low, size_t at)
{
	size_t high = s->segments.len - 1;

	while (high - low > 1) {
		const size_t mid = low + (high - low) / 2;
		const struct segment *m = nk_vec_at(&s->segments, mid);

		if (m->at <= at) {
			low = mid;
		} else {
			high = mid;
		}
	}
	return low;
}

/* The next segment from `from` on that holds every word; the number of persons when there is none. */
static size_t next_hit(const struct nk_search *s, const struct words *w, size_t from)
{
	const size_t persons = s->segments.len - 1;
	size_t i = from;

	while (i < persons && w->n > 0) {
		const struct segment *seg = nk_vec_at(&s->segments, i);
		const struct nk_str rest = { (const char *)s->text.ptr + seg->at, s->text.len - seg->at };
		const size_t hit = nk_str_find(rest, w->word[0]);
		size_t good = 1;

		if (hit == SIZE_MAX) {
			return persons;
		}
		i = segment_of(s, i, seg->at + hit);
		while (good < w->n && nk_str_find(segment_text(s, i), w->word[good]) != SIZE_MAX) {
			good++;
		}
		if (good == w->n) {
			return i;
		}
		i++;
	}
	return i;
}

/* Whoever is there in several records is found once, by whichever: is this the first time? */
static NK_RESULT first_time(const struct nk_people *people, struct nk_vec *met, uint32_t number, bool *out, struct nk_err *err)
{
	void *room = NULL;

	*out = true;
	if (!nk_people_is_merged(people, number)) {
		return nk_done();
	}
	for (size_t i = 0; i < met->len; i++) {
		if (*(const uint32_t *)nk_vec_at(met, i) == number) {
			*out = false;
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(met, &room, err));
	*(uint32_t *)room = number;
	return nk_done();
}

NK_RESULT nk_people_search(const struct nk_people *people, struct nk_str query, size_t max,
	const struct nk_person **out, size_t *out_n, size_t *out_total, struct nk_err *err)
{
	NK_OWNED(words_done) struct words w = { 0 };
	NK_OWNED(nk_vec_done) struct nk_vec met = { 0 };
	const struct nk_search *s = NULL;
	size_t total = 0;
	size_t n = 0;

	nk_vec_init(&met, sizeof(uint32_t), UINT32_MAX);
	NK_TRY(split_query(query, &w, err));
	/* The text is a cache of what the handle holds anyway. */
	NK_TRY(made(people->self, err));
	s = people->search;
	for (size_t i = next_hit(s, &w, 0); i + 1 < s->segments.len; i = next_hit(s, &w, i + 1)) {
		const struct segment *seg = nk_vec_at(&s->segments, i);
		const uint32_t number = nk_people_head_number(people, seg->number);
		bool first = false;

		NK_TRY(first_time(people, &met, number, &first, err));
		if (first && n < max) {
			out[n++] = nk_people_by_number(people, number);
		}
		total += first ? 1 : 0;
	}
	*out_n = n;
	*out_total = total;
	return nk_done();
}
