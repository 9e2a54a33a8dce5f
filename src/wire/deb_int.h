/*
 * deb_int.h: the places in a tar header (POSIX ustar) that writer and reader share.
 */
#ifndef NK_DEB_INT_H
#define NK_DEB_INT_H

enum { NK_TAR_BLOCK = 512, NK_TAR_NAME = 100, NK_TAR_PREFIX = 155 };

#endif
