/*
 * wycheproof_test.c: Project Wycheproof's vectors for what crypto.h offers.
 *
 * The files lie beside the tree (../shared/data/vectors/wycheproof) and are not part of it: each is skipped by name
 * where it is missing. They are printed with one member a line, so a line reader is enough here.
 */
#include "base.h"

#include "crypto.h"

#include <cmocka.h>

#include "kit_skip.h"

enum { LINE_MAX_LEN = 64 * 1024, FIELD_MAX = 8 * 1024 };

struct field {
	uint8_t b[FIELD_MAX];
	size_t len;
	bool set;
};

/* The fields of one vector; all three files use a part of these names. */
enum field_id { F_KEY, F_IV, F_AAD, F_MSG, F_CT, F_TAG, F_SIG, F_PK, F_PUBLIC, F_PRIVATE, F_SHARED, F_COUNT };

static const char *const field_names[F_COUNT] = {
	[F_KEY] = "key",
	[F_IV] = "iv",
	[F_AAD] = "aad",
	[F_MSG] = "msg",
	[F_CT] = "ct",
	[F_TAG] = "tag",
	[F_SIG] = "sig",
	[F_PK] = "pk",
	[F_PUBLIC] = "public",
	[F_PRIVATE] = "private",
	[F_SHARED] = "shared",
};

struct vector {
	struct field f[F_COUNT];
	char id[16];
};

/* true: our code says that this vector is good. */
typedef bool vector_fn(const struct vector *v);

static struct nk_bytes bytes_of(const struct vector *v, enum field_id id)
{
	return nk_bytes_of(v->f[id].b, v->f[id].len);
}

static bool box_opens(const struct vector *v)
{
	uint8_t box[FIELD_MAX];
	uint8_t plain[FIELD_MAX];
	struct nk_key key;
	size_t len = 0;

	if (v->f[F_IV].len != NK_NONCE_LEN || v->f[F_KEY].len != NK_KEY_LEN) {
		return false;
	}
	memcpy(key.b, v->f[F_KEY].b, NK_KEY_LEN);
	memcpy(box, v->f[F_IV].b, NK_NONCE_LEN);
	len = NK_NONCE_LEN;
	memcpy(box + len, v->f[F_CT].b, v->f[F_CT].len);
	len += v->f[F_CT].len;
	memcpy(box + len, v->f[F_TAG].b, v->f[F_TAG].len);
	len += v->f[F_TAG].len;
	return nk_open(&key, bytes_of(v, F_AAD), nk_bytes_of(box, len), plain) &&
		nk_bytes_eq(nk_bytes_of(plain, len - NK_SEAL_EXTRA), bytes_of(v, F_MSG));
}

static bool signature_holds(const struct vector *v)
{
	return v->f[F_SIG].len == NK_SIG_LEN && nk_sign_verify(v->f[F_PK].b, bytes_of(v, F_MSG), v->f[F_SIG].b);
}

/* With one secret in both places all three shared values of a session are the vector's. */
static bool exchange_agrees(const struct vector *v)
{
	const struct nk_bytes shared = bytes_of(v, F_SHARED);
	struct nk_kx_pair own;
	struct nk_key key;
	struct nk_hash want;
	struct nk_err err;

	if (v->f[F_PUBLIC].len != 32 || v->f[F_PRIVATE].len != 32) {
		return false;
	}
	memcpy(own.secret.b, v->f[F_PRIVATE].b, 32);
	nk_kx_public(&own.secret, own.pub);
	if (!nk_ok(nk_session_key(true, &own, &own, v->f[F_PUBLIC].b, v->f[F_PUBLIC].b, &key, &err))) {
		return false;
	}
	{
		const struct nk_bytes parts[] = {
			nk_str_bytes(NK_STR("nokosazu session 1")),
			shared,
			shared,
			shared,
			nk_bytes_of(own.pub, 32),
			bytes_of(v, F_PUBLIC),
			nk_bytes_of(own.pub, 32),
			bytes_of(v, F_PUBLIC),
		};

		nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &want);
	}
	return nk_ct_equal(want.b, key.b, sizeof(key.b));
}

/* `"name": "value",` -> name and value; false for any other line. */
static bool member_of(struct nk_str line, struct nk_str *out_name, struct nk_str *out_value)
{
	const struct nk_str sep = NK_STR("\": \"");
	size_t at = 0;

	line = nk_str_trim(line);
	if (nk_str_starts(line, NK_STR("\"tcId\": "))) {
		*out_name = NK_STR("tcId");
		*out_value = nk_str_sub(line, 8, nk_str_chr(line, ',') - 8);
		return true;
	}
	at = nk_str_find(line, sep);
	if (line.len == 0 || line.ptr[0] != '"' || at == SIZE_MAX) {
		return false;
	}
	*out_name = nk_str_sub(line, 1, at - 1);
	*out_value = nk_str_sub(line, at + sep.len, SIZE_MAX);
	*out_value = nk_str_sub(*out_value, 0, nk_str_chr(*out_value, '"'));
	return true;
}

static void take_field(struct vector *v, struct nk_str name, struct nk_str value)
{
	size_t i;

	for (i = 0; i < F_COUNT; i++) {
		if (nk_str_eq(name, nk_str_c(field_names[i])) && value.len % 2 == 0 && value.len / 2 <= FIELD_MAX) {
			v->f[i].len = value.len / 2;
			v->f[i].set = nk_hex_parse(value, v->f[i].b, value.len / 2);
			assert_true(v->f[i].set);
		}
	}
}

/* "acceptable" vectors may go either way but for X25519's: an all-zero shared value is refused, others agree. */
static bool expected(struct nk_str result, const struct vector *v)
{
	static const uint8_t zero[32];

	if (nk_str_eq(result, NK_STR("acceptable"))) {
		return !nk_ct_equal(v->f[F_SHARED].b, zero, sizeof(zero));
	}
	return nk_str_eq(result, NK_STR("valid"));
}

static unsigned run_file(FILE *file, vector_fn *fn)
{
	char *line = calloc(1, LINE_MAX_LEN);
	struct vector *v = calloc(1, sizeof(*v));
	unsigned count = 0;

	assert_non_null(line);
	assert_non_null(v);
	while (fgets(line, LINE_MAX_LEN, file) != NULL) {
		struct nk_str name;
		struct nk_str value;

		if (!member_of(nk_str_c(line), &name, &value)) {
			continue;
		}
		take_field(v, name, value);
		if (nk_str_eq(name, NK_STR("tcId"))) {
			snprintf(v->id, sizeof(v->id), "%.*s", NK_FMT(value));
		}
		if (nk_str_eq(name, NK_STR("result"))) {
			if (fn(v) != expected(value, v)) {
				fail_msg("vector %s: we disagree", v->id);
			}
			count++;
		}
	}
	free(line);
	free(v);
	return count;
}

static void run(const char *name, vector_fn *fn, unsigned want)
{
	char path[512];
	FILE *file = NULL;
	unsigned count;

	snprintf(path, sizeof(path), "%s/../shared/data/vectors/wycheproof/%s", NK_SOURCE_DIR, name);
	file = fopen(path, "r");
	if (file == NULL) {
		kit_skip(name);
		return;
	}
	count = run_file(file, fn);
	fclose(file);
	assert_true(count >= want);
}

static void xchacha20_poly1305(void **state)
{
	(void)state;
	run("xchacha20_poly1305_test.json", box_opens, 315);
}

static void ed25519(void **state)
{
	(void)state;
	run("ed25519_test.json", signature_holds, 150);
}

static void x25519(void **state)
{
	(void)state;
	run("x25519_test.json", exchange_agrees, 518);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xchacha20_poly1305),
		cmocka_unit_test(ed25519),
		cmocka_unit_test(x25519),
	};
	struct nk_err err;

	if (!nk_ok(nk_crypto_init(&err))) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
