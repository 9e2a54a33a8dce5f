/*
 * notice.h: telling somebody that something is due, by the channels of notices.rows (one file each).
 *
 * A message names a duty, its kind and its time, and nobody whose data it is about. Nothing goes to a place that the
 * configuration does not allow: hosts and addresses are compared with its lists before anything is opened. Delivered
 * means that the other side said so; anything else is an error, and the caller tries again later.
 */
#ifndef NK_NOTICE_H
#define NK_NOTICE_H

enum { NK_NOTIFY_ALLOWED_MAX = 64 };

/* From the configuration; texts end in a NUL that is not counted (they live in its arena). */
struct nk_notify_settings {
	struct nk_str mail_url; /* smtp://host:port, smtps://host */
	struct nk_str mail_user; /* empty: no login */
	struct nk_str mail_password; /* the caller wipes it */
	struct nk_str mail_from;
	struct nk_str mail_to; /* for parties without an address */
	struct nk_str command; /* whole path */
	struct nk_str webhook; /* for parties without an address of that kind */
	const struct nk_str *hosts; /* mail servers that may be spoken to */
	size_t n_hosts;
	const struct nk_str *urls; /* whole addresses that may be posted to */
	size_t n_urls;
	int64_t timeout_ms;
};
struct nk_notify {
	struct nk_str id; /* the same for the same call, however often it is sent */
	struct nk_str to; /* address of the party: mail, https://…, or empty */
	struct nk_str subject; /* ASCII */
	struct nk_str text; /* UTF-8 lines */
	struct nk_str json; /* the same for programs: an object */
	nk_time now;
};

/* nk_notify_send: by one channel, by its name. NK_INVALID: no such channel, or not configured, or an address that is
 * none; NK_DENIED: not on the list; NK_UNAVAILABLE: not delivered. */
NK_RESULT nk_notify_send(
	struct nk_str channel, const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err);
/* nk_notify_known: is it a channel? */
bool nk_notify_known(struct nk_str channel);

#endif
