/*
 * age_test.c: the C2SP testkit (skipped by name when the folder is not there), files of our own, limits, keys as text.
 */
#include "base.h"
#include "age_int.h"
#include "os.h"

#include <cmocka.h>
#include <zlib.h>

#define KIT "/work/shared/data/vectors/age"

enum { ROOM = 20 << 20 };

/* A file in memory, read in pieces of `step` bytes. */
struct mem {
	struct nk_buf *buf;
	size_t at;
	size_t step;
};

static NK_RESULT mem_read(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	struct mem *m = arg;
	size_t n = m->buf->len - m->at;

	(void)err;
	n = n < len ? n : len;
	n = m->step != 0 && n > m->step ? m->step : n;
	if (n > 0) {
		memcpy(buf, m->buf->ptr + m->at, n);
	}
	m->at += n;
	*out_len = n;
	return nk_done();
}

static NK_RESULT mem_write(void *arg, const void *buf, size_t len, struct nk_err *err)
{
	return nk_buf_add(arg, buf, len, err);
}

static enum nk_code seal_to(const struct nk_age_to *to, struct nk_buf *plain, size_t step, struct nk_buf *out)
{
	struct mem in = { .buf = plain, .step = step };
	const struct nk_age_io io = { mem_read, &in, mem_write, out };

	nk_buf_reset(out);
	return nk_age_seal(nk_os_env(), to, &io, NULL).code;
}

static enum nk_code open_with(const struct nk_age_with *with, struct nk_buf *file, size_t step, struct nk_buf *out)
{
	struct mem in = { .buf = file, .step = step };
	const struct nk_age_io io = { mem_read, &in, mem_write, out };

	nk_buf_reset(out);
	return nk_age_open(with, &io, NULL).code;
}

static void bytes_of_length(struct nk_buf *buf, size_t len)
{
	uint8_t *at = NULL;

	nk_buf_reset(buf);
	assert_true(nk_ok(nk_buf_reserve(buf, len + 1, &at, NULL)));
	for (size_t i = 0; i < len; i++) {
		at[i] = (uint8_t)(i * 7 + i / 251);
	}
	buf->len = len;
}

/* --- the testkit --- */

struct vector {
	struct nk_str expect;
	struct nk_str payload;
	struct nk_key identities[4];
	size_t n;
	struct nk_str passphrases[4];
	size_t n_passphrases;
	bool compressed;
	bool unimplemented;
	struct nk_str body;
};

static void read_line(struct nk_str line, struct vector *v)
{
	struct nk_str value = line;
	struct nk_str key = { 0 };

	(void)nk_str_cut(&value, ':', &key);
	value = nk_str_sub(value, 1, SIZE_MAX);
	if (nk_str_eq(key, NK_STR("expect"))) {
		v->expect = value;
	} else if (nk_str_eq(key, NK_STR("payload"))) {
		v->payload = value;
	} else if (nk_str_eq(key, NK_STR("passphrase"))) {
		v->passphrases[v->n_passphrases++] = value;
	} else if (nk_str_eq(key, NK_STR("compressed"))) {
		v->compressed = true;
	} else if (nk_str_eq(key, NK_STR("identity"))) {
		v->unimplemented = v->unimplemented || nk_str_starts(value, NK_STR("AGE-SECRET-KEY-PQ-"));
		if (!v->unimplemented) {
			assert_true(nk_ok(nk_age_identity_parse(value, &v->identities[v->n++], NULL)));
		}
	}
}

static void parse_vector(struct nk_str text, struct vector *v)
{
	struct nk_str line = { 0 };

	memset(v, 0, sizeof(*v));
	while (nk_str_cut(&text, '\n', &line) && line.len > 0) {
		read_line(line, v);
	}
	v->body = text;
}

static void inflate_into(struct nk_str body, struct nk_buf *out)
{
	uLongf len = ROOM - 1;
	uint8_t *at = NULL;

	assert_true(nk_ok(nk_buf_reserve(out, ROOM - 1, &at, NULL)));
	assert_int_equal(uncompress(at, &len, (const Bytef *)body.ptr, body.len), Z_OK);
	out->len = len;
}

static enum nk_code open_vector(const struct vector *v, struct nk_buf *file, struct nk_buf *plain)
{
	struct nk_age_with with = { .identities = v->identities, .n = v->n };
	enum nk_code code = NK_INTERNAL;

	if (v->n_passphrases == 0) {
		return open_with(&with, file, 0, plain);
	}
	for (size_t i = 0; i < v->n_passphrases; i++) {
		with.passphrase = nk_str_bytes(v->passphrases[i]);
		code = open_with(&with, file, 0, plain);
		if (code != NK_DENIED) {
			break;
		}
	}
	return code;
}

static bool as_expected(struct nk_str expect, enum nk_code code)
{
	if (nk_str_eq(expect, NK_STR("success"))) {
		return code == NK_OK;
	}
	if (nk_str_eq(expect, NK_STR("no match"))) {
		return code == NK_DENIED;
	}
	if (nk_str_eq(expect, NK_STR("HMAC failure")) || nk_str_eq(expect, NK_STR("payload failure"))) {
		return code == NK_CORRUPT;
	}
	return (nk_str_eq(expect, NK_STR("header failure")) && (code == NK_INVALID || code == NK_LIMIT)) ||
		(nk_str_eq(expect, NK_STR("armor failure")) && code == NK_INVALID);
}

static size_t check_payload(struct nk_str name, const struct vector *v, const struct nk_buf *plain)
{
	char hex[2 * NK_HASH_LEN + 1];
	struct nk_hash hash;

	nk_sha256(nk_buf_bytes(plain), &hash);
	nk_hex_print(hash.b, sizeof(hash.b), hex);
	if (!nk_str_eq(v->payload, nk_str_c(hex))) {
		print_error("%.*s: the bytes handed out are others: %s\n", NK_FMT(name), hex);
		return 1;
	}
	return 0;
}

struct kit {
	size_t done;
	size_t skipped;
	size_t wrong;
};

static NK_RESULT one_vector(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	struct kit *kit = arg;
	struct vector v;
	char path[512];
	enum nk_code code;

	(void)is_dir;
	nk_buf_init(&text, ROOM);
	nk_buf_init(&file, ROOM);
	nk_buf_init(&plain, ROOM);
	(void)snprintf(path, sizeof(path), KIT "/%.*s", NK_FMT(name));
	NK_TRY(nk_env_read_all(nk_os_env(), path, ROOM, &text, err));
	parse_vector(nk_buf_str(&text), &v);
	if (v.unimplemented) {
		print_message("skipped (recipient type not implemented): %.*s\n", NK_FMT(name));
		kit->skipped++;
		return nk_done();
	}
	if (v.compressed) {
		inflate_into(v.body, &file);
	} else {
		NK_TRY(nk_buf_add_str(&file, v.body, err));
	}
	code = open_vector(&v, &file, &plain);
	kit->done++;
	if (!as_expected(v.expect, code)) {
		print_error("%.*s: expected %.*s, got %s\n", NK_FMT(name), NK_FMT(v.expect), nk_err_name(code));
		kit->wrong++;
	} else if (code == NK_OK && v.payload.len > 0) { /* before a failure we hand out less than others */
		kit->wrong += check_payload(name, &v, &plain);
	}
	return nk_done();
}

static void all_vectors_of_the_testkit_give_what_they_expect(void **state)
{
	struct kit kit = { 0 };
	unsigned mode = 0;
	bool mine = false;

	(void)state;
	if (!nk_ok(nk_os_file_mode(KIT, &mode, &mine, NULL))) {
		print_message("skipped: no C2SP age vectors at " KIT "\n");
		skip();
	}
	assert_true(nk_ok(nk_os_env()->list(nk_os_env()->self, KIT, one_vector, &kit, NULL)));
	assert_int_equal(kit.wrong, 0);
	assert_true(kit.done >= 110);
}

/* --- our own --- */

static void files_of_every_awkward_length_come_back(void **state)
{
	static const size_t lengths[] = { 0, 1, NK_AGE_CHUNK - 1, NK_AGE_CHUNK, NK_AGE_CHUNK + 1, 3 * NK_AGE_CHUNK, 200000 };
	static const size_t steps[] = { 0, 1000, 65537 };
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf back = { 0 };
	struct nk_key id;
	struct nk_age_recipient r;
	const struct nk_age_to to = { .recipients = &r, .n = 1 };
	const struct nk_age_with with = { .identities = &id, .n = 1 };

	(void)state;
	nk_buf_init(&plain, ROOM);
	nk_buf_init(&file, ROOM);
	nk_buf_init(&back, ROOM);
	assert_true(nk_ok(nk_key_random(nk_os_env(), &id, NULL)));
	nk_age_recipient_of(&id, &r);
	for (size_t i = 0; i < NK_ARRAY_LEN(lengths) * NK_ARRAY_LEN(steps); i++) {
		const size_t len = lengths[i / NK_ARRAY_LEN(steps)];

		bytes_of_length(&plain, len);
		assert_int_equal(seal_to(&to, &plain, steps[i % 3], &file), NK_OK);
		assert_int_equal(open_with(&with, &file, steps[i % 3], &back), NK_OK);
		assert_true(nk_bytes_eq(nk_buf_bytes(&plain), nk_buf_bytes(&back)));
	}
}

static void every_cut_and_every_changed_byte_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf back = { 0 };
	struct nk_key id;
	struct nk_age_recipient r;
	const struct nk_age_to to = { .recipients = &r, .n = 1 };
	const struct nk_age_with with = { .identities = &id, .n = 1 };
	size_t whole;

	(void)state;
	nk_buf_init(&plain, ROOM);
	nk_buf_init(&file, ROOM);
	nk_buf_init(&back, ROOM);
	assert_true(nk_ok(nk_key_random(nk_os_env(), &id, NULL)));
	nk_age_recipient_of(&id, &r);
	bytes_of_length(&plain, 100);
	assert_int_equal(seal_to(&to, &plain, 0, &file), NK_OK);
	whole = file.len;
	for (size_t i = 0; i < whole; i++) {
		file.ptr[i] ^= 1;
		assert_int_not_equal(open_with(&with, &file, 0, &back), NK_OK);
		file.ptr[i] ^= 1;
		file.len = i;
		assert_int_not_equal(open_with(&with, &file, 0, &back), NK_OK);
		file.len = whole;
	}
	assert_int_equal(open_with(&with, &file, 0, &back), NK_OK);
}

static void each_of_sixteen_recipients_opens_it_and_a_seventeenth_is_refused(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf back = { 0 };
	struct nk_key ids[NK_AGE_STANZAS + 1];
	struct nk_age_recipient r[NK_AGE_STANZAS + 1];
	struct nk_age_to to = { .recipients = r, .n = NK_AGE_STANZAS };

	(void)state;
	nk_buf_init(&plain, ROOM);
	nk_buf_init(&file, ROOM);
	nk_buf_init(&back, ROOM);
	bytes_of_length(&plain, 10);
	for (size_t i = 0; i < NK_ARRAY_LEN(ids); i++) {
		assert_true(nk_ok(nk_key_random(nk_os_env(), &ids[i], NULL)));
		nk_age_recipient_of(&ids[i], &r[i]);
	}
	assert_int_equal(seal_to(&to, &plain, 0, &file), NK_OK);
	for (size_t i = 0; i < NK_ARRAY_LEN(ids); i++) {
		const struct nk_age_with with = { .identities = &ids[i], .n = 1 };

		assert_int_equal(open_with(&with, &file, 0, &back), i < NK_AGE_STANZAS ? NK_OK : NK_DENIED);
	}
	to.n = NK_AGE_STANZAS + 1;
	assert_int_equal(seal_to(&to, &plain, 0, &file), NK_INVALID);
	to.n = 0;
	assert_int_equal(seal_to(&to, &plain, 0, &file), NK_INVALID);
}

static void a_header_with_seventeen_recipients_is_refused_before_any_key_is_tried(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf back = { 0 };
	struct nk_key id = { { 1 } };
	const struct nk_age_with with = { .identities = &id, .n = 1 };

	(void)state;
	nk_buf_init(&file, ROOM);
	nk_buf_init(&back, ROOM);
	assert_true(nk_ok(nk_buf_add_c(&file, NK_AGE_VERSION "\n", NULL)));
	for (size_t i = 0; i <= NK_AGE_STANZAS; i++) {
		assert_true(nk_ok(nk_buf_add_c(&file, "-> X25519 bad\n\n", NULL))); /* would be NK_INVALID when tried */
	}
	assert_true(nk_ok(nk_buf_add_c(&file, "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", NULL)));
	assert_int_equal(open_with(&with, &file, 0, &back), NK_LIMIT);
}

static void a_passphrase_opens_its_file_and_another_does_not(void **state)
{
	NK_OWNED(nk_buf_done) struct nk_buf plain = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf file = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf back = { 0 };
	const struct nk_age_to to = { .passphrase = nk_str_bytes(NK_STR("one")), .work = 10 };
	const struct nk_age_to hard = { .passphrase = nk_str_bytes(NK_STR("one")), .work = 23 };
	const struct nk_age_with one = { .passphrase = nk_str_bytes(NK_STR("one")) };
	const struct nk_age_with two = { .passphrase = nk_str_bytes(NK_STR("two")) };

	(void)state;
	nk_buf_init(&plain, ROOM);
	nk_buf_init(&file, ROOM);
	nk_buf_init(&back, ROOM);
	bytes_of_length(&plain, 10);
	assert_int_equal(seal_to(&to, &plain, 0, &file), NK_OK);
	assert_int_equal(open_with(&one, &file, 0, &back), NK_OK);
	assert_int_equal(open_with(&two, &file, 0, &back), NK_DENIED);
	assert_int_equal(seal_to(&hard, &plain, 0, &file), NK_LIMIT);
}

static void keys_are_written_as_age_keygen_writes_them(void **state)
{
	static const char identity[] = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
	char text[NK_AGE_IDENTITY_TEXT];
	char pub[NK_AGE_RECIPIENT_TEXT];
	struct nk_age_recipient r;
	struct nk_age_recipient back;
	struct nk_key id;
	size_t n = 0;

	(void)state;
	assert_true(nk_ok(nk_age_identity_parse(nk_str_c(identity), &id, NULL)));
	nk_age_identity_print(&id, text);
	assert_string_equal(text, identity);
	nk_age_recipient_of(&id, &r);
	nk_age_recipient_print(&r, pub);
	assert_string_equal(pub, "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef");
	assert_true(nk_ok(nk_age_recipient_parse(nk_str_c(pub), &back, NULL)));
	assert_memory_equal(back.pub, r.pub, sizeof(r.pub));
	pub[20] = pub[20] == 'q' ? 'p' : 'q';
	assert_int_equal(nk_age_recipient_parse(nk_str_c(pub), &back, NULL).code, NK_INVALID);
	assert_int_equal(nk_age_recipient_parse(NK_STR("AGE1"), &back, NULL).code, NK_INVALID);
	assert_int_equal(nk_age_identities(NK_STR("# nothing\n\n"), &id, 1, &n, NULL).code, NK_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_vectors_of_the_testkit_give_what_they_expect),
		cmocka_unit_test(files_of_every_awkward_length_come_back),
		cmocka_unit_test(every_cut_and_every_changed_byte_is_refused),
		cmocka_unit_test(each_of_sixteen_recipients_opens_it_and_a_seventeenth_is_refused),
		cmocka_unit_test(a_header_with_seventeen_recipients_is_refused_before_any_key_is_tried),
		cmocka_unit_test(a_passphrase_opens_its_file_and_another_does_not),
		cmocka_unit_test(keys_are_written_as_age_keygen_writes_them),
	};

	return nk_ok(nk_crypto_init(NULL)) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
