/*
 * package_gate.c: is anybody in these bytes? By form, by the roster, by canary persons; and was everything read?
 *
 * Invariant: a finding is explained only by a reviewed row of package.known, as many times as it says; somebody of the
 * roster for certain, and a canary person, are never explained. Where no canary texts
 * were known, nothing is said about canary persons. No value is kept: places, classes, counts.
 */
#include "base.h"
#include "package_int.h"

enum { FINDINGS_MAX = 5000, SITES_MAX = 4096, KNOWN_MAX = 10000 };

struct tally {
	struct nk_str path;
	struct nk_str what;
	uint64_t count;
	uint64_t certain; /* of the roster, beyond coincidence */
};

struct gating {
	const struct nk_env *env;
	struct nk_flow *flow;
	const struct nk_package_gate_request *req;
	struct nk_arena *arena;
	struct nk_package_gate *out;
	struct nk_vec tallies; /* of struct tally */
	struct nk_vec sites; /* of struct nk_str: by the number of a canary text */
	bool canary_pass;
	nk_rc failed;
	struct nk_err why;
};

/* The path in the package: "data.tar.gz!/data.tar!/./usr/bin/x!/inner" → "usr/bin/x". */
static struct nk_str shown_path(const struct gating *g, const struct nk_scan_finding *f)
{
	const struct nk_str inside = nk_str_c(f->inside);
	const size_t at = nk_str_find(inside, NK_STR("!/./"));
	struct nk_str path = inside;

	if (g->req->all_streams) {
		return nk_str_c(f->file);
	}
	if (at != SIZE_MAX) {
		path = nk_str_sub(inside, at + 4, inside.len);
	}
	return nk_str_sub(path, 0, nk_str_find(path, NK_STR("!/")));
}

static NK_RESULT count(struct gating *g, struct nk_str path, struct nk_str what, bool certain, struct nk_err *err)
{
	struct tally *t = NULL;
	void *at = NULL;

	for (size_t i = 0; i < g->tallies.len; i++) {
		t = nk_vec_at(&g->tallies, i);
		if (nk_str_eq(t->path, path) && nk_str_eq(t->what, what)) {
			t->count++;
			t->certain += certain ? 1 : 0;
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(&g->tallies, &at, err));
	t = at;
	t->count = 1;
	t->certain = certain ? 1 : 0;
	NK_TRY(nk_arena_dup(g->arena, path, &t->path, err));
	return nk_arena_dup(g->arena, what, &t->what, err);
}

/* Alone, a name of two characters in a program means nobody; with something else of the same person, or by something
 * that is his alone, it does. */
static bool means_somebody(const struct nk_scan_finding *f)
{
	return f->corroborated || strcmp(f->what, "mail") == 0 || f->chance < 1e-6;
}

static NK_RESULT note_canary(struct gating *g, const struct nk_scan_finding *f, struct nk_err *err)
{
	for (uint32_t i = 0; i < f->n_persons && i < NK_SCAN_PERSONS_SHOWN; i++) {
		if (f->persons[i] < g->sites.len) {
			NK_TRY(count(g, shown_path(g, f), *(struct nk_str *)nk_vec_at(&g->sites, f->persons[i]), true, err));
		}
	}
	return nk_done();
}

static bool on_finding(void *arg, const struct nk_scan_finding *f)
{
	struct gating *const g = arg;

	if (g->canary_pass) {
		g->failed = f->of_person ? note_canary(g, f, &g->why) : nk_done();
	} else {
		g->failed = count(g, shown_path(g, f), f->of_person ? NK_STR("person") : nk_str_c(f->what),
			f->of_person && means_somebody(f), &g->why);
	}
	return nk_ok(g->failed);
}

/* A row of package.known: "phone 3 usr/bin/nokosazu # why". A path explains that path alone; one with * at its end explains
 * all paths that begin so TOGETHER: each finding uses the row up. */
struct known_row {
	struct nk_str what, path;
	bool star;
	uint64_t left;
};

static bool known_row(struct nk_str line, struct known_row *out)
{
	struct nk_str rest = nk_str_trim(nk_str_sub(line, 0, nk_str_chr(line, '#')));
	struct nk_str number;

	if (!nk_str_cut(&rest, ' ', &out->what) || !nk_str_cut(&rest, ' ', &number) || !nk_parse_u64(number, 1, UINT32_MAX, &out->left)) {
		return false;
	}
	out->path = nk_str_trim(rest);
	out->star = nk_str_ends(out->path, NK_STR("*"));
	out->path = out->star ? nk_str_sub(out->path, 0, out->path.len - 1) : out->path;
	return out->star || out->path.len > 0;
}

static NK_RESULT known_rows(struct nk_str text, struct nk_vec *out, struct nk_err *err)
{
	struct nk_str line;

	while (nk_str_cut(&text, '\n', &line)) {
		struct known_row row;
		void *at = NULL;

		if (known_row(line, &row)) {
			NK_TRY(nk_vec_push(out, &at, err));
			*(struct known_row *)at = row;
		}
	}
	return nk_done();
}

/* How many of the tally are explained; what explains them is used up. The narrow rows first. */
static uint64_t explained(struct nk_vec *rows, const struct tally *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < 2 * rows->len && sum < t->count; i++) {
		struct known_row *const r = nk_vec_at(rows, i % rows->len);
		const uint64_t wanted = t->count - sum;
		const uint64_t used = r->left < wanted ? r->left : wanted;

		if (r->star != (i >= rows->len) || !nk_str_eq(r->what, t->what) ||
			!(r->star ? nk_str_starts(t->path, r->path) : nk_str_eq(t->path, r->path))) {
			continue;
		}
		r->left -= used;
		sum += used;
	}
	return sum;
}

static NK_RESULT list_findings(struct gating *g, struct nk_err *err)
{
	struct nk_package_finding *const list = nk_arena_array(g->arena, g->tallies.len, sizeof(*list));
	NK_OWNED(nk_vec_done) struct nk_vec known = { 0 };
	size_t n = 0;

	if (list == NULL) {
		return nk_fail_nomem(err);
	}
	nk_vec_init(&known, sizeof(struct known_row), KNOWN_MAX);
	NK_TRY(known_rows(g->req->known, &known, err));
	for (size_t i = 0; i < g->tallies.len; i++) {
		const struct tally *const t = nk_vec_at(&g->tallies, i);
		const bool coincidence = g->req->only_persons && !g->canary_pass && t->certain == 0;
		const uint64_t allowed = coincidence		? t->count
			: g->canary_pass || t->certain > 0	? 0
								: explained(&known, t);

		g->out->known += t->count < allowed ? t->count : allowed;
		if (t->count > allowed) {
			list[n++] = (struct nk_package_finding){ t->path, t->what, t->count, allowed };
		}
	}
	g->out->findings = list;
	g->out->n_findings = n;
	return nk_done();
}

static NK_RESULT scan(struct gating *g, struct nk_scan_request *req, struct nk_scan_reply *reply, struct nk_err *err)
{
	const struct nk_scan_reports reports = { .finding = on_finding, .arg = g };
	const char *const paths[] = { g->req->path };
	nk_rc rc;

	req->paths = paths;
	req->n_paths = 1;
	req->home = NULL;
	rc = nk_op_scan(g->env, req->roster ? g->flow : NULL, req, &reports, g->arena, reply, err);
	return nk_ok(g->failed) ? rc : nk_err_pass(err, &g->why);
}

static NK_RESULT first_pass(struct gating *g, struct nk_err *err)
{
	static const char *const none[] = { "none" };
	struct nk_scan_request req = { .roster = g->req->roster, .only = none, .n_only = g->req->only_persons ? 1 : 0 };
	struct nk_scan_reply reply;

	NK_TRY(scan(g, &req, &reply, err));
	g->out->files = reply.streams;
	g->out->bytes = reply.bytes;
	g->out->not_scanned = reply.partly + reply.not_scanned;
	g->out->complete = reply.complete;
	g->out->roster = reply.roster;
	g->out->roster_persons = reply.roster_persons;
	NK_TRY(list_findings(g, err));
	g->out->extent_empty = g->out->n_findings == 0;
	return nk_done();
}

static NK_RESULT site_number(struct gating *g, struct nk_str site, uint32_t *out, struct nk_err *err)
{
	void *at = NULL;

	for (size_t i = 0; i < g->sites.len; i++) {
		if (nk_str_eq(*(struct nk_str *)nk_vec_at(&g->sites, i), site)) {
			*out = nk_u32(i);
			return nk_done();
		}
	}
	*out = nk_u32(g->sites.len);
	NK_TRY(nk_vec_push(&g->sites, &at, err));
	*(struct nk_str *)at = site;
	return nk_done();
}

static NK_RESULT name_sites(struct gating *g, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf names = { 0 };

	nk_buf_init(&names, 1 << 20);
	for (size_t i = 0; i < g->sites.len; i++) {
		const struct nk_str site = *(struct nk_str *)nk_vec_at(&g->sites, i);
		bool found = false;

		for (size_t k = 0; k < g->tallies.len; k++) {
			found = found || nk_str_eq(((struct tally *)nk_vec_at(&g->tallies, k))->what, site);
		}
		if (found && !nk_str_eq(site, NK_STR(NK_CANARY_NAME_ALONE))) {
			NK_TRY(nk_buf_printf(&names, err, "%s%.*s", names.len > 0 ? ", " : "", NK_FMT(site)));
		}
	}
	return nk_arena_dup(g->arena, names.len > 0 || !g->out->canary_found ? nk_buf_str(&names) : NK_STR(NK_CANARY_NAME_ALONE),
		&g->out->canary_sites, err);
}

/* A canary person hides nobody: what the first pass found stays in the list. */
static NK_RESULT both_lists(struct gating *g, const struct nk_package_finding *before, size_t n_before, struct nk_err *err)
{
	struct nk_package_finding *const all = nk_arena_array(g->arena, n_before + g->out->n_findings, sizeof(*all));

	if (all == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n_before; i++) {
		all[i] = before[i];
	}
	for (size_t i = 0; i < g->out->n_findings; i++) {
		all[n_before + i] = g->out->findings[i];
	}
	g->out->findings = all;
	g->out->n_findings += n_before;
	return nk_done();
}

/* The names are few: canary persons of two sites may bear the same one. Only what carries chance of its seed names a site. */
static struct nk_str site_of(const struct nk_canary_text *c)
{
	return nk_str_eq(c->field, NK_STR("kanji")) || nk_str_eq(c->field, NK_STR("kana")) ? NK_STR(NK_CANARY_NAME_ALONE) : c->site;
}

/* The canary persons of every site that is known, in an index of their own whose numbers are sites. */
static NK_RESULT second_pass(struct gating *g, struct nk_err *err)
{
	static const char *const none[] = { "none" };
	struct nk_scan_text *const texts = nk_arena_array(g->arena, g->req->n_canaries, sizeof(*texts));
	struct nk_scan_request req = { .only = none, .n_only = 1, .texts = texts, .n_texts = g->req->n_canaries };
	const struct nk_package_finding *const before = g->out->findings;
	const size_t n_before = g->out->n_findings;
	struct nk_scan_reply reply;

	if (texts == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < g->req->n_canaries; i++) {
		const struct nk_canary_text *const c = &g->req->canaries[i];

		texts[i] = (struct nk_scan_text){ .field = c->field.ptr, .value = c->value };
		NK_TRY(site_number(g, site_of(c), &texts[i].number, err));
	}
	g->canary_pass = true;
	nk_vec_clear(&g->tallies);
	NK_TRY(scan(g, &req, &reply, err));
	NK_TRY(list_findings(g, err));
	g->out->canary_found = g->out->n_findings > 0;
	g->out->no_canary = !g->out->canary_found;
	NK_TRY(both_lists(g, before, n_before, err));
	g->out->canaries = g->req->n_canaries;
	return name_sites(g, err);
}

NK_RESULT nk_package_gate(const struct nk_env *env, struct nk_flow *flow, const struct nk_package_gate_request *req,
	struct nk_arena *arena, struct nk_package_gate *out, struct nk_err *err)
{
	struct gating g = { .env = env, .flow = flow, .req = req, .arena = arena, .out = out };
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	nk_vec_init(&g.tallies, sizeof(struct tally), FINDINGS_MAX);
	nk_vec_init(&g.sites, sizeof(struct nk_str), SITES_MAX);
	rc = first_pass(&g, err);
	if (nk_ok(rc) && req->n_canaries > 0) {
		rc = second_pass(&g, err);
	}
	out->passed = out->extent_empty && !out->canary_found && out->complete;
	nk_vec_done(&g.tallies);
	nk_vec_done(&g.sites);
	return rc;
}
