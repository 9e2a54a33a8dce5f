/*
 * mapping.c: rows of the configuration as rows of a mapping, and which attributes a mapping writes. Pure.
 */
#include "base.h"

#include "mapping.h"

static const struct {
	const char *word;
	enum nk_object_kind kind;
} objects[] = {
	{ "person", NK_OBJECT_PERSON },
	{ "group", NK_OBJECT_GROUP },
	{ "unit", NK_OBJECT_UNIT },
};

static bool is_attribute_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ';';
}

/* RFC 4512 2.5: a letter first, then letters, digits, hyphens; options behind semicolons. */
static bool is_attribute(struct nk_str s)
{
	if (s.len == 0 || s.len > 100 ||
		!((s.ptr[0] >= 'a' && s.ptr[0] <= 'z') || (s.ptr[0] >= 'A' && s.ptr[0] <= 'Z'))) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (!is_attribute_char(s.ptr[i]) || (s.ptr[i] == ';' && (i + 1 == s.len || s.ptr[i + 1] == ';'))) {
			return false;
		}
	}
	return true;
}

/* What we write ourselves, or never write in clear. */
static bool is_ours(struct nk_str attr)
{
	static const char *const own[] = { "objectClass", "member", "userPassword", "entryUUID", "entryCSN" };

	for (size_t i = 0; i < NK_ARRAY_LEN(own); i++) {
		if (nk_str_ieq(attr, nk_str_c(own[i]))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_mapping_row(
	struct nk_str key, struct nk_str template, struct nk_arena *arena, struct nk_map_row *out, struct nk_err *err)
{
	struct nk_map_row row = { .required = false };
	struct nk_str attr = key;
	struct nk_str word = { 0 };
	bool known = false;

	if (nk_str_starts(attr, NK_STR("protected."))) {
		row.hidden = true;
		attr = nk_str_sub(attr, sizeof("protected.") - 1, attr.len);
	}
	(void)nk_str_cut(&attr, '.', &word);
	for (size_t i = 0; i < NK_ARRAY_LEN(objects); i++) {
		if (nk_str_eq(word, nk_str_c(objects[i].word))) {
			row.object = objects[i].kind;
			known = true;
		}
	}
	if (!known) {
		return nk_fail(err, NK_CONFIG, "a row of the mapping begins with person., group. or unit.: column 1");
	}
	if (row.hidden && row.object != NK_OBJECT_PERSON) {
		return nk_fail(err, NK_CONFIG, "only persons are protected: a row begins with protected.person.");
	}
	if (!is_attribute(attr)) {
		return nk_fail(err, NK_CONFIG, "a row of the mapping names no attribute at column %zu", word.len + 2);
	}
	if (is_ours(attr)) {
		return nk_fail(err, NK_CONFIG,
			"this attribute cannot be mapped, the program keeps it itself: column %zu", word.len + 2);
	}
	NK_TRY(nk_template_check(template, row.object, err));
	NK_TRY(nk_arena_dup(arena, attr, &row.attr, err));
	NK_TRY(nk_arena_dup(arena, template, &row.template, err));
	*out = row;
	return nk_done();
}

static bool listed(const struct nk_attr *attrs, size_t n, struct nk_str name)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_ieq(attrs[i].name, name)) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_mapping_attrs(const struct nk_mapping *m, struct nk_arena *arena, const struct nk_attr **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_attr *attrs = nk_arena_array(arena, m->n_rows + 1, sizeof(*attrs));
	size_t n = 0;

	if (attrs == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < m->n_rows; i++) {
		if (!listed(attrs, n, m->rows[i].attr)) {
			attrs[n++].name = m->rows[i].attr;
		}
	}
	if (m->suspend_attr.len > 0 && !listed(attrs, n, m->suspend_attr)) {
		attrs[n++].name = m->suspend_attr;
	}
	*out = attrs;
	*out_n = n;
	return nk_done();
}
