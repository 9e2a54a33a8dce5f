/*
 * target.h: a connected system behind one small interface; rows in targets.rows, one file target_x.c each. Stage ④.
 *
 * A target speaks in entries: a key (for LDAP the DN), an anchor that never changes (entryUUID), a version
 * (entryCSN), attributes with values. Called only through the nk_target_* wrappers of target.c.
 */
#ifndef NK_TARGET_H
#define NK_TARGET_H

enum { NK_SENTINELS_MAX = 16, NK_PRESENT_MAX = 5 };
enum nk_object_kind { NK_OBJECT_CONTAINER, NK_OBJECT_UNIT, NK_OBJECT_GROUP, NK_OBJECT_PERSON, NK_OBJECT_KIND_COUNT };

struct nk_attr {
	struct nk_str name; /* with options: "sn;lang-ja" */
	const struct nk_str *values; /* as a set: order means nothing */
	size_t n;
};

struct nk_entry {
	enum nk_object_kind kind;
	struct nk_uuid object; /* person, unit or group; nil: not known (a held entry before matching) */
	uint32_t person_number; /* 0: none */
	struct nk_str key; /* DN */
	struct nk_str anchor; /* entryUUID; empty in desired entries */
	struct nk_str version; /* entryCSN; empty in desired entries */
	const struct nk_attr *attrs; /* sorted by name (ASCII case folded) */
	size_t n_attrs;
	bool suspended; /* desired: as an account that cannot be used */
	bool hidden; /* desired: a protected person: what is not written goes, also of a suspended account */
	unsigned present; /* held persons: bit i: has settings.present[i], whose values were not read */
};

/* What a target holds, read to the end. complete = paging ended, no limit hit, the sentinel was seen. */
struct nk_snapshot {
	const struct nk_entry *entries;
	size_t n;
	bool complete;
	bool sentinel_seen;
	uint64_t bytes;
};

enum nk_step_kind {
	NK_STEP_ADD, /* a new entry (attrs) */
	NK_STEP_MODIFY, /* mods */
	NK_STEP_RENAME, /* key → new_key; the old key stays on the link */
	NK_STEP_SUSPEND, /* a MODIFY that takes the account out of use */
	NK_STEP_RESUME,
	NK_STEP_MEMBER_ADD, /* value = member's key; on the group's entry */
	NK_STEP_MEMBER_REMOVE,
	NK_STEP_DELETE,
	NK_STEP_KIND_COUNT
};
/* nk_step_kind_name: "add", "member_remove" and so on; static. */
const char *nk_step_kind_name(enum nk_step_kind k);

enum nk_mod_op { NK_MOD_ADD, NK_MOD_DELETE, NK_MOD_REPLACE };
struct nk_mod {
	enum nk_mod_op op;
	struct nk_attr attr; /* REPLACE with n = 0 removes the attribute */
	struct nk_attr old; /* values that the plan saw, for drift and for the reader */
};

struct nk_step {
	enum nk_step_kind kind;
	enum nk_object_kind object_kind;
	struct nk_uuid object;
	uint32_t person_number;
	struct nk_str key;
	struct nk_str new_key;
	struct nk_str anchor;
	struct nk_str version; /* of the snapshot the step was made from: asserted when applied */
	const struct nk_attr *attrs; /* ADD */
	size_t n_attrs;
	const struct nk_mod *mods;
	size_t n_mods;
	struct nk_str value; /* MEMBER_*: the member's key */
	uint8_t digest[16]; /* under the plan's nonce; set by plan */
};

enum nk_outcome {
	NK_OUTCOME_DONE,
	NK_OUTCOME_CONFLICT, /* drift: exists already, changed since, gone */
	NK_OUTCOME_REFUSED, /* the target will not: schema, policy */
	NK_OUTCOME_UNKNOWN, /* sent, no answer: read back before anything else */
	NK_OUTCOME_NOT_SENT, /* or sent, and the target said "busy": nothing was done, later it will be */
	NK_OUTCOME_COUNT
};
struct nk_step_result {
	enum nk_outcome outcome;
	int code; /* the target's own (LDAP result code) */
	struct nk_str anchor; /* of an entry that an ADD made, in `arena` */
};

/* What open needs; texts come from the configuration's section [target NAME]. */
struct nk_target_settings {
	struct nk_str name;
	struct nk_str uri; /* ldap://host:port, ldaps://…, ldapi://%2Fpath */
	struct nk_str base; /* dc=example,dc=ac,dc=jp */
	struct nk_str people_base, groups_base, units_base; /* ou=people,BASE … */
	struct nk_str bind_dn;
	struct nk_str ca_file;
	bool starttls;
	bool allow_plain; /* simple bind without TLS: only on loopback, for tests and the demo */
	struct nk_str sentinel; /* DNs that a complete read must show, one a branch, separated by ";"; empty: people_base itself */
	struct nk_bytes secret; /* bind password; borrowed during open */
	uint32_t page; /* 1000 */
	uint32_t window; /* operations in flight: 64 */
	uint32_t batch; /* requests in one transaction: 250; 1: no transactions */
	int64_t timeout_ms; /* 30000 */
	const struct nk_attr *wanted; /* attributes to read for persons, groups, units: names only */
	size_t n_wanted;
	const struct nk_str *present; /* attributes of persons of which only is read who has them; at most NK_PRESENT_MAX */
	size_t n_present;
};

struct nk_target_probe {
	char vendor[64];
	char version[64];
	bool transactions; /* RFC 5805 */
	bool assertion; /* RFC 4528 */
	bool password_modify; /* RFC 3062 */
	bool encrypted; /* TLS or ldapi */
	bool bound; /* the bind secret was accepted */
};

struct nk_target_handle;
/* nk_entry_fn: called for each entry; it is good until the call returns. An error ends the search and is passed on.
 */
typedef NK_RESULT nk_entry_fn(void *arg, const struct nk_entry *entry, struct nk_err *err);

/* One thing to look for: kind as in nk_link_key ("dn", "uid", "mail", "cn", "anchor" …). */
struct nk_needle {
	struct nk_str kind;
	struct nk_str value;
};

struct nk_target {
	const char *name; /* type= in the configuration */
	const char *summary; /* msgid */
	NK_RESULT(*open)
	(const struct nk_env *env, const struct nk_target_settings *s, struct nk_target_handle **out,
		struct nk_err *err); /* connects and binds */
	void (*close)(struct nk_target_handle **h); /* accepts half-open */
	NK_RESULT (*probe)(struct nk_target_handle *h, struct nk_target_probe *out, struct nk_err *err);
	/* has: does the schema know this attribute or object class? (subschema, read once) */
	bool (*has)(struct nk_target_handle *h, struct nk_str name);
	/* read: all entries under the three bases into `arena`; NK_INCOMPLETE when it could not be read to its end
	 * (never a short list taken for whole). */
	NK_RESULT(*read)
	(struct nk_target_handle *h, struct nk_arena *arena, struct nk_snapshot *out, struct nk_err *err);
	/* apply: these steps in order, results[i] each; ADD of a group comes with the MEMBER_ADDs that follow it.
	 * Stops sending at the first CONFLICT or UNKNOWN. Good (NK_OK) whenever results tell what happened, a lost
	 * connection included: look at them. An error: nothing was sent. */
	NK_RESULT(*apply)
	(struct nk_target_handle *h, const struct nk_step *steps, size_t n, struct nk_step_result *results,
		struct nk_arena *arena, struct nk_err *err);
	/* set_password: RFC 3062, only over an encrypted connection (NK_DENIED else). */
	NK_RESULT(*set_password)
	(struct nk_target_handle *h, struct nk_str key, struct nk_bytes password, struct nk_err *err);
	/* find: every entry that any needle names, in its DN, any naming attribute (with options), or as a member.
	 * For read-back; asks, does not trust a snapshot. */
	NK_RESULT(*find)
	(struct nk_target_handle *h, const struct nk_needle *needles, size_t n, nk_entry_fn *fn, void *arg,
		struct nk_err *err);
};

/* nk_target_find_type: by type name; NULL. nk_target_types: the list, NULL-terminated. */
const struct nk_target *nk_target_find_type(struct nk_str name);
const struct nk_target *const *nk_target_types(void);

/* The wrappers: one place for limits and checks. A struct nk_target_link is an open target. */
struct nk_target_link {
	const struct nk_target *type;
	struct nk_target_handle *handle;
};
NK_RESULT nk_target_open(const struct nk_env *env, const struct nk_target *type, const struct nk_target_settings *s,
	struct nk_target_link **out, struct nk_err *err);
void nk_target_close(struct nk_target_link **t);
NK_RESULT nk_target_probe(struct nk_target_link *t, struct nk_target_probe *out, struct nk_err *err);
bool nk_target_has(struct nk_target_link *t, struct nk_str name);
NK_RESULT nk_target_read(
	struct nk_target_link *t, struct nk_arena *arena, struct nk_snapshot *out, struct nk_err *err);
NK_RESULT nk_target_apply(struct nk_target_link *t, const struct nk_step *steps, size_t n,
	struct nk_step_result *results, struct nk_arena *arena, struct nk_err *err);
NK_RESULT nk_target_set_password(
	struct nk_target_link *t, struct nk_str key, struct nk_bytes password, struct nk_err *err);
NK_RESULT nk_target_find(struct nk_target_link *t, const struct nk_needle *needles, size_t n, nk_entry_fn *fn,
	void *arg, struct nk_err *err);

#endif
