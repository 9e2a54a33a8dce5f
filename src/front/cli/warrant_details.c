/*
 * warrant_details.c: the computed part of a request, as a person reads it who is to sign: first what goes out, in one
 * sentence, then everything, line by line.
 *
 * Invariant: nothing of the details is left out; a key without a title of ours is shown as it is.
 */
#include "base.h"

#include "warrant_show.h"

#include "json.h"

enum { DEEP = 6, STEP = 2, DETAILS_MAX = 1 << 20 };

static const struct {
	const char *key;
	const char *title;
} titles[] = { { "count", NK_N("Number") }, { "digest", NK_N("Digest") }, { "extent", NK_N("Inside, by the bytes") },
	{ "files", NK_N("The files") }, { "format", NK_N("Format") }, { "hash", NK_N("Digest") }, { "item", NK_N("Item") },
	{ "items", NK_N("Items") }, { "key", NK_N("Public key") }, { "name", NK_N("File name") },
	{ "others", NK_N("Places with data of others") }, { "party", NK_N("Party") }, { "path", NK_N("Path") },
	{ "persons", NK_N("Persons") }, { "recipients", NK_N("Recipients") }, { "sha256", NK_N("SHA-256") }, { "size", NK_N("Bytes") },
	{ "ticket", NK_N("Ticket") }, { "unscanned", NK_N("Not looked through") }, { "until", NK_N("Until") } };

struct showing {
	struct nk_cli *cli;
	unsigned deep;
};

static void show(struct showing *s, struct nk_str key, struct nk_jval v);

static void indent(const struct showing *s)
{
	nk_out_f(&s->cli->out, "%*s", (int)(s->deep * STEP), "");
}

static void title(const struct showing *s, struct nk_str key)
{
	indent(s);
	for (size_t i = 0; i < NK_ARRAY_LEN(titles); i++) {
		if (nk_str_eq(key, nk_str_c(titles[i].key))) {
			nk_out_c(&s->cli->out, nk_cli_tr(s->cli, titles[i].title));
			nk_out_c(&s->cli->out, ":");
			return;
		}
	}
	nk_out_text(&s->cli->out, key);
	nk_out_c(&s->cli->out, ":");
}

static void value(const struct showing *s, struct nk_str key, struct nk_jval v)
{
	struct nk_str text = { 0 };
	int64_t n = 0;
	bool yes = false;

	if (nk_jstr(v, &text)) {
		text = nk_str_eq(key, NK_STR("item")) ? nk_cli_word(s->cli, text) : text; /* a file may be called like a word */
	} else if (nk_jint(v, &n)) {
		text = nk_cli_text(s->cli, "%" PRId64, n);
	} else if (nk_jbool(v, &yes)) {
		text = nk_str_c(nk_cli_tr(s->cli, yes ? NK_N("yes") : NK_N("no")));
	}
	nk_out_c(&s->cli->out, " ");
	nk_out_text(&s->cli->out, text.len > 0 ? text : NK_STR("-"));
	nk_out_c(&s->cli->out, "\n");
}

static bool is_many(struct nk_jval v)
{
	return nk_jis_object(v) || nk_jis_array(v);
}

/* Too deep for lines, or lists in lists: as it was said, in JSON. */
static void raw(const struct showing *s, struct nk_jval v)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, DETAILS_MAX);
	nk_out_c(&s->cli->out, " ");
	nk_out_text(&s->cli->out, nk_ok(nk_json_canonical(v, &text, NULL)) ? nk_buf_str(&text) : NK_STR("?"));
	nk_out_c(&s->cli->out, "\n");
}

static void members(struct showing *s, struct nk_jval obj)
{
	struct nk_str key;
	struct nk_jval v;
	void *pos = NULL;

	while (nk_jnext(obj, &pos, &key, &v)) {
		show(s, key, v);
	}
}

static void elements(struct showing *s, struct nk_jval arr)
{
	for (size_t i = 0; i < nk_jlen(arr); i++) {
		const struct nk_jval v = nk_jat(arr, i);

		indent(s);
		nk_out_f(&s->cli->out, "%zu.", i + 1);
		if (!is_many(v)) {
			value(s, NK_STR(""), v);
			continue;
		}
		if (nk_jis_array(v) || s->deep >= DEEP) {
			raw(s, v);
			continue;
		}
		nk_out_c(&s->cli->out, "\n");
		s->deep++;
		members(s, v);
		s->deep--;
	}
}

static void show(struct showing *s, struct nk_str key, struct nk_jval v)
{
	title(s, key);
	if (!is_many(v)) {
		value(s, key, v);
		return;
	}
	if (s->deep >= DEEP) {
		raw(s, v);
		return;
	}
	nk_out_c(&s->cli->out, nk_jlen(v) > 0 ? "\n" : " -\n");
	s->deep++;
	if (nk_jis_object(v)) {
		members(s, v);
	} else {
		elements(s, v);
	}
	s->deep--;
}

/* What the files hold, as the approvers must know it before all else (controls A6). */
static void sentence(struct nk_cli *cli, struct nk_jval extent)
{
	const struct nk_jval items = nk_jget(extent, "items");
	struct nk_str names = NK_STR("");
	int64_t persons = 0;
	int64_t unscanned = 0;

	for (size_t i = 0; i < nk_jlen(items); i++) {
		struct nk_str item = { 0 };

		(void)nk_jstr(nk_jget(nk_jat(items, i), "item"), &item);
		item = nk_cli_word(cli, item);
		names = nk_cli_text(cli, "%.*s%s%.*s", NK_FMT(names), i > 0 ? ", " : "", NK_FMT(item));
	}
	if (nk_jint(nk_jget(extent, "persons"), &persons)) {
		nk_cli_print(cli, NK_N("These files hold data of %1$llu persons: %2$s"), (unsigned long long)persons,
			names.len > 0 ? names.ptr : "-");
		nk_out_c(&cli->out, "\n");
	}
	if (nk_jint(nk_jget(extent, "unscanned"), &unscanned) && unscanned > 0) {
		nk_cli_print(cli, NK_N("%llu parts could not be looked through: nobody knows what is in them"), (unsigned long long)unscanned);
		nk_out_c(&cli->out, "\n");
	}
}

void nk_warrant_details(struct nk_cli *cli, struct nk_str details)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct showing s = { .cli = cli, .deep = 1 };

	if (details.len == 0 || nk_str_eq(details, NK_STR("{}"))) {
		return;
	}
	nk_out_c(&cli->out, nk_cli_tr(cli, NK_N("Details")));
	nk_out_c(&cli->out, ":");
	if (!nk_ok(nk_jdoc_parse(nk_str_bytes(details), DETAILS_MAX, &doc, NULL))) {
		nk_out_c(&cli->out, " ");
		nk_out_text(&cli->out, details);
		nk_out_c(&cli->out, "\n");
		return;
	}
	nk_out_c(&cli->out, "\n");
	sentence(cli, nk_jget(nk_jdoc_root(doc), "extent"));
	members(&s, nk_jdoc_root(doc));
}
