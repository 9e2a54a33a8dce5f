/*
 * sqlite_schema.c: names of tables and columns from the rows of sqlite_schema.
 *
 * The SQL there is only looked at for the first words of its column definitions; whatever it is, no more is lost than
 * a heading.
 */
#include "base.h"

#include "sqlite_int.h"

enum { SQL_MAX = 8192 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool same_word(const char *text, const char *word)
{
	size_t i = 0;

	for (; word[i] != '\0'; i++) {
		const char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 32) : text[i];

		if (c != word[i]) {
			return false;
		}
	}
	return is_blank(text[i]) || text[i] == '(' || text[i] == '\0';
}

/* A name, quoted in one of the four ways or not. */
static void take_name(const char *at, const char *end, char *out, size_t room)
{
	const char quote = *at == '[' ? ']' : *at == '"' || *at == '`' || *at == '\'' ? *at : '\0';
	size_t n = 0;

	at += quote != '\0';
	while (at < end && n + 1 < room && (quote != '\0' ? *at != quote : !is_blank(*at) && *at != '(')) {
		out[n++] = *at++;
	}
	out[n] = '\0';
}

static bool has_words(const char *at, const char *end)
{
	static const char words[] = "INTEGERPRIMARYKEY";
	size_t n = 0;

	for (; at < end && n < sizeof(words) - 1; at++) {
		const char c = *at >= 'a' && *at <= 'z' ? (char)(*at - 32) : *at;

		if (!is_blank(c)) {
			n = c == words[n] ? n + 1 : c == words[0] ? 1 : 0;
		}
	}
	return n == sizeof(words) - 1;
}

static void take_column(const char *at, const char *end, struct nkx_sq_table *t)
{
	static const char *const others[] = { "CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN" };

	while (at < end && is_blank(*at)) {
		at++;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(others); i++) {
		if (same_word(at, others[i])) {
			return;
		}
	}
	if (at == end || t->n_columns == NKX_SQ_COLUMNS) {
		return;
	}
	take_name(at, end, t->columns[t->n_columns], sizeof(t->columns[0]));
	if (t->rowid_column < 0 && has_words(at, end)) {
		t->rowid_column = (int)t->n_columns;
	}
	t->n_columns++;
}

/* The definitions between the first pair of parentheses, at commas outside of inner ones and of quotes. */
static void take_columns(const char *sql, struct nkx_sq_table *t)
{
	const char *at = strchr(sql, '(');
	const char *from = NULL;
	unsigned depth = 0;
	char quote = '\0';

	for (from = at != NULL ? at + 1 : sql; at != NULL && *at != '\0'; at++) {
		if (quote != '\0') {
			quote = *at == quote ? '\0' : quote;
		} else if (*at == '"' || *at == '`' || *at == '\'' || *at == '[') {
			quote = *at == '[' ? ']' : *at;
		} else if (*at == '(') {
			depth++;
		} else if (*at == ',' && depth == 1) {
			take_column(from, at, t);
			from = at + 1;
		} else if (*at == ')' && --depth == 0) {
			take_column(from, at, t);
			return;
		}
	}
}

bool nkx_sq_schema(struct nkx_sq *q, const uint8_t *record, size_t len, struct nkx_sq_table *out)
{
	struct nkx_sq_values v;
	struct nkx_sq_value cell[5];
	char type[16];
	char *sql = NULL;

	memset(out, 0, sizeof(*out));
	out->rowid_column = -1;
	if (!nkx_sq_values(&v, record, len)) {
		return false;
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(cell); i++) {
		if (!nkx_sq_next(&v, &cell[i])) {
			return false;
		}
	}
	nkx_sq_utf8(q, &cell[0], type, sizeof(type));
	nkx_sq_utf8(q, &cell[1], out->name, sizeof(out->name));
	out->is_index = strcmp(type, "index") == 0;
	for (size_t i = 0; i < cell[3].len && cell[3].type < 7; i++) {
		out->root = (out->root << 8) | cell[3].at[i];
	}
	if (cell[3].type == 9) {
		out->root = 1;
	}
	sql = malloc(SQL_MAX);
	if (sql != NULL && !out->is_index) {
		nkx_sq_utf8(q, &cell[4], sql, SQL_MAX);
		take_columns(sql, out);
	}
	/* Such a table keeps its key first, wherever that is declared: better no headings than those of other
	 * columns. */
	if (sql != NULL && !out->is_index && strcasestr(sql, "WITHOUT") != NULL) {
		out->n_columns = 0;
		out->rowid_column = -1;
	}
	free(sql);
	return out->root > 1;
}
