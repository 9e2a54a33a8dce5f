/*
 * fmt_mbox.c: mailboxes: messages one behind another, each after a line "From somebody date".
 *
 * Each message, with that line, is a source of its own. A text that merely begins with "From " is none: the line must
 * have a month and a clock, and a header field must follow.
 */
#include "base.h"

#include "mime.h"

static int sniff(const uint8_t *head, size_t len, uint64_t size, const char *name)
{
	const uint8_t *end = memchr(head, '\n', len);

	(void)size;
	(void)name;
	if (end == NULL || !nkx_line_is_from(head, (size_t)(end - head))) {
		return 0;
	}
	size_t at = (size_t)(end - head) + 1;

	if (at < len && head[at] == '>') { /* ">From " of a mailbox in a mailbox */
		const uint8_t *next = memchr(head + at, '\n', len - at);

		at = next != NULL ? (size_t)(next - head) + 1 : len;
	}
	return at < len && nkx_line_is_field(head + at, len - at) > 0 ? 90 : 0;
}

/* A message is a source of its own, [from, to). */
static bool message(struct nkx_work *w, const struct nkx_source *s, unsigned number, const uint64_t *place)
{
	struct nkx_source part = nkx_source_part(s, place[0], place[1] - place[0]);
	char name[32];

	(void)snprintf(name, sizeof(name), "message %u", number);
	return nkx_nested(w, name, &part, "mail");
}

static enum nkx_why open_mbox(struct nkx_work *w, const struct nkx_source *s, const char *name)
{
	struct nkx_lines *lines = calloc(1, sizeof(*lines));
	struct nkx_line line;
	uint64_t place[2] = { 0, 0 };
	unsigned number = 0;
	bool blank = true, more = true;

	(void)name;
	if (lines == NULL) {
		return NKX_WHY_MEMORY;
	}
	lines->s = s;
	while (more && nkx_line_next(lines, &line)) {
		if (line.starts && blank && line.at > place[0] && nkx_line_is_from(line.p, line.len)) {
			place[1] = line.at;
			more = message(w, s, ++number, place);
			place[0] = line.at;
		}
		blank = line.starts && nkx_line_trim(&line) == 0;
	}
	place[1] = s->size;
	if (number == 0) { /* one message is the whole */
		free(lines);
		return nkx_mime_read(w, s);
	}
	if (more && place[0] < s->size) {
		(void)message(w, s, ++number, place);
	}
	nkx_claimed(w, 0, s->size);
	explicit_bzero(lines, sizeof(*lines));
	free(lines);
	return NKX_WHY_NONE;
}

const struct nkx_format nkx_format_mbox = { "mbox", sniff, open_mbox, true };
