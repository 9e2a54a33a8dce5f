/*
 * det_phone.c: telephone numbers of Japan: fixed lines by the tree of area codes, mobile, IP, free and shared-cost
 * numbers.
 *
 * With its separators where they belong, a number in use is a finding; without them it needs a label. Numbers that
 * lost their zero in a spreadsheet need a column or label that says what they are.
 */
#include "nks_detect_int.h"

enum { FIXED = 10, LONG = 11, CLOSE = 6, BESIDE = 64 };

/* A number as it is dialled within the country, and where its groups end. */
struct line {
	uint8_t d[16];
	uint8_t ends[3]; /* separators belong behind so many digits; 0: none */
	uint8_t n;
};

static unsigned area_digits(const uint8_t *d)
{
	uint32_t first = 0;
	for (size_t i = 1; i <= 6; i++) {
		first = first * 10 + d[i];
	}
	size_t lo = 0, hi = nks_area_count;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (nks_areas[mid] / 8 <= first) {
			lo = mid;
		} else {
			hi = mid;
		}
	}
	return nks_areas[lo] % 8;
}

static bool begins(const uint8_t *d, const char *with)
{
	for (size_t i = 0; with[i] != 0; i++) {
		if (d[i] != (uint8_t)(with[i] - '0')) {
			return false;
		}
	}
	return true;
}

/* Whether the line exists, and how it is written. */
static bool plan(struct line *l)
{
	const uint8_t *d = l->d;
	if (d[0] != 0) {
		return false;
	}
	if (l->n == LONG) {
		bool person = (d[1] >= 5 && d[1] <= 9) && d[2] == 0 && d[3] != 0;
		l->ends[0] = 3;
		l->ends[1] = 7;
		if (begins(d, "0800")) {
			l->ends[0] = 4;
			return true;
		}
		return person || (begins(d, "020") && d[3] != 0);
	}
	if (l->n != FIXED) {
		return false;
	}
	if (begins(d, "0120") || begins(d, "0570") || begins(d, "0990")) {
		l->ends[0] = 4;
		l->ends[1] = 7;
		return true;
	}
	unsigned area = area_digits(d);
	l->ends[0] = (uint8_t)(area + 1);
	l->ends[1] = 6;
	return area > 0;
}

/* Where separators stand: bit k: behind k digits. */
static uint64_t gaps_of(const struct nks_run *run, size_t from)
{
	uint64_t gaps = 0;
	for (size_t i = from + 1; i < run->n; i++) {
		bool apart = run->where[i] != run->where[i - 1] + 1;
		gaps |= (uint64_t)apart << (i - from);
	}
	return gaps;
}

/* Separators right: as the plan has them, or the free ones that print 0120-12-3456. `lost`: the zero is not there. */
static bool hyphens_right(const struct line *l, uint64_t gaps, bool lost)
{
	uint64_t want = (UINT64_C(1) << l->ends[0]) | (UINT64_C(1) << l->ends[1]);
	want >>= lost ? 1 : 0;
	if (gaps == want) {
		return true;
	}
	uint64_t two = NKS_DIGITS(4) | NKS_DIGITS(6);
	return l->d[0] == 0 && (begins(l->d, "0120") || begins(l->d, "0570")) && gaps == two && !lost;
}

/* Dots, or hyphens and blanks mixed: as people write it only with brackets. */
static bool odd_separators(const struct nks_text *text, const struct nks_run *run)
{
	bool hyphen = false, blank = false, bracket = false, dot = false;
	for (size_t i = run->at; i < run->at + run->len; i++) {
		nks_unit u = text->u[i];
		hyphen = hyphen || nks_is_hyphen(u);
		blank = blank || nks_is_blank(u);
		dot = dot || u == '.' || u == 0xff0e;
		bracket = bracket || u == ')' || u == 0xff09;
	}
	return dot || (hyphen && blank && !bracket);
}

static bool phone_word(const struct nks_text *text, size_t at)
{
	static const char *const words[] = { "tel", "fax", "phone", "mobile", "cell", "telephone" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (nks_run_word(text, at, words[i])) {
			return true;
		}
	}
	return false;
}

static bool plus_before(const struct nks_text *text, size_t at)
{
	return at > 0 && (text->u[at - 1] == '+' || text->u[at - 1] == 0xff0b);
}

/* +81 90 1234 5678, +81-(0)3-1234-5678: the line in its form within the country. */
static bool from_abroad(const struct nks_run *run, struct line *l)
{
	size_t from = run->n > 2 && run->digits[2] == 0 ? 3 : 2;
	if (run->n - from + 1 > LONG || run->n < from + 9) {
		return false;
	}
	l->d[0] = 0;
	l->n = (uint8_t)(run->n - from + 1);
	memcpy(l->d + 1, run->digits + from, l->n - 1U);
	return plan(l);
}

static bool abroad(const struct nks_text *text, const struct nks_run *run, struct nks_hit *hit)
{
	struct line l = { .n = 0 };
	if (run->digits[0] != 8 || run->digits[1] != 1 || !from_abroad(run, &l)) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->at--;
	hit->len++;
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(EXISTS) | NKS_WHY(PREFIX);
	hit->why |= nks_context(text, hit->at, NKS_LABEL_BIT(PHONE)) & ~NKS_WHY(AGAINST);
	return true;
}

static bool is_alnum(nks_unit u)
{
	return nks_is_ascii_letter(u) || nks_is_digit(u);
}

static bool ends_line(nks_unit u)
{
	return u == '\n' || u == NKS_ROW || u == NKS_BREAK;
}

/* Whether something like a mail address stands on the same line, not far away: a list of people rather than of parts.
 */
static bool mail_beside(const struct nks_text *text, size_t at)
{
	const uint64_t *m = text->mask[NKS_M_AT] + at / 64;
	if ((m[0] | m[-1] | m[1]) == 0) {
		return false;
	}
	size_t begin = at, end = at;
	while (begin > 0 && at - begin < BESIDE && !ends_line(text->u[begin - 1])) {
		begin--;
	}
	while (end < text->n && end - at < BESIDE && !ends_line(text->u[end])) {
		end++;
	}
	for (size_t i = begin + 1; i < end; i++) {
		if (nks_text_is(text, NKS_M_AT, i) && is_alnum(text->u[i - 1]) && is_alnum(text->u[i + 1])) {
			return true;
		}
	}
	return false;
}

/* Whether nothing but a delimiter stands on either side: a cell. */
static bool is_cell(const struct nks_text *text, const struct nks_run *run)
{
	size_t end = run->at + run->len;
	return (run->at == 0 || nks_text_is(text, NKS_M_GAP, run->at - 1)) &&
		(end >= text->n || nks_text_is(text, NKS_M_GAP, end));
}

static void judge(const struct nks_text *text, const struct nks_run *run, struct nks_hit *hit)
{
	bool word = phone_word(text, run->at);
	hit->why |= word ? NKS_WHY(LABEL) : nks_context(text, run->at, NKS_LABEL_BIT(PHONE));
	hit->why |= run->glued && !word ? NKS_WHY(GLUED) : 0;
}

/* What says that digits without their zero are a telephone number: the heading of the column, or a label right before
 * them. */
static uint64_t lost_context(const struct nks_text *text, size_t at)
{
	if (phone_word(text, at)) {
		return NKS_WHY(LABEL);
	}
	if (text->layout != NULL && (nks_layout_columns(text) & NKS_LABEL_BIT(PHONE)) != 0) {
		return nks_context(text, at, NKS_LABEL_BIT(PHONE)) & NKS_WHY(COLUMN);
	}
	if (!nks_may_have_label(text, at, NKS_LABEL_BIT(PHONE))) {
		return 0;
	}
	size_t middle = at > CLOSE ? at - CLOSE : 0;
	return (nks_label_near(text, middle, CLOSE) & NKS_LABEL_BIT(PHONE)) != 0 ? NKS_WHY(LABEL) : 0;
}

/* 9012345678, 312345678 */
static bool lost_zero(const struct nks_text *text, const struct nks_run *run, struct nks_hit *hit)
{
	struct line l = { .n = (uint8_t)(run->n + 1U) };
	memcpy(l.d + 1, run->digits, run->n);
	if (run->digits[0] == 0 || !plan(&l) || run->glued) {
		return false;
	}
	uint64_t gaps = gaps_of(run, 0);
	if (gaps != 0 && !hyphens_right(&l, gaps, true)) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(EXISTS) | NKS_WHY(HALF_KNOWN);
	uint64_t context = lost_context(text, run->at);
	hit->why |= context;
	return context != 0;
}

/* Not a number of the plan, or with separators elsewhere (022-641-2625): a telephone number for who wrote the label.
 */
static bool only_labelled(const struct nks_text *text, const struct nks_run *run, uint64_t gaps, struct nks_hit *hit)
{
	bool like = gaps == 0 || __builtin_popcountll(gaps) == 2;
	if (!like || run->glued || !nks_may_have_label(text, run->at, NKS_LABEL_BIT(PHONE))) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE);
	judge(text, run, hit);
	return (hit->why & (NKS_WHY(LABEL) | NKS_WHY(COLUMN))) != 0;
}

static bool look(const struct nks_text *text, const struct nks_run *run, size_t at, struct nks_hit *hit)
{
	(void)at;
	if (run->longer) {
		return false;
	}
	if (plus_before(text, run->at)) {
		return abroad(text, run, hit);
	}
	if (run->digits[0] != 0) {
		return (run->n == FIXED || run->n == FIXED - 1) && lost_zero(text, run, hit);
	}
	struct line l = { .n = run->n };
	if (run->n != FIXED && run->n != LONG) {
		return false;
	}
	memcpy(l.d, run->digits, run->n);
	uint64_t gaps = gaps_of(run, 0);
	if (!plan(&l) || (gaps != 0 && (gaps & (UINT64_C(1) << l.ends[0])) == 0)) {
		return only_labelled(text, run, gaps, hit);
	}
	if (run->glued && gaps == 0 && !phone_word(text, run->at)) {
		return false;
	}
	nks_run_hit(run, hit);
	hit->why = NKS_WHY(SHAPE) | NKS_WHY(EXISTS);
	hit->why |= hyphens_right(&l, gaps, false) && !odd_separators(text, run) ? NKS_WHY(HYPHENS) : 0;
	judge(text, run, hit);
	bool row = run->len == LONG && is_cell(text, run) && mail_beside(text, run->at);
	hit->why |= row ? NKS_WHY(ROW) : 0;
	return true;
}

static const char *const hits[] = {
	"«090-1234-5678»",
	"«03-1234-5678»",
	"電話は«０９０－１２３４－５６７８»です",
	"«045-123-4567»",
	"«0467-22-1234»",
	"«06(6123)4567»",
	"(«03) 1234-5678»",
	"«080‐1234‐5678»",
	"«070 1234 5678»",
	"«060-1234-5678»",
	"«050-1234-5678»",
	"«0120-123-456»",
	"«0800-123-4567»",
	"«0570-012-345»",
	"(«0120) 123-456»",
	"«0120 123 456»",
	"«+81-90-1234-5678»",
	"«+81 3 1234 5678»",
	"«+819012345678»",
	"TEL«0312345678»",
	"tel:«09012345678»",
	"電話番号：«09012345678»",
	"携帯電話 «9012345678»",
	"TEL: «03.1234.5678»",
	"学籍課 «04-2929-1234»",
	"電話番号: «022-641-2625»",
	"taro@example.jp,«09012345678»",
	"山田(«090−1234−5678»)",
	NULL,
};
static const char *const misses[] = {
	"09012345678901",
	"9012345678",
	"2026-11-23",
	"012-345-6789",
	"03-1234-56789",
	"0901-2345-678",
	"192.168.100.100",
	"1-800-555-1234",
	"x090-1234-5678y",
	"1700000000",
	"978-4-06-123456-7",
	"0.9012345678",
	"ID_090-1234-5678",
	"注文番号: 0312345678",
	"taro@example.jp\n09012345678",
	NULL,
};

const struct nks_detector nks_det_phone = { .name = "phone",
	.class = NKS_CLASS_PHONE,
	.trigger = NKS_ON_DIGITS,
	.digits = NKS_DIGITS(9) | NKS_DIGITS(10) | NKS_DIGITS(11) | NKS_DIGITS(12) | NKS_DIGITS(13),
	.look = look,
	.hits = hits,
	.misses = misses };
