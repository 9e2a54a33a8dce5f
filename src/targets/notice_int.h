/*
 * notice_int.h: what the channels share: the addresses and the one way to speak to a network.
 */
#ifndef NK_NOTICE_INT_H
#define NK_NOTICE_INT_H

#include "notice.h"

#include <curl/curl.h>

#define ROW(name) \
	NK_RESULT nk_notify_##name(const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err);
#include "notices.inc"
#undef ROW

/* nk_notify_url: an address in its parts, by the library that will go there. NK_INVALID. */
struct nk_notify_url {
	char scheme[16];
	char host[256];
	bool loopback;
};
NK_RESULT nk_notify_url(struct nk_str url, struct nk_notify_url *out, struct nk_err *err);
bool nk_notify_listed(const struct nk_str *list, size_t n, struct nk_str item);

/* nk_notify_curl: a handle with our limits: no redirects, no proxy, only these schemes, TLS checked, a time limit. */
NK_RESULT nk_notify_curl(const struct nk_notify_settings *s, struct nk_str url, const char *schemes, CURL **out,
	struct nk_err *err);
void nk_notify_curl_done(CURL **curl); /* for NK_OWNED */
void nk_notify_list_done(struct curl_slist **list);
/* nk_notify_perform: NK_UNAVAILABLE with what the library says. */
NK_RESULT nk_notify_perform(CURL *curl, const char *host, struct nk_err *err);
/* nk_notify_header: one more line of a list; NK_NOMEM. */
NK_RESULT nk_notify_header(struct curl_slist **list, const char *line, struct nk_err *err);

#endif
