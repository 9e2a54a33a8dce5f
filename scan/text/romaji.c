/*
 * romaji.c: the skeleton in which romaji and kana of a name are compared.
 *
 * A word is read as morae; what cannot be read so is no romaji. Invariant: the skeleton of several words is the
 * skeletons of the words one behind the other, and all usual spellings of one reading have the same.
 */
#include "nks_text.h"

#include "nks_norm.h"

/* A word as it is read and written: last: what was written last in this word, 0 at its beginning; moraic: that was an
 * n that closes a syllable. */
struct walk {
	char *out;
	size_t room, len;
	char last;
	bool moraic, full;
};

static void put(struct walk *w, char c)
{
	if (w->len == w->room) {
		w->full = true;
		return;
	}
	w->out[w->len++] = c;
	w->last = c;
	w->moraic = false;
}

static void put_vowel(struct walk *w, char v)
{
	if (v != w->last && !(v == 'u' && w->last == 'o')) {
		put(w, v);
	}
}

static void put_n(struct walk *w)
{
	if (!w->moraic) {
		put(w, 'n');
	}
	w->moraic = true;
}

static void put_consonant(struct walk *w, char c)
{
	if (c != 'n' || !w->moraic) {
		put(w, c);
	}
	w->moraic = false;
}

static bool is_vowel(nks_unit c)
{
	return c == 'a' || c == 'i' || c == 'u' || c == 'e' || c == 'o';
}

static bool is_letter(nks_unit c)
{
	return c >= 'a' && c <= 'z';
}

/* How a syllable begins: first letter | second letter | what of the skeleton it is | whether the second may be
 * followed by i and e. */
struct onset {
	char second;
	char to[3];
	bool palatal;
};
enum { ONSETS = 4 };
static const struct onset onsets[26][ONSETS] = {
	['b' - 'a'] = { { 'y', "by", false }, { 0, "b", false } },
	['c' - 'a'] = { { 'h', "ty", true }, { 'y', "ty", false } },
	['d' - 'a'] = { { 'y', "zy", false }, { 'z', "z", false }, { 0, "d", false } },
	['f' - 'a'] = { { 'y', "hy", false }, { 0, "f", false } },
	['g' - 'a'] = { { 'y', "gy", false }, { 0, "g", false } },
	['h' - 'a'] = { { 'y', "hy", false }, { 0, "h", false } },
	['j' - 'a'] = { { 'y', "zy", false }, { 0, "zy", true } },
	['k' - 'a'] = { { 'y', "ky", false }, { 0, "k", false } },
	['l' - 'a'] = { { 'y', "ry", false }, { 0, "r", false } },
	['m' - 'a'] = { { 'y', "my", false }, { 0, "m", false } },
	['n' - 'a'] = { { 'y', "ny", false }, { 0, "n", false } },
	['p' - 'a'] = { { 'y', "py", false }, { 0, "p", false } },
	['r' - 'a'] = { { 'y', "ry", false }, { 0, "r", false } },
	['s' - 'a'] = { { 'h', "sy", true }, { 'y', "sy", false }, { 0, "s", false } },
	['t' - 'a'] = { { 's', "ts", false }, { 'y', "ty", false }, { 0, "t", false } },
	['v' - 'a'] = { { 'y', "by", false }, { 0, "b", false } },
	['w' - 'a'] = { { 0, "w", false } },
	['y' - 'a'] = { { 0, "y", false } },
	['z' - 'a'] = { { 'y', "zy", false }, { 0, "z", false } },
};

static const struct onset *onset_of(nks_unit first, nks_unit second)
{
	const struct onset *o = onsets[first - 'a'];

	for (size_t i = 0; i < ONSETS && o[i].to[0] != 0; i++) {
		if (o[i].second == 0 || o[i].second == second) {
			return &o[i];
		}
	}
	return NULL;
}

/* Writes onset and vowel as Kunrei has them; false when no Japanese syllable is written so. */
static bool put_syllable(struct walk *w, const struct onset *o, char v)
{
	const char c = o->to[0];

	if (o->to[1] == 'y') {
		if ((v == 'i' || v == 'e') && !o->palatal) {
			return false;
		}
		put_consonant(w, c);
		if (v != 'i') {
			put(w, 'y');
		}
		put(w, v);
		return true;
	}
	if (o->to[1] == 's') {
		put(w, 't');
		put(w, 'u');
		return v == 'u';
	}
	if (c == 'f') {
		put(w, 'h');
		put(w, 'u');
		put_vowel(w, v);
		return true;
	}
	if ((c == 'w' && v != 'a' && v != 'u') || (c == 'y' && v == 'e')) {
		put_vowel(w, v);
		return true;
	}
	if ((c == 'y' && v == 'i') || (c == 'w' && v == 'u')) {
		return false;
	}
	put_consonant(w, c == 'd' && (v == 'i' || v == 'u') ? 'z' : c);
	put(w, v);
	return true;
}

/* A double consonant stands for the small tsu: its letter goes out once more before the syllable. */
static bool is_double(nks_unit first, nks_unit second, nks_unit third)
{
	return first == second ? first != 'n' && first != 'm' : first == 't' && second == 'c' && third == 'h';
}

/* Reads what begins at s[0] (a letter of a word with `left` more letters); returns how many letters it took, 0: no
 * romaji. */
static size_t read_mora(struct walk *w, const nks_unit *s, size_t left)
{
	const nks_unit next = left > 1 ? s[1] : 0;
	const nks_unit third = left > 2 ? s[2] : 0;
	const struct onset *o = NULL;
	size_t used = 0;

	if (is_vowel(s[0])) {
		put_vowel(w, (char)s[0]);
		return 1;
	}
	if (s[0] == 'n' && next != 'y' && !is_vowel(next)) {
		put_n(w);
		return 1;
	}
	if (s[0] == 'm' && (next == 'b' || next == 'p' || next == 'm')) {
		put_n(w);
		return 1;
	}
	if (s[0] == 'h' && !is_vowel(next) && (w->last == 'o' || (w->last == 'u' && next != 'y'))) {
		return 1;
	}
	if (is_double(s[0], next, third)) {
		o = onset_of(next, third);
		if (o == NULL || o->to[0] == 'w' || o->to[0] == 'y') {
			return 0;
		}
		put_consonant(w, o->to[0] == 'f' ? 'h' : o->to[0]);
		return 1;
	}
	o = onset_of(s[0], next);
	used = o != NULL && o->second != 0 ? 2 : 1;
	if (o == NULL || used >= left || !is_vowel(s[used]) || !put_syllable(w, o, (char)s[used])) {
		return 0;
	}
	return used + 1;
}

size_t nks_skeleton(const nks_unit *folded, size_t n, char *out, size_t room)
{
	struct walk w = { .out = out, .room = room };

	for (size_t i = 0; i < n;) {
		size_t end = i;

		while (end < n && is_letter(folded[end])) {
			end++;
		}
		while (i < end) {
			const size_t used = read_mora(&w, folded + i, end - i);

			if (used == 0 || w.full) {
				return 0;
			}
			i += used;
		}
		if (i < n && folded[i] != '\'') {
			w.last = 0;
			w.moraic = false;
		}
		i++;
	}
	return w.len;
}

/* Kana ------------------------------------------------------------------------------------------------------------
 */

/* Consonant and vowel of U+30A1 … U+30F4; small vowels in upper case, small ya yu yo as "Ya", small tsu as "Tu". */
static const char kana_of[][3] = {
	"A",
	"a",
	"I",
	"i",
	"U",
	"u",
	"E",
	"e",
	"O",
	"o",
	"ka",
	"ga",
	"ki",
	"gi",
	"ku",
	"gu",
	"ke",
	"ge",
	"ko",
	"go",
	"sa",
	"za",
	"si",
	"zi",
	"su",
	"zu",
	"se",
	"ze",
	"so",
	"zo",
	"ta",
	"da",
	"ti",
	"zi",
	"Tu",
	"tu",
	"zu",
	"te",
	"de",
	"to",
	"do",
	"na",
	"ni",
	"nu",
	"ne",
	"no",
	"ha",
	"ba",
	"pa",
	"hi",
	"bi",
	"pi",
	"hu",
	"bu",
	"pu",
	"he",
	"be",
	"pe",
	"ho",
	"bo",
	"po",
	"ma",
	"mi",
	"mu",
	"me",
	"mo",
	"Ya",
	"ya",
	"Yu",
	"yu",
	"Yo",
	"yo",
	"ra",
	"ri",
	"ru",
	"re",
	"ro",
	"wa",
	"wa",
	"i",
	"e",
	"o",
	"n",
	"bu",
	"ka",
	"ke",
};

enum { FIRST_KANA = 0x30a1, N_KANA = sizeof kana_of / sizeof kana_of[0] };

static nks_unit katakana(nks_unit u)
{
	return u >= 0x3041 && u <= 0x3096 ? (nks_unit)(u + 0x60) : u;
}

/* A small vowel changes the kana before it: シェ sye, ヴァ ba, ティ ti, ディ zi, ウィ i; else it is a vowel. */
static void put_small_vowel(struct walk *w, nks_unit before, char v)
{
	const bool drops_vowel = (before == 0x30c6 && v == 'i') || before == 0x30f4 || before == 0x30a6;

	if (w->len == 0 || w->last == 0) {
		put_vowel(w, v);
		return;
	}
	if (before == 0x30c7 && v == 'i' && w->len >= 2) {
		w->out[w->len - 2] = 'z';
		w->out[w->len - 1] = 'i';
		w->last = 'i';
		return;
	}
	if (v == 'e' && (before == 0x30b7 || before == 0x30b8 || before == 0x30c1)) {
		w->out[w->len - 1] = 'y';
		put(w, 'e');
		return;
	}
	if (drops_vowel && is_vowel((nks_unit)w->last)) {
		w->len--;
		w->last = w->len > 0 ? w->out[w->len - 1] : (char)0;
	}
	put_vowel(w, v);
}

/* Small ya, yu, yo: the i before them becomes y. */
static void put_small_y(struct walk *w, char v)
{
	if (w->last == 'i' && w->len >= 2 && !is_vowel((nks_unit)w->out[w->len - 2])) {
		w->out[w->len - 1] = 'y';
	} else {
		put(w, 'y');
	}
	put(w, v);
}

static void put_kana(struct walk *w, nks_unit before, nks_unit u, nks_unit next)
{
	const char *k = kana_of[u - FIRST_KANA];

	if (k[0] == 'T') {
		const char *follows =
			next >= FIRST_KANA && next < FIRST_KANA + N_KANA ? kana_of[next - FIRST_KANA] : "";

		if (follows[0] >= 'b' && follows[1] != 0 && follows[0] != 'n' && follows[0] != 'y' &&
			follows[0] != 'w') {
			put_consonant(w, follows[0]);
		}
	} else if (k[0] == 'Y') {
		put_small_y(w, k[1]);
	} else if (k[0] >= 'A' && k[0] <= 'O') {
		put_small_vowel(w, before, (char)(k[0] + ('a' - 'A')));
	} else if (k[1] != 0) {
		put_consonant(w, k[0]);
		put(w, k[1]);
	} else if (k[0] == 'n') {
		put_n(w);
	} else {
		put_vowel(w, k[0]);
	}
}

static bool is_gap(nks_unit u)
{
	return u == ' ' || u == 0x3000 || u == 0x30fb || u == ',' || u == 0x3001 || u == '-' || u == '\t';
}

size_t nks_kana_skeleton(const nks_unit *units, size_t n, char *out, size_t room)
{
	struct walk w = { .out = out, .room = room };
	nks_unit before = 0;

	for (size_t i = 0; i < n && !w.full; i++) {
		const nks_unit u = katakana(units[i]);

		if (u >= FIRST_KANA && u < FIRST_KANA + N_KANA) {
			put_kana(&w, before, u, i + 1 < n ? katakana(units[i + 1]) : 0);
		} else if (is_gap(u)) {
			w.last = 0;
			w.moraic = false;
		} else if (u != 0x30fc) {
			return 0;
		}
		before = u;
	}
	return w.full ? 0 : w.len;
}
