/*
 * detect_test.c: each detector by its own examples, and what none of them may do.
 */
#include "names_kit.h"
#include "nks_detect_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

enum { HITS_MAX = 64, SURE = 50, TEXT_MAX = 4096, RANDOM_NUMBERS = 100000, RANDOM_DIGITS_MAX = 20 };

static const struct nks_detector *const detectors[] = {
#define ROW(name) &nks_det_##name,
#include "nks_detectors.inc"
#undef ROW
};

struct found {
	struct nks_hit hits[HITS_MAX];
	size_t n;
};

static bool keep(void *arg, const struct nks_text *text, const struct nks_hit *hit)
{
	struct found *f = arg;
	assert_true(hit->at >= text->from && hit->at < text->to && hit->at + hit->len <= text->n && hit->len > 0);
	assert_int_equal(hit->confidence, nks_confidence((enum nks_class)hit->class, hit->why));
	if (f->n < HITS_MAX) {
		f->hits[f->n++] = *hit;
	}
	return true;
}

static void look_with(const char *utf8, const struct nks_detect_options *o, struct found *f)
{
	struct kit_block *b = kit_open(utf8, false);
	f->n = 0;
	assert_true(nks_detect_block(o, &b->text, keep, f));
	kit_close(&b);
}

static void look(const char *utf8, struct found *f)
{
	static const struct nks_detect_options all = { .classes = UINT64_MAX };
	look_with(utf8, &all, f);
}

/* The text without « and »; where they stood, in units; false: not there. */
static bool marks(const char *example, char *bare, size_t *at, size_t *len)
{
	char begin[TEXT_MAX];
	nks_unit u[TEXT_MAX];
	const char *open = strstr(example, "«"), *close = strstr(example, "»");
	if (open == NULL || close == NULL) {
		return false;
	}
	(void)snprintf(begin, sizeof begin, "%.*s", (int)(open - example), example);
	*at = kit_units(begin, u);
	(void)snprintf(bare, TEXT_MAX, "%.*s%.*s%s", (int)(open - example), example, (int)(close - open - 2),
		open + 2, close + 2);
	(void)snprintf(begin, sizeof begin, "%.*s", (int)(close - open - 2), open + 2);
	*len = kit_units(begin, u);
	return true;
}

static void hit_is_found(const struct nks_detector *d, const char *example)
{
	char bare[TEXT_MAX];
	size_t at = 0, len = 0;
	struct found f;
	unsigned least = d->class == NKS_CLASS_CORPORATE_NUMBER ? 0 : SURE;
	assert_true(marks(example, bare, &at, &len));
	look(bare, &f);
	for (size_t i = 0; i < f.n; i++) {
		bool same = f.hits[i].class == d->class && f.hits[i].confidence >= least;
		if (same && f.hits[i].at == at && f.hits[i].len == len) {
			return;
		}
	}
	for (size_t i = 0; i < f.n; i++) {
		print_message("  %s at %zu, %zu long, confidence %u, why %llx\n", nks_det_mail.name, f.hits[i].at,
			f.hits[i].len, f.hits[i].confidence, (unsigned long long)f.hits[i].why);
	}
	fail_msg("%s is not found in: %s", d->name, example);
}

static void miss_is_not_found(const struct nks_detector *d, const char *example)
{
	struct found f;
	look(example, &f);
	for (size_t i = 0; i < f.n; i++) {
		if (f.hits[i].class == d->class && f.hits[i].confidence >= SURE) {
			fail_msg("%s is found in: %s", d->name, example);
		}
	}
}

static void every_detector_finds_its_examples(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof detectors / sizeof detectors[0]; k++) {
		assert_non_null(detectors[k]->hits);
		assert_non_null(detectors[k]->hits[0]);
		for (size_t i = 0; detectors[k]->hits[i] != NULL; i++) {
			hit_is_found(detectors[k], detectors[k]->hits[i]);
		}
	}
}

static void no_detector_finds_its_counter_examples(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof detectors / sizeof detectors[0]; k++) {
		assert_non_null(detectors[k]->misses);
		assert_non_null(detectors[k]->misses[0]);
		for (size_t i = 0; detectors[k]->misses[i] != NULL; i++) {
			miss_is_not_found(detectors[k], detectors[k]->misses[i]);
		}
	}
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void random_digits_are_nobodys_number(void **state)
{
	uint64_t seed = 20261123;
	char line[64];
	struct found f;
	(void)state;
	for (size_t k = 0; k < RANDOM_NUMBERS / 64; k++) {
		char text[64 * (RANDOM_DIGITS_MAX + 1) + 1];
		size_t n = 0;
		for (size_t j = 0; j < 64; j++) {
			size_t digits = 1 + next_random(&seed) % RANDOM_DIGITS_MAX;
			for (size_t i = 0; i < digits; i++) {
				text[n++] = (char)('0' + next_random(&seed) % 10);
			}
			text[n++] = '\n';
		}
		text[n] = 0;
		look(text, &f);
		for (size_t i = 0; i < f.n; i++) {
			(void)snprintf(line, sizeof line, "%.*s", (int)f.hits[i].len, text + f.hits[i].at);
			if (f.hits[i].confidence >= SURE) {
				fail_msg("class %s in %s", nks_class_name((enum nks_class)f.hits[i].class), line);
			}
		}
	}
}

static void a_right_check_digit_alone_is_never_a_finding(void **state)
{
	static const uint8_t classes[] = { NKS_CLASS_MYNUMBER, NKS_CLASS_CORPORATE_NUMBER, NKS_CLASS_DRIVING_LICENCE,
		NKS_CLASS_HEALTH_INSURANCE, NKS_CLASS_CREDIT_CARD, NKS_CLASS_PENSION_NUMBER, NKS_CLASS_BANK_ACCOUNT };
	(void)state;
	for (size_t i = 0; i < sizeof classes; i++) {
		uint64_t bare = NKS_WHY(SHAPE) | NKS_WHY(CHECK_DIGIT) | NKS_WHY(EXISTS);
		assert_true(nks_confidence((enum nks_class)classes[i], bare) < SURE);
		assert_int_equal(nks_confidence((enum nks_class)classes[i], NKS_WHY(AGAINST)), 0);
	}
	assert_int_equal(nks_confidence(NKS_CLASS_PHONE, UINT64_MAX & ~NKS_WHY(AGAINST)), 100);
	assert_int_equal(nks_confidence(NKS_CLASS_COUNT, NKS_WHY(SHAPE)), 0);
}

static void only_wanted_classes_are_reported(void **state)
{
	struct found f;
	struct nks_detect_options o = { .classes = UINT64_C(1) << NKS_CLASS_PHONE };
	(void)state;
	look_with("taro@example.jp 090-1234-5678", &o, &f);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.hits[0].class, NKS_CLASS_PHONE);
}

static void numbers_of_a_form_are_found(void **state)
{
	static const char *const forms[] = { "S9999999", "99AA-999", "9999999" };
	struct nks_detect_options o = { .classes = UINT64_MAX, .number_forms = forms, .n_number_forms = 3 };
	struct found f;
	(void)state;
	look_with("生徒 S2512345 と s2512346。", &o, &f);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.hits[0].class, NKS_CLASS_PERSON_NUMBER);
	assert_true(f.hits[0].confidence >= SURE && f.hits[1].confidence >= SURE);
	look_with("25AB-123", &o, &f);
	assert_true(f.n == 1 && f.hits[0].len == 8 && f.hits[0].confidence >= SURE);
	look_with("XS2512345 S25123456 S251234", &o, &f);
	assert_int_equal(f.n, 0);
	look_with("2512345", &o, &f);
	assert_true(f.n == 1 && f.hits[0].confidence < SURE);
}

static void a_corporate_number_stops_what_looks_alike(void **state)
{
	struct found f;
	(void)state;
	look("法人番号 7000012050002", &f);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.hits[0].class, NKS_CLASS_CORPORATE_NUMBER);
	assert_true(f.hits[0].confidence < SURE);
	assert_true((f.hits[0].why & NKS_WHY(PUBLIC)) != 0);
}

static void a_table_says_what_its_columns_are(void **state)
{
	struct found f;
	(void)state;
	look("氏名,電話番号,生年月日,注文番号\n山田太郎,9012345678,1985/4/1,123456789018\n"
	     "鈴木花子,9087654321,H7.3.31,123456789018\n",
		&f);
	size_t phones = 0, births = 0, others = 0;
	for (size_t i = 0; i < f.n; i++) {
		phones += f.hits[i].class == NKS_CLASS_PHONE && f.hits[i].confidence >= SURE;
		births += f.hits[i].class == NKS_CLASS_BIRTH_DATE && f.hits[i].confidence >= SURE;
		others += f.hits[i].class == NKS_CLASS_MYNUMBER && f.hits[i].confidence >= SURE;
	}
	assert_int_equal(phones, 2);
	assert_int_equal(births, 2);
	assert_int_equal(others, 0);
}

/* Dates are met by two walks; what one has passed the other must not leave out or repeat. */
static void each_row_of_a_table_has_its_finding_once(void **state)
{
	static const char *const dates[] = { "1985/4/1", "昭和60年4月1日", "S60.4.1", "㍼60年4月1日", "19850401",
		"1985年4月1日生" };
	char text[TEXT_MAX];
	size_t n = 0;
	struct found f;
	(void)state;
	n += (size_t)snprintf(text, sizeof text, "学籍番号,氏名,生年月日\n");
	for (size_t i = 0; i < 24; i++) {
		n += (size_t)snprintf(text + n, sizeof text - n, "20M%04zu,山田太郎,%s\n", i, dates[i % 6]);
	}
	look(text, &f);
	assert_int_equal(f.n, 48);
	for (size_t i = 0; i < f.n; i++) {
		assert_true(f.hits[i].confidence >= SURE);
		assert_true(f.hits[i].class == NKS_CLASS_BIRTH_DATE || f.hits[i].class == NKS_CLASS_PERSON_NUMBER);
	}
}

static void carved_bytes_without_a_layout_are_looked_at_too(void **state)
{
	static const struct nks_detect_options all = { .classes = UINT64_MAX };
	struct kit_block *b = kit_open("個人番号 123456789018 電話 090-1234-5678 taro@example.jp 生年月日 S60.4.1 "
				       "基礎年金番号 1234-567890 東京都千代田区千代田1-1",
		false);
	struct found f = { .n = 0 };
	(void)state;
	b->text.layout = NULL;
	b->text.carved = true;
	assert_true(nks_detect_block(&all, &b->text, keep, &f));
	assert_int_equal(f.n, 6);
	for (size_t i = 0; i < f.n; i++) {
		assert_true(f.hits[i].confidence >= SURE);
		assert_true((f.hits[i].why & NKS_WHY(RANDOM)) != 0);
	}
	b->text.layout = b->layout;
	kit_close(&b);
}

static void what_begins_outside_is_not_reported(void **state)
{
	static const struct nks_detect_options all = { .classes = UINT64_MAX };
	struct kit_block *b = kit_open("a@example.jp b@example.jp c@example.jp", false);
	struct found f = { .n = 0 };
	(void)state;
	b->text.from = 13;
	b->text.to = 26;
	assert_true(nks_detect_block(&all, &b->text, keep, &f));
	assert_int_equal(f.n, 1);
	assert_int_equal(f.hits[0].at, 13);
	kit_close(&b);
}

static bool stop(void *arg, const struct nks_text *text, const struct nks_hit *hit)
{
	(void)text;
	(void)hit;
	*(unsigned *)arg += 1;
	return false;
}

static void the_caller_can_stop_it(void **state)
{
	static const struct nks_detect_options all = { .classes = UINT64_MAX };
	struct kit_block *b = kit_open("a@example.jp 090-1234-5678 東京都千代田区千代田1-1", false);
	unsigned calls = 0;
	(void)state;
	assert_false(nks_detect_block(&all, &b->text, stop, &calls));
	assert_int_equal(calls, 1);
	kit_close(&b);
}

static void signs_are_the_same_in_every_width(void **state)
{
	static const nks_unit signs[] = { 0x5e74, 0x751f, 0x5e02, 0x533a, 0x90e1, 0x753a, 0x6751, 0x756a, 0x7530, 0,
		0xffff };
	nks_unit u[64 + 32];
	uint64_t seed = 7;
	(void)state;
	for (size_t k = 0; k < 2000; k++) {
		for (size_t i = 0; i < 96; i++) {
			uint64_t r = next_random(&seed);
			u[i] = r % 3 == 0 ? signs[(r >> 8) % 11] : (nks_unit)(r >> 16);
		}
		for (size_t i = 0; i + 2 < 80; i += 2 + next_random(&seed) % 9) {
			static const char words[] = "birDoBbobBIRbib";
			u[i] = (nks_unit)(unsigned char)words[next_random(&seed) % 15];
			u[i + 1] = (nks_unit)(unsigned char)words[next_random(&seed) % 15];
		}
		assert_true(nks_signs()(u + k % 16) == nks_signs_plain(u + k % 16));
		assert_true(nks_births()(u + k % 16) == nks_births_plain(u + k % 16));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_detector_finds_its_examples),
		cmocka_unit_test(no_detector_finds_its_counter_examples),
		cmocka_unit_test(random_digits_are_nobodys_number),
		cmocka_unit_test(a_right_check_digit_alone_is_never_a_finding),
		cmocka_unit_test(only_wanted_classes_are_reported),
		cmocka_unit_test(numbers_of_a_form_are_found),
		cmocka_unit_test(a_corporate_number_stops_what_looks_alike),
		cmocka_unit_test(a_table_says_what_its_columns_are),
		cmocka_unit_test(each_row_of_a_table_has_its_finding_once),
		cmocka_unit_test(carved_bytes_without_a_layout_are_looked_at_too),
		cmocka_unit_test(what_begins_outside_is_not_reported),
		cmocka_unit_test(the_caller_can_stop_it),
		cmocka_unit_test(signs_are_the_same_in_every_width),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
