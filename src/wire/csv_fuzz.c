/*
 * csv_fuzz.c: the CSV reader gives the same rows however its input is cut, and within its limits.
 *
 * The first byte of the input chooses the size of the chunks.
 */
#include "base.h"
#include "csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sum over rows, places and bytes; also asserts the limits. */
struct sum {
	uint64_t value;
	bool failed;
};

static void add(struct sum *sum, uint64_t v)
{
	sum->value = (sum->value ^ v) * UINT64_C(0x100000001b3) + 1;
}

static void add_row(struct sum *sum, const struct nk_csv_row *row)
{
	nk_assert(row->n >= 1 && row->n <= 8);
	add(sum, row->line);
	add(sum, row->byte);
	add(sum, row->quoted_line_end ? 1 : 0);
	for (size_t i = 0; i < row->n; i++) {
		nk_assert(row->fields[i].len <= 64);
		add(sum, row->fields[i].len);
		for (size_t k = 0; k < row->fields[i].len; k++) {
			nk_assert(row->fields[i].ptr[k] != 0);
			add(sum, row->fields[i].ptr[k]);
		}
	}
}

static void drain(struct nk_csv *csv, struct sum *sum)
{
	struct nk_csv_row row = { 0 };
	struct nk_err err;
	bool have = true;

	while (have && !sum->failed) {
		sum->failed = !nk_ok(nk_csv_next(csv, &row, &have, &err));
		if (!sum->failed && have) {
			add_row(sum, &row);
		}
	}
}

static struct sum read_in_steps(struct nk_bytes text, size_t step)
{
	const struct nk_csv_limits limits = { .field_bytes = 64, .row_fields = 8, .row_bytes = 256, .rows = 100 };
	NK_OWNED(nk_csv_free) struct nk_csv *csv = NULL;
	struct sum sum = { 0 };
	uint64_t place[3];
	size_t at = 0;

	nk_assert(nk_ok(nk_csv_new(',', &limits, &csv, NULL)));
	do {
		const size_t n = text.len - at < step ? text.len - at : step;
		nk_assert(nk_ok(nk_csv_feed(csv, nk_bytes_of(text.ptr + at, n), at + n == text.len, NULL)));
		at += n;
		drain(csv, &sum);
	} while (at < text.len && !sum.failed);
	nk_assert((nk_csv_fault_at(csv, &place[0], &place[1], &place[2]) != NK_CSV_FINE) == sum.failed);
	add(&sum, sum.failed ? place[0] : 0);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1) {
		return 0;
	}
	const struct nk_bytes text = { data + 1, size - 1 };
	const struct sum whole = read_in_steps(text, SIZE_MAX);
	const struct sum pieces = read_in_steps(text, 1 + data[0] % 16);
	/* A limit may strike at another place of the same field when the run is cut, but never in one way only. */
	nk_assert(whole.failed == pieces.failed);
	nk_assert(whole.value == pieces.value);
	return 0;
}
