/*
 * nks_layout.h: where in a table, and under which label, a place of a text stands.
 *
 * A layout goes along one stream in one encoding: it is fed each block once, in order, and answers for that block.
 * Tables are CSV and TSV as they occur (delimiter found from the first lines: comma, tab, semicolon; quotes
 * respected), and tables of openers (NKS_CELL, NKS_ROW). Label words (氏名, フリガナ, 生年月日, 電話, "name", "phone"
 * …) stand in labels.rows: word | label.
 */
#ifndef NKS_LAYOUT_H
#define NKS_LAYOUT_H

#include "nks_text.h"

/* What a label says is there. */
enum nks_label {
	NKS_LABEL_NONE,
	NKS_LABEL_NAME,
	NKS_LABEL_KANA,
	NKS_LABEL_BIRTH,
	NKS_LABEL_PHONE,
	NKS_LABEL_MAIL,
	NKS_LABEL_ADDRESS,
	NKS_LABEL_POSTAL,
	NKS_LABEL_NUMBER, /* 学籍番号, 職員番号, 社員番号 */
	NKS_LABEL_MYNUMBER,
	NKS_LABEL_HOJIN, /* 法人番号 */
	NKS_LABEL_LICENCE,
	NKS_LABEL_PASSPORT,
	NKS_LABEL_RESIDENCE,
	NKS_LABEL_PENSION,
	NKS_LABEL_HEALTH,
	NKS_LABEL_BANK,
	NKS_LABEL_CARD,
	NKS_LABEL_OTHER_NUMBER, /* 注文番号, 伝票番号, 金額 … : speaks against */
	NKS_LABEL_COUNT
};

struct nks_place {
	uint32_t row, column; /* from 1; 0: no table here */
	enum nks_label column_label; /* of the column's heading, when the table has a row of headings */
	enum nks_label before; /* nearest label in the 40 units before, on the same line or the line above with
				  nothing between but punctuation and blanks */
	size_t before_at; /* where that label begins; meaningless when there is none */
};

enum nks_status nks_layout_new(struct nks_layout **out);
void nks_layout_free(struct nks_layout **layout);
/* nks_layout_begin: a new stream; head: units of the whole stream's beginning when the stream is a part of it, or n
 * 0. */
void nks_layout_begin(struct nks_layout *layout, bool table, const nks_unit *head, size_t n);
/* nks_layout_feed: the next block, before its consumers. nks_layout_rows: line ends in all that was new so far. */
void nks_layout_feed(struct nks_layout *layout, const struct nks_text *text);
uint64_t nks_layout_rows(const struct nks_layout *layout);
/* nks_layout_at: for unit i of the block fed last. Asked for findings and candidates only: costs a walk to the
 * beginning of the line. */
struct nks_place nks_layout_at(const struct nks_text *text, size_t i);
/* nks_layout_cell: the same without the label before the place, which costs more than all else. */
struct nks_place nks_layout_cell(const struct nks_text *text, size_t i);
/* nks_layout_columns: bit set (1 << label) of the labels among the headings of the table; 0 without. */
uint32_t nks_layout_columns(const struct nks_text *text);
/* nks_layout_cells: calls visit for each cell that begins in [from, to) of the block and whose column has one of the
 * labels (bits); without its blanks and quotes. false: visit said stop. A line end within quotes ends the cell here.
 */
struct nks_layout_visit {
	uint32_t labels;
	bool (*visit)(void *arg, const struct nks_text *text, size_t at, size_t len, enum nks_label label);
	void *arg;
	bool stopped;
};
bool nks_layout_cells(const struct nks_text *text, struct nks_layout_visit *visit);
/* nks_label_of: the label that these units are (whole cell or word, folded inside), or NONE. nks_label_near: bit set
 * (1 << label) of labels that occur within `window` units before or behind i. Both work without a layout. */
enum nks_label nks_label_of(const nks_unit *u, size_t n);
uint32_t nks_label_near(const struct nks_text *text, size_t i, size_t window);

#endif
