/*
 * readback_test.c: absence is believed only from a target that showed what it had to show. A small made-up directory
 * stands in for a target; all persons are made up.
 */
#include "base.h"

#include <cmocka.h>

#include "readback.h"

#include "kit.h"

enum { ENTRIES_MAX = 64, PERSONS = 40 };

/* A directory in memory. */
struct directory {
	struct nk_entry entries[ENTRIES_MAX];
	size_t n;
	bool hides_people; /* the account lost its right to see */
	bool fails;
	bool read_blind; /* a whole read does not show the sentinel */
	unsigned searches;
	unsigned reads;
};

static bool names(const struct nk_entry *e, const struct nk_needle *needle)
{
	if (nk_str_eq(needle->kind, NK_STR("anchor"))) {
		return nk_str_eq(e->anchor, needle->value);
	}
	if (nk_str_ieq(e->key, needle->value)) {
		return true;
	}
	for (size_t a = 0; a < e->n_attrs; a++) {
		for (size_t v = 0; v < e->attrs[a].n; v++) {
			if (nk_str_ieq(e->attrs[a].values[v], needle->value)) {
				return true;
			}
		}
	}
	return false;
}

static struct directory *dir_of(struct nk_target_handle *h)
{
	return (struct directory *)(void *)h;
}

static NK_RESULT dir_find(struct nk_target_handle *h, const struct nk_needle *needles, size_t n, nk_entry_fn *fn,
	void *arg, struct nk_err *err)
{
	struct directory *d = dir_of(h);

	d->searches++;
	if (d->fails) {
		return nk_fail(err, NK_UNAVAILABLE, "the line is dead");
	}
	for (size_t e = 0; e < d->n && !d->hides_people; e++) {
		bool found = false;

		for (size_t i = 0; i < n && !found; i++) {
			found = names(&d->entries[e], &needles[i]);
		}
		if (found) {
			NK_TRY(fn(arg, &d->entries[e], err));
		}
	}
	return nk_done();
}

static NK_RESULT dir_read(
	struct nk_target_handle *h, struct nk_arena *arena, struct nk_snapshot *out, struct nk_err *err)
{
	(void)arena;
	(void)err;
	dir_of(h)->reads++;
	*out = (struct nk_snapshot){ .complete = true, .sentinel_seen = !dir_of(h)->read_blind };
	return nk_done();
}

static void dir_close(struct nk_target_handle **h)
{
	*h = NULL;
}

static const struct nk_target dir_target = {
	.name = "directory", .summary = "", .close = dir_close, .read = dir_read, .find = dir_find
};

struct world {
	struct directory dir;
	struct nk_target_link target;
	char texts[PERSONS][4][64];
	struct nk_link_key keys[PERSONS][3];
	struct nk_link links[PERSONS];
	const struct nk_link *list[PERSONS];
	bool absent[PERSONS];
	struct nk_readback r;
};

static struct nk_str text(char room[64], const char *fmt, unsigned i)
{
	(void)snprintf(room, 64, "%s%02u%s", fmt, i, fmt[0] == 'u' && fmt[1] == 'i' ? ",ou=people,dc=example" : "");
	return nk_str_c(room);
}

static void add_entry(struct world *w, struct nk_entry entry)
{
	assert_true(w->dir.n < ENTRIES_MAX);
	w->dir.entries[w->dir.n++] = entry;
}

static void world_new(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->target = (struct nk_target_link){ &dir_target, (struct nk_target_handle *)(void *)&w->dir };
	add_entry(w, (struct nk_entry){ .kind = NK_OBJECT_CONTAINER, .key = NK_STR("OU=People,dc=example") });
	for (unsigned i = 0; i < PERSONS; i++) {
		w->keys[i][0] = (struct nk_link_key){ .kind = NK_STR("dn"), .value = text(w->texts[i][0], "uid=s", i) };
		w->keys[i][1] = (struct nk_link_key){ .kind = NK_STR("uid"), .value = text(w->texts[i][1], "s", i) };
		w->keys[i][2] = (struct nk_link_key){ .kind = NK_STR("cn"), .value =
			i == 7 ? NK_STR("山田 花子") : text(w->texts[i][2], "山田 ", i) };
		w->links[i] = (struct nk_link){ .person_number = i + 1,
			.anchor = text(w->texts[i][3], "anchor-", i),
			.keys = w->keys[i],
			.n_keys = 3 };
		w->list[i] = &w->links[i];
	}
}

static NK_RESULT run(struct world *w, size_t n, nk_value_taken_fn *taken, struct nk_err *err)
{
	memset(w->absent, 1, sizeof(w->absent));
	return nk_readback_run(&w->target, w->list, n, taken, w, w->absent, &w->r, err);
}

static void run_ok(struct world *w, size_t n, nk_value_taken_fn *taken)
{
	struct nk_err err = { 0 };

	kit_ok(run(w, n, taken, &err), &err);
}

static void everybody_gone_is_absent_by_one_search(void **state)
{
	struct world w;

	(void)state;
	world_new(&w);
	run_ok(&w, PERSONS, NULL);
	assert_true(w.r.sentinel_seen && nk_readback_good(&w.r));
	assert_int_equal(w.r.persons, PERSONS);
	assert_int_equal(w.r.absent, PERSONS);
	assert_int_equal(w.r.keys, PERSONS * 4);
	assert_int_equal(w.dir.searches, 1);
	for (size_t i = 0; i < PERSONS; i++) {
		assert_true(w.absent[i]);
	}
}

static void who_is_still_there_is_told_apart(void **state)
{
	const struct nk_str old_uid = NK_STR("S12");
	const struct nk_attr attrs[] = { { NK_STR("memberUid"), &old_uid, 1 } };
	struct world w;

	(void)state;
	world_new(&w);
	/* Moved away, but the anchor is the same; and one at the old place under another anchor. */
	add_entry(&w,
		(struct nk_entry){ .kind = NK_OBJECT_PERSON,
			.key = NK_STR("uid=x,ou=old,dc=example"),
			.anchor = NK_STR("anchor-03") });
	add_entry(&w,
		(struct nk_entry){ .kind = NK_OBJECT_PERSON,
			.key = NK_STR("UID=s05,ou=people,dc=example"),
			.anchor = NK_STR("other") });
	add_entry(&w,
		(struct nk_entry){ .kind = NK_OBJECT_GROUP,
			.key = NK_STR("cn=club,ou=groups,dc=example"),
			.attrs = attrs,
			.n_attrs = 1 });
	run_ok(&w, PERSONS, NULL);
	assert_int_equal(w.r.present, 2);
	assert_int_equal(w.r.mentions, 1);
	assert_int_equal(w.r.absent, PERSONS - 3);
	assert_false(nk_readback_good(&w.r));
	for (size_t i = 0; i < PERSONS; i++) {
		assert_true(w.absent[i] == (i != 3 && i != 5 && i != 12));
	}
}

static bool hanako_stays(void *arg, struct nk_str kind, struct nk_str value, uint32_t person_number)
{
	(void)arg;
	return nk_str_eq(kind, NK_STR("cn")) && nk_str_eq(value, NK_STR("山田 花子")) && person_number == 8;
}

static void the_name_of_somebody_who_stays_is_no_mention(void **state)
{
	const struct nk_str cn = NK_STR("山田 花子");
	const struct nk_attr attrs[] = { { NK_STR("cn"), &cn, 1 } };
	struct world w;

	(void)state;
	world_new(&w);
	add_entry(&w,
		(struct nk_entry){ .kind = NK_OBJECT_PERSON,
			.key = NK_STR("uid=hanako,ou=people,dc=example"),
			.attrs = attrs,
			.n_attrs = 1 });
	run_ok(&w, PERSONS, hanako_stays);
	assert_true(nk_readback_good(&w.r));
	assert_int_equal(w.r.keys, PERSONS * 4 - 1);
	run_ok(&w, PERSONS, NULL);
	assert_int_equal(w.r.mentions, 1);
	assert_false(w.absent[7]);
}

static void a_target_that_shows_nothing_proves_nothing(void **state)
{
	struct world w;

	(void)state;
	world_new(&w);
	w.dir.hides_people = true;
	run_ok(&w, PERSONS, NULL);
	assert_false(w.r.sentinel_seen);
	assert_false(nk_readback_good(&w.r));
	assert_int_equal(w.r.absent, 0);
	for (size_t i = 0; i < PERSONS; i++) {
		assert_false(w.absent[i]);
	}
}

static void a_target_that_fails_is_an_error(void **state)
{
	struct world w;
	struct nk_err err = { 0 };

	(void)state;
	world_new(&w);
	w.dir.fails = true;
	kit_fails(run(&w, PERSONS, NULL, &err), NK_UNAVAILABLE);
}

static void without_names_the_whole_target_is_read_for_its_sentinel(void **state)
{
	struct world w;

	(void)state;
	world_new(&w);
	for (size_t i = 0; i < PERSONS; i++) {
		w.links[i].keys++;
		w.links[i].n_keys--;
	}
	run_ok(&w, PERSONS, NULL);
	assert_int_equal(w.dir.reads, 1);
	assert_true(nk_readback_good(&w.r));
	w.dir.read_blind = true;
	run_ok(&w, PERSONS, NULL);
	assert_false(w.r.sentinel_seen);
	assert_int_equal(w.r.absent, 0);
}

static void who_has_no_key_cannot_be_asked_for(void **state)
{
	struct world w;

	(void)state;
	world_new(&w);
	w.links[4].n_keys = 0;
	w.links[4].anchor = (struct nk_str){ NULL, 0 };
	run_ok(&w, PERSONS, NULL);
	assert_false(w.absent[4]);
	assert_int_equal(w.r.absent, PERSONS - 1);
	assert_false(nk_readback_good(&w.r));
}

static void nobody_asked_for_is_good(void **state)
{
	struct world w;

	(void)state;
	world_new(&w);
	run_ok(&w, 0, NULL);
	assert_true(nk_readback_good(&w.r));
	assert_int_equal(w.dir.searches, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_gone_is_absent_by_one_search),
		cmocka_unit_test(who_is_still_there_is_told_apart),
		cmocka_unit_test(the_name_of_somebody_who_stays_is_no_mention),
		cmocka_unit_test(a_target_that_shows_nothing_proves_nothing),
		cmocka_unit_test(a_target_that_fails_is_an_error),
		cmocka_unit_test(without_names_the_whole_target_is_read_for_its_sentinel),
		cmocka_unit_test(who_has_no_key_cannot_be_asked_for),
		cmocka_unit_test(nobody_asked_for_is_good),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
