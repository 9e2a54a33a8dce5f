/*
 * xls_int.h: Excel's records (BIFF5 of Excel 95, BIFF8 of 97 to 2003) for the files xls_*.c.
 */
#ifndef NKX_XLS_INT_H
#define NKX_XLS_INT_H

#include "base.h"

#include "cfb.h"

enum nkx_xls_id {
	XLS_FORMULA = 0x0006,
	XLS_EOF = 0x000a,
	XLS_HEADER = 0x0014,
	XLS_FOOTER = 0x0015,
	XLS_NOTE = 0x001c,
	XLS_FILEPASS = 0x002f,
	XLS_CONTINUE = 0x003c,
	XLS_CODEPAGE = 0x0042,
	XLS_WRITEACCESS = 0x005c,
	XLS_BOUNDSHEET = 0x0085,
	XLS_MULRK = 0x00bd,
	XLS_RSTRING = 0x00d6,
	XLS_XF = 0x00e0,
	XLS_SST = 0x00fc,
	XLS_LABELSST = 0x00fd,
	XLS_TXO = 0x01b6,
	XLS_NUMBER = 0x0203,
	XLS_LABEL = 0x0204,
	XLS_STRING = 0x0207,
	XLS_RK = 0x027e,
	XLS_FORMAT = 0x041e,
	XLS_BOF = 0x0809
};

struct nkx_xls_record {
	unsigned id;
	size_t at; /* of its header */
	uint8_t *p; /* its bytes */
	size_t len;
};

struct nkx_xls_sheet {
	uint32_t at;
	bool hidden;
	char name[160];
};

/* Strings that cells share: one run of UTF-8, and where each begins. */
struct nkx_xls_strings {
	char *text;
	size_t len, room;
	size_t *at; /* n + 1 of them */
	uint8_t *used; /* bit per string: some cell shows it */
	size_t n;
	char *phonetic; /* readings (furigana), a line each */
	size_t phonetic_len, phonetic_room;
};

struct nkx_xls {
	struct nkx_cfb *c;
	struct nkx_cfb_bytes b;
	const char *path;
	unsigned codepage;
	bool old; /* BIFF5: strings of bytes */
	struct nkx_xls_sheet *sheets;
	size_t n_sheets;
	struct nkx_xls_strings strings;
	uint8_t *dates; /* bit per cell format: shows a date */
	uint8_t date_formats[8192]; /* bit per number format */
	uint32_t n_xf;
};

/* nkx_xls_next: the record at *at, which moves behind it; false: no whole record there. */
bool nkx_xls_next(struct nkx_xls *x, size_t *at, struct nkx_xls_record *out);

/* A reader over a record and its CONTINUE records. */
struct nkx_xls_cursor {
	struct nkx_xls *x;
	struct nkx_xls_record r; /* the one it is in */
	size_t in; /* place in it */
	size_t next; /* place of the record behind it */
	bool bad; /* ran out */
};
unsigned nkx_xls_u8(struct nkx_xls_cursor *c);
unsigned nkx_xls_u16(struct nkx_xls_cursor *c);
uint32_t nkx_xls_u32(struct nkx_xls_cursor *c);
void nkx_xls_skip(struct nkx_xls_cursor *c, uint64_t n);
/* nkx_xls_chars: n characters of a string into `put`; at the border of a CONTINUE the width may change. */
typedef bool nkx_xls_put_fn(void *arg, const uint8_t *p, size_t chars, bool wide);
bool nkx_xls_chars(struct nkx_xls_cursor *c, uint32_t n, bool wide, nkx_xls_put_fn *put, void *arg);

/* xls_sst.c: the shared strings into x->strings. false: no memory. */
bool nkx_xls_shared(struct nkx_xls *x, const struct nkx_xls_record *r, size_t next);
void nkx_xls_strings_done(struct nkx_xls_strings *s);

/* xls_cells.c: the cells of the sheet whose records begin at `from`, to its end, as a table; returns where it ends.
 */
size_t nkx_xls_cells(struct nkx_xls *x, size_t from, const char *name);
/* Comments, text boxes, headers and footers of the same records, as text. */
void nkx_xls_notes(struct nkx_xls *x, size_t from, size_t to, const char *name);
/* nkx_xls_string: a string in a record: of 16 bit length (8 bit when `brief`) and bytes or units, at p[0, len). */
void nkx_xls_string(const struct nkx_xls *x, struct nkx_text *t, const uint8_t *p, size_t len, bool brief);

#endif
