/*
 * notice_int.h: what the channels share: the addresses and the one way to speak to a network.
 */
#ifndef NK_NOTICE_INT_H
#define NK_NOTICE_INT_H

#include "notice.h"

#define CURL_DISABLE_TYPECHECK /* its macros know functions only, no pointers to them */
#include <curl/curl.h>

#define ROW(name) \
	NK_RESULT nk_notify_##name(const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err);
#include "notices.inc"
#undef ROW

/* The way into the network: the library's functions (loaded when a notice goes out) and what one sending uses of it. */
struct nk_notify_net {
	struct {
#define ROW(function) __typeof__(function) *function;
#include "notice_library.inc"
#undef ROW
	} to;
	CURL *curl;
	struct curl_slist *list; /* headers or receivers */
	CURLU *url;
};
/* nk_notify_net_open: into one that is all zero; NK_UNAVAILABLE without the library. nk_notify_net_done: for NK_OWNED. */
NK_RESULT nk_notify_net_open(struct nk_notify_net *net, struct nk_err *err);
void nk_notify_net_done(struct nk_notify_net *net);
/* nk_notify_url: an address in its parts, by the library that will go there. NK_INVALID. */
struct nk_notify_url {
	char scheme[16];
	char host[256];
	bool loopback;
};
NK_RESULT nk_notify_url(struct nk_notify_net *net, struct nk_str url, struct nk_notify_url *out, struct nk_err *err);
bool nk_notify_listed(const struct nk_str *list, size_t n, struct nk_str item);

/* nk_notify_curl: net->curl with our limits: no redirects, no proxy, only these schemes, TLS checked, a time limit. */
NK_RESULT nk_notify_curl(struct nk_notify_net *net, const struct nk_notify_settings *s, struct nk_str url,
	const char *schemes, struct nk_err *err);
/* nk_notify_perform: NK_UNAVAILABLE with what the library says. */
NK_RESULT nk_notify_perform(struct nk_notify_net *net, const char *host, struct nk_err *err);
/* nk_notify_header: one more line of net->list; NK_NOMEM. */
NK_RESULT nk_notify_header(struct nk_notify_net *net, const char *line, struct nk_err *err);

#endif
