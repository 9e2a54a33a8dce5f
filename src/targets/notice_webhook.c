/*
 * notice_webhook.c: a notice as JSON by HTTP POST to an address that the configuration lists, whole.
 */
#include "base.h"

#include "notice_int.h"

static NK_RESULT check(struct nk_notify_net *net, const struct nk_notify_settings *s, struct nk_str to,
	struct nk_notify_url *url, struct nk_err *err)
{
	if (to.len == 0) {
		return nk_fail(err, NK_INVALID, "notices by webhook need an address: webhook in [duty] of the configuration");
	}
	NK_TRY(nk_notify_url(net, to, url, err));
	if (!nk_notify_listed(s->urls, s->n_urls, to)) {
		return nk_fail(err, NK_DENIED, "the address at %s is not on the list of urls in [duty] of the configuration",
			url->host);
	}
	if (strcmp(url->scheme, "https") != 0 && !(strcmp(url->scheme, "http") == 0 && url->loopback)) {
		return nk_fail(err, NK_DENIED, "a webhook goes by https, but for this machine itself: %s", url->host);
	}
	return nk_done();
}

NK_RESULT nk_notify_webhook(const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err)
{
	const struct nk_str to = nk_str_starts(m->to, NK_STR("http")) ? m->to : s->webhook;
	NK_OWNED(nk_notify_net_done) struct nk_notify_net net = { .curl = NULL };
	struct nk_notify_url url;
	char id[300];
	CURLcode rc = CURLE_OK;

	NK_TRY(nk_notify_net_open(&net, err));
	NK_TRY(check(&net, s, to, &url, err));
	(void)snprintf(id, sizeof(id), "Idempotency-Key: %.*s", NK_FMT(m->id));
	NK_TRY(nk_notify_header(&net, "Content-Type: application/json", err));
	NK_TRY(nk_notify_header(&net, "Expect:", err));
	NK_TRY(nk_notify_header(&net, id, err));
	NK_TRY(nk_notify_curl(&net, s, to, "http,https", err));
	rc = net.to.curl_easy_setopt(net.curl, CURLOPT_HTTPHEADER, net.list);
	rc = rc != CURLE_OK ? rc : net.to.curl_easy_setopt(net.curl, CURLOPT_POSTFIELDSIZE, (long)m->json.len);
	rc = rc != CURLE_OK ? rc : net.to.curl_easy_setopt(net.curl, CURLOPT_COPYPOSTFIELDS, m->json.ptr);
	if (rc != CURLE_OK) {
		return nk_fail(err, NK_INTERNAL, "the network library refuses: %s", net.to.curl_easy_strerror(rc));
	}
	NK_TRY(nk_notify_perform(&net, url.host, err));
	long answer = 0;

	(void)net.to.curl_easy_getinfo(net.curl, CURLINFO_RESPONSE_CODE, &answer);
	return answer >= 200 && answer < 300
		? nk_done()
		: nk_fail(err, NK_UNAVAILABLE,
			  "the notice was not taken at %1$s (answer %2$ld); it is tried again at the next run", url.host, answer);
}
