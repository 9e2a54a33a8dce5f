/*
 * package_sbom.c: what a package is made of: its files with digests (manifest), and the Debian libraries that its
 * programs are linked with (CycloneDX 1.6).
 *
 * Invariant: canonical JSON of the same package on the same Debian is the same; a linked library whose package is not
 * in Depends stops the build.
 */
#include "base.h"
#include "package_int.h"

#include "json.h"

enum { TEXT_MAX = 8 << 20, LIBRARIES_MAX = 200, TOOL_MS = 60000 };

struct library {
	struct nk_str file; /* libsodium.so.23 */
	struct nk_str package, version;
};

struct listing {
	const struct nk_package_made *p;
	struct nk_arena *arena;
	struct nk_vec libraries; /* of struct library */
	struct nk_buf text;
};

NK_RESULT nk_package_manifest(const struct nk_deb *deb, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_json j;

	nk_buf_init(&text, TEXT_MAX);
	nk_json_init_canonical(&j, &text);
	nk_json_open(&j, '{');
	nk_json_key(&j, "files");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < deb->n; i++) {
		struct nk_hash h;

		nk_sha256(deb->files[i].data, &h);
		nk_json_open(&j, '{');
		nk_json_key(&j, "mode");
		nk_json_int(&j, (int64_t)deb->files[i].mode);
		nk_json_key(&j, "path");
		nk_json_str(&j, deb->files[i].path);
		nk_json_key(&j, "sha256");
		nk_json_hex(&j, nk_bytes_of(h.b, sizeof(h.b)));
		nk_json_key(&j, "size");
		nk_json_int(&j, nk_i64(deb->files[i].data.len));
		nk_json_close(&j, '}');
	}
	nk_json_close(&j, ']');
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	return nk_arena_dup(arena, nk_buf_str(&text), out, err);
}

static NK_RESULT add_library(struct listing *l, struct nk_str file, struct nk_err *err)
{
	void *at = NULL;

	for (size_t i = 0; i < l->libraries.len; i++) {
		if (nk_str_eq(((struct library *)nk_vec_at(&l->libraries, i))->file, file)) {
			return nk_done();
		}
	}
	NK_TRY(nk_vec_push(&l->libraries, &at, err));
	return nk_arena_dup(l->arena, file, &((struct library *)at)->file, err);
}

/* "(NEEDED) Shared library: [libsodium.so.23]" */
static NK_RESULT needed_by(struct listing *l, const char *program, struct nk_err *err)
{
	const char *const argv[] = { "/usr/bin/readelf", "-d", "-W", program, NULL };
	const struct nk_package_job job = { .argv = argv, .wait_ms = TOOL_MS, .what = "readelf" };
	struct nk_str rest;
	struct nk_str line;

	nk_buf_reset(&l->text);
	NK_TRY(nk_package_run(&job, &l->text, NULL, err));
	rest = nk_buf_str(&l->text);
	while (nk_str_cut(&rest, '\n', &line)) {
		const size_t open = nk_str_chr(line, '[');
		const size_t close = nk_str_chr(line, ']');

		if (nk_str_find(line, NK_STR("(NEEDED)")) != SIZE_MAX && open != SIZE_MAX && close != SIZE_MAX && close > open) {
			NK_TRY(add_library(l, nk_str_sub(line, open + 1, close - open - 1), err));
		}
	}
	return nk_done();
}

/* "libsodium23:amd64: /usr/lib/x86_64-linux-gnu/libsodium.so.23" */
static NK_RESULT owner_of(struct listing *l, struct library *lib, struct nk_err *err)
{
	struct nk_str pattern;
	struct nk_str text;

	NK_TRY(nk_arena_printf(l->arena, &pattern, err, "*/%.*s", NK_FMT(lib->file)));
	{
		const char *const argv[] = { "/usr/bin/dpkg-query", "-S", pattern.ptr, NULL };
		const struct nk_package_job job = { .argv = argv, .wait_ms = TOOL_MS, .what = "dpkg-query" };

		nk_buf_reset(&l->text);
		NK_TRY(nk_package_run(&job, &l->text, NULL, err));
	}
	text = nk_buf_str(&l->text);
	text = nk_str_sub(text, 0, nk_str_chr(text, '\n'));
	return nk_arena_dup(l->arena, nk_str_sub(text, 0, nk_str_find(text, NK_STR(": "))), &lib->package, err);
}

static NK_RESULT version_of(struct listing *l, struct library *lib, struct nk_err *err)
{
	const char *const argv[] = { "/usr/bin/dpkg-query", "-W", "-f", "${Version}", lib->package.ptr, NULL };
	const struct nk_package_job job = { .argv = argv, .wait_ms = TOOL_MS, .what = "dpkg-query" };

	nk_buf_reset(&l->text);
	NK_TRY(nk_package_run(&job, &l->text, NULL, err));
	return nk_arena_dup(l->arena, nk_buf_str(&l->text), &lib->version, err);
}

/* libc6:amd64 → libc6, as a word of Depends. */
static bool depended_on(struct nk_str depends, struct nk_str package)
{
	const struct nk_str name = nk_str_sub(package, 0, nk_str_chr(package, ':'));
	struct nk_str one;

	while (nk_str_cut(&depends, ',', &one)) {
		one = nk_str_trim(one);
		one = nk_str_sub(one, 0, nk_str_chr(one, ' '));
		if (nk_str_eq(one, name)) {
			return true;
		}
	}
	return false;
}

static NK_RESULT look_up(struct listing *l, struct nk_err *err)
{
	const struct nk_str depends = nk_deb_field(l->p->deb.control, "Depends");

	for (size_t i = 0; i < l->libraries.len; i++) {
		struct library *const lib = nk_vec_at(&l->libraries, i);

		NK_TRY(owner_of(l, lib, err));
		NK_TRY(version_of(l, lib, err));
		if (!depended_on(depends, lib->package)) {
			return nk_fail(err, NK_CONFIG, NK_N("the programs need %1$s, and %2$s does not say so in Depends"),
				nk_short(lib->package).text, NK_PACKAGE_CONTROL);
		}
	}
	return nk_done();
}

static int by_file(const void *a, const void *b)
{
	return nk_str_cmp(((const struct library *)a)->file, ((const struct library *)b)->file);
}

static void put(struct nk_json *j, const char *key, struct nk_str value)
{
	nk_json_key(j, key);
	nk_json_str(j, value);
}

static NK_RESULT component(struct listing *l, struct nk_json *j, const struct library *lib, struct nk_err *err)
{
	const struct nk_str name = nk_str_sub(lib->package, 0, nk_str_chr(lib->package, ':'));
	struct nk_str purl;

	NK_TRY(nk_arena_printf(l->arena, &purl, err, "pkg:deb/debian/%.*s@%.*s?arch=%.*s", NK_FMT(name), NK_FMT(lib->version),
		NK_FMT(l->p->architecture)));
	nk_json_open(j, '{');
	put(j, "bom-ref", lib->file);
	put(j, "description", lib->file);
	put(j, "name", name);
	put(j, "purl", purl);
	put(j, "type", NK_STR("library"));
	put(j, "version", lib->version);
	nk_json_close(j, '}');
	return nk_done();
}

/* A serial number that follows from the package: the same package, the same document. */
static NK_RESULT serial(const struct listing *l, struct nk_str *out, struct nk_err *err)
{
	struct nk_uuid id;
	char text[NK_UUID_TEXT];

	memcpy(id.b, l->p->digest.b, sizeof(id.b));
	id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40);
	id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
	return nk_arena_printf(l->arena, out, err, "urn:uuid:%s", nk_uuid_print(id, text));
}

static NK_RESULT print(struct listing *l, struct nk_str *out, struct nk_err *err)
{
	struct nk_str number;
	struct nk_json j;

	NK_TRY(serial(l, &number, err));
	nk_buf_reset(&l->text);
	nk_json_init_canonical(&j, &l->text);
	nk_json_open(&j, '{');
	put(&j, "bomFormat", NK_STR("CycloneDX"));
	nk_json_key(&j, "components");
	nk_json_open(&j, '[');
	for (size_t i = 0; i < l->libraries.len; i++) {
		NK_TRY(component(l, &j, nk_vec_at(&l->libraries, i), err));
	}
	nk_json_close(&j, ']');
	nk_json_key(&j, "metadata");
	nk_json_open(&j, '{');
	nk_json_key(&j, "component");
	nk_json_open(&j, '{');
	put(&j, "bom-ref", l->p->file);
	nk_json_key(&j, "hashes");
	nk_json_open(&j, '[');
	nk_json_open(&j, '{');
	put(&j, "alg", NK_STR("SHA-256"));
	nk_json_key(&j, "content");
	nk_json_hex(&j, nk_bytes_of(l->p->digest.b, NK_HASH_LEN));
	nk_json_close(&j, '}');
	nk_json_close(&j, ']');
	put(&j, "name", l->p->name);
	put(&j, "type", NK_STR("application"));
	put(&j, "version", l->p->version);
	nk_json_close(&j, '}');
	nk_json_close(&j, '}');
	put(&j, "serialNumber", number);
	put(&j, "specVersion", NK_STR("1.6"));
	nk_json_key(&j, "version");
	nk_json_int(&j, 1);
	nk_json_close(&j, '}');
	NK_TRY(nk_json_end(&j, err));
	return nk_arena_dup(l->arena, nk_buf_str(&l->text), out, err);
}

/* The programs as they stand in the package are looked at, from a folder that goes afterwards. */
static NK_RESULT programs(struct listing *l, const char *work, struct nk_err *err)
{
	for (size_t i = 0; i < l->p->deb.n; i++) {
		const struct nk_deb_file *const f = &l->p->deb.files[i];
		struct nk_str path;

		if (!nk_str_starts(nk_bytes_str(f->data), NK_STR("\177ELF"))) {
			continue;
		}
		NK_TRY(nk_arena_printf(l->arena, &path, err, "%s/%zu", work, i));
		NK_TRY(nk_os_put_below(work, path.ptr + strlen(work) + 1, 0600, f->data, err));
		NK_TRY(needed_by(l, path.ptr, err));
	}
	/* What is loaded only when it is needed is used all the same. */
	for (size_t i = 0; nk_os_library_file(i) != NULL; i++) {
		NK_TRY(add_library(l, nk_str_c(nk_os_library_file(i)), err));
	}
	return nk_done();
}

NK_RESULT nk_package_sbom(const struct nk_package_made *p, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	struct listing l = { .p = p, .arena = arena };
	char work[PATH_MAX];
	nk_rc rc;

	NK_TRY(nk_os_work_folder(work, err));
	nk_vec_init(&l.libraries, sizeof(struct library), LIBRARIES_MAX);
	nk_buf_init(&l.text, TEXT_MAX);
	rc = programs(&l, work, err);
	rc = nk_ok(rc) ? look_up(&l, err) : rc;
	if (nk_ok(rc) && l.libraries.len > 0) {
		qsort(l.libraries.items, l.libraries.len, sizeof(struct library), by_file);
	}
	rc = nk_ok(rc) ? print(&l, out, err) : rc;
	nk_vec_done(&l.libraries);
	nk_buf_done(&l.text);
	return nk_ok(nk_os_tree_remove(work, nk_ok(rc) ? err : NULL)) || !nk_ok(rc) ? rc
										     : (nk_rc){ NK_IO };
}
