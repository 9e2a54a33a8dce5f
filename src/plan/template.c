/*
 * template.c: "{family_romaji|title} {given_romaji|first:1}" into a value. No conditions, no loops.
 *
 * Invariant: a compiled template names only known words and functions, so that running it can fail by lack of memory
 * alone.
 */
#include "base.h"

#include "template_int.h"

#include "kana.h"

enum { TEXT_MAX = 1024, VALUE_MAX = 8192, FUNCTIONS_MAX = 8, PARTS_MAX = 32 };

enum function { F_LOWER, F_UPPER, F_TITLE, F_ROMAJI, F_KANA, F_TRIM, F_DEFAULT, F_FIRST, F_LAST, F_LONG, F_ASCII, F_COUNT };

static const char *const function_names[] = {
	[F_LOWER] = "lower",
	[F_UPPER] = "upper",
	[F_TITLE] = "title",
	[F_ROMAJI] = "romaji",
	[F_KANA] = "kana",
	[F_TRIM] = "trim",
	[F_DEFAULT] = "default",
	[F_FIRST] = "first",
	[F_LAST] = "last",
	[F_LONG] = "long",
	[F_ASCII] = "ascii",
};
_Static_assert(NK_ARRAY_LEN(function_names) == F_COUNT, "a name for every function");

struct call {
	enum function function;
	struct nk_str text; /* default:X */
	uint32_t number; /* first:N, last:N */
};

struct part {
	struct nk_str literal; /* when word < 0 */
	int word;
	struct call calls[FUNCTIONS_MAX];
	size_t n_calls;
};

struct nk_template {
	struct part *parts;
	size_t n;
};

/* ---- compiling ---------------------------------------------------------------------------------------------- */

static bool find_function(struct nk_str name, enum function *out)
{
	for (int f = 0; f < F_COUNT; f++) {
		if (nk_str_eq(name, nk_str_c(function_names[f]))) {
			*out = (enum function)f;
			return true;
		}
	}
	return false;
}

static bool counts_letters(enum function f)
{
	return f == F_FIRST || f == F_LAST;
}

static NK_RESULT compile_call(struct nk_str text, size_t column, struct call *out, struct nk_err *err)
{
	const size_t colon = nk_str_chr(text, ':');
	const struct nk_str name = nk_str_sub(text, 0, colon == SIZE_MAX ? text.len : colon);
	const bool has_argument = colon != SIZE_MAX;

	if (!find_function(name, &out->function)) {
		return nk_fail(err, NK_CONFIG, "the template has an unknown function at column %zu", column);
	}
	out->text = has_argument ? nk_str_sub(text, colon + 1, text.len) : (struct nk_str){ 0 };
	if (counts_letters(out->function) && !nk_parse_u32(out->text, 1, 1000, &out->number)) {
		return nk_fail(err, NK_CONFIG,
			"the template needs a number from 1 to 1000 behind first: or last: at column %zu", column);
	}
	if (has_argument != (counts_letters(out->function) || out->function == F_DEFAULT)) {
		return nk_fail(
			err, NK_CONFIG, "the template has an argument too many or too few at column %zu", column);
	}
	return nk_done();
}

/* The inside of {…}; `column` is that of its first character. */
static NK_RESULT compile_name(
	struct nk_str inside, size_t column, enum nk_object_kind object, struct part *out, struct nk_err *err)
{
	struct nk_str rest = inside;
	struct nk_str head = { 0 };

	(void)nk_str_cut(&rest, '|', &head);
	out->word = nk_template_word(head, object);
	if (out->word < 0) {
		return nk_fail(err, NK_CONFIG, "the template has an unknown name at column %zu", column);
	}
	column += head.len + 1;
	while (nk_str_cut(&rest, '|', &head)) {
		if (out->n_calls == FUNCTIONS_MAX) {
			return nk_fail(err, NK_CONFIG, "the template has too many functions at column %zu", column);
		}
		NK_TRY(compile_call(head, column, &out->calls[out->n_calls++], err));
		column += head.len + 1;
	}
	return nk_done();
}

static NK_RESULT compile_part(
	struct nk_str text, size_t *at, enum nk_object_kind object, struct part *out, struct nk_err *err)
{
	const struct nk_str rest = nk_str_sub(text, *at, text.len);
	const size_t open = nk_str_chr(rest, '{');
	const size_t close = nk_str_chr(rest, '}');

	out->word = -1;
	if (open != 0) {
		out->literal = nk_str_sub(rest, 0, open == SIZE_MAX ? rest.len : open);
		if (nk_str_chr(out->literal, '}') != SIZE_MAX) {
			return nk_fail(
				err, NK_CONFIG, "the template has a } without { at column %zu", *at + close + 1);
		}
		*at += out->literal.len;
		return nk_done();
	}
	if (close == SIZE_MAX) {
		return nk_fail(err, NK_CONFIG, "the template has a { without } at column %zu", *at + 1);
	}
	NK_TRY(compile_name(nk_str_sub(rest, 1, close - 1), *at + 2, object, out, err));
	*at += close + 1;
	return nk_done();
}

NK_RESULT nk_template_compile(struct nk_str text, enum nk_object_kind object, struct nk_arena *arena,
	const struct nk_template **out, struct nk_err *err)
{
	struct nk_template *t = nk_arena_alloc(arena, sizeof(*t));
	size_t at = 0;

	if (text.len > TEXT_MAX) {
		return nk_fail(err, NK_CONFIG, "the template is longer than %d bytes", (int)TEXT_MAX);
	}
	if (t == NULL || (t->parts = nk_arena_array(arena, PARTS_MAX, sizeof(*t->parts))) == NULL) {
		return nk_fail_nomem(err);
	}
	while (at < text.len) {
		if (t->n == PARTS_MAX) {
			return nk_fail(err, NK_CONFIG, "the template has more than %d parts", (int)PARTS_MAX);
		}
		NK_TRY(compile_part(text, &at, object, &t->parts[t->n++], err));
	}
	*out = t;
	return nk_done();
}

NK_RESULT nk_template_check(struct nk_str template, enum nk_object_kind object, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_template *t = NULL;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	return nk_template_compile(template, object, arena, &t, err);
}

/* ---- running ------------------------------------------------------------------------------------------------ */

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static bool is_letter(char c)
{
	return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

static NK_RESULT change_case(enum function f, struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	bool start = true;

	for (size_t i = 0; i < in.len; i++) {
		const char c = in.ptr[i];
		const bool up = f == F_UPPER || (f == F_TITLE && start);

		NK_TRY(nk_buf_add_byte(out, (uint8_t)(up ? to_upper(c) : to_lower(c)), err));
		/* O'Neil and a hyphen begin anew; a letter outside ASCII does not. */
		start = !is_letter(c) && (unsigned char)c < 0x80;
	}
	return nk_done();
}

/* Hiragana to katakana; all else stays. */
static NK_RESULT to_katakana(struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	size_t at = 0;

	while (at < in.len) {
		uint32_t cp = nk_utf8_next(in, &at);
		uint8_t bytes[4];

		if ((cp >= 0x3041 && cp <= 0x3096) || cp == 0x309d || cp == 0x309e) {
			cp += 0x60;
		}
		NK_TRY(nk_buf_add(out, bytes, nk_utf8_put(cp, bytes), err));
	}
	return nk_done();
}

static NK_RESULT first_letters(struct nk_str in, uint32_t n, struct nk_buf *out, struct nk_err *err)
{
	size_t at = 0;

	for (uint32_t i = 0; i < n && at < in.len; i++) {
		(void)nk_utf8_next(in, &at);
	}
	return nk_buf_add_str(out, nk_str_sub(in, 0, at), err);
}

static NK_RESULT last_letters(struct nk_str in, uint32_t n, struct nk_buf *out, struct nk_err *err)
{
	size_t from = in.len;

	for (uint32_t i = 0; i < n && from > 0; i++) {
		do {
			from--;
		} while (from > 0 && ((unsigned char)in.ptr[from] & 0xc0) == 0x80);
	}
	return nk_buf_add_str(out, nk_str_sub(in, from, in.len), err);
}

/* Letters and digits of ASCII; all else goes. */
static NK_RESULT ascii_only(struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < in.len; i++) {
		if (is_letter(in.ptr[i]) || (in.ptr[i] >= '0' && in.ptr[i] <= '9')) {
			NK_TRY(nk_buf_add_byte(out, (uint8_t)in.ptr[i], err));
		}
	}
	return nk_done();
}

static NK_RESULT call_function(const struct call *c, struct nk_str in, struct nk_buf *out, struct nk_err *err)
{
	switch (c->function) {
	case F_LOWER:
	case F_UPPER:
	case F_TITLE:
		return change_case(c->function, in, out, err);
	case F_ROMAJI:
		return nk_romaji(in, out, err);
	case F_KANA:
		return to_katakana(in, out, err);
	case F_TRIM:
		return nk_buf_add_str(out, nk_str_trim(in), err);
	case F_DEFAULT:
		return nk_buf_add_str(out, nk_str_trim(in).len > 0 ? in : c->text, err);
	case F_FIRST:
		return first_letters(in, c->number, out, err);
	case F_LAST:
		return last_letters(in, c->number, out, err);
	case F_LONG:
		return nk_romaji_long(in, out, err);
	case F_ASCII:
		return ascii_only(in, out, err);
	case F_COUNT:
		break;
	}
	nk_assert(false);
	return nk_done();
}

static NK_RESULT run_name(const struct part *p, const struct nk_template_scope *scope, struct nk_buf *out,
	bool *out_blank, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf a = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_buf *now = &a;
	struct nk_buf *next = &b;

	nk_buf_init_wiping(&a, VALUE_MAX);
	nk_buf_init_wiping(&b, VALUE_MAX);
	NK_TRY(nk_template_word_value(p->word, scope, now, err));
	for (size_t i = 0; i < p->n_calls; i++) {
		struct nk_buf *swap = now;

		nk_buf_reset(next);
		NK_TRY(call_function(&p->calls[i], nk_buf_str(now), next, err));
		now = next;
		next = swap;
	}
	*out_blank = nk_str_trim(nk_buf_str(now)).len == 0;
	return nk_buf_add_str(out, nk_buf_str(now), err);
}

NK_RESULT nk_template_run(const struct nk_template *t, const struct nk_template_scope *scope, struct nk_buf *out,
	bool *out_blank, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf value = { 0 };
	bool any_name = false;
	bool any_value = false;
	bool any_blank = false;
	struct nk_str trimmed;

	nk_buf_init_wiping(&value, VALUE_MAX);
	for (size_t i = 0; i < t->n; i++) {
		bool blank = false;

		if (t->parts[i].word < 0) {
			NK_TRY(nk_buf_add_str(&value, t->parts[i].literal, err));
			continue;
		}
		NK_TRY(run_name(&t->parts[i], scope, &value, &blank, err));
		any_name = any_name || nk_template_word_counts(t->parts[i].word);
		any_value = any_value || (!blank && nk_template_word_counts(t->parts[i].word));
		any_blank = any_blank || blank;
	}
	trimmed = nk_str_trim(nk_buf_str(&value));
	*out_blank = trimmed.len == 0 || (any_name && !any_value) || (scope->all && any_blank);
	return *out_blank ? nk_done() : nk_buf_add_str(out, trimmed, err);
}
