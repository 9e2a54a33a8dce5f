/*
 * ini_fuzz.c: configuration text: lines rise, sections are short, and what was cut by nobody is in the text.
 */
#include "base.h"
#include "ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct nk_str text;
	unsigned line;
};

static nk_rc check_row(
	void *arg, struct nk_str section, struct nk_str key, struct nk_str value, unsigned line, struct nk_err *err)
{
	struct seen *seen = arg;

	nk_assert(line > seen->line);
	nk_assert(section.len <= 48 && key.len > 0);
	nk_assert(nk_str_find(seen->text, section) != SIZE_MAX && nk_str_find(seen->text, key) != SIZE_MAX);
	nk_assert(value.len == 0 || nk_str_find(seen->text, value) != SIZE_MAX);
	seen->line = line;
	return value.len == 13 ? nk_fail(err, NK_CONFIG, "stop") : nk_done();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { .text = nk_bytes_str(nk_bytes_of(data, size)) };
	struct nk_err err;

	(void)nk_ini_each(nk_bytes_of(data, size), check_row, &seen, &err).code;
	return 0;
}
