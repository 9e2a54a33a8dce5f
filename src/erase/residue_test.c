/*
 * residue_test.c: what is left of somebody is found wherever it lies, and what could not be looked at is never clean.
 * All persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "residue.h"

#include "kana.h"
#include "kit_store.h"

#include <sys/stat.h>

enum { GENKI, ICHI, HANAKO, ICHIRO, ALL };

struct world {
	struct kit_store k;
	struct nk_people *people;
	struct nk_person persons[ALL];
	struct nk_arena *arena;
	struct nk_residue_pattern *patterns;
	size_t n_patterns;
};

static void world_done(struct world *w)
{
	nk_people_free(&w->people);
	nk_arena_free(&w->arena);
	kit_store_done(&w->k);
}

/* Genki and Ichi leave. Hanako has the name of nobody; Ichiro's name and login contain Ichi's, and one more Genki
 * stays. */
static void world_new(struct world *w)
{
	const uint32_t leave[] = { 1, 2 };
	struct nk_err err = { 0 };

	kit_store_new(&w->k);
	w->people = kit_people_open(&w->k);
	w->persons[GENKI] = kit_person("s2025001", "髙橋", "元気", "タカハシ", "ゲンキ");
	w->persons[GENKI].field[NK_FIELD_MAIL] = NK_STR("Genki.T@example.ed.jp");
	w->persons[GENKI].field[NK_FIELD_STUDENT_NUMBER] = NK_STR("N-77120");
	w->persons[GENKI].field[NK_FIELD_MASTER_ID] = NK_STR("7712");
	w->persons[ICHI] = kit_person("s2025002", "森", "一", "モリ", "ハジメ");
	w->persons[HANAKO] = kit_person("s2025003", "高橋", "元気", "タカハシ", "ゲンキ");
	w->persons[ICHIRO] = kit_person("s20250021", "森", "一郎", "モリ", "イチロウ");
	kit_people_add(&w->k, w->people, w->persons, ALL);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, 64 << 20, &w->arena, &err), &err);
	kit_ok(nk_residue_patterns(w->people, leave, 2, w->arena, &w->patterns, &w->n_patterns, &err), &err);
}

static void put_bytes(struct world *w, const char *name, const void *bytes, size_t len)
{
	struct nk_err err = { 0 };

	kit_ok(nk_env_write_new(w->k.env, kit_path(&w->k.tmp, name), nk_bytes_of(bytes, len), &err), &err);
}

static void put(struct world *w, const char *name, const char *text)
{
	put_bytes(w, name, text, strlen(text));
}

static void folder(struct world *w, const char *name)
{
	struct nk_err err = { 0 };

	kit_ok(w->k.env->mkdir(w->k.env->self, kit_path(&w->k.tmp, name), &err), &err);
}

static struct nk_residue_options options(const struct world *w, const struct nk_place *places, size_t n)
{
	return (struct nk_residue_options){
		.places = places, .n_places = n, .patterns = w->patterns, .n_patterns = w->n_patterns
	};
}

static struct nk_residue_report scan_env(
	struct world *w, const struct nk_env *env, const struct nk_residue_options *opt)
{
	struct nk_residue_report report = { .valid = false };
	struct nk_err err = { 0 };

	kit_ok(nk_residue_scan(env, opt, w->arena, &report, &err), &err);
	assert_true(report.valid == nk_residue_is_valid(&report));
	return report;
}

/* One folder of the kind EXTRA. */
static struct nk_residue_report scan_folder(struct world *w, const char *name)
{
	const struct nk_place place = { NK_PLACE_EXTRA, kit_path(&w->k.tmp, name), NK_STR("folder"), NULL, 0 };
	const struct nk_residue_options opt = options(w, &place, 1);

	return scan_env(w, w->k.env, &opt);
}

static bool has_pattern(const struct world *w, uint32_t number, const char *value, bool others)
{
	for (size_t i = 0; i < w->n_patterns; i++) {
		const struct nk_residue_pattern *p = &w->patterns[i];

		if (p->person_number == number && nk_str_eq(p->value, nk_str_c(value))) {
			assert_true(p->also_of_others == others);
			return true;
		}
	}
	return false;
}

static bool spelled_otherwise(const struct world *w, uint32_t number, const char *value)
{
	for (size_t i = 0; i < w->n_patterns; i++) {
		if (w->patterns[i].person_number == number && nk_str_eq(w->patterns[i].value, nk_str_c(value))) {
			return w->patterns[i].folded_of_others;
		}
	}
	return false;
}

static void a_person_is_looked_for_by_everything_that_names_him(void **state)
{
	static const char *const texts[] = { "s2025001", "Genki.T@example.ed.jp", "N-77120" };
	NK_OWNED(world_done) struct world w = { .people = NULL };

	(void)state;
	world_new(&w);
	for (size_t i = 0; i < NK_ARRAY_LEN(texts); i++) {
		assert_true(has_pattern(&w, 1, texts[i], false));
	}
	/* Somebody who stays is spelled 高橋: only 髙橋 counts as Genki's. */
	assert_true(has_pattern(&w, 1, "髙橋 元気", false));
	assert_true(spelled_otherwise(&w, 1, "髙橋 元気"));
	/* A surname alone is nobody. */
	assert_false(has_pattern(&w, 1, "髙橋", false));
	assert_false(has_pattern(&w, 1, "タカハシ", false));
	/* Somebody who stays reads the same. */
	assert_true(has_pattern(&w, 1, "タカハシ ゲンキ", true));
	assert_true(has_pattern(&w, 1, "takahashi genki", true));
	/* Too short ones are given, to be counted. */
	assert_true(has_pattern(&w, 1, "7712", false));
}

static void a_person_is_looked_for_by_the_names_of_before(void **state)
{
	const uint32_t leave[] = { 4 };
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_person now;
	struct nk_err err = { 0 };
	struct nk_tx *tx = NULL;

	(void)state;
	world_new(&w);
	now = *nk_people_by_number(w.people, 4);
	now.field[NK_FIELD_FAMILY] = NK_STR("林");
	now.field[NK_FIELD_FAMILY_KANA] = NK_STR("ハヤシ");
	tx = kit_begin(&w.k);
	kit_ok(nk_people_update(w.people, tx, &now, &err), &err);
	kit_commit(&tx);
	kit_ok(nk_residue_patterns(w.people, leave, 1, w.arena, &w.patterns, &w.n_patterns, &err), &err);
	assert_true(has_pattern(&w, 4, "林 一郎", false));
	assert_true(has_pattern(&w, 4, "森 一郎", false));
	assert_true(has_pattern(&w, 4, "モリ イチロウ", false));
	assert_true(has_pattern(&w, 4, "mori ichirou", false) || has_pattern(&w, 4, "mori ichiro", false));
	assert_false(has_pattern(&w, 4, "森", false));
}

static const char *const everything[] = { "髙橋　元気", "s2025001", "Genki.T@example.ed.jp", "N-77120",
	"Takahashi Genki" };

/* A file that holds every value in one encoding, at odd places, in the middle of a chunk's border. Most of it is no chance: that
 * would be called sealed. */
static void put_everything(struct world *w, const char *name, enum nk_encoding e)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	NK_OWNED(nk_codec_free) struct nk_codec *codec = NULL;
	struct nk_err err = { 0 };

	nk_buf_init(&bytes, 1 << 20);
	if (e != NK_ENC_UTF8) {
		kit_ok(nk_codec_new(NK_ENC_UTF8, e, &codec, &err), &err);
	}
	for (size_t i = 0; i < 256 * 1024 - 40; i++) {
		kit_ok(nk_buf_add_byte(&bytes, (uint8_t)(i < 200 * 1024 ? i * 7 % 61 : i * 7), &err), &err);
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(everything); i++) {
		const struct nk_str text = nk_str_c(everything[i]);
		size_t bad = 0;

		kit_ok(codec == NULL ? nk_buf_add_str(&bytes, text, &err)
				     : nk_codec_run(codec, nk_str_bytes(text), &bytes, &bad, &err),
			&err);
		kit_ok(nk_buf_add_byte(&bytes, 0x0a, &err), &err);
	}
	put_bytes(w, name, bytes.ptr, bytes.len);
}

/* The control of the store's place, as a row would hold it. */
struct planting {
	struct world *w;
	bool lie; /* says that it planted, and did not */
};

static NK_RESULT plant(void *arg, const struct nk_place *place, struct nk_str control, struct nk_err *err)
{
	struct planting *p = arg;

	assert_int_equal(place->kind, NK_PLACE_STORE);
	return p->lie
		? nk_done()
		: nk_env_write_new(p->w->k.env, kit_path(&p->w->k.tmp, "place0/row"), nk_str_bytes(control), err);
}

static NK_RESULT unplant(void *arg, const struct nk_place *place, struct nk_err *err)
{
	struct planting *p = arg;

	(void)place;
	return p->w->k.env->unlink(p->w->k.env->self, kit_path(&p->w->k.tmp, "place0/row"), err);
}

static void everything_is_found_in_every_encoding_and_every_kind_of_place(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct planting planting = { .w = &w };
	char paths[NK_PLACE_KIND_COUNT][256];
	struct nk_place places[NK_PLACE_KIND_COUNT];
	struct nk_residue_options opt;
	struct nk_residue_report r;

	(void)state;
	world_new(&w);
	for (unsigned kind = 0; kind < NK_PLACE_KIND_COUNT; kind++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "place%u", kind);
		folder(&w, name);
		(void)snprintf(paths[kind], sizeof(paths[kind]), "%s", kit_path(&w.k.tmp, name));
		(void)snprintf(name, sizeof(name), "place%u/deep", kind);
		folder(&w, name);
		for (unsigned e = 0; e < NK_ENC_COUNT; e++) {
			(void)snprintf(name, sizeof(name), "place%u/deep/file%u", kind, e);
			put_everything(&w, name, (enum nk_encoding)e);
		}
		places[kind] = (struct nk_place){ (enum nk_place_kind)kind, paths[kind], NK_STR("place"), NULL, 0 };
	}
	opt = options(&w, places, NK_PLACE_KIND_COUNT);
	opt.plant = plant;
	opt.unplant = unplant;
	opt.plant_arg = &planting;
	r = scan_env(&w, w.k.env, &opt);
	assert_true(r.valid);
	assert_true(r.patterns > 10);
	for (unsigned kind = 0; kind < NK_PLACE_KIND_COUNT; kind++) {
		/* Four values are Genki's alone, his romaji is also another's; five files and the control's. */
		assert_int_equal(r.places[kind].hits, 4 * NK_ENC_COUNT);
		assert_int_equal(r.places[kind].hits_of_others, NK_ENC_COUNT);
		assert_true(r.places[kind].control_found);
		assert_int_equal(r.places[kind].files, 6);
		assert_int_equal(r.places[kind].unscanned, 0);
	}
	assert_true(nk_str_eq(r.hits[0].file, NK_STR("deep/file0")));
	assert_int_equal(r.hits[0].offset, 256 * 1024 - 40);
	assert_int_equal(r.hits[0].person_number, 1);
	assert_int_equal(r.hits[0].item, NK_ITEM_name);
	/* Nothing of the controls stays. */
	for (unsigned kind = 0; kind < NK_PLACE_KIND_COUNT; kind++) {
		opt.plant = NULL;
		opt.places = &places[kind];
		opt.n_places = 1;
		assert_int_equal(scan_env(&w, w.k.env, &opt).places[0].files, 6);
	}
}

static void a_control_that_is_not_found_makes_the_scan_invalid(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct planting planting = { .w = &w, .lie = true };
	struct nk_residue_options opt;
	struct nk_place place;
	struct nk_residue_report r;

	(void)state;
	world_new(&w);
	folder(&w, "place0");
	put(&w, "place0/clean", "nothing");
	place = (struct nk_place){ NK_PLACE_STORE, kit_path(&w.k.tmp, "place0"), NK_STR("store"), NULL, 0 };
	opt = options(&w, &place, 1);
	opt.plant = plant;
	opt.unplant = unplant;
	opt.plant_arg = &planting;
	r = scan_env(&w, w.k.env, &opt);
	assert_false(r.valid);
	assert_false(r.places[0].control_found);
	assert_int_equal(r.places[0].files, 1);
	assert_int_equal(r.places[0].unscanned, 0);
}

/* An env in which nothing can be made in folders of a certain name. */
struct stubborn {
	struct nk_env env;
	const struct nk_env *real;
};

static NK_RESULT stubborn_open(
	void *self, const char *path, enum nk_open_mode mode, int *out_file, struct nk_err *err)
{
	struct stubborn *s = self;
	const struct nk_str p = nk_str_c(path);

	if (mode == NK_OPEN_EXCLUSIVE && nk_str_find(p, NK_STR("readonly")) != SIZE_MAX) {
		return nk_fail(err, NK_DENIED, "no");
	}
	return s->real->open(s->real->self, path, mode, out_file, err);
}

static struct stubborn *stubborn(const struct nk_env *real)
{
	static struct stubborn s;

	s = (struct stubborn){ *real, real };
	s.env.self = &s;
	s.env.open = stubborn_open;
	return &s;
}

static NK_RESULT self_write(void *self, int file, uint64_t at, const void *buf, size_t len, struct nk_err *err)
{
	return ((struct stubborn *)self)->real->write(((struct stubborn *)self)->real->self, file, at, buf, len, err);
}

static NK_RESULT self_random(void *self, void *buf, size_t len, struct nk_err *err)
{
	return ((struct stubborn *)self)->real->random(((struct stubborn *)self)->real->self, buf, len, err);
}

static void what_cannot_be_read_is_unscanned_and_never_clean(void **state)
{
	static const char *const names[] = { "fifo", "inside.zip" };
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct stubborn *s = NULL;
	struct nk_residue_options opt;
	struct nk_residue_report r;
	struct nk_place place;

	(void)state;
	world_new(&w);
	folder(&w, "place");
	put(&w, "place/inside.zip", "PK\003\004 and then nothing of a zip");
	put(&w, "place/good", "s2025001");
	assert_int_equal(mkfifo(kit_path(&w.k.tmp, "place/fifo"), 0600), 0);
	place = (struct nk_place){ NK_PLACE_HOME, kit_path(&w.k.tmp, "place"), NK_STR("home"), NULL, 0 };
	opt = options(&w, &place, 1);
	s = stubborn(w.k.env);
	s->env.write = self_write;
	s->env.random = self_random;
	r = scan_env(&w, &s->env, &opt);
	assert_false(r.valid);
	assert_true(r.places[0].control_found);
	assert_int_equal(r.places[0].unscanned, NK_ARRAY_LEN(names));
	assert_int_equal(r.places[0].files, 2); /* and the control's */
	assert_int_equal(r.places[0].hits, 1);
	assert_int_equal(r.n_unscanned, NK_ARRAY_LEN(names));
	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		assert_true(nk_str_eq(r.unscanned[i].file, nk_str_c(names[i])));
	}
}

static void a_place_into_which_nothing_can_be_planted_is_not_valid(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct stubborn *s = NULL;
	struct nk_residue_options opt;
	struct nk_residue_report r;
	struct nk_place place;

	(void)state;
	world_new(&w);
	folder(&w, "readonly");
	put(&w, "readonly/file", "s2025001");
	place = (struct nk_place){ NK_PLACE_TARGET_FILES, kit_path(&w.k.tmp, "readonly"), NK_STR("files"), NULL, 0 };
	opt = options(&w, &place, 1);
	s = stubborn(w.k.env);
	s->env.write = self_write;
	s->env.random = self_random;
	r = scan_env(&w, &s->env, &opt);
	assert_false(r.valid);
	assert_int_equal(r.places[0].hits, 1);
	r = scan_folder(&w, "does-not-exist");
	assert_false(r.valid);
	assert_int_equal(r.places[0].unscanned, 1);
}

static void a_value_of_somebody_who_stays_is_no_finding(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_residue_report r;

	(void)state;
	world_new(&w);
	folder(&w, "place");
	put(&w, "place/shared", "タカハシ ゲンキ");
	r = scan_folder(&w, "place");
	assert_true(r.valid);
	assert_int_equal(r.places[0].hits, 0);
	assert_int_equal(r.places[0].hits_of_others, 1);
	/* Ichiro stays, and his name begins with Ichi's. */
	put(&w, "place/longer", "森 一郎,s20250021;森　一郎");
	r = scan_folder(&w, "place");
	assert_int_equal(r.places[0].hits, 0);
	assert_int_equal(r.places[0].hits_of_others,
		2); /* the shared one, and a number in a longer one; names are found whole */
	put(&w, "place/own", "森 一,s2025002;森一 郎");
	r = scan_folder(&w, "place");
	assert_int_equal(r.places[0].hits, 2); /* with a blank anywhere in it, 森一郎 is Ichiro's */
}

static void a_files_name_is_looked_into_and_withheld(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_residue_report r;

	(void)state;
	world_new(&w);
	folder(&w, "place");
	folder(&w, "place/髙橋元気");
	put(&w, "place/髙橋元気/notice.txt", "s2025001");
	r = scan_folder(&w, "place");
	assert_int_equal(r.places[0].hits, 2);
	assert_true(nk_str_eq(nk_str_c(r.hits[0].encoding), NK_STR("file-name")));
	for (size_t i = 0; i < 2; i++) {
		assert_true(nk_str_find(r.hits[i].file, NK_STR("橋元気")) == SIZE_MAX);
		assert_true(nk_str_ends(r.hits[i].file, NK_STR("notice.txt")));
	}
}

static void a_place_can_be_one_file(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_residue_report r;

	(void)state;
	world_new(&w);
	folder(&w, "place");
	put(&w, "place/one", "s2025001");
	put(&w, "place/beside", "s2025001");
	r = scan_folder(&w, "place/one");
	assert_true(r.valid);
	assert_int_equal(r.places[0].hits, 1);
	assert_int_equal(r.places[0].files, 2); /* and the control's */
	r = scan_folder(&w, "place");
	assert_int_equal(r.places[0].files, 3);
}

static void the_home_is_what_its_own_places_are_not(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_residue_options opt;
	struct nk_residue_report r;
	struct nk_place place;

	(void)state;
	world_new(&w);
	folder(&w, "home");
	folder(&w, "home/vault");
	folder(&w, "home/deep");
	folder(&w, "home/deep/vault");
	put(&w, "home/vault/left-to-its-own-place", "s2025001");
	put(&w, "home/deep/vault/not-a-place", "s2025001");
	place = (struct nk_place){ NK_PLACE_HOME, kit_path(&w.k.tmp, "home"), NK_STR("home"), NULL, 0 };
	opt = options(&w, &place, 1);
	r = scan_env(&w, w.k.env, &opt);
	assert_int_equal(r.places[0].hits, 1);
	assert_true(nk_str_eq(r.hits[0].file, NK_STR("deep/vault/not-a-place")));
}

static void two_leavers_in_one_file_name_or_one_escaped_run_are_two(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_residue_report r;

	(void)state;
	world_new(&w);
	folder(&w, "place");
	put(&w, "place/s2025001 s2025002.txt", "nothing");
	r = scan_folder(&w, "place");
	assert_int_equal(r.places[0].hits, 2);
	/* A longer number of somebody who stays in the same name hides neither. */
	put(&w, "place/s20250021 s2025001.txt", "nothing");
	r = scan_folder(&w, "place");
	assert_true(r.places[0].hits >= 3);
	put(&w, "place/escaped",
		"{\"a\":\"\\u0073\\u0032\\u0030\\u0032\\u0035\\u0030\\u0030\\u0031\\u0020"
		"\\u0073\\u0032\\u0030\\u0032\\u0035\\u0030\\u0030\\u0032\"}");
	assert_int_equal(scan_folder(&w, "place").places[0].hits, r.places[0].hits + 2);
}

static void no_places_prove_nothing(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_residue_options opt;

	(void)state;
	world_new(&w);
	opt = options(&w, NULL, 0);
	assert_false(scan_env(&w, w.k.env, &opt).valid);
}

static NK_RESULT plant_row(void *arg, const struct nk_place *place, struct nk_str control, struct nk_err *err)
{
	struct kit_store *k = arg;
	struct nk_tx *tx = kit_begin(k);
	struct nk_stmt *stmt = NULL;

	(void)place;
	NK_TRY(nk_stmt_get(k->store, "INSERT INTO control(value) VALUES (?1)", &stmt, err));
	nk_stmt_blob(stmt, 1, nk_str_bytes(control));
	NK_TRY(nk_stmt_run(stmt, err));
	nk_stmt_put(&stmt);
	return nk_tx_commit(&tx, err);
}

static NK_RESULT unplant_row(void *arg, const struct nk_place *place, struct nk_err *err)
{
	struct kit_store *k = arg;

	(void)place;
	(void)err;
	kit_exec(k, "DELETE FROM control WHERE 1 = 1");
	return nk_done();
}

static void our_own_store_holds_nothing_readable_of_anybody(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	struct nk_residue_options opt;
	struct nk_residue_report r;
	struct nk_place places[3];

	(void)state;
	world_new(&w);
	places[0] = (struct nk_place){ NK_PLACE_STORE, w.k.tmp.dir, NK_STR("store"), NULL, 0 };
	places[1] = (struct nk_place){ NK_PLACE_VAULT, w.k.vault_dir, NK_STR("vault"), NULL, 0 };
	places[2] = (struct nk_place){ NK_PLACE_VAULT, w.k.copy_dir, NK_STR("second place"), NULL, 0 };
	opt = options(&w, places, 3);
	opt.plant = plant_row;
	opt.unplant = unplant_row;
	opt.plant_arg = &w.k;
	r = scan_env(&w, w.k.env, &opt);
	assert_true(r.valid);
	assert_int_equal(nk_residue_hits(&r), 0);
	assert_true(r.places[0].files > 3 && r.places[0].bytes > 10000);
}

static void somebody_who_is_not_there_cannot_be_looked_for(void **state)
{
	NK_OWNED(world_done) struct world w = { .people = NULL };
	const uint32_t nobody[] = { 99 };
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	kit_fails(nk_residue_patterns(w.people, nobody, 1, w.arena, &w.patterns, &w.n_patterns, &err), NK_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_is_looked_for_by_everything_that_names_him),
		cmocka_unit_test(a_person_is_looked_for_by_the_names_of_before),
		cmocka_unit_test(everything_is_found_in_every_encoding_and_every_kind_of_place),
		cmocka_unit_test(a_control_that_is_not_found_makes_the_scan_invalid),
		cmocka_unit_test(what_cannot_be_read_is_unscanned_and_never_clean),
		cmocka_unit_test(a_place_into_which_nothing_can_be_planted_is_not_valid),
		cmocka_unit_test(a_value_of_somebody_who_stays_is_no_finding),
		cmocka_unit_test(a_files_name_is_looked_into_and_withheld),
		cmocka_unit_test(a_place_can_be_one_file),
		cmocka_unit_test(the_home_is_what_its_own_places_are_not),
		cmocka_unit_test(two_leavers_in_one_file_name_or_one_escaped_run_are_two),
		cmocka_unit_test(no_places_prove_nothing),
		cmocka_unit_test(our_own_store_holds_nothing_readable_of_anybody),
		cmocka_unit_test(somebody_who_is_not_there_cannot_be_looked_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
