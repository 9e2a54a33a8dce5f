/*
 * notice_mail.c: a notice as a mail, handed to the mail server of the configuration by SMTP.
 *
 * Invariant: nothing of an address or a text can become a line of its own in the header. The Message-ID is the same
 * for the same call, so that a mail sent twice is known for one.
 */
#include "base.h"

#include "json.h"
#include "notice_int.h"

enum { MAIL_MAX = 65536, LINE = 76 };

/* One plain address: one '@', printable ASCII without blanks, brackets and quotes. */
static bool is_address(struct nk_str a)
{
	size_t ats = 0;

	for (size_t i = 0; i < a.len; i++) {
		const char c = a.ptr[i];

		if (c <= ' ' || c >= 0x7f || strchr("<>()[]\\,;:\"", c) != NULL) {
			return false;
		}
		ats += c == '@' ? 1 : 0;
	}
	return a.len <= 254 && ats == 1 && a.ptr[0] != '@' && a.ptr[a.len - 1] != '@' && a.ptr[0] != '-';
}

static bool is_line(struct nk_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < ' ' || s.ptr[i] >= 0x7f) {
			return false;
		}
	}
	return s.len > 0 && s.len < 400;
}

/* RFC 5322: "Mon, 23 Nov 2026 12:00:00 +0000". */
static NK_RESULT put_date(nk_time t, struct nk_buf *out, struct nk_err *err)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" }; /* 1970-01-01 first */
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
		"Dec" };
	const nk_date day = nk_time_day(t, 0);
	const struct nk_ymd ymd = nk_date_split(day);
	char text[NK_TIME_TEXT];

	(void)nk_time_print(t, text);
	return nk_buf_printf(out, err, "Date: %s, %02u %s %04d %.8s +0000\r\n", days[(unsigned)((day % 7 + 7) % 7)],
		ymd.day, months[ymd.month - 1], ymd.year, text + 11);
}

static NK_RESULT put_body(struct nk_str text, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf coded = { 0 };

	nk_buf_init(&coded, MAIL_MAX);
	NK_TRY(nk_base64_put(&coded, nk_str_bytes(text), err));
	for (size_t at = 0; at < coded.len; at += LINE) {
		NK_TRY(nk_buf_add_str(out, nk_str_sub(nk_buf_str(&coded), at, LINE), err));
		NK_TRY(nk_buf_add_c(out, "\r\n", err));
	}
	return nk_done();
}

static NK_RESULT compose(
	const struct nk_notify *m, struct nk_str from, struct nk_str to, struct nk_buf *out, struct nk_err *err)
{
	const size_t at = nk_str_chr(from, '@');

	if (!is_line(m->subject) || !is_line(m->id)) {
		return nk_fail(err, NK_INVALID, "the subject of a notice must be one line of ASCII");
	}
	NK_TRY(put_date(m->now, out, err));
	NK_TRY(nk_buf_printf(out, err, "From: <%.*s>\r\nTo: <%.*s>\r\nSubject: %.*s\r\n", NK_FMT(from), NK_FMT(to),
		NK_FMT(m->subject)));
	NK_TRY(nk_buf_printf(
		out, err, "Message-ID: <%.*s@%.*s>\r\n", NK_FMT(m->id), NK_FMT(nk_str_sub(from, at + 1, from.len))));
	NK_TRY(nk_buf_add_c(out,
		"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n",
		err));
	return put_body(m->text, out, err);
}

struct reading {
	struct nk_bytes left;
};

static size_t read_more(char *out, size_t size, size_t n, void *arg)
{
	struct reading *const r = arg;
	const size_t len = r->left.len < size * n ? r->left.len : size * n;

	if (len > 0) {
		memcpy(out, r->left.ptr, len);
	}
	r->left = nk_bytes_of(r->left.ptr + len, r->left.len - len);
	return len;
}

static NK_RESULT check(struct nk_notify_net *net, const struct nk_notify_settings *s, struct nk_str to,
	struct nk_notify_url *url, struct nk_err *err)
{
	if (s->mail_url.len == 0 || s->mail_from.len == 0) {
		return nk_fail(err, NK_INVALID, "notices by mail need mail_url and mail_from in [duty] of the configuration");
	}
	if (s->mail_user.len > 0 && s->mail_password.len == 0) {
		return nk_fail(err, NK_INVALID, "the login of the mail server needs mail_password_file in [duty]");
	}
	if (!is_address(s->mail_from) || !is_address(to)) {
		return nk_fail(err, NK_INVALID,
			"a notice has no mail address to go to: give the party one, or set mail_to in [duty]");
	}
	NK_TRY(nk_notify_url(net, s->mail_url, url, err));
	if (!nk_notify_listed(s->hosts, s->n_hosts, nk_str_c(url->host))) {
		return nk_fail(err, NK_DENIED, "the mail server %s is not on the list of hosts in [duty] of the configuration",
			url->host);
	}
	return nk_done();
}

/* Login names and passwords travel only inside TLS; a server on this machine may do without. */
static CURLcode log_in(struct nk_notify_net *net, const struct nk_notify_settings *s)
{
	const CURLcode rc = net->to.curl_easy_setopt(net->curl, CURLOPT_USERNAME, s->mail_user.ptr);

	return rc != CURLE_OK ? rc : net->to.curl_easy_setopt(net->curl, CURLOPT_PASSWORD, s->mail_password.ptr);
}

NK_RESULT nk_notify_mail(const struct nk_notify_settings *s, const struct nk_notify *m, struct nk_err *err)
{
	const struct nk_str to = nk_str_chr(m->to, '@') != SIZE_MAX && !nk_str_starts(m->to, NK_STR("http")) ? m->to
													     : s->mail_to;
	NK_OWNED(nk_notify_net_done) struct nk_notify_net net = { .curl = NULL };
	NK_OWNED(nk_buf_done) struct nk_buf mail = { 0 };
	struct nk_notify_url url;
	struct reading reading;
	char sender[300];
	char receiver[300];
	CURLcode rc = CURLE_OK;

	NK_TRY(nk_notify_net_open(&net, err));
	NK_TRY(check(&net, s, to, &url, err));
	nk_buf_init(&mail, MAIL_MAX);
	NK_TRY(compose(m, s->mail_from, to, &mail, err));
	(void)snprintf(sender, sizeof(sender), "<%.*s>", NK_FMT(s->mail_from));
	(void)snprintf(receiver, sizeof(receiver), "<%.*s>", NK_FMT(to));
	NK_TRY(nk_notify_header(&net, receiver, err));
	NK_TRY(nk_notify_curl(&net, s, s->mail_url, "smtp,smtps", err));
	reading.left = nk_buf_bytes(&mail);
	rc = net.to.curl_easy_setopt(net.curl, CURLOPT_USE_SSL, url.loopback ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
	rc = rc == CURLE_OK && s->mail_user.len > 0 ? log_in(&net, s) : rc;
	rc = rc != CURLE_OK ? rc : net.to.curl_easy_setopt(net.curl, CURLOPT_MAIL_FROM, sender);
	rc = rc != CURLE_OK ? rc : net.to.curl_easy_setopt(net.curl, CURLOPT_MAIL_RCPT, net.list);
	rc = rc != CURLE_OK ? rc : net.to.curl_easy_setopt(net.curl, CURLOPT_READFUNCTION, read_more);
	rc = rc != CURLE_OK ? rc : net.to.curl_easy_setopt(net.curl, CURLOPT_READDATA, &reading);
	rc = rc != CURLE_OK ? rc : net.to.curl_easy_setopt(net.curl, CURLOPT_UPLOAD, 1L);
	if (rc != CURLE_OK) {
		return nk_fail(err, NK_INTERNAL, "the network library refuses: %s", net.to.curl_easy_strerror(rc));
	}
	return nk_notify_perform(&net, url.host, err);
}
