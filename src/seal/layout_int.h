/*
 * layout_int.h: a layout taken apart, for the files of layout.
 */
#ifndef NK_LAYOUT_INT_H
#define NK_LAYOUT_INT_H

#include "layout.h"

struct nk_layout_key {
	struct nk_str id;
	uint8_t pub[NK_SIGN_PUB_LEN];
};
struct nk_layout_file {
	struct nk_str path;
	struct nk_hash sha256;
};
struct nk_layout_files {
	struct nk_layout_file *items; /* by rising path, none twice */
	size_t n;
};

enum nk_layout_verb { NK_LV_MATCH, NK_LV_ALLOW, NK_LV_DISALLOW, NK_LV_REQUIRE, NK_LV_CREATE, NK_LV_DELETE, NK_LV_MODIFY, NK_LV_COUNT };
struct nk_layout_rule {
	enum nk_layout_verb verb;
	struct nk_str pattern;
	struct nk_str from_prefix, to_prefix; /* MATCH … IN …; without a slash at the end */
	bool to_products;
	struct nk_str to_step;
};
struct nk_layout_rules {
	struct nk_layout_rule *items;
	size_t n;
};

struct nk_layout_link {
	const struct nk_layout_key *key;
	struct nk_layout_files materials, products;
};
struct nk_layout_step {
	struct nk_str name;
	uint32_t threshold;
	const struct nk_layout_key **keys;
	size_t n_keys;
	struct nk_layout_rules materials, products;
	struct nk_layout_link *links;
	size_t n_links;
};
struct nk_layout {
	struct nk_arena *arena;
	nk_time expires;
	struct nk_layout_key *keys;
	size_t n_keys;
	struct nk_layout_step *steps;
	size_t n_steps;
};

/* nk_layout_step_named: NULL: none. nk_layout_find: the file, or NULL. */
struct nk_layout_step *nk_layout_step_named(const struct nk_layout *layout, struct nk_str name);
const struct nk_layout_file *nk_layout_find(const struct nk_layout_files *files, struct nk_str path);
/* nk_layout_bad: the one text for a document that is none; `what`: which part. */
NK_RESULT nk_layout_bad(const char *what, struct nk_err *err);

#endif
