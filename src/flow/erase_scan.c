/*
 * erase_scan.c: which places are scanned, with what, and what a finding means.
 *
 * A finding in our own places stops the erasure (somebody put a copy there: it has to go first). One in a target's
 * own files does not: it is named in the certificate as not erased there.
 */
#include "base.h"
#include "erase_int.h"
#include "sweep_int.h"

static NK_RESULT add_place(
	struct nk_erasing *e, enum nk_place_kind kind, const char *path, const char *label, struct nk_err *err)
{
	if (e->n_places == NK_ERASE_PLACES_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("more than %d places to scan"), NK_ERASE_PLACES_MAX);
	}
	(void)snprintf(e->paths[e->n_places], PATH_MAX, "%s", path);
	e->places[e->n_places] = (struct nk_place){ .kind = kind, .path = e->paths[e->n_places] };
	NK_TRY(nk_arena_dup(e->arena, nk_str_c(label), &e->places[e->n_places].label, err));
	e->n_places++;
	return nk_done();
}

static NK_RESULT own_places(struct nk_erasing *e, struct nk_err *err)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < NK_OWN_PLACES; i++) {
		nk_flow_path(e->flow, nk_own_places[i].name, path);
		NK_TRY(add_place(e, nk_own_places[i].kind, path, nk_own_places[i].label, err));
	}
	return nk_done();
}

static NK_RESULT places(struct nk_erasing *e, struct nk_err *err)
{
	const struct nk_config *const c = e->flow->config;
	char path[PATH_MAX];
	char label[256];

	e->n_places = 0;
	NK_TRY(own_places(e, err));
	if (c->copy_dir.len > 0) {
		(void)snprintf(path, sizeof(path), "%.*s", NK_FMT(c->copy_dir));
		NK_TRY(add_place(e, NK_PLACE_VAULT, path, "second place of the vault", err));
	}
	for (size_t i = 0; i < c->n_targets; i++) {
		if (c->targets[i].files.len > 0) {
			(void)snprintf(path, sizeof(path), "%.*s", NK_FMT(c->targets[i].files));
			(void)snprintf(
				label, sizeof(label), "target %.*s: files", NK_FMT(c->targets[i].settings.name));
			NK_TRY(add_place(e, NK_PLACE_TARGET_FILES, path, label, err));
		}
	}
	return e->req->extra_scan != NULL ? add_place(e, NK_PLACE_EXTRA, e->req->extra_scan, "further folder", err)
					  : nk_done();
}

/* The control's row in the database: bookkeeping, so it needs no leaf; its removal is scrubbed with everything else.
 */
static NK_RESULT control_row(struct nk_flow *flow, const char *sql, struct nk_str control, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	{
		NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

		NK_TRY(nk_tx_begin(flow->store, &tx, err));
		NK_TRY(nk_stmt_get(flow->store, sql, &s, err));
		if (control.len > 0) {
			nk_stmt_blob(s, 1, nk_str_bytes(control));
		}
		NK_TRY(nk_stmt_run(s, err));
	}
	return nk_tx_commit(&tx, err);
}

NK_RESULT nk_store_control_plant(void *arg, const struct nk_place *place, struct nk_str control, struct nk_err *err)
{
	(void)place;
	return control_row(arg, "INSERT INTO control(value) VALUES (?1)", control, err);
}

NK_RESULT nk_store_control_unplant(void *arg, const struct nk_place *place, struct nk_err *err)
{
	struct nk_flow *const flow = arg;

	(void)place;
	NK_TRY(control_row(flow, "DELETE FROM control WHERE 1 = 1", (struct nk_str){ NULL, 0 }, err));
	return nk_store_scrub(flow->store, false, err);
}

struct sweeping {
	const struct nk_env *env;
	const char *dir;
};

/* nokosazu-control- and sixteen characters (residue.h): nobody else's file is called that. */
static NK_RESULT sweep_entry(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	static const char prefix[] = "nokosazu-control-";
	const struct sweeping *const s = arg;
	char path[PATH_MAX];

	if (is_dir || !nk_str_starts(name, nk_str_c(prefix)) || name.len != sizeof(prefix) - 1 + 16) {
		return nk_done();
	}
	(void)snprintf(path, sizeof(path), "%s/%.*s", s->dir, NK_FMT(name));
	return s->env->unlink(s->env->self, path, err);
}

/* Controls of a scan that was cut off: a row, and files in our places. */
static NK_RESULT sweep(struct nk_erasing *e, struct nk_err *err)
{
	static const char *const dirs[] = { ".", "store", "vault", "ledger" };
	const struct nk_env *const env = e->flow->env;
	const struct nk_str copy = e->flow->config->copy_dir;
	char path[PATH_MAX];
	struct sweeping s = { env, path };

	for (size_t i = 0; i < NK_ARRAY_LEN(dirs); i++) {
		nk_flow_path(e->flow, dirs[i], path);
		NK_TRY(env->list(env->self, path, sweep_entry, &s, err));
	}
	if (copy.len > 0) {
		(void)snprintf(path, sizeof(path), "%.*s", NK_FMT(copy));
		NK_TRY(env->list(env->self, path, sweep_entry, &s, err));
	}
	return control_row(e->flow, "DELETE FROM control WHERE 1 = 1", (struct nk_str){ NULL, 0 }, err);
}

static void tell(void *arg, uint64_t bytes)
{
	nk_flow_tell(arg, NK_N("scanning"), bytes, 0);
}

static NK_RESULT scan(struct nk_erasing *e, struct nk_residue_report *out, struct nk_err *err)
{
	const struct nk_residue_options opt = {
		.places = e->places,
		.n_places = e->n_places,
		.patterns = e->patterns,
		.n_patterns = e->n_patterns,
		.plant = nk_store_control_plant,
		.unplant = nk_store_control_unplant,
		.plant_arg = e->flow,
		.progress = tell,
		.progress_arg = e->flow,
	};

	return nk_residue_scan(e->flow->env, &opt, e->arena, out, err);
}

/* Hits in a target's files go to that target's line of the certificate. */
static void judge_target_files(struct nk_erasing *e, const struct nk_residue_report *r)
{
	size_t t = 0;

	for (size_t i = 0; i < e->n_places; i++) {
		if (e->places[i].kind != NK_PLACE_TARGET_FILES) {
			continue;
		}
		while (e->flow->config->targets[t].files.len == 0) {
			t++;
		}
		e->targets[t].residue_hits = r->places[i].hits;
		if (r->places[i].hits > 0 || r->places[i].unscanned > 0 || !r->places[i].control_found) {
			e->targets[t].files = NK_STR("not-erased");
		}
		t++;
	}
}

static NK_RESULT own_hits(const struct nk_erasing *e, const struct nk_residue_report *r, struct nk_err *err)
{
	for (size_t i = 0; i < e->n_places; i++) {
		const struct nk_residue_place_report *const p = &r->places[i];

		if (e->places[i].kind == NK_PLACE_TARGET_FILES) {
			continue;
		}
		if (p->hits > 0) {
			struct nk_str file = NK_STR("?");

			for (size_t h = 0; h < r->n_hits; h++) {
				file = r->hits[h].place == i ? r->hits[h].file : file;
			}
			return nk_fail(err, NK_INCOMPLETE,
				NK_N("%1$llu traces of these persons lie in %2$s (for example in %3$s); remove that copy, then the same command goes on"),
				(unsigned long long)p->hits, e->places[i].path, nk_short(file).text);
		}
		if (!p->control_found || p->unscanned > 0) {
			return nk_fail(err, NK_INCOMPLETE,
				NK_N("the scan of %1$s is not valid: control person found: %2$s, files not read: %3$llu"),
				e->places[i].path, p->control_found ? "yes" : "no", (unsigned long long)p->unscanned);
		}
	}
	return nk_done();
}

NK_RESULT nk_erase_scan_before(struct nk_erasing *e, struct nk_err *err)
{
	NK_TRY(places(e, err));
	NK_TRY(sweep(e, err));
	NK_TRY(nk_residue_patterns(e->flow->people, e->numbers, e->n, e->arena, &e->patterns, &e->n_patterns, err));
	NK_TRY(nk_store_scrub(e->flow->store, false, err));
	NK_TRY(scan(e, &e->before, err));
	judge_target_files(e, &e->before);
	return own_hits(e, &e->before, err);
}

/* After a crash behind the keys' death nobody knows the patterns any more: then this scan is not done, and the
 * certificate says so. */
NK_RESULT nk_erase_scan_after(struct nk_erasing *e, struct nk_err *err)
{
	NK_TRY(sweep(e, err));
	NK_TRY(nk_store_scrub(e->flow->store, true, err));
	if (e->n_patterns == 0) {
		return nk_done();
	}
	NK_TRY(places(e, err));
	NK_TRY(scan(e, &e->after, err));
	judge_target_files(e, &e->after);
	for (size_t i = 0; i < e->n_patterns; i++) {
		nk_wipe(&e->patterns[i], sizeof(e->patterns[i]));
	}
	return own_hits(e, &e->after, err);
}
