/*
 * scan_index.c: an index file and its key from a table of persons, for benches and for the accuracy of a corpus.
 *
 *	scan_index PERSONS.csv INDEX KEY
 *
 * PERSONS.csv is what tools/scancorpus writes: id,kanji,kana,romaji,login,number,mail,phone,birthday, nothing quoted.
 *The person's ordinal is the row's number from 0.
 */
#include "nkscan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CELLS = 9, LINE = 1024 };

static const enum nks_field fields[CELLS] = { NKS_FIELD_COUNT, NKS_FIELD_KANJI, NKS_FIELD_KANA, NKS_FIELD_ROMAJI,
	NKS_FIELD_LOGIN, NKS_FIELD_ID, NKS_FIELD_MAIL, NKS_FIELD_PHONE, NKS_FIELD_BIRTHDAY };

static double now(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int add_line(struct nks_builder *b, uint32_t person, char *line)
{
	char *rest = line;

	for (size_t i = 0; i < CELLS; i++) {
		char *const cell = strsep(&rest, ",");
		enum nks_status status = NKS_OK;

		if (cell == NULL) {
			break;
		}
		if (i == 0 || cell[0] == '\0') {
			continue;
		}
		status = nks_builder_add(b, person, fields[i], cell, strlen(cell));
		if (status != NKS_OK && status != NKS_LIMIT) {
			return -1;
		}
	}
	return 0;
}

static int write_all(const char *path, const void *bytes, size_t len)
{
	FILE *const out = fopen(path, "wb");

	return out != NULL && fwrite(bytes, 1, len, out) == len && fclose(out) == 0 ? 0 : -1;
}

static int write_key(const char *path, const uint8_t key[static NKS_KEY_BYTES])
{
	FILE *const out = fopen(path, "w");

	if (out == NULL) {
		return -1;
	}
	(void)fputs("nokosazu-scan-key 1\nuntil 2999-01-01\nkey ", out);
	for (size_t i = 0; i < NKS_KEY_BYTES; i++) {
		(void)fprintf(out, "%02x", key[i]);
	}
	(void)fputs("\n", out);
	return fclose(out);
}

int main(int argc, char **argv)
{
	static const uint8_t key[NKS_KEY_BYTES] = "a key of benches, kept nowhere.";
	struct nks_builder *b = NULL;
	FILE *const in = argc == 4 ? fopen(argv[1], "r") : NULL;
	char line[LINE];
	uint8_t *blob = NULL;
	size_t len = 0;
	uint32_t n = 0;
	const double began = now();

	if (in == NULL || fgets(line, sizeof(line), in) == NULL || nks_builder_new(key, &b) != NKS_OK) {
		(void)fprintf(stderr, "usage: scan_index PERSONS.csv INDEX KEY\n");
		return 64;
	}
	while (fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (add_line(b, n++, line) != 0) {
			return 1;
		}
	}
	(void)fclose(in);
	if (nks_builder_seal(b, &blob, &len) != NKS_OK) {
		return 1;
	}
	printf("scan-index-built: %.2f s for %u persons, %.0f MB\n", now() - began, n, (double)len / 1e6);
	nks_builder_free(&b);
	return write_all(argv[2], blob, len) == 0 && write_key(argv[3], key) == 0 ? 0 : 1;
}
