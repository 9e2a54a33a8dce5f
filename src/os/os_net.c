/*
 * os_net.c: connections that we open, with a limit of time. Nothing here listens.
 */
#include "base.h"

#include "os.h"

#include "os_int.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

static void addresses_free(struct addrinfo **list)
{
	if (*list != NULL) {
		freeaddrinfo(*list);
		*list = NULL;
	}
}

/* nk_fail_errno with the class that means: the other side may be back later. */
static NK_RESULT unreachable(int errnum, const char *host, unsigned port, struct nk_err *err)
{
	char place[300];

	if (port == 0) {
		(void)snprintf(place, sizeof(place), "%s", host);
	} else {
		(void)snprintf(place, sizeof(place), "%s:%u", host, port);
	}
	(void)nk_fail_errno(err, errnum, "cannot connect to", place).code;
	if (err != NULL) {
		err->code = NK_UNAVAILABLE;
	}
	return (nk_rc){ NK_UNAVAILABLE };
}

/* 0 when the connection stands before `until`, else an errno. */
static int finish_connect(int fd, int64_t until)
{
	for (;;) {
		struct pollfd look = { .fd = fd, .events = POLLOUT };
		const int64_t left = until - nk_os_mono_ms();
		int errnum = 0;
		socklen_t len = sizeof(errnum);
		int n = 0;

		if (left <= 0) {
			return ETIMEDOUT;
		}
		n = poll(&look, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n < 0 && errno != EINTR) {
			return errno;
		}
		if (n > 0) {
			return getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &len) == 0 ? errnum : errno;
		}
	}
}

/* 0 and a blocking socket, or an errno. */
static int try_connect(int family, const struct sockaddr *address, socklen_t len, int64_t until, int *out_fd)
{
	NK_OWNED(nk_os_fd_close) int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1;
	int errnum = 0;
	int flags = 0;

	if (fd < 0) {
		return errno;
	}
	errnum = connect(fd, address, len) == 0 ? 0 : errno;
	if (errnum == EINPROGRESS || errnum == EINTR) {
		errnum = finish_connect(fd, until);
	}
	if (errnum != 0) {
		return errnum;
	}
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0) {
		return errno;
	}
	if (family != AF_UNIX) {
		/* Requests are written whole: waiting for more only costs time. A lost option costs no correctness.
		 */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	}
	*out_fd = fd;
	fd = -1;
	return 0;
}

static NK_RESULT connect_unix(const char *path, int64_t until, int *out_fd, struct nk_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const size_t len = strlen(path);
	int errnum = 0;

	if (len >= sizeof(address.sun_path)) {
		return nk_fail(err, NK_INVALID, "the path of the socket is longer than %1$zu bytes: %2$s",
			sizeof(address.sun_path) - 1, path);
	}
	memcpy(address.sun_path, path, len);
	errnum = try_connect(AF_UNIX, (const struct sockaddr *)&address, sizeof(address), until, out_fd);
	return errnum == 0 ? nk_done() : unreachable(errnum, path, 0, err);
}

NK_RESULT nk_os_env_connect(
	void *self, const char *host, uint16_t port, int64_t timeout_ms, int *out_fd, struct nk_err *err)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV
	};
	NK_OWNED(addresses_free) struct addrinfo *list = NULL;
	const int64_t until = nk_os_mono_ms() + timeout_ms;
	char service[8];
	int errnum = EHOSTUNREACH;
	int rc = 0;

	(void)self;
	if (port == 0) {
		return connect_unix(host, until, out_fd, err);
	}
	(void)snprintf(service, sizeof(service), "%u", (unsigned)port);
	rc = getaddrinfo(host, service, &hints, &list);
	if (rc != 0) {
		return nk_fail(err, NK_UNAVAILABLE, "the address of the host %1$s cannot be found: %2$s", host,
			gai_strerror(rc));
	}
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		errnum = try_connect(a->ai_family, a->ai_addr, a->ai_addrlen, until, out_fd);
		if (errnum == 0) {
			return nk_done();
		}
	}
	return unreachable(errnum, host, port, err);
}
