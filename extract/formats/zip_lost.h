/*
 * zip_lost.h: what zips and the documents that are zips have in common: members are opened, the directory is claimed,
 * and members that no directory names (deleted ones) are looked for.
 */
#ifndef NKX_ZIP_LOST_H
#define NKX_ZIP_LOST_H

#include "zip_dir.h"

struct nkx_zip_member {
	const char *name;
	uint64_t data, packed, size;
	uint32_t crc;
	uint16_t method;
	bool known; /* sizes and crc are written down */
};
/* nkx_zip_member: opens its bytes; returns how many of the packed ones were used. */
uint64_t nkx_zip_member(struct nkx_work *w, const struct nkx_source *s, const struct nkx_zip_member *m);
/* nkx_zip_claim_local: the local header, data and descriptor of an entry. A name there that the directory does not
 * have, and extra fields with words, are left for carving. */
void nkx_zip_claim_local(
	struct nkx_work *w, const struct nkx_zip *z, const struct nkx_zip_entry *e, const struct nkx_zip_local *l);
/* nkx_zip_claim_directory: the directory and the end record; comments become streams. */
void nkx_zip_claim_directory(struct nkx_work *w, const struct nkx_zip *z);
/* nkx_zip_gaps: members that stand between the entries, in the order of the file. The order of z's entries is lost.
 * nkx_zip_lost: those in [from, to), where there is no directory. */
void nkx_zip_gaps(struct nkx_work *w, struct nkx_zip *z);
void nkx_zip_lost(struct nkx_work *w, const struct nkx_source *s, uint64_t from, uint64_t to);

#endif
