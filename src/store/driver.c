/*
 * driver.c: the table of drivers, and the two things that all drivers share: exempt tables, and how errors name
 * a statement.
 */
#include "base.h"

#include "driver.h"

static const struct nk_driver_ops *const drivers[] = {
#define ROW(name) &nk_driver_##name,
#include "drivers.inc"
#undef ROW
};

static const char *const exempt[] = {
#define ROW(name) #name,
#include "bookkeeping.inc"
#undef ROW
};

enum { WORDS_MAX = 63, WORDS = 4 };

const struct nk_driver_ops *nk_driver_for(const char *path)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(drivers); i++) {
		if (drivers[i]->takes(path)) {
			return drivers[i];
		}
	}
	return NULL;
}

bool nk_driver_exempt(const char *table)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(exempt); i++) {
		if (strcmp(table, exempt[i]) == 0) {
			return true;
		}
	}
	return false;
}

const char *nk_driver_words(const char *sql, char text[static 64])
{
	size_t n = 0;
	size_t words = 0;

	for (const char *p = sql; *p != '\0' && *p != '(' && n < WORDS_MAX; p++) {
		const bool blank = *p == ' ' || *p == '\n' || *p == '\t';

		if (blank && (n == 0 || text[n - 1] == ' ')) {
			continue;
		}
		if (blank && ++words == WORDS) {
			break;
		}
		text[n++] = blank ? ' ' : *p;
	}
	while (n > 0 && text[n - 1] == ' ') {
		n--;
	}
	text[n] = '\0';
	return text;
}
