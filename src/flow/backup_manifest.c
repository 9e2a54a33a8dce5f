/*
 * backup_manifest.c: what a part of a backup says of itself, inside its seal: canonical JSON.
 *
 * Invariant: a path that comes out of here stays below the folder it is put in: known folders, plain names.
 */
#include "base.h"
#include "backup_int.h"

static void put_file(struct nk_json *j, const struct nk_backup_file *f)
{
	nk_json_open(j, '{');
	nk_json_key(j, "path");
	nk_json_str(j, f->path);
	nk_json_key(j, "sha256");
	nk_json_hex(j, nk_bytes_of(f->sha256.b, sizeof(f->sha256.b)));
	nk_json_key(j, "size");
	nk_json_int(j, nk_i64(f->size));
	nk_json_close(j, '}');
}

static void put_id(struct nk_json *j, const char *key, struct nk_uuid id)
{
	char text[NK_UUID_TEXT];

	nk_json_key(j, key);
	nk_json_c(j, nk_uuid_print(id, text));
}

static void put_number(struct nk_json *j, const char *key, uint64_t n)
{
	nk_json_key(j, key);
	nk_json_int(j, nk_i64(n));
}

static void put_text(struct nk_json *j, const char *key, struct nk_str s)
{
	nk_json_key(j, key);
	nk_json_str(j, s);
}

NK_RESULT nk_backup_manifest_print(const struct nk_backup_manifest *m, struct nk_buf *out, struct nk_err *err)
{
	char when[NK_TIME_TEXT];
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	put_id(&j, "backup", m->backup);
	put_text(&j, "certificate", m->certificate);
	put_text(&j, "checkpoint", m->checkpoint);
	put_number(&j, "entries", m->entries);
	put_number(&j, "epoch", m->epoch);
	nk_json_key(&j, "epoch_inside");
	nk_json_bool(&j, m->epoch_inside);
	nk_json_key(&j, "files");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < m->n_files; i++) {
		put_file(&j, &m->files[i]);
	}
	nk_json_close(&j, ']');
	put_text(&j, "format", NK_STR(NK_BACKUP_FORMAT));
	put_id(&j, "holding", m->holding);
	put_text(&j, "made_at", nk_str_c(nk_time_print(m->made_at, when)));
	put_text(&j, "part", m->keys ? NK_STR("keys") : NK_STR("data"));
	put_number(&j, "persons", m->persons);
	nk_json_key(&j, "single_copy");
	nk_json_bool(&j, m->single_copy);
	put_id(&j, "tenant", m->tenant);
	put_number(&j, "vault_sequence", m->vault_sequence);
	put_text(&j, "vkey", m->vkey);
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

static NK_RESULT damaged(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, NK_N("this is no part of a backup of this program: its manifest is damaged or of another kind"));
}

static bool get_id(struct nk_jval root, const char *key, struct nk_uuid *out)
{
	struct nk_str text = { NULL, 0 };

	return nk_jstr(nk_jget(root, key), &text) && nk_uuid_parse(text, out);
}

static bool get_number(struct nk_jval root, const char *key, uint64_t *out)
{
	int64_t n = 0;

	if (!nk_jint(nk_jget(root, key), &n) || n < 0) {
		return false;
	}
	*out = nk_u64(n);
	return true;
}

static bool plain(struct nk_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		const char c = name.ptr[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-') {
			return false;
		}
	}
	return name.len > 0 && name.ptr[0] != '.';
}

/* Where files of a part may go: nothing else of an installation is ever in one. */
static bool path_ok(struct nk_str path, bool keys)
{
	static const char *const data_folders[] = { "store", "conf.d", "certificates", "public" };
	struct nk_str rest = path;
	struct nk_str folder = { NULL, 0 };

	if (nk_str_chr(path, '/') == SIZE_MAX) {
		return !keys && (nk_str_eq(path, NK_STR("nokosazu.conf")) || nk_str_eq(path, NK_STR("clock")));
	}
	if (!nk_str_cut(&rest, '/', &folder) || !plain(rest)) {
		return false;
	}
	for (size_t i = 0; !keys && i < NK_ARRAY_LEN(data_folders); i++) {
		if (nk_str_eq(folder, nk_str_c(data_folders[i]))) {
			return true;
		}
	}
	return keys && nk_str_eq(folder, NK_STR("vault"));
}

static NK_RESULT get_files(
	struct nk_jval list, bool keys, struct nk_arena *arena, struct nk_backup_manifest *out, struct nk_err *err)
{
	const size_t n = nk_jlen(list);

	if (n == 0 || n > NK_BACKUP_FILES_MAX) {
		return damaged(err);
	}
	out->files = nk_arena_array(arena, n, sizeof(*out->files));
	if (out->files == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		struct nk_backup_file *const f = &out->files[i];
		struct nk_str path = { NULL, 0 };
		struct nk_str hex = { NULL, 0 };

		memset(f, 0, sizeof(*f));
		if (!nk_jstr(nk_jget(nk_jat(list, i), "path"), &path) || !path_ok(path, keys) ||
			!nk_jstr(nk_jget(nk_jat(list, i), "sha256"), &hex) || !nk_hex_parse(hex, f->sha256.b, sizeof(f->sha256.b)) ||
			!get_number(nk_jat(list, i), "size", &f->size)) {
			return damaged(err);
		}
		NK_TRY(nk_arena_dup(arena, path, &f->path, err));
	}
	out->n_files = n;
	return nk_done();
}

static NK_RESULT get_text(
	struct nk_jval root, const char *key, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	struct nk_str text = { NULL, 0 };

	if (!nk_jstr(nk_jget(root, key), &text)) {
		return damaged(err);
	}
	return nk_arena_dup(arena, text, out, err);
}

static bool heads(struct nk_jval root, struct nk_backup_manifest *m)
{
	struct nk_str word = { NULL, 0 };

	if (!nk_jstr(nk_jget(root, "format"), &word) || !nk_str_eq(word, NK_STR(NK_BACKUP_FORMAT)) ||
		!nk_jstr(nk_jget(root, "made_at"), &word) || !nk_time_parse(word, &m->made_at) ||
		!nk_jstr(nk_jget(root, "part"), &word)) {
		return false;
	}
	m->keys = nk_str_eq(word, NK_STR("keys"));
	return (m->keys || nk_str_eq(word, NK_STR("data"))) && get_id(root, "backup", &m->backup) &&
		get_id(root, "holding", &m->holding) && get_id(root, "tenant", &m->tenant) &&
		get_number(root, "entries", &m->entries) && get_number(root, "persons", &m->persons) &&
		get_number(root, "vault_sequence", &m->vault_sequence) && get_number(root, "epoch", &m->epoch) &&
		nk_jbool(nk_jget(root, "epoch_inside"), &m->epoch_inside) &&
		nk_jbool(nk_jget(root, "single_copy"), &m->single_copy);
}

NK_RESULT nk_backup_manifest_parse(
	struct nk_bytes text, struct nk_arena *arena, struct nk_backup_manifest *out, struct nk_err *err)
{
	NK_OWNED(nk_jdoc_free) struct nk_jdoc *doc = NULL;
	struct nk_jval root;

	memset(out, 0, sizeof(*out));
	NK_TRY(nk_jdoc_parse(text, NK_BACKUP_MANIFEST_MAX, &doc, err));
	root = nk_jdoc_root(doc);
	if (!heads(root, out)) {
		return damaged(err);
	}
	NK_TRY(get_text(root, "checkpoint", arena, &out->checkpoint, err));
	NK_TRY(get_text(root, "vkey", arena, &out->vkey, err));
	NK_TRY(get_text(root, "certificate", arena, &out->certificate, err));
	return get_files(nk_jget(root, "files"), out->keys, arena, out, err);
}
