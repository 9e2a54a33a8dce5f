/*
 * peer_hyperscan.c: Hyperscan 5.4.0 over files, beside our scanner in one run. Built by bench/scan against Debian's
 * libhyperscan unpacked into a temporary folder (never vectorscan: it misses matches).
 *
 *	peer_hyperscan regex|FILE_OF_LITERALS FILE…
 */
#include <hs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LITERALS_MAX = 1000000, BLOCK = 1 << 20 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	(void)id;
	(void)from;
	(void)to;
	(void)flags;
	++*(unsigned long long *)arg;
	return 0;
}

static hs_database_t *regexes(void)
{
	static const char *const patterns[] = { "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}",
		"0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}", "[0-9]{12}" };
	static const unsigned flags[] = { 0, 0, 0 };
	static const unsigned ids[] = { 1, 2, 3 };
	hs_database_t *db = NULL;
	hs_compile_error_t *why = NULL;

	if (hs_compile_multi(patterns, flags, ids, 3, HS_MODE_BLOCK, NULL, &db, &why) != HS_SUCCESS) {
		fprintf(stderr, "%s\n", why->message);
		exit(1);
	}
	return db;
}

static hs_database_t *literals(const char *path)
{
	const char **texts = calloc(LITERALS_MAX, sizeof(*texts));
	size_t *lens = calloc(LITERALS_MAX, sizeof(*lens));
	unsigned *flags = calloc(LITERALS_MAX, sizeof(*flags));
	unsigned *ids = calloc(LITERALS_MAX, sizeof(*ids));
	FILE *in = fopen(path, "r");
	char line[256];
	unsigned n = 0;
	hs_database_t *db = NULL;
	hs_compile_error_t *why = NULL;

	while (in != NULL && n < LITERALS_MAX && fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		texts[n] = strdup(line);
		lens[n] = strlen(line);
		ids[n] = n;
		n++;
	}
	if (hs_compile_lit_multi(texts, flags, ids, lens, n, HS_MODE_BLOCK, NULL, &db, &why) != HS_SUCCESS) {
		fprintf(stderr, "%s\n", why->message);
		exit(1);
	}
	return db;
}

int main(int argc, char **argv)
{
	const double began = now();
	hs_database_t *const db = argc > 2 && strcmp(argv[1], "regex") == 0 ? regexes() : literals(argv[1]);
	const double compiled = now();
	static char block[BLOCK];
	hs_scratch_t *scratch = NULL;
	unsigned long long hits = 0;
	unsigned long long bytes = 0;

	if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS) {
		return 1;
	}
	for (int i = 2; i < argc; i++) {
		FILE *const in = fopen(argv[i], "rb");
		size_t got = 0;

		while (in != NULL && (got = fread(block, 1, sizeof(block), in)) > 0) {
			hs_scan(db, block, (unsigned)got, 0, scratch, on_match, &hits);
			bytes += got;
		}
		if (in != NULL) {
			fclose(in);
		}
	}
	printf("%.3f %.3f %llu %s\n", compiled - began, (double)bytes / (now() - compiled) / 1e9, hits, hs_version());
	return 0;
}
