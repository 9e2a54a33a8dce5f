/*
 * law_season.c: the weeks in which rosters change by themselves, and the schools that end, by board.
 *
 * Only rows that hold on the day count; a row for one board says nothing about another.
 */
#include "base.h"

#include "law_int.h"

static bool is_for(const struct nk_law *law, const struct law_row *row, struct nk_str board)
{
	struct nk_str list;

	return board.len == 0 || !law_get(law, row, "board", &list) || law_list_has(law, row, "board", board);
}

enum nk_law_season nk_law_season(const struct nk_law *law, struct nk_str board, nk_date day)
{
	enum nk_law_season best = NK_LAW_SEASON_NONE;

	for (size_t i = 0; i < law->rows.len; i++) {
		const struct law_row *row = law_row_at(law, i);
		struct nk_str kind = { NULL, 0 };
		enum nk_law_season one;

		if (row->kind != LAW_SEASON || !law_holds(row, day) || !is_for(law, row, board) ||
			!law_between(law, row, nk_date_split(day)) || !law_get(law, row, "kind", &kind)) {
			continue;
		}
		one = nk_str_eq(kind, NK_STR("great")) ? NK_LAW_SEASON_GREAT : NK_LAW_SEASON_SMALL;
		best = one > best ? one : best;
	}
	return best;
}

bool nk_law_school_ended(const struct nk_law *law, struct nk_str board, struct nk_str code, nk_date day)
{
	for (size_t i = 0; i < law->rows.len; i++) {
		const struct law_row *row = law_row_at(law, i);
		struct nk_str text = { NULL, 0 };
		nk_date ends = NK_DATE_NONE;

		if (row->kind != LAW_SCHOOL || row->replaced || !is_for(law, row, board) ||
			!law_get(law, row, "code", &text) || !nk_str_eq(text, code)) {
			continue;
		}
		if (law_get(law, row, "ends", &text) && nk_date_parse(text, &ends) && day > ends) {
			return true;
		}
	}
	return false;
}
