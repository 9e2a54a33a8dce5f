/*
 * names.c: the words for encodings, ways of writing, classes, fields and reasons; version and tokens.
 */
#include "nks_text.h"

#include <string.h>

const char *nks_version(void)
{
	return NKS_VERSION;
}

const char *nks_encoding_name(enum nks_encoding encoding)
{
	static const char *const names[NKS_ENCODING_COUNT] = { "utf-8", "cp932", "euc-jp", "iso-2022-jp", "utf-16le",
		"utf-16be" };

	return (unsigned)encoding < NKS_ENCODING_COUNT ? names[encoding] : "";
}

const char *nks_via_name(enum nks_via via)
{
	static const char *const names[NKS_VIA_COUNT] = { "plain", "base64", "quoted-printable", "percent",
		"backslash", "entity" };

	return (unsigned)via < NKS_VIA_COUNT ? names[via] : "";
}

static const char *const CLASSES[NKS_CLASS_COUNT] = {
#define ROW(name, upper) [NKS_CLASS_##upper] = name,
#include "nks_classes.inc"
#undef ROW
};

const char *nks_class_name(enum nks_class c)
{
	return (unsigned)c < NKS_CLASS_COUNT ? CLASSES[c] : "";
}

bool nks_class_by_name(const char *name, enum nks_class *out)
{
	for (unsigned c = 0; c < NKS_CLASS_COUNT; c++) {
		if (strcmp(CLASSES[c], name) == 0) {
			*out = (enum nks_class)c;
			return true;
		}
	}
	return false;
}

const char *nks_field_name(enum nks_field f)
{
	static const char *const names[NKS_FIELD_COUNT] = { "kanji", "kana", "romaji", "login", "id", "mail", "phone",
		"birthday", "text" };

	return (unsigned)f < NKS_FIELD_COUNT ? names[f] : "";
}

struct nks_why_row {
	const char *name, *text;
};
static const struct nks_why_row WHYS[NKS_WHY_COUNT] = {
#define ROW(name, upper, text) [NKS_WHY_BIT_##upper] = { name, text },
#include "nks_whys.inc"
#undef ROW
};

const char *nks_why_name(enum nks_why bit)
{
	return (unsigned)bit < NKS_WHY_COUNT ? WHYS[bit].name : "";
}

const char *nks_why_text(enum nks_why bit)
{
	return (unsigned)bit < NKS_WHY_COUNT ? WHYS[bit].text : "";
}

uint64_t nks_token(const uint8_t token_key[static 16], const nks_unit *folded, size_t n)
{
	return nks_siphash(token_key, folded, n * sizeof(*folded));
}
