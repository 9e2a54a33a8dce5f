/*
 * scan_match.c: how fast the index is built and opened, and how fast files are looked through with it.
 *
 * usage: scan_match PERSONS FILE…
 * Persons are made up, always the same: ten values each. Every file is read into memory and scanned five times
 * (median) through the public interface, without detectors, once without and once with the index. Times are those of
 * this thread, so that others on the machine do not count.
 */
#include "nkscan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { ROUNDS = 5, SIZE_LEAST = 16 << 20 };

static const uint8_t bench_key[NKS_KEY_BYTES] = "the key of a bench, kept nowhere";

/* splitmix64: always the same persons. */
static uint64_t chance(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* Seconds of this thread's work. */
static double now(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Parts of names: kanji that names use, and readings of two to five morae. Surnames and given names come from two
 * pools of readings and spellings, the first of them far more often than the last, as it is with people. */
enum { SURNAMES = 10000, GIVEN = 15000 };
static const char surname_kanji[] =
	"山田中村林森小大佐藤伊斎高橋木本井上川口原野谷崎島松竹石岡西東北南内外安加清水平河長前福和土吉池渡辺浜杉坂今"
	"青秋浅足新荒有飯磯市岩植臼江遠榎尾太沖奥片柏金神亀菊岸喜久工熊倉栗黒桑毛郡児桜酒笹沢塩柴下白杉鈴関瀬相曽園滝武"
	"橘玉千塚津堤寺戸豊鳥永成丹沼根能萩間畑服花羽馬早樋平深古保星堀真益町三宮向室茂持百矢柳八湯吉米若脇鷲渕";
static const char given_kanji[] =
	"太郎一二三子美恵花真由香里奈優愛翔健大介翼陽菜結衣葵蓮海斗悠人隆志博文明正和雄幸夫春秋冬夏樹桜直哉沙織千尋"
	"亜綾歩郁勇英栄悦央佳可果嘉絵貴希季起規義吉杏京恭欽玖圭慶啓敬憲賢謙孝宏浩弘康洸功紗咲早佐聡哲史司資治滋次順純淳"
	"尚昌章彰昭勝仁晋慎信伸進誠聖清静節善大拓卓琢匠達辰暖智知忠保司剛努典登年敏利友朋豊尚長成徳之乃希紀則範晴久秀";
static const char *const morae[] = { "a", "ka", "sa", "ta", "na", "ha", "ma", "ya", "ra", "wa", "i", "ki", "shi",
	"chi", "mi", "ri", "u", "ku", "tsu", "mu", "yu", "e", "ke", "te", "ne", "me", "o", "ko", "to", "no", "mo",
	"yo" };
static const char kana[] = "アカサタナハマヤラワイキシチミリウクツムユエケテネメオコトノモヨ";

struct person {
	char kanji[64], kanji_late[64], kana[96], romaji[96], login[32], id[16], mail[64], phone[16], birthday[16],
		card[16];
};

static size_t put(char *out, size_t room, size_t n, const char *what, size_t len)
{
	if (n + len < room) {
		memcpy(out + n, what, len);
		n += len;
		out[n] = '\0';
	}
	return n;
}

/* How long the three forms of a name are so far. */
struct lengths {
	size_t kanji, kana, romaji;
};

static void put_part(uint64_t *seed, bool given, struct person *p, struct lengths *at)
{
	const uint64_t pool = given ? GIVEN : SURNAMES;
	const double skew = (double)(chance(seed) % 65536) / 65536;
	uint64_t which = (uint64_t)(skew * skew * skew * (double)pool) * 2 + given;
	const char *from = given ? given_kanji : surname_kanji;
	const size_t n = (given ? sizeof(given_kanji) : sizeof(surname_kanji)) / 3;
	uint64_t length = chance(&which) % 100;
	const unsigned units = length < 84 ? 2 : length < 88 && !given ? 1 : 3;
	const unsigned long_one = given ? 75 : 45;
	const unsigned spoken = length % 50 < 2 ? 2 : chance(&which) % 100 < long_one ? 3 : 4;

	for (unsigned u = 0; u < units; u++) {
		at->kanji = put(p->kanji, sizeof(p->kanji), at->kanji, from + 3 * (chance(&which) % n), 3);
	}
	for (unsigned u = 0; u < spoken; u++) {
		const size_t m = chance(&which) % (sizeof(morae) / sizeof(*morae));

		at->kana = put(p->kana, sizeof(p->kana), at->kana, kana + 3 * m, 3);
		at->romaji = put(p->romaji, sizeof(p->romaji), at->romaji, morae[m], strlen(morae[m]));
	}
}

static void make_person(uint64_t *seed, uint32_t i, struct person *p)
{
	struct lengths at = { 0, 0, 0 };

	put_part(seed, false, p, &at);
	at.kanji = put(p->kanji, sizeof(p->kanji), at.kanji, " ", 1);
	at.kana = put(p->kana, sizeof(p->kana), at.kana, " ", 1);
	at.romaji = put(p->romaji, sizeof(p->romaji), at.romaji, " ", 1);
	put_part(seed, true, p, &at);
	(void)snprintf(p->login, sizeof(p->login), "s%07u", i);
	(void)snprintf(p->id, sizeof(p->id), "%09u", 202300000 + i);
	(void)snprintf(p->card, sizeof(p->card), "C%04u-%05u", i % 10000, i / 7);
	(void)snprintf(p->mail, sizeof(p->mail), "s%07u@st%u.example.ed.jp", i, i % 50);
	(void)snprintf(p->phone, sizeof(p->phone), "0%u0%08u", 7 + (unsigned)(chance(seed) % 3),
		(unsigned)(chance(seed) % 100000000));
	(void)snprintf(p->birthday, sizeof(p->birthday), "%04u-%02u-%02u", 1950 + (unsigned)(chance(seed) % 70),
		1 + (unsigned)(chance(seed) % 12), 1 + (unsigned)(chance(seed) % 28));
}

/* Persons one behind the other, made before the clock runs. */
static double build(const struct person *person, size_t n, uint64_t fields, uint8_t **out, size_t *out_len)
{
	struct nks_builder *b = NULL;
	const double start = now();

	if (nks_builder_new(bench_key, &b) != NKS_OK) {
		exit(1);
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct person *p = &person[i];
		const struct {
			enum nks_field field;
			const char *value;
		} values[] = { { NKS_FIELD_KANJI, p->kanji }, { NKS_FIELD_KANA, p->kana },
			{ NKS_FIELD_ROMAJI, p->romaji }, { NKS_FIELD_LOGIN, p->login }, { NKS_FIELD_ID, p->id },
			{ NKS_FIELD_ID, p->card }, { NKS_FIELD_MAIL, p->mail }, { NKS_FIELD_PHONE, p->phone },
			{ NKS_FIELD_BIRTHDAY, p->birthday }, { NKS_FIELD_KANJI, p->kanji_late } };

		for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
			if ((fields >> values[v].field & 1) != 0) {
				(void)nks_builder_add(
					b, i, values[v].field, values[v].value, strlen(values[v].value));
			}
		}
	}
	if (nks_builder_seal(b, out, out_len) != NKS_OK) {
		exit(1);
	}
	nks_builder_free(&b);
	return now() - start;
}

static int count(void *arg, const struct nks_finding *finding)
{
	(void)finding;
	(*(uint64_t *)arg)++;
	return 0;
}

/* A file as often as it takes to fill SIZE_LEAST. */
static char *read_file(const char *path, size_t *out_len)
{
	FILE *f = fopen(path, "rbe");
	struct stat st = { 0 };
	char *data = NULL;
	size_t len = 0;
	size_t times = 1;

	if (f == NULL || fstat(fileno(f), &st) != 0 || st.st_size <= 0) {
		perror(path);
		exit(1);
	}
	len = (size_t)st.st_size;
	times = len < SIZE_LEAST ? SIZE_LEAST / len + 1 : 1;
	data = malloc(len * times);
	if (data == NULL || fread(data, 1, len, f) != len) {
		perror(path);
		exit(1);
	}
	for (size_t i = 1; i < times; i++) {
		memcpy(data + i * len, data, len);
	}
	(void)fclose(f);
	*out_len = len * times;
	return data;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void scan_once(struct nks_scan *scan, const char *data, size_t len, struct nks_summary *sum)
{
	const struct nks_stream stream = { .kind = NKS_KIND_UNKNOWN };

	if (nks_scan_begin(scan, &stream) != NKS_OK || nks_scan_feed(scan, data, len) != NKS_OK ||
		nks_scan_end(scan, sum) != NKS_OK) {
		exit(1);
	}
}

static void scan_file(const char *what, const struct nks_index *index, const char *data, size_t len)
{
	const struct nks_options options = { .index = index };
	struct nks_scan *scan = NULL;
	struct nks_summary sum = { 0 };
	double times[ROUNDS];
	uint64_t findings = 0;

	if (nks_scan_new(&options, count, &findings, &scan) != NKS_OK) {
		exit(1);
	}
	for (unsigned r = 0; r < ROUNDS; r++) {
		const double start = now();

		findings = 0;
		scan_once(scan, data, len, &sum);
		times[r] = now() - start;
	}
	qsort(times, ROUNDS, sizeof(*times), by_size);
	printf("  %-24s %6.3f GB/s  %5.2f ns a unit  %9llu findings\n", what, (double)len / times[ROUNDS / 2] / 1e9,
		times[ROUNDS / 2] * 1e9 / (double)(sum.units > 0 ? sum.units : 1), (unsigned long long)findings);
	nks_scan_free(&scan);
}

static struct nks_index *open_index(const uint8_t *blob, size_t len, double *seconds)
{
	struct nks_index *index = NULL;
	const double start = now();

	if (nks_index_open(blob, len, bench_key, &index) != NKS_OK) {
		exit(1);
	}
	*seconds = now() - start;
	return index;
}

int main(int argc, char **argv)
{
	const size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	struct person *person = calloc(n + 1, sizeof(*person));
	uint64_t seed = 1;
	uint8_t *blob = NULL;
	size_t len = 0;
	double seconds = 0;
	struct nks_index *index = NULL;

	if (person == NULL || argc < 2) {
		(void)fprintf(stderr, "usage: scan_match PERSONS FILE...\n");
		return 64;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct person late = { 0 };

		make_person(&seed, i, &person[i]);
		make_person(&seed, i, &late);
		memcpy(person[i].kanji_late, late.kanji, sizeof(late.kanji));
	}
	seconds = build(person, n, ~UINT64_C(0), &blob, &len);
	printf("build: %zu persons, %.3f s, %.1f MB\n", n, seconds, (double)len / 1e6);
	index = open_index(blob, len, &seconds);
	printf("open: %.1f ms\n", seconds * 1e3);
	for (int f = 2; f < argc; f++) {
		size_t size = 0;
		char *data = read_file(argv[f], &size);

		printf("%s, %.1f MB\n", argv[f], (double)size / 1e6);
		scan_file("without index", NULL, data, size);
		scan_file("with index", index, data, size);
		free(data);
	}
	nks_index_close(&index);
	nks_blob_free(&blob, len);
	free(person);
	return 0;
}
