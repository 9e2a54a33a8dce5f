/*
 * scan_show.h: how a scan is told: as text, JSON lines, SARIF 2.1.0, or one HTML page. One file each.
 *
 * A form is given everything in order (flow_scan.h) and writes at once: a scan may find more than memory holds.
 */
#ifndef NK_SCAN_SHOW_H
#define NK_SCAN_SHOW_H

#include "cli.h"
#include "flow_scan.h"

struct nk_scan_form {
	void (*begin)(struct nk_cli *cli);
	void (*finding)(struct nk_cli *cli, const struct nk_scan_finding *f);
	void (*stream)(struct nk_cli *cli, const struct nk_scan_stream *s);
	void (*file)(struct nk_cli *cli, const struct nk_scan_file *f);
	void (*end)(struct nk_cli *cli, const struct nk_scan_reply *r);
};
extern const struct nk_scan_form nk_scan_form_text, nk_scan_form_json, nk_scan_form_sarif, nk_scan_form_html;

/* What the forms share. nk_scan_word: a class or field in the language of this run: "phone number". nk_scan_words:
 * "kanji + phone" alike. nk_scan_size: "1.2 MB". nk_scan_status: the exit status a result gives: 0, 2, 3. */
const char *nk_scan_word(const struct nk_cli *cli, const char *what);
struct nk_str nk_scan_words(struct nk_cli *cli, const char *what);
struct nk_str nk_scan_size(struct nk_cli *cli, uint64_t bytes);
int nk_scan_status(const struct nk_scan_reply *r);
/* nk_scan_place: "a.zip!/b.docx!/word/document.xml": file and what is inside. */
struct nk_str nk_scan_place(struct nk_cli *cli, const char *file, const char *inside);
/* nk_scan_uri: a path as a relative URI reference (RFC 3986): everything but unreserved characters and '/' as %XX. */
struct nk_str nk_scan_uri(struct nk_cli *cli, struct nk_str path);

#endif
