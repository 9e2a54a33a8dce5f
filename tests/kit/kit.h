/*
 * kit.h: what tests need again and again: a deterministic env on the real disk, and a fresh folder.
 *
 * Header only, one copy for each test program, not for threads. Typical:
 *
 *	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
 *	const struct nk_env *env = kit_env();
 *	... kit_path(&tmp, "vault") ...
 */
#ifndef KIT_H
#define KIT_H

#include "base.h"

#include "../../src/os/os.h"

#include <ftw.h>
#include <unistd.h>

/* Where the clock of kit_env starts: 2026-04-01T00:00:00Z. */
#define KIT_START (INT64_C(1775001600) * NK_SECOND)

struct kit_world {
	struct nk_env env;
	nk_time now;
	uint64_t random;
};

static inline nk_time kit_now_(void *self)
{
	return ((struct kit_world *)self)->now;
}

/* splitmix64: good enough to look like chance, the same in every run. Not for keys that matter. */
static inline NK_RESULT kit_random_(void *self, void *buf, size_t len, struct nk_err *err)
{
	struct kit_world *world = self;
	uint8_t *at = buf;

	(void)err;
	for (size_t i = 0; i < len; i++) {
		uint64_t z = (world->random += UINT64_C(0x9e3779b97f4a7c15));

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		at[i] = (uint8_t)(z >> 56);
	}
	return nk_done();
}

static inline struct kit_world *kit_world_(void)
{
	static struct kit_world world;

	if (world.env.now == NULL) {
		world.env = *nk_os_env();
		world.env.self = &world;
		world.env.now = kit_now_;
		world.env.random = kit_random_;
		world.now = KIT_START;
		world.random = 1;
	}
	return &world;
}

/* kit_env: real disk, sockets and mono_ms; the clock stands still and chance is seeded. For the life of the process.
 */
static inline const struct nk_env *kit_env(void)
{
	return &kit_world_()->env;
}

/* kit_clock_set, kit_clock_move: the clock of kit_env, microseconds (kit_clock_move(3 * NK_DAY)). */
static inline void kit_clock_set(nk_time now)
{
	kit_world_()->now = now;
}

static inline void kit_clock_move(nk_time by)
{
	kit_world_()->now += by;
}

/* kit_seed: starts the random numbers of kit_env anew. */
static inline void kit_seed(uint64_t seed)
{
	kit_world_()->random = seed;
}

/* A folder of one test's own; `at` is the room of kit_path's answers (the last eight stay good). */
struct kit_tmp {
	char dir[64];
	char paths[8][256];
	unsigned next;
};

static inline struct kit_tmp kit_tmp(void)
{
	struct kit_tmp tmp = { .dir = "/tmp/nk-test-XXXXXX" };

	nk_assert(mkdtemp(tmp.dir) != NULL);
	return tmp;
}

static inline const char *kit_path(struct kit_tmp *tmp, const char *name)
{
	char *path = tmp->paths[tmp->next++ % 8];
	const size_t dir_len = strlen(tmp->dir);
	const size_t name_len = strlen(name);

	/* Not snprintf: gcc takes two members of one struct for overlapping. */
	nk_assert(dir_len + name_len + 2 <= sizeof(tmp->paths[0]));
	memcpy(path, tmp->dir, dir_len);
	path[dir_len] = '/';
	memcpy(path + dir_len + 1, name, name_len + 1);
	return path;
}

static inline int kit_remove_(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* kit_tmp_done: the folder and all in it are removed. For NK_OWNED. */
static inline void kit_tmp_done(struct kit_tmp *tmp)
{
	if (tmp->dir[0] != '\0') {
		(void)nftw(tmp->dir, kit_remove_, 16, FTW_DEPTH | FTW_PHYS);
		tmp->dir[0] = '\0';
	}
}

/* kit_ok: asserts in a test that a call went well, and prints its error text otherwise. */
#define kit_ok(expr, err)                                                                         \
	do {                                                                                      \
		const nk_rc kit_rc_ = (expr);                                                     \
		if (!nk_ok(kit_rc_)) {                                                            \
			fail_msg("%s: %s: %s", #expr, nk_err_name(kit_rc_.code), (err)->text[0]); \
		}                                                                                 \
	} while (0)

/* kit_fails: asserts that a call fails with this class. */
#define kit_fails(expr, wanted)                                                                            \
	do {                                                                                               \
		const nk_rc kit_rc_ = (expr);                                                              \
		if (kit_rc_.code != (wanted)) {                                                            \
			fail_msg("%s: %s, not %s", #expr, nk_err_name(kit_rc_.code), nk_err_name(wanted)); \
		}                                                                                          \
	} while (0)

#endif
