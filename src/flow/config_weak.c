/*
 * config_weak.c: is a configuration weaker than what was shipped? One table of keys and of the direction in which each holds
 * back less.
 *
 * Invariant: nothing here decides; what the operator weakens is written into the ledger at the first change after it
 * (settings.c), and every statement says so while it is.
 */
#include "base.h"
#include "config.h"

#include "custody.h"

enum direction { HIGHER_IS_WEAKER, LOWER_IS_WEAKER };

static const struct number {
	const char *section, *key;
	size_t at;
	enum direction direction;
} numbers[] = {
#define G(key, direction) { "guard", #key, offsetof(struct nk_config, guard.key), direction }
#define P(key, direction) { "guard", #key, offsetof(struct nk_config, plan_guard.key), direction }
#define C(section, key, member, direction) { section, #key, offsetof(struct nk_config, member), direction }
	G(floor, LOWER_IS_WEAKER),
	G(cell_percent, HIGHER_IS_WEAKER),
	G(cell_small, HIGHER_IS_WEAKER),
	G(cell_season_percent, HIGHER_IS_WEAKER),
	G(entry_percent, HIGHER_IS_WEAKER),
	G(scheme_percent, HIGHER_IS_WEAKER),
	G(scheme_season_percent, HIGHER_IS_WEAKER),
	G(name_percent, HIGHER_IS_WEAKER),
	G(leave_percent, HIGHER_IS_WEAKER),
	G(leave_number, HIGHER_IS_WEAKER),
	G(small_percent, HIGHER_IS_WEAKER),
	G(season_percent, HIGHER_IS_WEAKER),
	G(least_percent, LOWER_IS_WEAKER),
	G(least_season_percent, LOWER_IS_WEAKER),
	G(window_days, LOWER_IS_WEAKER),
	P(suspend_percent, HIGHER_IS_WEAKER),
	P(suspend_number, HIGHER_IS_WEAKER),
	P(group_percent, HIGHER_IS_WEAKER),
	P(change_percent, HIGHER_IS_WEAKER),
	P(attribute_percent, HIGHER_IS_WEAKER),
	P(lost_percent, HIGHER_IS_WEAKER),
	C("guard", suspend_season_percent, suspend_season_percent, HIGHER_IS_WEAKER),
	C("guard", erase_percent, erase_percent, HIGHER_IS_WEAKER),
	C("guard", erase_number, erase_number, HIGHER_IS_WEAKER),
	C("guard", erase_season_percent, erase_season_percent, HIGHER_IS_WEAKER),
	C("training", pass_percent, train_percent, LOWER_IS_WEAKER),
	C("training", test_days, train_days, HIGHER_IS_WEAKER),
	C("training", read_days, read_days, HIGHER_IS_WEAKER),
	C("carry", until_days, carry_days, HIGHER_IS_WEAKER),
#undef G
#undef P
#undef C
};

/* Roles that sign each kind of warrant: all of those of warrants.rows, or it is weaker. */
static const struct words {
	const char *key;
	size_t at;
} warrants[] = {
	{ "access", offsetof(struct nk_config, needs.access) },
	{ "change", offsetof(struct nk_config, needs.change) },
	{ "egress", offsetof(struct nk_config, needs.egress) },
	{ "exception", offsetof(struct nk_config, needs.exception) },
	{ "order", offsetof(struct nk_config, needs.order) },
	{ "release", offsetof(struct nk_config, needs.release) },
};

#define TRAINED "egress,release" /* what needs a pass when nothing is said: training_state.c */

_Static_assert(NK_ARRAY_LEN(numbers) + NK_ARRAY_LEN(warrants) + 1 <= NK_CONFIG_WEAK, "room for every row");

static uint32_t number_at(const struct nk_config *c, size_t at)
{
	uint32_t n = 0;

	memcpy(&n, (const char *)c + at, sizeof(n));
	return n;
}

static struct nk_str words_at(const struct nk_config *c, size_t at)
{
	struct nk_str s;

	memcpy(&s, (const char *)c + at, sizeof(s));
	return nk_str_trim(s);
}

static bool has_word(struct nk_str list, struct nk_str want)
{
	struct nk_str word;

	while (nk_str_cut(&list, nk_str_chr(list, ',') < nk_str_chr(list, ' ') ? ',' : ' ', &word)) {
		if (nk_str_eq(nk_str_trim(word), want)) {
			return true;
		}
	}
	return false;
}

static bool has_all(struct nk_str list, struct nk_str wanted)
{
	struct nk_str word;

	while (nk_str_cut(&wanted, ',', &word)) {
		if (!has_word(list, word)) {
			return false;
		}
	}
	return true;
}

/* Of [training] required_for: "egress:carry" asks for less than "egress", so it is none of it. */
static bool trains_all(const struct nk_config *c)
{
	struct nk_str wanted = NK_STR(TRAINED);
	struct nk_str word;

	while (c->train_for.n > 0 && nk_str_cut(&wanted, ',', &word)) {
		bool found = false;

		for (size_t i = 0; i < c->train_for.n && !found; i++) {
			found = nk_str_eq(c->train_for.word[i], word);
		}
		if (!found) {
			return false;
		}
	}
	return true;
}

static NK_RESULT train_words(const struct nk_config *c, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < c->train_for.n; i++) {
		NK_TRY(nk_buf_printf(out, err, "%s%.*s", i > 0 ? " " : "", NK_FMT(c->train_for.word[i])));
	}
	return nk_done();
}

struct weak_list {
	struct nk_arena *arena;
	struct nk_config_weaker *rows;
	size_t n;
};

static NK_RESULT weak_numbers(const struct nk_config *c, const struct nk_config *shipped, struct weak_list *l, struct nk_err *err)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(numbers); i++) {
		const uint32_t now = number_at(c, numbers[i].at);
		const uint32_t was = number_at(shipped, numbers[i].at);
		struct nk_config_weaker *const r = &l->rows[l->n];

		if (numbers[i].direction == HIGHER_IS_WEAKER ? now <= was : now >= was) {
			continue;
		}
		*r = (struct nk_config_weaker){ .section = numbers[i].section, .key = numbers[i].key };
		NK_TRY(nk_arena_printf(l->arena, &r->now, err, "%u", now));
		NK_TRY(nk_arena_printf(l->arena, &r->shipped, err, "%u", was));
		l->n++;
	}
	return nk_done();
}

static NK_RESULT weak_words(const struct nk_config *c, struct weak_list *l, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	for (size_t i = 0; i < NK_ARRAY_LEN(warrants); i++) {
		const struct nk_str now = words_at(c, warrants[i].at);
		const struct nk_str was = nk_str_c(nk_warrant_kind_needs(nk_str_c(warrants[i].key)));

		if (now.len > 0 && !has_all(now, was)) {
			l->rows[l->n++] = (struct nk_config_weaker){ "warrant", warrants[i].key, now, was };
		}
	}
	if (trains_all(c)) {
		return nk_done();
	}
	nk_buf_init(&b, 65536);
	NK_TRY(train_words(c, &b, err));
	l->rows[l->n] = (struct nk_config_weaker){ .section = "training", .key = "required_for", .shipped = NK_STR(TRAINED) };
	NK_TRY(nk_arena_dup(l->arena, nk_buf_str(&b), &l->rows[l->n].now, err));
	l->n++;
	return nk_done();
}

NK_RESULT nk_config_weak(const struct nk_config *config, struct nk_arena *arena,
	struct nk_config_weaker out[static NK_CONFIG_WEAK], size_t *out_n, struct nk_err *err)
{
	NK_OWNED(nk_config_free) struct nk_config *shipped = NULL;
	struct weak_list l = { arena, out, 0 };

	NK_TRY(nk_config_shipped(&shipped, err));
	NK_TRY(weak_numbers(config, shipped, &l, err));
	NK_TRY(weak_words(config, &l, err));
	*out_n = l.n;
	return nk_done();
}

/* What is shipped without a value, and protects once it has one: to take it away is a change like any other. */
static NK_RESULT watched_words(const struct nk_config *c, struct nk_buf *out, struct nk_err *err)
{
	const struct {
		const char *key;
		const struct nk_config_words *words;
	} lists[] = { { "protected", &c->guard_protected }, { "sentinels", &c->guard_sentinels } };

	for (size_t i = 0; i < NK_ARRAY_LEN(lists); i++) {
		NK_TRY(nk_buf_printf(out, err, "\nguard.%s=", lists[i].key));
		for (size_t k = 0; k < lists[i].words->n; k++) {
			NK_TRY(nk_buf_printf(out, err, " %.*s", NK_FMT(lists[i].words->word[k])));
		}
	}
	NK_TRY(nk_buf_printf(out, err, "\nguard.graduates=%u\n", (unsigned)c->guard.graduates));
	for (size_t i = 0; i < c->n_targets; i++) {
		const struct nk_target_settings *const t = &c->targets[i].settings;

		if (t->sentinel.len > 0) {
			NK_TRY(nk_buf_printf(out, err, "target.%.*s.sentinel=%.*s\n", NK_FMT(t->name), NK_FMT(t->sentinel)));
		}
	}
	return nk_done();
}

NK_RESULT nk_config_strength(const struct nk_config *config, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(numbers); i++) {
		NK_TRY(nk_buf_printf(out, err, "%s.%s=%u\n", numbers[i].section, numbers[i].key, number_at(config, numbers[i].at)));
	}
	for (size_t i = 0; i < NK_ARRAY_LEN(warrants); i++) {
		NK_TRY(nk_buf_printf(out, err, "warrant.%s=%.*s\n", warrants[i].key, NK_FMT(words_at(config, warrants[i].at))));
	}
	NK_TRY(nk_buf_add_c(out, "training.required_for=", err));
	NK_TRY(train_words(config, out, err));
	return watched_words(config, out, err);
}
