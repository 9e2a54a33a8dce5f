/*
 * fmt_mail.c: a mail message as a file of its own.
 */
#include "base.h"

#include "mime.h"

static bool known_field(const uint8_t *p, size_t len)
{
	static const char *const names[] = { "from", "to", "subject", "received", "return-path", "message-id",
		"delivered-to", "mime-version", "x-mailer", "reply-to" };

	for (size_t i = 0; i < NK_ARRAY_LEN(names); i++) {
		size_t k = 0;

		while (k < len && names[i][k] != '\0' && (p[k] | 32) == (names[i][k] | 32)) {
			k++;
		}
		if (k == len && names[i][k] == '\0') {
			return true;
		}
	}
	return false;
}

static bool ends_eml(const char *name)
{
	size_t len = name == NULL ? 0 : strlen(name);

	return len > 4 && (memcmp(name + len - 4, ".eml", 4) == 0 || memcmp(name + len - 4, ".EML", 4) == 0);
}

/* Header fields from the first line on, at least two of them of mail; one is enough with the ending .eml. */
static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	unsigned known = 0, fields = 0;

	(void)size;
	for (size_t at = 0; at < len && fields < 40;) {
		const uint8_t *end = memchr(head + at, '\n', len - at);
		size_t line = end != NULL ? (size_t)(end - head) + 1 - at : len - at;

		if (head[at] == '\r' || head[at] == '\n') {
			break;
		}
		size_t field = nkx_line_is_field(head + at, line);
		bool folded = head[at] == ' ' || head[at] == '\t';

		if (field == 0 && !(folded && at > 0) && !(at == 0 && nkx_line_is_from(head, line)) &&
			at + line < len) {
			return 0;
		}
		known += known_field(head + at, field);
		fields += field > 0;
		at += line;
	}
	if (known >= 2) {
		return fields >= 3 ? 80 : 70;
	}
	return known == 1 && ends_eml(name) ? 70 : 0;
}

static enum nkx_why open_mail(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	(void)name;
	return nkx_mime_read(w, s);
}

const struct nkx_format nkx_format_mail = { "mail", sniff, open_mail, true };
