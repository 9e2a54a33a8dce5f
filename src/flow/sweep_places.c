/*
 * sweep_places.c: where the sweeper looks.
 *
 * Of temporary, log and crash folders only what belongs to this user of the system: others' files are theirs. A
 * default folder that is not there, or that this user cannot write to, is named as left out, not silently forgotten; and
 * a class of places that the configuration turns off makes the sweep incomplete.
 */
#include "base.h"
#include "sweep_int.h"

enum { NAMES_MAX = 1000000 };

bool nk_sweep_inside(struct nk_str path, struct nk_str folder)
{
	while (folder.len > 1 && folder.ptr[folder.len - 1] == '/') {
		folder.len--;
	}
	return nk_str_starts(path, folder) &&
		(path.len == folder.len || path.ptr[folder.len] == '/' || nk_str_eq(folder, NK_STR("/")));
}

NK_RESULT nk_sweeping_init(struct nk_sweeping *s, struct nk_flow *flow, struct nk_arena *arena, struct nk_err *err)
{
	struct nk_people *people = NULL;

	*s = (struct nk_sweeping){ .flow = flow, .arena = arena };
	nk_vec_init(&s->left_out, sizeof(struct nk_sweep_left), 1000);
	nk_vec_init(&s->files, sizeof(struct nk_sweep_file), NK_SWEEP_HITS_MAX);
	NK_TRY(nk_flow_people(flow, &people, err));
	s->n = nk_people_count(people);
	s->numbers = nk_arena_array(arena, s->n, sizeof(*s->numbers));
	if (s->numbers == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < s->n; i++) {
		s->numbers[i] = nk_people_at(people, i)->number;
	}
	return nk_done();
}

void nk_sweeping_done(struct nk_sweeping *s)
{
	for (size_t i = 0; i < s->n_patterns; i++) {
		nk_wipe(&s->patterns[i], sizeof(s->patterns[i]));
	}
	nk_vec_done(&s->left_out);
	nk_vec_done(&s->files);
}

static NK_RESULT add(struct nk_sweeping *s, enum nk_place_kind kind, const char *path, const char *label, struct nk_err *err)
{
	struct nk_place *const p = &s->places[s->n_places];
	char real[PATH_MAX];
	struct nk_err why;
	struct nk_str kept;
	struct nk_str name;

	if (s->n_places == NK_SWEEP_PLACES_MAX) {
		return nk_fail(err, NK_LIMIT, NK_N("more than %d places to look through"), NK_SWEEP_PLACES_MAX);
	}
	if (!nk_ok(nk_os_real_path(path, real, &why))) {
		(void)snprintf(real, sizeof(real), "%s", path);
	}
	for (size_t i = 0; i < s->n_places; i++) {
		const struct nk_str there = nk_str_c(s->places[i].path);

		if ((kind == s->places[i].kind && nk_str_eq(nk_str_c(real), there)) ||
			(kind == NK_PLACE_EXTRA && s->places[i].kind == NK_PLACE_EXTRA && nk_sweep_inside(nk_str_c(real), there))) {
			return nk_done();
		}
	}
	NK_TRY(nk_arena_dup(s->arena, nk_str_c(real), &kept, err));
	NK_TRY(nk_arena_dup(s->arena, nk_str_c(label), &name, err));
	*p = (struct nk_place){ .kind = kind, .path = kept.ptr, .label = name };
	s->n_places++;
	return nk_done();
}

struct strangers {
	struct nk_arena *arena;
	const char *dir;
	struct nk_vec names; /* const char * */
};

static NK_RESULT note_stranger(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	struct strangers *const x = arg;
	char path[PATH_MAX];
	struct nk_str kept;
	void *room = NULL;
	bool mine = false;

	(void)is_dir;
	(void)snprintf(path, sizeof(path), "%s/%.*s", x->dir, NK_FMT(name));
	if (nk_os_kind_of(path, &mine) == NK_OS_NOTHING || mine) {
		return nk_done();
	}
	NK_TRY(nk_arena_dup(x->arena, name, &kept, err));
	NK_TRY(nk_vec_push(&x->names, &room, err));
	memcpy(room, &kept.ptr, sizeof(kept.ptr));
	return nk_done();
}

/* Only this user's files of a folder that all share. */
static NK_RESULT leave_strangers_out(struct nk_sweeping *s, struct nk_place *p, struct nk_err *err)
{
	const struct nk_env *const env = s->flow->env;
	struct strangers x = { .arena = s->arena, .dir = p->path };
	const char **list = NULL;
	nk_rc rc;

	nk_vec_init(&x.names, sizeof(const char *), NAMES_MAX);
	rc = env->list(env->self, p->path, note_stranger, &x, err);
	list = nk_ok(rc) ? nk_vec_keep(&x.names, s->arena) : NULL;
	if (nk_ok(rc) && list == NULL) {
		rc = nk_fail_nomem(err);
	}
	p->skip = list;
	p->n_skip = x.names.len;
	nk_vec_done(&x.names);
	return rc;
}

static NK_RESULT add_shared(struct nk_sweeping *s, const char *path, const char *label, struct nk_err *err)
{
	const size_t before = s->n_places;
	bool mine = false;

	NK_TRY(add(s, NK_PLACE_EXTRA, path, label, err));
	return s->n_places == before || nk_os_kind_of(s->places[before].path, &mine) != NK_OS_FOLDER
		? nk_done()
		: leave_strangers_out(s, &s->places[before], err);
}

static NK_RESULT leave_out(struct nk_sweeping *s, const char *what, bool off, struct nk_err *err)
{
	struct nk_sweep_left left = { .off = off };
	void *room = NULL;

	NK_TRY(nk_arena_dup(s->arena, nk_str_c(what), &left.path, err));
	NK_TRY(nk_vec_push(&s->left_out, &room, err));
	memcpy(room, &left, sizeof(left));
	s->off += off ? 1 : 0;
	return nk_done();
}

/* Where this user cannot write, nothing of his can have come to lie, and no control can be planted. */
static NK_RESULT add_default(struct nk_sweeping *s, const char *path, const char *label, struct nk_err *err)
{
	unsigned mode = 0;
	bool mine = false;
	struct nk_err why;

	if (nk_ok(nk_os_file_mode(path, &mode, &mine, &why)) && (mine || (mode & 02) != 0)) {
		return add_shared(s, path, label, err);
	}
	return leave_out(s, path, false, err);
}

struct class_of_place {
	const struct nk_config_words *given;
	const char *label;
	const char *presets[3];
};

static NK_RESULT add_class(struct nk_sweeping *s, const struct class_of_place *c, struct nk_err *err)
{
	for (size_t i = 0; i < c->given->n; i++) {
		const bool off = nk_str_eq(c->given->word[i], NK_STR("none"));

		NK_TRY(off ? leave_out(s, c->label, true, err) : add_shared(s, c->given->word[i].ptr, c->label, err));
	}
	for (size_t i = 0; c->given->n == 0 && i < NK_ARRAY_LEN(c->presets); i++) {
		if (c->presets[i] != NULL) {
			NK_TRY(add_default(s, c->presets[i], c->label, err));
		}
	}
	return nk_done();
}

const struct nk_own_place nk_own_places[NK_OWN_PLACES] = { { NK_PLACE_STORE, "store", "store" }, { NK_PLACE_VAULT, "vault", "vault" },
	{ NK_PLACE_LEDGER, "ledger", "ledger" }, { NK_PLACE_HOME, ".", "home" } };

static NK_RESULT add_own(struct nk_sweeping *s, struct nk_err *err)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < NK_OWN_PLACES; i++) {
		nk_flow_path(s->flow, nk_own_places[i].name, path);
		NK_TRY(add(s, nk_own_places[i].kind, path, nk_own_places[i].label, err));
	}
	return nk_done();
}

NK_RESULT nk_sweep_place(struct nk_sweeping *s, const char *path, const char *label, struct nk_err *err)
{
	char home[PATH_MAX];
	char real[PATH_MAX];

	NK_TRY(nk_os_real_path(path, real, err));
	NK_TRY(nk_os_real_path(s->flow->home, home, err));
	return nk_sweep_inside(nk_str_c(real), nk_str_c(home)) ? add_own(s, err)
							       : add(s, NK_PLACE_EXTRA, real, label, err);
}

NK_RESULT nk_sweep_places(struct nk_sweeping *s, const struct nk_sweep_request *req, struct nk_err *err)
{
	const struct nk_config *const c = s->flow->config;
	const struct class_of_place classes[] = {
		{ &c->sweep_temp, "temp", { "/tmp", "/var/tmp", req->temp_dir } },
		{ &c->sweep_logs, "logs", { "/var/log/nokosazu", NULL, NULL } },
		{ &c->sweep_crash, "crash", { "/var/crash", "/var/lib/systemd/coredump", NULL } },
	};

	for (size_t i = 0; i < req->n_places; i++) {
		NK_TRY(nk_sweep_place(s, req->places[i], "given", err));
	}
	if (req->n_places > 0) {
		return nk_done();
	}
	NK_TRY(add_own(s, err));
	for (size_t i = 0; i < c->sweep_places.n; i++) {
		NK_TRY(add(s, NK_PLACE_EXTRA, c->sweep_places.word[i].ptr, "configured", err));
	}
	if (c->cases.drop.len > 0 && nk_os_is_folder(c->cases.drop.ptr)) {
		NK_TRY(add_shared(s, c->cases.drop.ptr, "drop", err)); /* others' files there are doubts that nobody has taken in yet */
	}
	for (size_t i = 0; !req->installation_only && i < NK_ARRAY_LEN(classes); i++) {
		NK_TRY(add_class(s, &classes[i], err));
	}
	return nk_done();
}

NK_RESULT nk_sweep_places_digest(struct nk_sweeping *s, char out[static 2 * NK_HASH_LEN + 1], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_bytes parts[2] = { nk_str_bytes(NK_STR("nokosazu sweep places 1")) };
	struct nk_hash digest;

	nk_buf_init(&text, (size_t)NK_SWEEP_PLACES_MAX * (PATH_MAX + 64));
	for (size_t i = 0; i < s->n_places; i++) {
		NK_TRY(nk_buf_printf(&text, err, "%s %s\n", nk_place_kind_name(s->places[i].kind), s->places[i].path));
	}
	parts[1] = nk_buf_bytes(&text);
	nk_blake(s->flow->key[NK_HOUSE_DIGEST], parts, 2, &digest);
	nk_hex_print(digest.b, sizeof(digest.b), out);
	return nk_done();
}
