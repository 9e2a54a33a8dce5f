/*
 * Where in a table a place stands, and under which label. The state of a layout is what is known at the first new
 * unit of the block fed last (row, column) and the headings of the table; everything else is found by looking at the
 * block when somebody asks.
 *
 * Rows are line ends, so that parts of a stream can be added up. A cell in quotes may hold line ends: whether a line
 * begins within quotes is decided from the lines before it in the block, so that one stray quote does no harm further
 * on.
 */
#include "nks_labels.h"

#include <stdlib.h>
#include <string.h>

enum {
	CHUNK = 512, /* line ends are counted per chunk */
	CHUNKS = 128,
	COLUMNS_MAX = 256, /* headings that are kept */
	HEAD_MAX = 8192, /* units in which the form of a table and its headings are looked for */
	HEAD_LINES = 40,
	LINE_MAX = 4096, /* how far back the beginning of a line is looked for */
	QUOTED_LINES = 16, /* lines a quoted cell may have */
	BEFORE_MAX = 40,
};

struct nks_layout {
	nks_unit delimiter; /* 0: one column */
	nks_unit line_end;
	bool table; /* made by an opener */
	bool known; /* looked at the beginning of the stream */
	bool is_table;
	uint64_t row; /* line ends before the first new unit of the block */
	uint32_t column, next_column; /* there and at its end, from 0; for lines that began before the block */
	uint64_t total; /* line ends in all that was new */
	bool quotes; /* the block fed last has any */
	size_t line, record; /* of that block: the line asked for last + 1, and where its record begins; 0: none */
	uint16_t ends[CHUNKS]; /* line ends of the new part, per chunk */
	uint16_t n_labels;
	uint8_t labels[COLUMNS_MAX];
};

enum nks_status nks_layout_new(struct nks_layout **out)
{
	*out = calloc(1, sizeof **out);
	return *out ? NKS_OK : NKS_NOMEM;
}

void nks_layout_free(struct nks_layout **layout)
{
	free(*layout);
	*layout = NULL;
}

/* Sixteen bits are counted in at a time: eight units a step instead of two. */
static size_t count_of(const nks_unit *u, size_t n, nks_unit what)
{
	size_t found = 0;
	while (n > 0) {
		const size_t part = n < 32768 ? n : 32768;
		uint16_t here = 0;
		for (size_t i = 0; i < part; i++) {
			here = (uint16_t)(here + (u[i] == what));
		}
		found += here;
		u += part;
		n -= part;
	}
	return found;
}

static size_t line_end_at(const struct nks_layout *l, const nks_unit *u, size_t i, size_t n)
{
	while (i < n && u[i] != l->line_end) {
		i++;
	}
	return i;
}

/* A cell of a row, from `at`; *end is its delimiter or the end of the row. Quotes around it are respected. */
static size_t cell_end(const struct nks_layout *l, const nks_unit *u, size_t at, size_t end)
{
	bool quoted = !l->table && at < end && u[at] == '"';
	for (size_t i = at; i < end; i++) {
		if (quoted && i > at && u[i] == '"') {
			if (i + 1 < end && u[i + 1] == '"') {
				i++;
				continue;
			}
			quoted = false;
			continue;
		}
		if (!quoted && u[i] == l->delimiter) {
			return i;
		}
	}
	return end;
}

static bool is_blank(nks_unit u)
{
	return u == ' ' || u == 0x3000 || u == '\t' || u == '\r' || u == '"' || u == 0xfeff;
}

/* What the cells of one line are. */
struct row_look {
	unsigned cells, filled, labels;
	uint8_t label[COLUMNS_MAX];
};

static void look_at_row(const struct nks_layout *l, const nks_unit *u, size_t at, size_t end, struct row_look *out)
{
	memset(out, 0, sizeof *out);
	while (at <= end) {
		size_t stop = l->delimiter || l->table ? cell_end(l, u, at, end) : end;
		size_t from = at;
		size_t to = stop;
		while (from < to && is_blank(u[from])) {
			from++;
		}
		while (to > from && is_blank(u[to - 1])) {
			to--;
		}
		enum nks_label label = nks_label_of(u + from, to - from);
		if (out->cells < COLUMNS_MAX) {
			out->label[out->cells] = (uint8_t)label;
		}
		out->cells++;
		out->filled += from < to;
		out->labels += label != NKS_LABEL_NONE;
		at = stop + 1;
	}
}

/* The row of headings among the first lines: the first with labels in it, and not one label with its value beside. */
static void find_headings(struct nks_layout *l, const nks_unit *u, size_t n)
{
	struct row_look look;
	size_t at = 0;
	l->n_labels = 0;
	for (unsigned line = 0; line < HEAD_LINES && at < n; line++) {
		size_t end = line_end_at(l, u, at, n);
		look_at_row(l, u, at, end, &look);
		bool alone = look.filled == 1 && look.labels == 1 && look.cells == 1 && line == 0 && end + 1 < n;
		if (alone || (look.labels >= 2 && look.labels * 4 >= look.filled) ||
			(look.labels == 1 && look.filled >= 3 && line == 0)) {
			l->n_labels = (uint16_t)(look.cells < COLUMNS_MAX ? look.cells : COLUMNS_MAX);
			memcpy(l->labels, look.label, l->n_labels);
			return;
		}
		at = end + 1;
	}
}

/* Whether the lines of the beginning have this delimiter the same number of times. Returns how much speaks for it. */
static unsigned try_delimiter(struct nks_layout *l, const nks_unit *u, size_t n, nks_unit delimiter)
{
	unsigned lines = 0;
	unsigned same = 0;
	unsigned cells = 0;
	unsigned labels = 0;
	size_t at = 0;
	l->delimiter = delimiter;
	while (at < n && lines < HEAD_LINES) {
		size_t end = line_end_at(l, u, at, n);
		if (end == n && lines > 0 && n == HEAD_MAX) {
			break; /* cut off */
		}
		struct row_look look;
		look_at_row(l, u, at, end, &look);
		labels = look.cells > 1 && look.labels > labels ? look.labels : labels;
		at = end + 1;
		if (look.filled == 0) {
			continue;
		}
		lines++;
		same += look.cells == cells && cells > 1;
		cells = look.cells > 1 ? look.cells : cells;
	}
	bool even = same >= 2 && (same + 1) * 5 >= lines * 4;
	bool two = lines == 2 && same == 1 && cells >= 3;
	return (even || two ? 1 + cells : 0) + labels * 4;
}

static void find_form(struct nks_layout *l, const nks_unit *u, size_t n)
{
	static const nks_unit delimiters[] = { ',', '\t', ';', '|' };
	n = n < HEAD_MAX ? n : HEAD_MAX;
	l->known = true;
	if (l->table) {
		find_headings(l, u, n);
		return;
	}
	bool mac = count_of(u, n, '\n') == 0 && count_of(u, n, '\r') > 0;
	l->line_end = mac ? '\r' : '\n';
	nks_unit best = 0;
	unsigned most = 3;
	for (size_t k = 0; k < sizeof delimiters / sizeof delimiters[0]; k++) {
		unsigned points = count_of(u, n, delimiters[k]) > 0 ? try_delimiter(l, u, n, delimiters[k]) : 0;
		if (points > most) {
			most = points;
			best = delimiters[k];
		}
	}
	l->delimiter = best;
	find_headings(l, u, n);
	l->is_table = best != 0 || l->n_labels > 0;
}

void nks_layout_begin(struct nks_layout *l, bool table, const nks_unit *head, size_t n)
{
	memset(l, 0, sizeof *l);
	l->table = table;
	l->is_table = table;
	l->delimiter = table ? NKS_CELL : 0;
	l->line_end = table ? NKS_ROW : '\n';
	if (n > 0) {
		find_form(l, head, n);
	}
}

/* Beginning of the line that unit i stands in, or SIZE_MAX when it is before `lo` or too far away. */
static size_t line_begin(const struct nks_layout *l, const nks_unit *u, size_t lo, size_t i)
{
	size_t least = i - lo > LINE_MAX ? i - LINE_MAX : lo;
	while (i > least && u[i - 1] != l->line_end) {
		i--;
	}
	return i > least || (i > 0 && u[i - 1] == l->line_end) ? i : SIZE_MAX;
}

/* Whether the line [at, end) leaves a quote open: its last quote begins a cell. */
static bool leaves_open(const struct nks_layout *l, const nks_unit *u, size_t at, size_t end)
{
	size_t quotes = count_of(u + at, end - at, '"');
	if (quotes % 2 == 0) {
		return false;
	}
	size_t last = end;
	while (u[last - 1] != '"') {
		last--;
	}
	return last - 1 == at || u[last - 2] == l->delimiter;
}

/* Beginning of the record that the line at `at` belongs to: further up when the line begins within quotes. */
static size_t record_begin(const struct nks_layout *l, const nks_unit *u, size_t lo, size_t at)
{
	if (l->table || l->delimiter == 0) {
		return at;
	}
	size_t record = at;
	size_t line = at;
	for (unsigned k = 0; k < QUOTED_LINES && line > lo + 1; k++) {
		size_t above = line_begin(l, u, lo, line - 1);
		if (above == SIZE_MAX) {
			break;
		}
		size_t end = line - 1;
		if (count_of(u + above, end - above, '"') % 2 != 0) {
			if (!leaves_open(l, u, above, end)) {
				break;
			}
			record = above;
			break;
		}
		line = above;
	}
	return record;
}

/* The same, remembered for the line: a row is asked for once per candidate. */
static size_t record_of(struct nks_layout *l, const struct nks_text *t, size_t line)
{
	if (!l->quotes) {
		return line;
	}
	if (l->line != line + 1) {
		l->line = line + 1;
		l->record = record_begin(l, t->u, 0, line);
	}
	return l->record;
}

/* Cells that end before unit i of the record that begins at `at`. */
static uint32_t cells_before(const struct nks_layout *l, const nks_unit *u, size_t at, size_t i)
{
	uint32_t cells = 0;
	while (at < i) {
		at = cell_end(l, u, at, i);
		cells += at < i;
		at++;
	}
	return cells;
}

/* Column of unit i, from 0; UINT32_MAX when the line is too long to tell. */
static uint32_t column_at(struct nks_layout *l, const struct nks_text *t, size_t i)
{
	size_t at = line_begin(l, t->u, 0, i);
	if (at == SIZE_MAX && t->first && i <= LINE_MAX) {
		at = 0;
	}
	if (at != SIZE_MAX) {
		return cells_before(l, t->u, record_of(l, t, at), i);
	}
	if (i < t->from || i - t->from > LINE_MAX || l->column == UINT32_MAX) {
		return UINT32_MAX;
	}
	return l->column + cells_before(l, t->u, t->from, i);
}

void nks_layout_feed(struct nks_layout *l, const struct nks_text *t)
{
	uint64_t ends = 0;
	if (!l->known && t->first) {
		find_form(l, t->u + t->from, t->n - t->from);
	}
	l->row = l->total;
	l->column = l->next_column;
	memset(l->ends, 0, sizeof l->ends);
	for (size_t at = t->from, k = 0; at < t->to; at += CHUNK, k++) {
		size_t len = t->to - at < CHUNK ? t->to - at : CHUNK;
		size_t found = count_of(t->u + at, len, l->line_end);
		if (k < CHUNKS) {
			l->ends[k] = (uint16_t)found;
		}
		ends += found;
	}
	l->total = l->row + ends;
	bool columns = l->is_table && l->delimiter;
	l->line = 0;
	l->quotes = columns && count_of(t->u, t->n, '"') > 0;
	l->next_column = columns ? column_at(l, t, t->to) : 0;
}

uint64_t nks_layout_rows(const struct nks_layout *l)
{
	return l->total;
}

static uint64_t row_at(const struct nks_layout *l, const struct nks_text *t, size_t i)
{
	if (i < t->from) {
		size_t ends = count_of(t->u + i, t->from - i, l->line_end);
		return l->row > ends ? l->row - ends : 0;
	}
	uint64_t row = l->row;
	size_t at = t->from;
	for (size_t k = 0; k < CHUNKS && at + CHUNK <= i && at + CHUNK <= t->to; k++, at += CHUNK) {
		row += l->ends[k];
	}
	return row + count_of(t->u + at, i - at, l->line_end);
}

static bool ends_line(nks_unit u)
{
	return u == '\n' || u == NKS_ROW;
}

/* Blanks and punctuation: what may stand between a label at the end of a line and its value on the next. */
static bool is_between(nks_unit u)
{
	nks_unit f = nks_fold[u];
	bool ascii = f < 0x80 && !(f >= '0' && f <= '9') && !(f >= 'a' && f <= 'z');
	return ascii || (f >= 0x2010 && f <= 0x206f) || (f >= 0x2500 && f <= 0x25ff) ||
		(f >= 0x3000 && f <= 0x301f && (f < 0x3005 || f > 0x3007)) || f == 0x30fb;
}

/* A label that goes on as another word does not count: カナ|ダ, 電話|機, name|d. */
static bool goes_on(const nks_unit *u, size_t at, size_t end, size_t i)
{
	nks_unit last = nks_fold[u[end - 1]];
	nks_unit next = nks_fold[u[end]];
	if (end == i) {
		return end - at == 1;
	}
	bool latin = last >= 'a' && last <= 'z';
	bool kata = u[end - 1] >= 0x30a1 && u[end - 1] <= 0x30fe;
	bool han = last >= 0x3400;
	return end - at == 1 ? !is_between(u[end])
			     : (latin && next >= 'a' && next <= 'z') ||
			(kata && u[end] >= 0x30a1 && u[end] <= 0x30fe && u[end] != 0x30fb) || (han && next >= 0x3400);
}

static void find_before(const struct nks_text *t, size_t i, struct nks_place *out)
{
	size_t lo = i > BEFORE_MAX ? i - BEFORE_MAX : 0;
	bool bare = true; /* nothing but punctuation so far */
	unsigned lines = 0;
	unsigned most =
		t->layout->delimiter || t->layout->table ? 0 : 2; /* in a table, what is above is of another row */
	for (size_t end = i; end > lo; end--) {
		size_t at = 0;
		enum nks_label label = nks_label_ending(t->u, lo, end, &at);
		if (label != NKS_LABEL_NONE && !goes_on(t->u, at, end, i)) {
			out->before = label;
			out->before_at = at;
			return;
		}
		bare = bare && is_between(t->u[end - 1]);
		lines += ends_line(t->u[end - 1]);
		bool stop = t->u[end - 1] == NKS_BREAK || t->u[end - 1] == 0x3002 || lines > most;
		if (stop || (lines > 0 && !bare)) {
			return;
		}
	}
}

uint32_t nks_layout_columns(const struct nks_text *t)
{
	uint32_t found = 0;
	for (size_t k = 0; t->layout && k < t->layout->n_labels; k++) {
		found |= UINT32_C(1) << t->layout->labels[k];
	}
	return found & ~UINT32_C(1);
}

struct nks_place nks_layout_cell(const struct nks_text *t, size_t i)
{
	struct nks_place out = { 0 };
	struct nks_layout *l = t->layout;
	if (!l || !l->is_table) {
		return out;
	}
	uint32_t column = l->delimiter ? column_at(l, t, i) : 0;
	if (column == UINT32_MAX) {
		return out;
	}
	uint64_t row = row_at(l, t, i) + 1;
	out.row = row > UINT32_MAX ? UINT32_MAX : (uint32_t)row;
	out.column = column + 1;
	out.column_label = column < l->n_labels ? (enum nks_label)l->labels[column] : NKS_LABEL_NONE;
	return out;
}

struct nks_place nks_layout_at(const struct nks_text *t, size_t i)
{
	struct nks_place out = nks_layout_cell(t, i);

	if (t->layout != NULL) {
		find_before(t, i, &out);
	}
	return out;
}

/* The cells of one record from `at` on; column: of the first. Returns where the next line begins. */
static size_t visit_row(const struct nks_text *t, struct nks_layout_visit *v, size_t at, uint32_t column)
{
	const struct nks_layout *l = t->layout;
	for (;; column++) {
		size_t line = line_end_at(l, t->u, at, t->n);
		size_t end = l->delimiter ? cell_end(l, t->u, at, line) : line;
		size_t from = at;
		size_t to = end;
		while (from < to && is_blank(t->u[from])) {
			from++;
		}
		while (to > from && is_blank(t->u[to - 1])) {
			to--;
		}
		enum nks_label label = column < l->n_labels ? (enum nks_label)l->labels[column] : NKS_LABEL_NONE;
		bool wanted = v->labels >> label & 1 && from < to && from >= t->from && from < t->to;
		if (wanted && !v->visit(v->arg, t, from, to - from, label)) {
			v->stopped = true;
		}
		if (v->stopped || end >= line) {
			return line + 1;
		}
		at = end + 1;
	}
}

bool nks_layout_cells(const struct nks_text *t, struct nks_layout_visit *v)
{
	const struct nks_layout *l = t->layout;
	v->stopped = false;
	if (!l || !l->is_table || !(nks_layout_columns(t) & v->labels)) {
		return true;
	}
	size_t at = line_begin(l, t->u, 0, t->from);
	uint32_t column = 0;
	if (at == SIZE_MAX) {
		at = t->from;
		column = t->first ? 0 : l->column;
	}
	while (at < t->to && !v->stopped) {
		at = visit_row(t, v, at, column);
		column = 0;
	}
	return !v->stopped;
}
