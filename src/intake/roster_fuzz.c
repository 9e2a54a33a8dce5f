/*
 * roster_fuzz.c: bytes → the whole reading of a roster, without a child: container, format, rules, roster.
 *
 * A sound roster's memberships point to what is in it; findings name rules of the table. For a package the files stand
 * behind each other, U+001E between: name, line feed, text. Anything else is a list, read by a mapping of its own.
 */
#include "base.h"

#include "crypto.h"
#include "intake.h"
#include "os.h"
#include "zip_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char mapping[] = "[columns]\nid = student_number\nname = full_name, full_shown\nkana = full_kana\nday = birth_date\nwhere = affiliation\n"
			      "class = home_class\nno = attendance\nstate = state\n[options]\nkey = id\nkey_length = 4\nunit = where\n[values]\nblank = active\n";

static bool pack(struct nk_str files, struct nk_buf *zip)
{
	NK_OWNED(nk_zip_write_drop) struct nk_zip_writer w = { .out = NULL };
	struct nk_str file;

	nk_zip_write_begin(&w, zip);
	while (nk_str_cut(&files, '\x1e', &file)) {
		const size_t end = nk_str_chr(file, '\n');
		const struct nk_str name = nk_str_sub(file, 0, end);

		if (end == SIZE_MAX || end == 0 || end > 60 ||
			!nk_ok(nk_zip_write_add(&w, name, nk_str_bytes(nk_str_sub(file, end + 1, file.len)), NULL))) {
			return false;
		}
	}
	return nk_ok(nk_zip_write_end(&w, NULL));
}

static void check(const struct nk_roster *r)
{
	for (size_t i = 0; i < r->n_persons; i++) {
		for (size_t k = 0; k < r->persons[i].n_memberships; k++) {
			const struct nk_roster_membership *const m = &r->persons[i].memberships[k];

			nk_assert(m->where < (m->is_group ? r->n_groups : r->n_units));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct nk_key key = { { 1 } };
	struct nk_intake_options opt = {
		.fd = -1, .mapping = nk_str_bytes(NK_STR(mapping)), .digest_key = &key, .look_only = size % 2 == 1
	};
	NK_OWNED(nk_buf_done) struct nk_buf zip = { 0 };
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	const struct nk_roster *roster = NULL;
	const struct nk_finding *findings = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;

	nk_buf_init(&zip, 1 << 22);
	opt.here = nk_bytes_of(data, size);
	if (size == 0 || !nk_ok(nk_crypto_init(&err)) || !nk_ok(nk_arena_new(NK_ARENA_WIPING, 1 << 28, &arena, &err))) {
		return 0;
	}
	if (memchr(data, 0x1e, size) != NULL) {
		if (!pack((struct nk_str){ (const char *)data, size }, &zip)) {
			return 0;
		}
		opt.here = nk_buf_bytes(&zip);
	}
	opt.size = opt.here.len;
	if (nk_ok(nk_intake_read(nk_os_env(), &opt, arena, &roster, &findings, &n, &err))) {
		check(roster);
	}
	for (size_t i = 0; i < n; i++) {
		nk_assert(findings[i].what[0] != '\0' && findings[i].todo[0] != '\0');
	}
	return 0;
}
