/*
 * scan_int.h: what the files of the operation "scan" share.
 */
#ifndef NK_SCAN_INT_H
#define NK_SCAN_INT_H

#include "flow_int.h"
#include "flow_scan.h"
#include "nkx.h"

enum { NK_SCAN_KEY_FILE_MAX = 4096, NK_SCAN_FIELD_SETS = 1 << NKS_FIELD_COUNT };

/* scan_keys.c: the index of a scan: of the roster (in a memfd), or a file with its key. */
struct nk_scan_keys {
	int fd; /* for the workers; -1: no index */
	uint8_t key[NKS_KEY_BYTES];
	const void *map; /* the same bytes here */
	size_t len;
	struct nks_index *index;
	uint64_t persons, keys, left_out, ms;
};
NK_RESULT nk_scan_keys_roster(struct nk_flow *flow, struct nk_scan_keys *out, struct nk_err *err);
NK_RESULT nk_scan_keys_texts(const struct nk_env *env, const struct nk_scan_text *texts, size_t n,
	struct nk_scan_keys *out, struct nk_err *err);
NK_RESULT nk_scan_keys_file(const struct nk_env *env, const char *index, const char *key_file,
	struct nk_scan_keys *out, struct nk_err *err);
NK_RESULT nk_scan_index_write(
	struct nk_flow *flow, const char *path, unsigned days, struct nk_scan_index_reply *out, struct nk_err *err);
NK_RESULT nk_scan_key_write(struct nk_flow *flow, struct nk_uuid holding, const char *path, struct nk_err *err);
void nk_scan_keys_done(struct nk_scan_keys *keys);

/* scan_whose.c: who was found, over all files; a few bytes a person. */
struct nk_whose;
NK_RESULT nk_whose_new(const struct nks_index *index, struct nk_whose **out, struct nk_err *err);
void nk_whose_free(struct nk_whose **whose);
/* One finding as it is judged. persons: at most NK_SCAN_PERSONS_SHOWN of them. */
struct nk_whose_finding {
	struct nkx_finding found;
	uint32_t persons[NK_SCAN_PERSONS_SHOWN];
	uint32_t n_persons;
	bool corroborated;
};
/* nk_whose_judge: a stream's findings in order: fills persons, and what corroborates each other. */
void nk_whose_judge(struct nk_whose *whose, struct nk_whose_finding *findings, size_t n);
NK_RESULT nk_whose_verdict(
	const struct nk_whose *whose, struct nk_arena *arena, struct nk_scan_reply *out, struct nk_err *err);

/* scan_collect.c: from the pool's reports to the caller's, in order. */
struct nk_scan_collector {
	const struct nk_scan_reports *to;
	const struct nk_scan_request *req;
	struct nk_whose *whose; /* NULL: no index */
	struct nk_arena *arena; /* of one file */
	struct nk_vec findings; /* struct nk_whose_finding, of streams that are open */
	struct nk_vec ended; /* those of the stream that ends now */
	struct nk_vec streams; /* struct kept_stream, of the file at hand, told when its name is known */
	struct nk_vec kept; /* struct nk_whose_finding, of the file at hand */
	uint64_t untold; /* streams of the file at hand for which there was no memory */
	const char *const *rule_names;
	size_t n_rules;
	uint64_t by_class[NKS_CLASS_COUNT], by_field[NKS_FIELD_COUNT], by_why[NKX_WHY_COUNT];
	struct nk_scan_reply *out;
	nk_rc failed;
};
NK_RESULT nk_scan_collector_init(struct nk_scan_collector *c, struct nk_err *err);
void nk_scan_collector_done(struct nk_scan_collector *c);
void nk_scan_collector_reports(struct nk_scan_collector *c, struct nkx_reports *out);
/* nk_scan_collector_end: the tables of the reply. */
NK_RESULT nk_scan_collector_end(struct nk_scan_collector *c, struct nk_arena *arena, struct nk_err *err);

#endif
