/*
 * target_copy.c: the sealed copy of what was last read of a target: kept for some hours, read by dry runs, ended.
 *
 * Invariant: on the books before the file exists; sealed under a key made of the index key, which every erasure
 * replaces: whatever an erasure should miss, or a disk keep in blocks that were overwritten elsewhere, opens no more.
 */
#include "base.h"
#include "target_copy.h"

#include "hold_int.h"
#include "measures_int.h"
#include "snapshot.h"

#define COPY_NAME "target-"

enum { PIECE = 1 << 20, BOX = PIECE + NK_SEAL_EXTRA, FILE_MAX = NK_SNAPSHOT_MAX + NK_SNAPSHOT_MAX / 1024 };

/* What a piece is of: so that none can be left out, moved, or come from another copy. */
struct piece_of {
	uint8_t holding[16];
	uint64_t at, all;
};

static void key_of(const struct nk_flow *flow, struct nk_key *out)
{
	nk_key_derive(flow->key[NK_HOUSE_INDEX], 1, "tgt-copy", out);
}

/* ---- keeping -------------------------------------------------------------------------------------------------- */

static bool lacks(struct nk_open_target *t, struct nk_str name)
{
	return name.len > 0 && !nk_target_has(t->link, name);
}

/* Of the names that the mapping asks for, those that the target does not know. */
static NK_RESULT lacking_of(
	struct nk_open_target *t, struct nk_arena *arena, struct nk_str **out, size_t *out_n, struct nk_err *err)
{
	const struct nk_mapping *const m = &t->mapping;
	const struct {
		const struct nk_str *names;
		size_t n;
	} classes[] = { { m->person_classes, m->n_person_classes }, { m->group_classes, m->n_group_classes },
		{ m->unit_classes, m->n_unit_classes } };
	size_t room = 2 * m->n_rows;

	for (size_t i = 0; i < NK_ARRAY_LEN(classes); i++) {
		room += classes[i].n;
	}
	*out = nk_arena_array(arena, room, sizeof(**out));
	*out_n = 0;
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < m->n_rows; i++) {
		if (lacks(t, m->rows[i].attr)) {
			(*out)[(*out_n)++] = m->rows[i].attr;
		}
		if (lacks(t, m->rows[i].needs)) {
			(*out)[(*out_n)++] = m->rows[i].needs;
		}
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(classes); i++) {
		for (size_t k = 0; k < classes[i].n; k++) {
			if (lacks(t, classes[i].names[k])) {
				(*out)[(*out_n)++] = classes[i].names[k];
			}
		}
	}
	return nk_done();
}

/* Whose accounts are in it, as far as they are ours: of the others nobody's number is known. */
static NK_RESULT numbers_of(
	const struct nk_planning *p, struct nk_arena *arena, uint32_t **out, size_t *out_n, struct nk_err *err)
{
	*out = nk_arena_array(arena, p->snapshot.n, sizeof(**out));
	*out_n = 0;
	if (*out == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < p->snapshot.n; i++) {
		const struct nk_link *const l = nk_links_by_anchor(p->links, p->snapshot.entries[i].anchor);

		if (l != NULL) {
			(*out)[(*out_n)++] = l->person_number;
		}
	}
	return nk_done();
}

static NK_RESULT write_pieces(struct nk_flow *flow, const struct nk_hold *hold, struct nk_bytes plain, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf box = { 0 };
	NK_OWNED(nk_key_wipe) struct nk_key key;
	struct piece_of of = { .all = plain.len };
	const struct nk_uuid id = nk_hold_id(hold);
	uint8_t *room = NULL;
	uint64_t to = 0;

	memcpy(of.holding, id.b, sizeof(of.holding));
	key_of(flow, &key);
	nk_buf_init(&box, BOX);
	NK_TRY(nk_buf_reserve(&box, BOX, &room, err));
	for (size_t at = 0; at < plain.len; at += PIECE) {
		const size_t n = plain.len - at < PIECE ? plain.len - at : PIECE;

		of.at = at;
		NK_TRY(nk_seal(flow->env, &key, nk_bytes_of(&of, sizeof(of)), nk_bytes_of(plain.ptr + at, n), room, err));
		NK_TRY(flow->env->write(flow->env->self, nk_hold_fd(hold), to, room, n + NK_SEAL_EXTRA, err));
		to += n + NK_SEAL_EXTRA;
	}
	return nk_done();
}

static NK_RESULT write_copy(
	struct nk_flow *flow, const struct nk_planning *p, struct nk_bytes plain, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_hold_drop) struct nk_hold *hold = NULL;
	struct nk_uuid name;
	char hex[2 * sizeof(name.b) + 1];
	char path[PATH_MAX];
	char in_home[80];
	struct nk_hold_spec spec = { .kind = NK_HOLDING_target_copy,
		.path = path,
		.purpose = NK_STR("dry runs against what was last read of a target"),
		.derived_from = p->target.holding,
		.expires_at = nk_now(flow->env) + (int64_t)flow->config->copy_hours * 3600 * NK_SECOND,
		.classes = 1U << NK_ITEM_ids | 1U << NK_ITEM_login | 1U << NK_ITEM_mail | 1U << NK_ITEM_name | 1U << NK_ITEM_kana |
			1U << NK_ITEM_class };
	uint32_t *numbers = NULL;

	NK_TRY(numbers_of(p, arena, &numbers, &spec.n, err));
	spec.numbers = numbers;
	NK_TRY(nk_uuid_new(flow->env, &name, err));
	nk_hex_print(name.b, sizeof(name.b), hex);
	(void)snprintf(in_home, sizeof(in_home), "store/" COPY_NAME "%s.copy", hex);
	nk_flow_path(flow, in_home, path);
	NK_TRY(nk_hold_open(flow, &spec, &hold, err));
	NK_TRY(write_pieces(flow, hold, plain, err));
	return nk_hold_keep(&hold, err);
}

/* ---- ending ---------------------------------------------------------------------------------------------------- */

/* Open copies: of one target (by its holding), or of all (nil). */
static NK_RESULT open_copies(struct nk_flow *flow, struct nk_uuid target, struct nk_arena *arena, struct nk_holding **out,
	size_t *out_n, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	*out_n = 0;
	NK_TRY(nk_holding_list(flow->store, flow->key[NK_HOUSE_LOG], true, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (list[i].kind == NK_HOLDING_target_copy &&
			(nk_uuid_is_nil(target) || nk_uuid_eq(list[i].derived_from, target))) {
			list[(*out_n)++] = list[i];
		}
	}
	*out = list;
	return nk_done();
}

/* Our home's store folder, all links followed, as nk_hold_open writes it down. */
static NK_RESULT store_folder(const struct nk_flow *flow, char out[static PATH_MAX], struct nk_err *err)
{
	char path[PATH_MAX];

	nk_flow_path(flow, "store/" COPY_NAME, path);
	NK_TRY(nk_os_whole_path(path, out, err));
	*strrchr(out, '/') = '\0';
	return nk_done();
}

/* Is it a name of a copy, in our home's store folder? Nothing else is touched, whatever the books say. */
static bool is_ours(const struct nk_flow *flow, struct nk_str place)
{
	struct nk_err drop;
	char folder[PATH_MAX];
	struct nk_str name;

	if (!nk_ok(store_folder(flow, folder, &drop)) || !nk_str_starts(place, nk_str_c(folder))) {
		return false;
	}
	name = nk_str_sub(place, strlen(folder), place.len);
	return nk_str_starts(name, NK_STR("/" COPY_NAME)) && nk_str_ends(name, NK_STR(".copy")) &&
		nk_str_chr(nk_str_sub(name, 1, name.len), '/') >= name.len - 1;
}

static NK_RESULT elsewhere(const struct nk_holding *h, struct nk_err *err)
{
	return nk_fail(err, NK_CONFLICT,
		NK_N("%s is not in this installation's store and is left: destroy it, then close its holding (nokosazu holding close --verified)"),
		h->place.ptr);
}

static NK_RESULT end_some(
	struct nk_flow *flow, struct nk_uuid target, bool all, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	struct nk_err first;
	nk_rc rc = nk_done();
	size_t n = 0;

	NK_TRY(open_copies(flow, target, arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct nk_err own;

		if (!all && list[i].expires_at > nk_now(flow->env)) {
			continue;
		}
		const nk_rc one = is_ours(flow, list[i].place) ? nk_hold_end(flow, &list[i], &own) : elsewhere(&list[i], &own);

		if (!nk_ok(one) && nk_ok(rc)) {
			rc = one;
			first = own;
		}
	}
	return nk_ok(rc) ? rc : nk_err_pass(err, &first);
}

/* ---- files of that name that no holding knows of -------------------------------------------------------------------- */

struct strays {
	struct nk_flow *flow;
	const char *folder;
	const struct nk_holding *list;
	size_t n;
};

static NK_RESULT end_stray(void *arg, const char *path, struct nk_err *err)
{
	const struct strays *const s = arg;
	char whole[PATH_MAX];

	path += *path == '/' ? 1 : 0;
	if ((size_t)snprintf(whole, sizeof(whole), "%s/%s", s->folder, path) >= sizeof(whole) ||
		!is_ours(s->flow, nk_str_c(whole))) {
		return nk_done();
	}
	for (size_t i = 0; i < s->n; i++) {
		if (nk_str_eq(s->list[i].place, nk_str_c(whole))) {
			return nk_done();
		}
	}
	return nk_copy_remove(s->flow->env, whole, err);
}

static NK_RESULT end_strays(struct nk_flow *flow, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	char folder[PATH_MAX];
	struct strays s = { .flow = flow, .folder = folder };

	NK_TRY(open_copies(flow, (struct nk_uuid){ { 0 } }, arena, &list, &s.n, err));
	s.list = list;
	NK_TRY(store_folder(flow, folder, err));
	return nk_os_tree_each(folder, end_stray, &s, err);
}

NK_RESULT nk_target_copies_end(struct nk_flow *flow, bool all, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_err second;
	nk_rc strays;
	nk_rc rc;

	NK_TRY(nk_arena_new(NK_ARENA_WIPING, 256 << 20, &arena, err));
	rc = end_some(flow, (struct nk_uuid){ { 0 } }, all || flow->config->copy_hours == 0, arena, err);
	strays = end_strays(flow, arena, nk_ok(rc) ? err : &second);
	return nk_ok(rc) ? strays : rc;
}

/* What could not be removed holds up nothing else: it is told, and the job ends with NK_INCOMPLETE. */
static void go_on(struct nk_flow *flow, nk_rc rc)
{
	if (!nk_ok(rc)) {
		flow->unclosed++;
		nk_flow_tell(flow, NK_N("a copy of a target could not be removed: nokosazu holding list"), 0, 0);
	}
}

void nk_target_copies_due(struct nk_flow *flow)
{
	struct nk_err told;

	go_on(flow, nk_target_copies_end(flow, false, &told));
}

NK_RESULT nk_target_copy_keep(struct nk_flow *flow, const struct nk_planning *p, struct nk_arena *arena, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	struct nk_open_target target = p->target;
	struct nk_str *lacking = NULL;
	size_t n_lacking = 0;
	struct nk_err told;
	nk_rc printed;

	nk_target_copies_due(flow);
	if (flow->config->copy_hours == 0) {
		return nk_done();
	}
	nk_buf_init_wiping(&plain, NK_SNAPSHOT_MAX);
	NK_TRY(lacking_of(&target, arena, &lacking, &n_lacking, err));
	printed = nk_snapshot_print(&p->snapshot, lacking, n_lacking, &plain, err);
	go_on(flow, end_some(flow, p->target.holding, true, arena, &told));
	if (printed.code == NK_LIMIT) {
		nk_flow_tell(flow, NK_N("what was read of the target is too much for a copy: none is kept"), 0, 0);
		return nk_done();
	}
	NK_TRY(printed);
	return write_copy(flow, p, nk_buf_bytes(&plain), arena, err);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static NK_RESULT unseal(
	const struct nk_flow *flow, struct nk_uuid id, struct nk_bytes file, struct nk_buf *plain, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key;
	const size_t pieces = (file.len + BOX - 1) / BOX;
	struct piece_of of = { .all = file.len < pieces * NK_SEAL_EXTRA ? 0 : file.len - pieces * NK_SEAL_EXTRA };

	memcpy(of.holding, id.b, sizeof(of.holding));
	key_of(flow, &key);
	for (size_t at = 0; at < file.len; at += BOX) {
		const size_t n = file.len - at < BOX ? file.len - at : BOX;
		uint8_t *room = NULL;

		of.at = plain->len;
		NK_TRY(nk_buf_reserve(plain, n, &room, err));
		if (n <= NK_SEAL_EXTRA ||
			!nk_open(&key, nk_bytes_of(&of, sizeof(of)), nk_bytes_of(file.ptr + at, n), room)) {
			return nk_fail(err, NK_CORRUPT,
				NK_N("the copy of the target does not open: an erasure has been since, or it is damaged; the next plan makes a new one"));
		}
		plain->len += n - NK_SEAL_EXTRA;
	}
	return nk_done();
}

static NK_RESULT read_copy(struct nk_flow *flow, const struct nk_holding *h, struct nk_target_link **out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };

	nk_buf_init(&file, FILE_MAX);
	nk_buf_init_wiping(&plain, NK_SNAPSHOT_MAX + BOX);
	NK_TRY(nk_env_read_all(flow->env, h->place.ptr, file.max, &file, err));
	NK_TRY(unseal(flow, h->id, nk_buf_bytes(&file), &plain, err));
	return nk_snapshot_open(nk_buf_bytes(&plain), out, err);
}

NK_RESULT nk_target_copy_open(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena,
	struct nk_open_target *target, nk_time *out_at, struct nk_err *err)
{
	struct nk_holding *list = NULL;
	size_t n = 0;

	NK_TRY(nk_open_target_prepare(flow, name, arena, NULL, target, err));
	NK_TRY(open_copies(flow, target->holding, arena, &list, &n, err));
	if (n == 0 || list[n - 1].expires_at <= nk_now(flow->env)) {
		return nk_fail(err, NK_NOT_FOUND,
			NK_N("no copy of target %s is kept: [plan] copy_hours says for how long one is, and a plan makes it"),
			nk_short(target->settings.name).text);
	}
	*out_at = list[n - 1].opened_at;
	return read_copy(flow, &list[n - 1], &target->link, err);
}
