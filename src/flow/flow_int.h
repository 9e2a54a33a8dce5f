/*
 * flow_int.h: the inside of struct nk_flow, for the files of this floor only.
 */
#ifndef NK_FLOW_INT_H
#define NK_FLOW_INT_H

#include "config.h"
#include "custody.h"
#include "flow.h"
#include "ledger.h"
#include "link.h"
#include "os.h"
#include "people.h"
#include "plan.h"
#include "store.h"
#include "store_tx.h"
#include "vault.h"

/* The house's own keys: slots of kind SYSTEM, by name (table system_key). */
enum nk_house_key {
	NK_HOUSE_LEDGER,
	NK_HOUSE_CERT,
	NK_HOUSE_LOG,
	NK_HOUSE_INDEX,
	NK_HOUSE_TOMBSTONE,
	NK_HOUSE_SECRET,
	NK_HOUSE_DIGEST,
	NK_HOUSE_KEY_COUNT
};

struct nk_flow {
	const struct nk_env *env;
	struct nk_env clock; /* the environment, with its clock ahead, when the clock is simulated */
	bool simulated;
	bool write;
	bool keep_pending; /* slots were made that later transactions will name: commits leave the mark */
	char home[PATH_MAX];
	int lock;
	struct nk_config *config;
	struct nk_store *store;
	struct nk_vault *vault;
	struct nk_key *key[NK_HOUSE_KEY_COUNT]; /* locked memory */
	struct nk_slot key_slot[NK_HOUSE_KEY_COUNT];
	struct nk_ledger *ledger;
	struct nk_people *people; /* opened on first use: nk_flow_people */
	struct nk_uuid tenant, actor, standing_order, store_holding;
	nk_progress_fn *progress;
	void *progress_arg;
	bool restoring;
	bool index_lost; /* restoring: the index key of the store is destroyed, a new one stands in its place */
	struct nk_str limitation; /* of the configuration and of a restore, as every statement says it */
	bool settings_told, settings_changed; /* settings.c: the ledger knows them; they were found to differ in this run */
	char refused_what[64], refused_why[200]; /* told inside of a transaction: refusal.c */
	unsigned unclosed; /* copies that could not be closed (hold.c): the job has failed */
};

/* flow.c */
void nk_flow_tell(struct nk_flow *flow, const char *phase, uint64_t done, uint64_t total);
nk_date nk_flow_today(const struct nk_flow *flow);
NK_RESULT nk_flow_people(struct nk_flow *flow, struct nk_people **out, struct nk_err *err);
/* nk_flow_path: home/name into path. */
void nk_flow_path(const struct nk_flow *flow, const char *name, char path[static PATH_MAX]);
/* nk_flow_commit: remembers the vault's sequence, commits, publishes the ledger. nk_flow_commit_quiet: without
 * publishing (batches; the next publish makes up). */
NK_RESULT nk_flow_commit(struct nk_flow *flow, struct nk_tx **tx, struct nk_err *err);
NK_RESULT nk_flow_commit_quiet(struct nk_flow *flow, struct nk_tx **tx, struct nk_err *err);
/* nk_flow_leaf: one leaf with the acting party. */
NK_RESULT nk_flow_leaf(struct nk_flow *flow, struct nk_tx *tx, enum nk_leaf_type type,
	const struct nk_leaf_item *items, size_t n, uint64_t *out_index, struct nk_err *err);
/* settings.c. nk_settings_tell: a leaf CONFIG before the first leaf after [guard], [training], [warrant] or [carry] changed
 * (nk_flow_leaf does it). nk_settings_weaker: how many of those settings hold back less, or ask fewer, than as shipped. */
NK_RESULT nk_settings_tell(struct nk_flow *flow, struct nk_tx *tx, struct nk_err *err);
NK_RESULT nk_settings_weaker(const struct nk_flow *flow, size_t *out_n, struct nk_err *err);
/* nk_flow_person_leaves: one leaf of `type` for each person (numbers); who[] may be NULL (then pseudonyms are
 * computed). */
NK_RESULT nk_flow_person_leaves(struct nk_flow *flow, struct nk_tx *tx, enum nk_leaf_type type,
	const uint32_t *numbers, const struct nk_pseudonym *who, size_t n, const struct nk_leaf_item *items,
	size_t n_items, struct nk_err *err);
struct nk_leaf_item nk_item_text(const char *key, struct nk_str text);
struct nk_leaf_item nk_item_hex(const char *key, const void *bytes, size_t len);
struct nk_leaf_item nk_item_number(const char *key, uint64_t number);
/* nk_flow_slots_pending: says durably that slots are being made whose rows are not committed yet; the commit clears
 * it. */
NK_RESULT nk_flow_slots_pending(struct nk_flow *flow, struct nk_err *err);
/* nk_flow_vault_options: from the configuration; custodians and copy are the caller's room and live as long as *out.
 */
void nk_flow_vault_options(const struct nk_config *c, struct nk_bytes secret, bool is_keyfile, const char *dir,
	const char **custodians, char copy[static PATH_MAX], struct nk_vault_options *out);
/* nk_flow_epoch_told: the leaf of this epoch is in this transaction; nk_vault_told follows its commit. */
NK_RESULT nk_flow_epoch_told(struct nk_tx *tx, uint64_t epoch, struct nk_err *err);
/* nk_flow_forget: after a failed write the people in memory may be ahead of the store: forget them. */
void nk_flow_forget(struct nk_flow *flow);

/* house_keys.c */
NK_RESULT nk_house_keys_make(struct nk_vault *vault, struct nk_slot slots[static NK_HOUSE_KEY_COUNT],
	struct nk_key keys[static NK_HOUSE_KEY_COUNT], struct nk_err *err);
NK_RESULT nk_house_keys_save(
	struct nk_tx *tx, const struct nk_slot slots[static NK_HOUSE_KEY_COUNT], nk_time now, struct nk_err *err);
NK_RESULT nk_house_key_change(
	struct nk_tx *tx, enum nk_house_key k, struct nk_slot slot, nk_time now, struct nk_err *err);
NK_RESULT nk_house_keys_open(struct nk_flow *flow, struct nk_err *err);

/* op_approve.c: what the guard holds back waits as an unsigned warrant "exception" whose scope is
 * "<what>:<hash>:<count>"; one asked for in any other way (by hand, for more uses or longer) is none. */
struct nk_approval_key {
	struct nk_str what; /* import | plan | erase */
	const char *hash; /* 64 characters */
	uint64_t count; /* what the guard counted, as the signer types it */
};
NK_RESULT nk_approval_request(struct nk_flow *flow, struct nk_tx *tx, const struct nk_approval_key *k, struct nk_err *err);
struct nk_approval {
	struct nk_uuid warrant;
	char what[16]; /* import | plan | erase */
	char hash[65];
	uint64_t count;
	bool is_signed;
};
/* nk_approval_find: by a prefix of the hash, among those that are still good. */
NK_RESULT nk_approval_find(struct nk_flow *flow, struct nk_str prefix, struct nk_approval *out, struct nk_err *err);
/* nk_approval_state: of exactly this operation, hash and number: NK_OK = signed and still good (id out); NK_GUARD = waits
 * for a second person; NK_NOT_FOUND = nobody asked. */
NK_RESULT nk_approval_state(
	struct nk_flow *flow, const struct nk_approval_key *k, struct nk_uuid *out_warrant, struct nk_err *err);
/* nk_approval_use: the one use of a warrant that nk_approval_state gave; everything is verified again. */
NK_RESULT nk_approval_use(struct nk_flow *flow, struct nk_tx *tx, const struct nk_approval_key *k, struct nk_uuid warrant,
	struct nk_err *err);

/* parties.c: nk_separation_check: NK_CONFIG when a party or a key is in two units that [separation] wants apart, and
 * there is no limitation. nk_separation_with: the same for one party against others. */
NK_RESULT nk_separation_check(struct nk_flow *flow, struct nk_err *err);
NK_RESULT nk_separation_with(struct nk_flow *flow, const struct nk_party *one, const struct nk_party *all, size_t n,
	struct nk_err *err);

/* shown.c: findings and texts for people. */
NK_RESULT nk_shown_intake(
	const struct nk_finding *f, size_t n, struct nk_arena *arena, struct nk_vec *out, struct nk_err *err);
/* nk_shown_label: findings of a file without names in it get the name that the caller gave (borrowed). */
void nk_shown_label(struct nk_vec *shown, struct nk_str label);
NK_RESULT nk_shown_guard(const struct nk_guard_finding *f, size_t n, struct nk_vec *out, struct nk_err *err);
NK_RESULT nk_shown_end(struct nk_vec *vec, struct nk_arena *arena, const struct nk_shown_finding **out, size_t *out_n,
	struct nk_err *err);

/* nk_guard_text: a guard finding's sentence in both languages, into out->text. */
void nk_guard_text(const struct nk_guard_finding *f, struct nk_err *out);

/* open_target.c */
struct nk_open_target {
	const struct nk_config_target *config;
	struct nk_uuid id, holding;
	struct nk_target_link *link;
	struct nk_mapping mapping; /* profile with the configuration's rows over it */
	struct nk_target_settings settings;
	uint64_t last_count;
};
/* nk_open_target_prepare: everything but the connection; the bind secret goes to `secret` (NULL: nowhere). */
NK_RESULT nk_open_target_prepare(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena, struct nk_buf *secret,
	struct nk_open_target *out, struct nk_err *err);
/* nk_open_target: connects and binds with the sealed secret; name empty: the only one. Texts live in `arena`. */
NK_RESULT nk_open_target(struct nk_flow *flow, struct nk_str name, struct nk_arena *arena, struct nk_open_target *out,
	struct nk_err *err);
void nk_open_target_close(struct nk_open_target *t);
NK_RESULT nk_open_target_mapping(
	const struct nk_config_target *t, struct nk_arena *arena, struct nk_mapping *out, struct nk_err *err);

/* planning.c: the plan made from people and target, for plan and for apply. */
struct nk_planning {
	struct nk_open_target target;
	struct nk_links *links;
	struct nk_snapshot snapshot;
	struct nk_desired desired;
	struct nk_plan plan;
	uint64_t undecided; /* accounts that were there before and nobody decided about (census) */
	nk_time copy_at; /* made from the copy that was read then; 0: from the target */
};
struct nk_planning_ask {
	struct nk_str target;
	const uint8_t *nonce; /* 32 bytes */
	nk_date as_of; /* 0: today */
	bool copy; /* against the kept copy of the target (target_copy.h): no connection is made */
};
NK_RESULT nk_planning_make(struct nk_flow *flow, const struct nk_planning_ask *ask, struct nk_arena *arena,
	struct nk_planning *out, struct nk_err *err);
void nk_planning_done(struct nk_planning *p);
/* nk_planning_note_found: writes down the anchors of entries that a crash left un-noted (nk_plan_record_found). */
NK_RESULT nk_planning_note_found(struct nk_flow *flow, struct nk_planning *p, struct nk_err *err);

/* plan_lines.c */
NK_RESULT nk_plan_lines(struct nk_flow *flow, const struct nk_plan *plan, struct nk_arena *arena,
	struct nk_plan_reply *out, struct nk_err *err);

/* nk_holding_end (op_holding.c): closes a holding of that kind (COUNT: any external kind) with evidence and leaf. */
NK_RESULT nk_holding_end(struct nk_flow *flow, struct nk_uuid id, enum nk_holding_kind kind, enum nk_gone gone,
	struct nk_str how, struct nk_err *err);
/* nk_rotate_vault (op_vault.c): prepare, verify, commit, finish. */
NK_RESULT nk_rotate_vault(struct nk_flow *flow, struct nk_vault_finish *out, struct nk_err *err);
/* nk_erase_may_cancel: NK_CONFLICT once the keys of an erase plan are destroyed. */
NK_RESULT nk_erase_may_cancel(struct nk_flow *flow, const struct nk_plan_row *row, struct nk_err *err);
/* erase_scan.c: the control person of a scan as a row of the database, for struct nk_residue_options; arg: the flow. */
struct nk_place;
NK_RESULT nk_store_control_plant(void *arg, const struct nk_place *place, struct nk_str control, struct nk_err *err);
NK_RESULT nk_store_control_unplant(void *arg, const struct nk_place *place, struct nk_err *err);
/* op_apply.c hands erase plans over. */
NK_RESULT nk_erase_run(struct nk_flow *flow, const struct nk_plan_row *row, const struct nk_apply_request *req,
	struct nk_arena *arena, struct nk_apply_reply *out, struct nk_err *err);

#endif
