/*
 * notice.c: the channels by name, and the common way into the network (libcurl).
 *
 * Invariant: an address is judged by the parser that will use it; a plain connection goes to this machine only.
 */
#include "base.h"

#include "notice_int.h"
#include "os.h"

typedef NK_RESULT notify_fn(const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err);

static const struct {
	const char *name;
	notify_fn *send;
} channels[] = {
#define ROW(name) { #name, nk_notify_##name },
#include "notices.inc"
#undef ROW
};

bool nk_notify_known(struct nk_str channel)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(channels); i++) {
		if (nk_str_eq(channel, nk_str_c(channels[i].name))) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_notify_send(
	struct nk_str channel, const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err)
{
	for (size_t i = 0; i < NK_ARRAY_LEN(channels); i++) {
		if (nk_str_eq(channel, nk_str_c(channels[i].name))) {
			return channels[i].send(s, m, err);
		}
	}
	return nk_fail(err, NK_INVALID, "there is no channel \"%s\" for notices; known: mail, command, webhook",
		nk_short(channel).text);
}

bool nk_notify_listed(const struct nk_str *list, size_t n, struct nk_str item)
{
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(list[i], item)) {
			return true;
		}
	}
	return false;
}

NK_RESULT nk_notify_net_open(struct nk_notify_net *net, struct nk_err *err)
{
	static const char *const functions[] = {
#define ROW(function) #function,
#include "notice_library.inc"
#undef ROW
	};
	_Static_assert(sizeof(net->to) == sizeof(functions), "a pointer for each name, and nothing else");

	return nk_os_library("curl", functions, NK_ARRAY_LEN(functions), &net->to, err);
}

void nk_notify_net_done(struct nk_notify_net *net)
{
	if (net->curl != NULL) {
		net->to.curl_easy_cleanup(net->curl);
	}
	if (net->list != NULL) {
		net->to.curl_slist_free_all(net->list);
	}
	if (net->url != NULL) {
		net->to.curl_url_cleanup(net->url);
	}
	*net = (struct nk_notify_net){ .curl = NULL };
}

static bool part_of(const struct nk_notify_net *net, CURLUPart what, char *out, size_t room)
{
	char *text = NULL;
	int n = -1;

	if (net->to.curl_url_get(net->url, what, &text, 0) != CURLUE_OK) {
		return false;
	}
	n = snprintf(out, room, "%s", text);
	net->to.curl_free(text);
	return n > 0 && (size_t)n < room;
}

static bool has_part(const struct nk_notify_net *net, CURLUPart what)
{
	char *text = NULL;
	const bool there = net->to.curl_url_get(net->url, what, &text, 0) == CURLUE_OK;

	net->to.curl_free(text);
	return there;
}

NK_RESULT nk_notify_url(struct nk_notify_net *net, struct nk_str text, struct nk_notify_url *out, struct nk_err *err)
{
	*out = (struct nk_notify_url){ .loopback = false };
	net->url = net->to.curl_url();
	if (net->url == NULL) {
		return nk_fail_nomem(err);
	}
	if (text.len == 0 || net->to.curl_url_set(net->url, CURLUPART_URL, text.ptr, 0) != CURLUE_OK ||
		!part_of(net, CURLUPART_SCHEME, out->scheme, sizeof(out->scheme)) ||
		!part_of(net, CURLUPART_HOST, out->host, sizeof(out->host))) {
		return nk_fail(err, NK_INVALID, "this is no address for notices: %s", nk_short(text).text);
	}
	if (has_part(net, CURLUPART_USER) || has_part(net, CURLUPART_PASSWORD)) {
		return nk_fail(err, NK_INVALID, "an address for notices holds no user and no password");
	}
	out->loopback = strcmp(out->host, "127.0.0.1") == 0 || strcmp(out->host, "[::1]") == 0 ||
		strcmp(out->host, "localhost") == 0;
	return nk_done();
}

NK_RESULT nk_notify_header(struct nk_notify_net *net, const char *line, struct nk_err *err)
{
	struct curl_slist *const longer = net->to.curl_slist_append(net->list, line);

	if (longer == NULL) {
		return nk_fail_nomem(err);
	}
	net->list = longer;
	return nk_done();
}

static size_t drop_answer(char *data, size_t size, size_t n, void *arg)
{
	(void)data;
	(void)arg;
	return size * n;
}

NK_RESULT nk_notify_curl(struct nk_notify_net *net, const struct nk_notify_settings *s, struct nk_str url,
	const char *schemes, struct nk_err *err)
{
	CURL *const c = net->to.curl_easy_init();
	CURLcode rc = CURLE_OK;

	if (c == NULL) {
		return nk_fail_nomem(err);
	}
	net->curl = c;
	rc = net->to.curl_easy_setopt(c, CURLOPT_URL, url.ptr);
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, schemes);
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_PROXY, "");
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop_answer);
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)s->timeout_ms);
	rc = rc != CURLE_OK ? rc : net->to.curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)s->timeout_ms);
	return rc == CURLE_OK ? nk_done()
			      : nk_fail(err, NK_INTERNAL, "the network library refuses: %s", net->to.curl_easy_strerror(rc));
}

NK_RESULT nk_notify_perform(struct nk_notify_net *net, const char *host, struct nk_err *err)
{
	const CURLcode rc = net->to.curl_easy_perform(net->curl);
	long answer = 0;

	if (rc == CURLE_OK) {
		return nk_done();
	}
	(void)net->to.curl_easy_getinfo(net->curl, CURLINFO_RESPONSE_CODE, &answer);
	return nk_fail(err, NK_UNAVAILABLE,
		"the notice was not delivered at %1$s: %2$s (answer %3$ld); it is tried again at the next run", host,
		net->to.curl_easy_strerror(rc), answer);
}
