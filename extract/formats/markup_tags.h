/*
 * markup_tags.h: what tags mean for the text around them, and entities. Pure tables.
 */
#ifndef NKX_MARKUP_TAGS_H
#define NKX_MARKUP_TAGS_H

#include "markup.h"

enum nkx_tag_kind {
	NKX_TAG_INLINE, /* nothing: the text goes on */
	NKX_TAG_UNKNOWN, /* perhaps no tag at all (a<b;): its name is text too */
	NKX_TAG_BLOCK, /* new line */
	NKX_TAG_BLANK, /* TAB */
	NKX_TAG_TABLE,
	NKX_TAG_ROW,
	NKX_TAG_CELL,
	NKX_TAG_RUBY,
	NKX_TAG_RUBY_TEXT,
	NKX_TAG_RAW, /* its content is no markup */
};
/* nkx_tag_kind: of a tag's name in small letters, with or without a prefix. */
enum nkx_tag_kind nkx_tag_kind(enum nkx_markup_mode mode, const char *name, size_t len);
/* nkx_entity: the text between & and ;. */
bool nkx_entity(const char *text, size_t len, uint32_t *code);

#endif
