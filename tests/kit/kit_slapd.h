/*
 * kit_slapd.h: a real OpenLDAP of one test's own, on a free loopback port and a unix socket, in a folder of its own.
 *
 * Works as root and as anybody. Where slapd is not installed kit_slapd_start skips the test by name. It ends with its
 *test program, whatever happens to that. Typical:
 *
 *	NK_OWNED(kit_slapd_stop) struct kit_slapd s = { 0 };
 *	kit_slapd_start(&s, &(struct kit_slapd_options){ .ldif = "…" });
 *	... s.uri, s.ldapi, KIT_BASE, KIT_ADMIN, "secret" ...
 */
#ifndef KIT_SLAPD_H
#define KIT_SLAPD_H

#include "base.h"

#include <cmocka.h>

#include "kit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ldap.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define KIT_SLAPD "/usr/sbin/slapd"
#define KIT_BASE "dc=example,dc=ac,dc=jp"
#define KIT_ADMIN "cn=admin," KIT_BASE

struct kit_slapd_options {
	const char *global; /* lines of slapd.conf before the database; NULL: none */
	const char *database; /* lines behind it (limits, indexes); NULL: none */
	const char *access; /* access lines; NULL: passwords hidden, all else readable by all */
	const char *ldif; /* loaded before the start, behind the suffix entry; NULL: none */
	bool school_schema; /* eduPerson and ja* too */
	bool no_suffix; /* nothing is loaded at all */
	bool tls; /* a certificate for 127.0.0.1, made now with openssl; also ldaps */
};

struct kit_slapd {
	struct kit_tmp tmp;
	int pid;
	uint16_t port;
	uint16_t tls_port;
	char uri[64];
	char ldaps[64];
	char ldapi[300];
	char ca_file[300];
};

static inline uint16_t kit_free_port_(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	nk_assert(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 &&
		getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	(void)close(fd);
	return ntohs(at.sin_port);
}

static inline void kit_write_(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	nk_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* A program started without a shell; it ends with this one. Its words go to /dev/null unless NK_TEST_LOUD is set. */
static inline int kit_spawn_(const char *const *argv)
{
	const int parent = getpid();
	const int pid = fork();

	nk_assert(pid >= 0);
	if (pid == 0) {
		const int null = open("/dev/null", O_RDWR);

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent) {
			_exit(1);
		}
		(void)dup2(null, 0);
		(void)dup2(getenv("NK_TEST_LOUD") != NULL ? 2 : null, 1);
		(void)dup2(getenv("NK_TEST_LOUD") != NULL ? 2 : null, 2);
		(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	return pid;
}

static inline int kit_run_(const char *const *argv)
{
	int status = 0;

	nk_assert(waitpid(kit_spawn_(argv), &status, 0) > 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline const char *kit_school_schema_(void)
{
	return "attributetype ( 1.3.6.1.4.1.5923.1.1.1.1 NAME 'eduPersonAffiliation' EQUALITY caseIgnoreMatch "
	       "SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n"
	       "attributetype ( 1.3.6.1.4.1.5923.1.1.1.6 NAME 'eduPersonPrincipalName' EQUALITY caseIgnoreMatch "
	       "SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )\n"
	       "attributetype ( 1.3.6.1.4.1.5923.1.1.1.9 NAME 'eduPersonScopedAffiliation' EQUALITY "
	       "caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n"
	       "objectclass ( 1.3.6.1.4.1.5923.1.1.2 NAME 'eduPerson' AUXILIARY MAY ( eduPersonAffiliation $ "
	       "eduPersonPrincipalName $ eduPersonScopedAffiliation ) )\n"
	       "attributetype ( 1.3.6.1.4.1.32264.1.1.1 NAME ( 'jasn' 'jaSurname' ) SUP name )\n"
	       "attributetype ( 1.3.6.1.4.1.32264.1.1.2 NAME 'jaGivenName' SUP name )\n"
	       "attributetype ( 1.3.6.1.4.1.32264.1.1.3 NAME 'jaDisplayName' SUP name )\n"
	       "attributetype ( 1.3.6.1.4.1.32264.1.1.4 NAME 'jao' SUP name )\n"
	       "attributetype ( 1.3.6.1.4.1.32264.1.1.5 NAME 'jaou' SUP name )\n"
	       "objectclass ( 1.3.6.1.4.1.32264.1.2.99 NAME 'jaPerson' AUXILIARY MAY ( jasn $ jaGivenName $ "
	       "jaDisplayName $ jao $ jaou ) )\n";
}

static inline void kit_slapd_conf_(struct kit_slapd *s, const struct kit_slapd_options *opt)
{
	FILE *f = fopen(kit_path(&s->tmp, "slapd.conf"), "we");
	const char *access = opt->access != NULL
		? opt->access
		: "access to attrs=userPassword by anonymous auth by self write by * none\n"
		  "access to * by * read\n";

	nk_assert(f != NULL);
	(void)fprintf(f,
		"include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\ninclude "
		"/etc/ldap/schema/inetorgperson.schema\n");
	if (opt->school_schema) {
		kit_write_(kit_path(&s->tmp, "school.schema"), kit_school_schema_());
		(void)fprintf(f, "include %s/school.schema\n", s->tmp.dir);
	}
	(void)fprintf(f,
		"modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile %s/slapd.pid\nargsfile %s/slapd.args\nthreads 4\n",
		s->tmp.dir, s->tmp.dir);
	if (opt->tls) {
		(void)fprintf(f, "TLSCertificateFile %s/cert.pem\nTLSCertificateKeyFile %s/key.pem\n", s->tmp.dir,
			s->tmp.dir);
	}
	(void)fprintf(f, "%s\n", opt->global != NULL ? opt->global : "sizelimit unlimited");
	(void)fprintf(f,
		"database mdb\nsuffix \"%s\"\nrootdn \"%s\"\nrootpw secret\ndirectory %s/db\nmaxsize "
		"1073741824\ndbnosync\nindex objectClass,uid eq\n",
		KIT_BASE, KIT_ADMIN, s->tmp.dir);
	(void)fprintf(f, "%s\n%s", opt->database != NULL ? opt->database : "", access);
	nk_assert(fclose(f) == 0);
}

static inline void kit_slapd_load_(struct kit_slapd *s, const struct kit_slapd_options *opt)
{
	const char *const argv[] = { "/usr/sbin/slapadd", "-q", "-f", kit_path(&s->tmp, "slapd.conf"), "-l",
		kit_path(&s->tmp, "first.ldif"), NULL };
	FILE *f = fopen(argv[5], "we");

	nk_assert(f != NULL);
	(void)fprintf(
		f, "dn: %s\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n", KIT_BASE);
	(void)fprintf(f, "%s", opt->ldif != NULL ? opt->ldif : "");
	nk_assert(fclose(f) == 0);
	nk_assert(kit_run_(argv) == 0);
}

static inline void kit_slapd_cert_(struct kit_slapd *s)
{
	const char *const argv[] = { "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
		"-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
		kit_path(&s->tmp, "key.pem"), "-out", kit_path(&s->tmp, "cert.pem"), NULL };

	if (kit_run_(argv) != 0) {
		print_message("openssl is not here to make a certificate\n");
		skip();
	}
	(void)snprintf(s->ca_file, sizeof(s->ca_file), "%s/cert.pem", s->tmp.dir);
}

/* Waits until the rootDSE answers, at most 20 s. */
static inline void kit_slapd_wait_(const struct kit_slapd *s)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	for (int i = 0; i < 1000; i++) {
		const int version = LDAP_VERSION3;
		LDAPMessage *m = NULL;
		LDAP *ld = NULL;
		int code = LDAP_OTHER;

		nk_assert(waitpid(s->pid, NULL, WNOHANG) == 0);
		if (ldap_initialize(&ld, s->uri) == LDAP_SUCCESS) {
			(void)ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
			code = ldap_search_ext_s(
				ld, "", LDAP_SCOPE_BASE, "(objectClass=*)", NULL, 0, NULL, NULL, NULL, 1, &m);
			(void)ldap_msgfree(m);
			(void)ldap_unbind_ext(ld, NULL, NULL);
		}
		if (code == LDAP_SUCCESS) {
			return;
		}
		(void)nanosleep(&pause, NULL);
	}
	nk_assert(false);
}

/* kit_slapd_again: started (once more) on the folder it has. */
static inline void kit_slapd_again(struct kit_slapd *s)
{
	char urls[700];
	const char *const argv[] = { KIT_SLAPD, "-f", kit_path(&s->tmp, "slapd.conf"), "-h", urls, "-d", "0", NULL };
	int len = snprintf(urls, sizeof(urls), "%s/ %s", s->uri, s->ldapi);

	nk_assert(len > 0 && (size_t)len < sizeof(urls));
	if (s->tls_port != 0) {
		(void)snprintf(urls + len, sizeof(urls) - (size_t)len, " %s/", s->ldaps);
	}
	s->pid = kit_spawn_(argv);
	kit_slapd_wait_(s);
}

/* kit_slapd_kill: as if the machine had died. kit_slapd_end: asked to end. */
static inline void kit_slapd_signal_(struct kit_slapd *s, int signal_number)
{
	if (s->pid > 0) {
		(void)kill(s->pid, signal_number);
		(void)kill(s->pid, SIGCONT);
		(void)waitpid(s->pid, NULL, 0);
		s->pid = 0;
	}
}

static inline void kit_slapd_kill(struct kit_slapd *s)
{
	kit_slapd_signal_(s, SIGKILL);
}

/* kit_slapd_freeze: it takes connections and requests no more, and does not say so. */
static inline void kit_slapd_freeze(struct kit_slapd *s)
{
	int status = 0;

	nk_assert(kill(s->pid, SIGSTOP) == 0 && waitpid(s->pid, &status, WUNTRACED) == s->pid && WIFSTOPPED(status));
}

static inline void kit_slapd_end(struct kit_slapd *s)
{
	kit_slapd_signal_(s, SIGINT);
}

/* kit_slapd_stop: ended, its folder removed. For NK_OWNED. */
static inline void kit_slapd_stop(struct kit_slapd *s)
{
	kit_slapd_signal_(s, SIGINT);
	kit_tmp_done(&s->tmp);
}

static inline void kit_slapd_start(struct kit_slapd *s, const struct kit_slapd_options *opt)
{
	size_t at = 0;

	memset(s, 0, sizeof(*s));
	if (access(KIT_SLAPD, X_OK) != 0) {
		print_message("slapd is not installed\n");
		skip();
	}
	s->tmp = kit_tmp();
	nk_assert(mkdir(kit_path(&s->tmp, "db"), 0700) == 0);
	s->port = kit_free_port_();
	(void)snprintf(s->uri, sizeof(s->uri), "ldap://127.0.0.1:%u", (unsigned)s->port);
	at = (size_t)snprintf(s->ldapi, sizeof(s->ldapi), "ldapi://");
	for (const char *c = kit_path(&s->tmp, "ldapi"); *c != '\0'; c++) {
		at += (size_t)(*c == '/' ? snprintf(s->ldapi + at, sizeof(s->ldapi) - at, "%%2F")
					 : snprintf(s->ldapi + at, sizeof(s->ldapi) - at, "%c", *c));
	}
	if (opt->tls) {
		s->tls_port = kit_free_port_();
		(void)snprintf(s->ldaps, sizeof(s->ldaps), "ldaps://127.0.0.1:%u", (unsigned)s->tls_port);
		kit_slapd_cert_(s);
	}
	kit_slapd_conf_(s, opt);
	if (!opt->no_suffix) {
		kit_slapd_load_(s, opt);
	}
	kit_slapd_again(s);
}

#endif
