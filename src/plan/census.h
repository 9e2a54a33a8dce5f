/*
 * census.h: whose are the accounts of a target that we did not make? Read-only, and only ever a proposal.
 *
 * Pure: snapshot, people, links → for each account without a link the persons it may belong to, with a confidence in
 * per cent and the reasons. Compared is what people are looked for by (nk_fold: width, case, kana, variants of kanji
 * unified). Nothing is merged here: a person decides (flow), account by account.
 */
#ifndef NK_CENSUS_H
#define NK_CENSUS_H

#include "link.h"
#include "target.h"

enum { NK_CENSUS_CANDIDATES = 3 };

/* Why an account may be a person's: bits. */
enum nk_census_why {
	NK_CENSUS_LOGIN = 1, /* uid is the login */
	NK_CENSUS_MAIL = 2,
	NK_CENSUS_NUMBER = 4, /* a student, staff, master or source number */
	NK_CENSUS_NAME = 8, /* full name, in the same characters */
	NK_CENSUS_VARIANT = 16, /* full name in other characters: 高 for 髙, width, case */
	NK_CENSUS_KANA = 32, /* reading */
	NK_CENSUS_ROMAJI = 64,
	NK_CENSUS_FORMER = 128, /* a name, login or address the person had before */
	NK_CENSUS_OTHER_NAME = 256, /* a key fits, the name does not: a login that was given twice? */
	NK_CENSUS_SEVERAL = 512, /* fits more than one person */
	NK_CENSUS_LEFT = 1024, /* the person is leaving, or erased (then without a candidate) */
	NK_CENSUS_WHY_COUNT = 11
};
/* nk_census_why_name: "login", "other-name" …, of the i-th bit; nk_census_why_text: a msgid. Static. */
const char *nk_census_why_name(unsigned i);
const char *nk_census_why_text(unsigned i);

enum nk_census_kind {
	NK_CENSUS_NOBODY, /* matches nobody */
	NK_CENSUS_SURE, /* 80 per cent and more, one person */
	NK_CENSUS_LIKELY, /* 50 and more */
	NK_CENSUS_POSSIBLE,
	NK_CENSUS_LEAVER, /* of somebody who left before */
	NK_CENSUS_SERVICE, /* by its name: a program's or an administrator's */
	NK_CENSUS_SHARED, /* by its name: of a room, an office, guests */
	NK_CENSUS_KIND_COUNT
};
/* nk_census_kind_name: "nobody", "sure" …; nk_census_kind_text: a msgid. Static. */
const char *nk_census_kind_name(enum nk_census_kind k);
const char *nk_census_kind_text(enum nk_census_kind k);

struct nk_census_match {
	uint32_t number; /* of the person */
	unsigned confidence; /* per cent */
	unsigned why; /* enum nk_census_why */
};
struct nk_census_account {
	const struct nk_entry *entry;
	enum nk_census_kind kind;
	struct nk_census_match match[NK_CENSUS_CANDIDATES]; /* the best first */
	size_t n;
};
struct nk_census {
	struct nk_census_account *accounts; /* in the order of the snapshot; those of ours are left out */
	size_t n;
	size_t ours;
};

struct nk_census_input {
	const struct nk_people *people;
	const struct nk_snapshot *held;
	const struct nk_links *links; /* of this target */
	const struct nk_links *const *former; /* of every target, for names of before; this one's may be among them */
	size_t n_former;
	struct nk_str people_base; /* itself no account */
	uint8_t seed[16]; /* random: of the map */
	/* nk_gone: was this login an erased person's? may be NULL */
	NK_RESULT (*gone)(void *arg, struct nk_str login, bool *out, struct nk_err *err);
	void *gone_arg;
};
/* nk_census_make: results in `arena` (wiping), pointing into the snapshot. */
NK_RESULT nk_census_make(
	const struct nk_census_input *in, struct nk_arena *arena, struct nk_census *out, struct nk_err *err);

/* nk_census_words: what an account's words say: NOBODY, SERVICE or SHARED. */
enum nk_census_kind nk_census_words(struct nk_str text);

/* census_index.c: who has which text; inside of this floor. */
struct nk_census_index;
struct nk_census_hit {
	uint32_t number; /* 0: nobody */
	bool several;
	unsigned why;
};
NK_RESULT nk_census_index_new(const struct nk_census_input *in, struct nk_census_index **out, struct nk_err *err);
void nk_census_index_free(struct nk_census_index **index);
/* nk_census_look: persons who have this text, appended to hits (struct nk_census_hit). `keys`: a login, address or
 * number; else a name or a reading. */
NK_RESULT nk_census_look(
	struct nk_census_index *index, struct nk_str text, bool keys, struct nk_vec *hits, struct nk_err *err);

#endif
