/*
 * nameseval: precision and recall of names of persons on labelled text. A line of input is `kind <tab> text`, with \n
 * and \t written so and every name between « and »; a kind that ends in "!" is a table of an opener. Given "-l",
 * every miss (-) and every false finding (+) is shown: input is synthetic or public text only.
 */
#include "../../scan/names/names_kit.h"

#include <stdio.h>

enum { KINDS = 64, SPANS = 4096, LINE = 1 << 20 };

struct tally {
	char kind[40];
	size_t right, wrong, gold, units, partly;
};
struct span {
	size_t at, len;
	bool seen;
};
struct run {
	struct tally kinds[KINDS];
	size_t n_kinds;
	struct tally *now;
	struct span gold[SPANS];
	size_t n_gold;
	unsigned least;
	bool list;
};

static void print(const nks_unit *u, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned c = u[i] < ' ' ? '~' : u[i];
		if (c < 0x80) {
			putchar((int)c);
		} else if (c < 0x800) {
			printf("%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 63)));
		} else {
			printf("%c%c%c", (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 & 63)), (int)(0x80 | (c & 63)));
		}
	}
}

static void show(const struct run *r, const char *sign, const struct nks_text *t, size_t at, size_t len)
{
	size_t from = at > 12 ? at - 12 : 0;
	size_t to = at + len + 12 < t->n ? at + len + 12 : t->n;
	printf("%s %s: ", sign, r->now->kind);
	print(t->u + from, at - from);
	printf("«");
	print(t->u + at, len);
	printf("»");
	print(t->u + at + len, to - at - len);
}

static bool on_hit(void *arg, const struct nks_text *t, const struct nks_hit *hit)
{
	struct run *r = arg;
	if (hit->confidence < r->least) {
		return true;
	}
	for (size_t k = 0; k < r->n_gold; k++) {
		struct span *g = &r->gold[k];
		if (g->at == hit->at && g->len == hit->len) {
			r->now->right += !g->seen;
			g->seen = true;
			return true;
		}
		r->now->partly += g->at < hit->at + hit->len && hit->at < g->at + g->len;
	}
	r->now->wrong++;
	if (r->list) {
		show(r, "+", t, hit->at, hit->len);
		printf("  [%u", hit->confidence);
		for (unsigned b = 0; b < NKS_WHY_COUNT; b++) {
			if (hit->why >> b & 1) {
				printf(" %s", nks_why_name((enum nks_why)b));
			}
		}
		printf("]\n");
	}
	return true;
}

static struct tally *kind_of(struct run *r, const char *name)
{
	for (size_t k = 0; k < r->n_kinds; k++) {
		if (strcmp(r->kinds[k].kind, name) == 0) {
			return &r->kinds[k];
		}
	}
	if (r->n_kinds == KINDS) {
		return &r->kinds[0];
	}
	snprintf(r->kinds[r->n_kinds].kind, sizeof r->kinds[0].kind, "%.39s", name);
	return &r->kinds[r->n_kinds++];
}

/* Takes the marks out of the text and the escapes back. */
static size_t take_marks(struct run *r, nks_unit *u, size_t n)
{
	size_t out = 0;
	r->n_gold = 0;
	for (size_t i = 0; i < n; i++) {
		if (u[i] == 0xab) {
			r->gold[r->n_gold] = (struct span){ out, 0, false };
		} else if (u[i] == 0xbb) {
			r->gold[r->n_gold].len = out - r->gold[r->n_gold].at;
			r->n_gold += r->n_gold + 1 < SPANS;
		} else if (u[i] == '\\' && i + 1 < n) {
			i++;
			u[out++] = u[i] == 'n' ? '\n'
				: u[i] == 't'  ? '\t'
				: u[i] == 'c'  ? NKS_CELL
				: u[i] == 'r'  ? NKS_ROW
					       : u[i];
		} else {
			u[out++] = u[i];
		}
	}
	return out;
}

static void score_line(struct run *r, char *line)
{
	char *tab = strchr(line, '\t');
	if (!tab) {
		return;
	}
	*tab = 0;
	line[strlen(line)] = 0;
	nks_unit *u = calloc(strlen(tab + 1) + 1, sizeof *u);
	size_t n = take_marks(r, u, kit_units(tab + 1, u));
	r->now = kind_of(r, line);
	struct nks_layout *layout = NULL;
	bool table = line[strlen(line) - 1] == '!';
	struct kit_block *b = kit_open_units(u, n, table, true);
	(void)layout;
	nks_names_block(&b->text, on_hit, r);
	r->now->gold += r->n_gold;
	r->now->units += n;
	for (size_t k = 0; r->list && k < r->n_gold; k++) {
		if (!r->gold[k].seen) {
			show(r, "-", &b->text, r->gold[k].at, r->gold[k].len);
			printf("\n");
		}
	}
	kit_close(&b);
	free(u);
}

static void print_tally(const struct tally *t)
{
	double p = t->right + t->wrong ? (double)t->right / (double)(t->right + t->wrong) : 0;
	double rec = t->gold ? (double)t->right / (double)t->gold : 0;
	printf("%-24s gold %6zu  right %6zu  wrong %5zu  P %.3f  R %.3f  wrong per 100k %.2f\n", t->kind, t->gold,
		t->right, t->wrong, p, rec, t->units ? 1e5 * (double)t->wrong / (double)t->units : 0);
}

int main(int argc, char **argv)
{
	static struct run r = { .least = 50 };
	static char line[LINE];
	struct tally all = { .kind = "all" };
	r.list = argc > 1 && strcmp(argv[1], "-l") == 0;
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		score_line(&r, line);
	}
	for (size_t k = 0; k < r.n_kinds; k++) {
		print_tally(&r.kinds[k]);
		all.right += r.kinds[k].right;
		all.wrong += r.kinds[k].wrong;
		all.gold += r.kinds[k].gold;
		all.units += r.kinds[k].units;
	}
	print_tally(&all);
	return 0;
}
