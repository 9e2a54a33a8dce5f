/*
 * deb.h: Debian packages as bytes (deb(5): ar, two gzipped tars), written the same for the same input, and read with
 * suspicion.
 *
 * Only regular files and folders exist here: no links, devices, owners or times but those that were asked for. A path
 * has no leading slash, no ".", no "..". Pure: nothing is unpacked to a disk. The bytes depend on zlib's version.
 */
#ifndef NK_DEB_H
#define NK_DEB_H

enum { NK_DEB_FILES_MAX = 20000, NK_DEB_PATH_MAX = 240, NK_DEB_MAX = 256 * 1024 * 1024 };

struct nk_deb_file {
	struct nk_str path; /* "usr/bin/nokosazu" */
	unsigned mode; /* 0644, 0755 */
	struct nk_bytes data;
};

struct nk_deb {
	struct nk_str control; /* the text of the control file */
	struct nk_str conffiles; /* one absolute path a line; may be empty */
	bool makes_user; /* with the one maintainer script there is: nk_deb_postinst */
	const struct nk_deb_file *files; /* sorted by path, none twice */
	size_t n;
};

/* nk_deb_postinst: the only script that a package of ours may run when it is installed: it makes the user nokosazu and the folder
 * /var/lib/nokosazu where they are not there, below $DPKG_ROOT. Static. */
struct nk_str nk_deb_postinst(void);
/* nk_deb_write: appends the package; every time in it is `epoch` (seconds). control and conffiles end in a line feed.
 * NK_INVALID: a path that may not be, or out of order; NK_LIMIT. */
NK_RESULT nk_deb_write(const struct nk_deb *deb, uint64_t epoch, struct nk_buf *out, struct nk_err *err);
/*
 * nk_deb_read: slices live in `arena` or in `deb`. What unpacks to more than NK_DEB_MAX, holds a link, a device, a
 * path outside, a path twice, a script of the maintainer, or anything else than what nk_deb_write writes, is NK_INVALID
 * with the place.
 */
NK_RESULT nk_deb_read(struct nk_bytes deb, struct nk_arena *arena, struct nk_deb *out, struct nk_err *err);
/* nk_deb_field: a one-line field of the control text, "" when it is not there. */
struct nk_str nk_deb_field(struct nk_str control, const char *name);
/* nk_deb_version_cmp: order of versions as dpkg has it (deb-version(7)): <0, 0, >0. */
int nk_deb_version_cmp(struct nk_str a, struct nk_str b);
/* nk_deb_path_ok: may this stand in a package? */
bool nk_deb_path_ok(struct nk_str path);
/* nk_md5: RFC 1321, because md5sums wants it; for nothing else. */
void nk_md5(struct nk_bytes data, uint8_t out[static 16]);

#endif
