/*
 * erase_state.c: what an erasure has measured, kept between runs as canonical JSON: times, counts, receipts; nobody's
 * data.
 */
#include "base.h"
#include "erase_int.h"

#include "json.h"

static void number(struct nk_json *j, const char *key, int64_t v)
{
	nk_json_key(j, key);
	nk_json_int(j, v);
}

static void text(struct nk_json *j, const char *key, struct nk_str v)
{
	nk_json_key(j, key);
	nk_json_str(j, v);
}

static void put_report(struct nk_json *j, const char *key, const struct nk_residue_report *r)
{
	nk_json_key(j, key);
	nk_json_open(j, '{');
	number(j, "by_chance", (int64_t)r->by_chance);
	number(j, "patterns", (int64_t)r->patterns);
	nk_json_key(j, "places");
	nk_json_open(j, '[');
	for (size_t i = 0; i < r->n_places; i++) {
		const struct nk_residue_place_report *const p = &r->places[i];

		nk_json_open(j, '[');
		nk_json_int(j, (int64_t)p->files);
		nk_json_int(j, (int64_t)p->bytes);
		nk_json_int(j, (int64_t)p->unscanned);
		nk_json_int(j, (int64_t)p->hits);
		nk_json_int(j, (int64_t)p->hits_of_others);
		nk_json_bool(j, p->control_found);
		nk_json_close(j, ']');
	}
	nk_json_close(j, ']');
	number(j, "too_short", (int64_t)r->patterns_too_short);
	nk_json_key(j, "valid");
	nk_json_bool(j, r->valid);
	nk_json_close(j, '}');
}

static void put_places(struct nk_json *j, const struct nk_erasing *e)
{
	nk_json_key(j, "places");
	nk_json_open(j, '[');
	for (size_t i = 0; i < e->n_places; i++) {
		nk_json_open(j, '[');
		nk_json_int(j, e->places[i].kind);
		nk_json_str(j, e->places[i].label);
		nk_json_close(j, ']');
	}
	nk_json_close(j, ']');
}

static void put_receipts(struct nk_json *j, const struct nk_erasing *e)
{
	nk_json_key(j, "receipts");
	nk_json_open(j, '[');
	for (size_t i = 0; i < e->cert.n_receipts; i++) {
		nk_json_hex(j, nk_bytes_of(&e->receipts[i], sizeof(e->receipts[i])));
	}
	nk_json_close(j, ']');
}

static void put_targets(struct nk_json *j, const struct nk_erasing *e)
{
	nk_json_key(j, "targets");
	nk_json_open(j, '[');
	for (size_t i = 0; i < e->flow->config->n_targets; i++) {
		const struct nk_cert_target *const t = &e->targets[i];

		nk_json_open(j, '{');
		number(j, "absent", (int64_t)t->readback.absent);
		number(j, "deleted", (int64_t)t->deleted);
		text(j, "files", t->files);
		number(j, "hits", (int64_t)t->residue_hits);
		number(j, "keys", (int64_t)t->readback.keys);
		text(j, "name", e->flow->config->targets[i].settings.name);
		number(j, "persons", (int64_t)t->readback.persons);
		nk_json_key(j, "sentinel");
		nk_json_bool(j, t->readback.sentinel_seen);
		nk_json_close(j, '}');
	}
	nk_json_close(j, ']');
}

NK_RESULT nk_erase_state_print(const struct nk_erasing *e, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init(&j, out);
	nk_json_open(&j, '{');
	put_report(&j, "after", &e->after);
	put_report(&j, "before", &e->before);
	number(&j, "cap", e->cert.cap);
	number(&j, "cert_leaf", (int64_t)e->cert_leaf);
	number(&j, "contacts", (int64_t)e->retained[1].count);
	number(&j, "contacts_until", e->retained[1].until);
	number(&j, "tombstones", (int64_t)e->retained[0].count);
	number(&j, "tombstones_until", e->retained[0].until);
	number(&j, "epoch_destroyed", (int64_t)e->cert.epoch_destroyed);
	number(&j, "epoch_now", (int64_t)e->cert.epoch_now);
	number(&j, "irrecoverable_at", e->cert.irrecoverable_at);
	number(&j, "keys_destroyed_at", e->cert.keys_destroyed_at);
	number(&j, "live_gone_at", e->cert.live_gone_at);
	number(&j, "oldest_epoch", (int64_t)e->oldest_epoch);
	put_places(&j, e);
	put_receipts(&j, e);
	nk_json_key(&j, "rehearsed_e3");
	nk_json_bool(&j, e->cert.rehearsed_e3);
	number(&j, "restricted_at", e->cert.restricted_at);
	nk_json_key(&j, "rotated");
	nk_json_bool(&j, e->cert.rotated);
	put_targets(&j, e);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static int64_t get_number(struct nk_jval obj, const char *key)
{
	int64_t v = 0;

	return nk_jint(nk_jget(obj, key), &v) ? v : 0;
}

static uint64_t get_count(struct nk_jval obj, const char *key)
{
	const int64_t v = get_number(obj, key);

	return v > 0 ? (uint64_t)v : 0;
}

static bool get_bool(struct nk_jval obj, const char *key)
{
	bool v = false;

	return nk_jbool(nk_jget(obj, key), &v) && v;
}

static uint64_t at_count(struct nk_jval arr, size_t i)
{
	int64_t v = 0;

	return nk_jint(nk_jat(arr, i), &v) && v > 0 ? (uint64_t)v : 0;
}

static NK_RESULT get_report(struct nk_erasing *e, struct nk_jval v, struct nk_residue_report *out, struct nk_err *err)
{
	const struct nk_jval places = nk_jget(v, "places");

	out->patterns = get_count(v, "patterns");
	out->by_chance = get_count(v, "by_chance");
	out->patterns_too_short = get_count(v, "too_short");
	out->valid = get_bool(v, "valid");
	out->n_places = nk_jlen(places);
	out->places = nk_arena_array(e->arena, out->n_places, sizeof(*out->places));
	if (out->places == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < out->n_places; i++) {
		const struct nk_jval p = nk_jat(places, i);
		bool control = false;

		(void)nk_jbool(nk_jat(p, 5), &control);
		out->places[i] = (struct nk_residue_place_report){ .files = at_count(p, 0),
			.bytes = at_count(p, 1),
			.unscanned = at_count(p, 2),
			.hits = at_count(p, 3),
			.hits_of_others = at_count(p, 4),
			.control_found = control };
	}
	return nk_done();
}

static NK_RESULT get_places(struct nk_erasing *e, struct nk_jval list, struct nk_err *err)
{
	for (size_t i = 0; i < nk_jlen(list) && i < NK_ERASE_PLACES_MAX; i++) {
		struct nk_str label;

		if (!nk_jstr(nk_jat(nk_jat(list, i), 1), &label)) {
			return nk_fail(err, NK_CORRUPT, NK_N("the state of an erasure in the store is damaged"));
		}
		e->places[i] =
			(struct nk_place){ .kind = (enum nk_place_kind)at_count(nk_jat(list, i), 0), .path = "" };
		NK_TRY(nk_arena_dup(e->arena, label, &e->places[i].label, err));
		e->n_places = i + 1;
	}
	return nk_done();
}

static void get_receipts(struct nk_erasing *e, struct nk_jval list)
{
	for (size_t i = 0; i < nk_jlen(list) && i < NK_RECEIPTS_MAX; i++) {
		struct nk_str hex;

		if (nk_jstr(nk_jat(list, i), &hex) &&
			nk_hex_parse(hex, (uint8_t *)&e->receipts[i], sizeof(e->receipts[i]))) {
			e->cert.n_receipts = i + 1;
		}
	}
}

/* By name: the configuration may have changed its order since. */
static struct nk_cert_target *target_named(struct nk_erasing *e, struct nk_str name)
{
	for (size_t i = 0; i < e->flow->config->n_targets; i++) {
		if (nk_str_eq(e->flow->config->targets[i].settings.name, name)) {
			e->targets[i].name = e->flow->config->targets[i].settings.name;
			e->targets[i].type = e->flow->config->targets[i].type;
			return &e->targets[i];
		}
	}
	return NULL;
}

static NK_RESULT get_targets(struct nk_erasing *e, struct nk_jval list, struct nk_err *err)
{
	for (size_t i = 0; i < nk_jlen(list); i++) {
		const struct nk_jval v = nk_jat(list, i);
		struct nk_str name = NK_STR("");
		struct nk_str files = NK_STR("not-examined");
		struct nk_cert_target *t;

		(void)nk_jstr(nk_jget(v, "name"), &name);
		t = target_named(e, name);
		if (t == NULL) {
			return nk_fail(err, NK_CONFIG,
				NK_N("target %s was part of this erasure and is no longer in the configuration; put it back first"),
				nk_short(name).text);
		}
		t->deleted = get_count(v, "deleted");
		t->residue_hits = get_count(v, "hits");
		t->readback = (struct nk_readback){ .persons = get_count(v, "persons"),
			.keys = get_count(v, "keys"),
			.absent = get_count(v, "absent"),
			.sentinel_seen = get_bool(v, "sentinel") };
		(void)nk_jstr(nk_jget(v, "files"), &files);
		NK_TRY(nk_arena_dup(e->arena, files, &t->files, err));
	}
	return nk_done();
}

NK_RESULT nk_erase_state_parse(struct nk_erasing *e, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval v;

	NK_TRY(nk_jdoc_parse(e->job.state, 4 << 20, &doc, err));
	v = nk_jdoc_root(doc);
	e->cert.cap = (enum nk_level)get_count(v, "cap");
	e->cert_leaf = get_count(v, "cert_leaf");
	e->retained[1].count = get_count(v, "contacts");
	e->retained[1].until = (nk_date)get_number(v, "contacts_until");
	e->retained[0].count = get_count(v, "tombstones");
	e->retained[0].until = (nk_date)get_number(v, "tombstones_until");
	e->cert.epoch_destroyed = get_count(v, "epoch_destroyed");
	e->cert.epoch_now = get_count(v, "epoch_now");
	e->cert.irrecoverable_at = get_number(v, "irrecoverable_at");
	e->cert.keys_destroyed_at = get_number(v, "keys_destroyed_at");
	e->cert.live_gone_at = get_number(v, "live_gone_at");
	e->oldest_epoch = get_count(v, "oldest_epoch");
	e->cert.restricted_at = get_number(v, "restricted_at");
	e->cert.rehearsed_e3 = get_bool(v, "rehearsed_e3");
	e->cert.rotated = get_bool(v, "rotated");
	get_receipts(e, nk_jget(v, "receipts"));
	NK_TRY(get_places(e, nk_jget(v, "places"), err));
	NK_TRY(get_targets(e, nk_jget(v, "targets"), err));
	NK_TRY(get_report(e, nk_jget(v, "before"), &e->before, err));
	return get_report(e, nk_jget(v, "after"), &e->after, err);
}
