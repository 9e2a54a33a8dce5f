/*
 * people.h: who they are: sealed records in the store, and all of them decrypted in one locked arena.
 *
 * A record is sealed under the person's own key (AAD = tenant ‖ person id ‖ schema version ‖ epoch), padded to 64
 * bytes. Search, sort, plan, guard and calendar run on the arena; the disk holds no plaintext. Unique identifiers
 * also have keyed tokens. Writes go through a tx of flow's; when that tx does not commit, the handle is stale and
 * must be freed.
 */
#ifndef NK_PEOPLE_H
#define NK_PEOPLE_H

#include "store.h"
#include "vault.h"

enum nk_field {
#define ROW(name, item_class, unique, label) NK_FIELD_##name,
#include "fields.inc"
#undef ROW
	NK_FIELD_COUNT
};

/* Item classes of extents: whose × which items. */
enum nk_item_class {
	NK_ITEM_ids,
	NK_ITEM_login,
	NK_ITEM_mail,
	NK_ITEM_name,
	NK_ITEM_kana,
	NK_ITEM_class,
	NK_ITEM_birth,
	NK_ITEM_password,
	NK_ITEM_COUNT
};

/* What a row of fields.rows says of an item: nk_field_label is a msgid, nk_field_name the lower-case word for JSON
 * and mappings; static. */
enum nk_item_class nk_field_class(enum nk_field f);
bool nk_field_unique(enum nk_field f);
const char *nk_field_label(enum nk_field f);
const char *nk_field_name(enum nk_field f);
/* nk_field_by_name: false when no item has that word. */
bool nk_field_by_name(struct nk_str name, enum nk_field *out);

/* planned → active → suspended → leaving → retained → erased (DESIGN 2). */
enum nk_person_state {
	NK_PERSON_PLANNED,
	NK_PERSON_ACTIVE,
	NK_PERSON_SUSPENDED,
	NK_PERSON_LEAVING,
	NK_PERSON_RETAINED,
	NK_PERSON_ERASED,
	NK_PERSON_STATE_COUNT
};
/* nk_person_state_longer: of two records of one person, what the person is: active, else planned, suspended, leaving, retained. */
enum nk_person_state nk_person_state_longer(enum nk_person_state a, enum nk_person_state b);
/* nk_person_state_name: "planned" and so on; static. */
const char *nk_person_state_name(enum nk_person_state s);

enum nk_role {
	NK_ROLE_STUDENT,
	NK_ROLE_TEACHER,
	NK_ROLE_AIDE,
	NK_ROLE_PRINCIPAL,
	NK_ROLE_ADMINISTRATOR,
	NK_ROLE_GUARDIAN,
	NK_ROLE_STAFF,
	NK_ROLE_OTHER,
	NK_ROLE_COUNT
};
/* nk_role_name: "student" and so on; static. */
const char *nk_role_name(enum nk_role r);

enum {
	NK_PERSON_PROTECTED = 1,
	/* never in a plan that removes */ NK_PERSON_HOLD = 2,
	/* legal hold: never erased */ NK_PERSON_HIDDEN = 4, /* publicFlg false: the source asks for protection */
	NK_PERSON_SOURCE_OFF = 8, /* suspended because the file says so, and not by an operator */
	NK_PERSON_LOGIN_MADE = 16, /* the login was made by our rule: a blank in the source leaves it */
	NK_PERSON_MAIL_MADE = 32, /* the mail likewise */
	NK_PERSON_SHIELDED = 64, /* 支援措置: the site asks for protection; no import changes it */
	NK_PERSON_DATED = 128, /* the three dates were set by hand (person dates): no import and no rule changes them */
};

struct nk_membership {
	struct nk_uuid where; /* unit or group */
	bool is_group;
	bool primary;
	bool staying; /* of the place that somebody has moved away from: holds until `until`, though no source says so */
	enum nk_role role;
	nk_date from;
	nk_date until; /* last day, inclusive; NK_DATE_NONE = open */
	uint32_t number; /* 出席番号, 0 = none */
};

struct nk_person {
	struct nk_uuid id;
	uint32_t number; /* dense, for extents */
	struct nk_slot slot;
	uint32_t version;
	enum nk_person_state state;
	unsigned flags;
	nk_date valid_from; /* 有効開始日 */
	nk_date valid_until; /* 無効開始日: the first day on which the person is not valid */
	nk_date delete_on; /* 削除日: erased on or after this day */
	struct nk_str field[NK_FIELD_COUNT];
	const struct nk_membership *memberships;
	size_t n_memberships;
};

struct nk_unit {
	struct nk_uuid id;
	struct nk_uuid source;
	struct nk_uuid parent; /* nil = none */
	struct nk_str key; /* of the source */
	struct nk_str kind; /* district, school, faculty, department */
	struct nk_str name;
	struct nk_str code;
	nk_date ended_on;
};

struct nk_group {
	struct nk_uuid id;
	struct nk_uuid source;
	struct nk_uuid unit;
	struct nk_str key;
	struct nk_str kind; /* homeroom, scheduled */
	struct nk_str title;
	struct nk_str code;
	struct nk_str grade;
	int school_year;
	nk_date ended_on;
};

struct nk_people;

struct nk_people_options {
	struct nk_uuid tenant;
	const struct nk_key *index_key; /* of the epoch: tokens; copied */
	const struct nk_key *tombstone_key; /* copied */
	bool tokens_lost; /* a restore: the index key is a new one; nk_people_retoken comes next */
};

/*
 * nk_people_open: opens every record of the store into the arena. A record that does not open with a live key, or
 * whose slot is unknown, is NK_CORRUPT with the person's number: never taken for erased. Costs about 4 µs a person.
 */
NK_RESULT nk_people_open(struct nk_store *store, struct nk_vault *vault, const struct nk_people_options *opt,
	struct nk_people **out, struct nk_err *err);
void nk_people_free(struct nk_people **people);
struct nk_store *nk_people_store(struct nk_people *people);

/* Persons that are not erased, in order of number. Pointers are good until the next write or free. */
size_t nk_people_count(const struct nk_people *people);
const struct nk_person *nk_people_at(const struct nk_people *people, size_t i);
const struct nk_person *nk_people_by_id(const struct nk_people *people, struct nk_uuid id);
const struct nk_person *nk_people_by_number(const struct nk_people *people, uint32_t number);
/*
 * nk_people_each: every person in order of number, in a struct that is used again for the next one: no memory per
 * person (nk_people_at and its like keep about 500 bytes for each one they were asked for). Good during the call of
 * `fn` only; `fn` writes nothing.
 */
typedef NK_RESULT nk_person_fn(void *arg, const struct nk_person *person, struct nk_err *err);
NK_RESULT nk_people_each(const struct nk_people *people, nk_person_fn *fn, void *arg, struct nk_err *err);
/* nk_people_unfinished: persons whose key is proven destroyed while the record still stands: an erasure that was cut
 * off; nk_people_erase finishes it. Borrowed until the next write. */
size_t nk_people_unfinished(const struct nk_people *people, const uint32_t **out_numbers);
/* nk_people_by_field: unique fields, and (source, source key) by nk_people_by_source. Exact after NFKC, for LOGIN and
 * MAIL after ASCII case folding too; source and source key by bytes. */
const struct nk_person *nk_people_by_field(const struct nk_people *people, enum nk_field f, struct nk_str value);
const struct nk_person *nk_people_by_source(
	const struct nk_people *people, struct nk_str source, struct nk_str source_key);

/*
 * One person in several records (docs/adr/0015): a record whose item MERGED_INTO is the id of another one is a part of it, one
 * level deep; a head and its parts are the whole. Everything above is by record, but hold and protection: the stricter of the
 * whole is everybody's (nk_people_update writes it, so that a split takes none of it away).
 * nk_people_head: who speaks for this record: itself, when it points to nobody who is there; borrowed as the others.
 * nk_people_head_number: the same by number; one that is unknown is its own. nk_people_is_part: is it another's?
 * nk_people_whole: the head, then the parts by number; at most NK_WHOLE_MAX, at least one. nk_people_is_merged: more than one.
 */
enum { NK_WHOLE_MAX = 16 };
const struct nk_person *nk_people_head(const struct nk_people *people, const struct nk_person *person);
uint32_t nk_people_head_number(const struct nk_people *people, uint32_t number);
bool nk_people_is_part(const struct nk_people *people, const struct nk_person *person);
size_t nk_people_whole(const struct nk_people *people, uint32_t number, uint32_t out[static NK_WHOLE_MAX]);
bool nk_people_is_merged(const struct nk_people *people, uint32_t number);
/* nk_people_is_orphan: points to somebody who is not there: a restore makes it point to nobody. */
bool nk_people_is_orphan(const struct nk_people *people, const struct nk_person *person);
/* nk_people_whole_dates: state and dates of the whole in *io (a copy of one record): valid while one record is, earliest begin,
 * latest end, erased on the later day; no end is later than any. */
void nk_people_whole_dates(const struct nk_people *people, struct nk_person *io);

/*
 * nk_former_next: a person's names of before, the newest first: begin with *rest = p->field[NK_FIELD_FORMER]. *out has the items
 * FAMILY to GIVEN_ROMAJI (slices of the record) and nothing else; until when it was the name (0: not known). False: no more.
 * nk_people_update writes them, whoever changes a name; at most NK_FORMER_MAX and 4,096 bytes of them, the oldest make room.
 * nk_former_add: one more that a source tells, appended to `out` (wiping); put into the item FORMER of a new or changed person it
 * joins those that are there. nk_former_known: is each name of `list` one of before, or part of the name that `field` is?
 */
enum { NK_FORMER_MAX = 16 };
bool nk_former_next(struct nk_str *rest, nk_time *out_until, struct nk_person *out);
NK_RESULT nk_former_add(const struct nk_person *name, nk_time until, struct nk_buf *out, struct nk_err *err);
bool nk_former_known(const struct nk_str field[static NK_FIELD_COUNT], struct nk_str list);

/*
 * nk_people_search: all blank-separated words (at most 8, else NK_LIMIT) occur in kanji, kana, romaji, login, ids or
 * mail (folded: nk_fold; hiragana finds katakana). Sorted by kana. At most `max`; *out_total is the true number. No
 * word: everybody. Records of one person: the head, once. The first search after a write makes its text anew (about 6
 * µs a person), later ones take about 50 ns a person.
 */
NK_RESULT nk_people_search(const struct nk_people *people, struct nk_str query, size_t max,
	const struct nk_person **out, size_t *out_n, size_t *out_total, struct nk_err *err);
/* nk_person_shown: preferred name if there is one, else the legal one: "髙橋 元気" with one blank; into a wiping
 * buffer. kana: the reading. */
NK_RESULT nk_person_shown(const struct nk_person *p, bool kana, struct nk_buf *out, struct nk_err *err);
/* nk_person_hidden: protected by the source or the site: name, class and photo are for nobody outside of here. */
bool nk_person_hidden(const struct nk_person *p);
/* nk_person_listed: as nk_person_shown, but a protected person is "#123" (kana: nothing): for every list, export and
 * preview; only what shows one person by key, and the scanner, use nk_person_shown. */
NK_RESULT nk_person_listed(const struct nk_person *p, bool kana, struct nk_buf *out, struct nk_err *err);
/* nk_person_active_on: state and dates say that the person is valid on that day. */
bool nk_person_active_on(const struct nk_person *p, nk_date day);

/*
 * nk_people_add: many new persons at once: id, number, slot and keys are set by the caller (nk_people_next_number;
 * slots from nk_vault_add). NK_EXISTS names the field (not the value) and the two numbers when a unique identifier is
 * taken; NK_CONFLICT: a tombstone blocks the login.
 */
NK_RESULT nk_people_add(struct nk_people *people, struct nk_tx *tx, const struct nk_person *persons,
	const struct nk_key *keys, size_t n, struct nk_err *err);
uint32_t nk_people_next_number(const struct nk_people *people);
/* nk_people_update: version + 1, sealed anew under the same key, tokens changed. A name that changes becomes one of before
 * (nk_former_next); what the caller says of the item FORMER can only add to it. */
NK_RESULT nk_people_update(
	struct nk_people *people, struct nk_tx *tx, const struct nk_person *person, struct nk_err *err);
/* nk_people_erase: record to NULL, tokens removed, arena wiped of it. The key is destroyed by the vault, before. Also
 * for persons that no longer open. */
NK_RESULT nk_people_erase(
	struct nk_people *people, struct nk_tx *tx, const uint32_t *numbers, size_t n, struct nk_err *err);
/* nk_people_retoken: all tokens anew under another index key (epoch rotation). */
NK_RESULT nk_people_retoken(
	struct nk_people *people, struct nk_tx *tx, const struct nk_key *index_key, struct nk_err *err);
/* nk_people_pseudonym: P = MAC(person's ledger sub-key, id): unlinkable once the key is gone. */
NK_RESULT nk_people_pseudonym(
	struct nk_people *people, const struct nk_person *p, uint8_t out[static NK_MAC_LEN], struct nk_err *err);
/* nk_people_each_slot: slots that the store refers to (persons, links, contacts, system keys), to find the vault's
 * unreferenced ones. */
NK_RESULT nk_people_each_slot(struct nk_store *store, nk_vault_slot_fn *fn, void *arg, struct nk_err *err);

/* Tombstones: keyed, with a last day; of logins and of mail addresses, which block each other. */
/* nk_tombstone_leave: login and mail of a person who goes; *out_n: how many there were, added up. */
NK_RESULT nk_tombstone_leave(struct nk_people *people, struct nk_tx *tx, const struct nk_person *p, nk_date until,
	uint64_t *out_n, struct nk_err *err);
NK_RESULT nk_tombstone_add(
	struct nk_people *people, struct nk_tx *tx, struct nk_str login, nk_date until, struct nk_err *err);
NK_RESULT nk_tombstone_has(
	struct nk_people *people, struct nk_str login, nk_date today, bool *out, struct nk_err *err);
NK_RESULT nk_tombstone_expire(struct nk_people *people, struct nk_tx *tx, nk_date today, struct nk_err *err);

/* Units and groups: not about persons, in clear. */
size_t nk_people_units(const struct nk_people *people, const struct nk_unit **out);
size_t nk_people_groups(const struct nk_people *people, const struct nk_group **out);
const struct nk_unit *nk_people_unit(const struct nk_people *people, struct nk_uuid id);
const struct nk_group *nk_people_group(const struct nk_people *people, struct nk_uuid id);
NK_RESULT nk_people_put_unit(struct nk_people *people, struct nk_tx *tx, const struct nk_unit *unit,
	struct nk_err *err); /* by id: insert or update */
NK_RESULT nk_people_put_group(
	struct nk_people *people, struct nk_tx *tx, const struct nk_group *group, struct nk_err *err);

#endif
