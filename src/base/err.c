/*
 * err.c: the table of error classes, and the making of a bilingual error text.
 *
 * Invariant: a filled text is NUL-terminated, valid UTF-8 and holds no control
 * character except line feed and TAB, whatever bytes the arguments had.
 */
#include "base.h"

struct error_class {
	const char *name;
	int exit_code;
	int http;
	int ldap;
	bool retry;
};

static const struct error_class classes[] = {
#define ROW(name, exit_code, http, ldap, retry) [NK_##name] = { #name, exit_code, http, ldap, retry },
#include "errors.inc"
#undef ROW
};

_Static_assert(NK_ARRAY_LEN(classes) == NK_CODE_COUNT, "one row for each class");

static const struct error_class *class_of(enum nk_code code)
{
	nk_assert((size_t)code < NK_ARRAY_LEN(classes));
	return &classes[code];
}

/* Bytes of `text` up to `len` made fit to print: a character cut at the end goes, bad bytes become '?'. */
static void make_printable(char *text, size_t len, bool cut)
{
	size_t at = 0;

	while (at < len) {
		size_t bad = 0;
		size_t end = len;

		if (!nk_utf8_valid(nk_bytes_of(text + at, len - at), &bad)) {
			end = at + bad;
		}
		for (; at < end; at++) {
			const unsigned char c = (unsigned char)text[at];

			if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
				text[at] = '?';
			}
		}
		if (at < len && cut && len - at < 4 && (unsigned char)text[at] >= 0xc2) {
			break;
		}
		if (at < len) {
			text[at++] = '?';
		}
	}
	text[at] = '\0';
}

static void finish(char *text, size_t size, int printed)
{
	const bool cut = printed >= 0 && (size_t)printed >= size;

	if (printed < 0) {
		text[0] = '\0';
		return;
	}
	make_printable(text, cut ? size - 1 : (size_t)printed, cut);
}

NK_RESULT nk_fail(struct nk_err *err, enum nk_code code, const char *fmt, ...)
{
	nk_assert(code != NK_OK);
	if (err == NULL) {
		return (nk_rc){ code };
	}
	err->code = code;
	for (int lang = 0; lang < NK_LANG_COUNT; lang++) {
		va_list args;
		int len = 0;

		va_start(args, fmt);
		len = vsnprintf(err->text[lang], sizeof(err->text[lang]), nk_tr((enum nk_lang)lang, fmt), args);
		va_end(args);
		finish(err->text[lang], sizeof(err->text[lang]), len);
	}
	return (nk_rc){ code };
}

NK_RESULT nk_fail_nomem(struct nk_err *err)
{
	return nk_fail(err, NK_NOMEM, "not enough memory, or a memory limit of this program is reached");
}

static enum nk_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
		return NK_NO_SPACE;
	case ENOENT:
		return NK_NOT_FOUND;
	case EACCES:
	case EPERM:
		return NK_DENIED;
	default:
		return NK_IO;
	}
}

NK_RESULT nk_fail_errno(struct nk_err *err, int errnum, const char *what, const char *place)
{
	const enum nk_code code = code_of_errno(errnum);
	const char *desc = strerrordesc_np(errnum);

	if (err == NULL) {
		return (nk_rc){ code };
	}
	if (desc == NULL) {
		desc = NK_N("unknown error of the system");
	}
	err->code = code;
	for (int i = 0; i < NK_LANG_COUNT; i++) {
		const enum nk_lang lang = (enum nk_lang)i;
		const char *colon = place[0] != '\0' ? ": " : "";
		const int len = snprintf(err->text[i], sizeof(err->text[i]), "%s%s%s: %s", nk_tr(lang, what), colon,
			place, nk_tr(lang, desc));

		finish(err->text[i], sizeof(err->text[i]), len);
	}
	return (nk_rc){ code };
}

int nk_err_exit(enum nk_code code)
{
	return class_of(code)->exit_code;
}

int nk_err_http(enum nk_code code)
{
	return class_of(code)->http;
}

int nk_err_ldap(enum nk_code code)
{
	return class_of(code)->ldap;
}

bool nk_err_retry(enum nk_code code)
{
	return class_of(code)->retry;
}

const char *nk_err_name(enum nk_code code)
{
	return class_of(code)->name;
}

NK_RESULT nk_err_pass(struct nk_err *err, const struct nk_err *why)
{
	if (err != NULL) {
		*err = *why;
	}
	return (nk_rc){ why->code };
}
