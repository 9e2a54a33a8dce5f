/*
 * tap.h: what the files of the disk tap share: the door to the kernel past libc, and whether this call is to fail.
 *
 * The tap is a library that the loader puts before libc (LD_PRELOAD) in the shipped program. It records what reaches
 * the disk (tap_record.c), and makes the n-th call of a class fail (tap_fault.c). Calls go to the kernel directly:
 * nothing here asks libc, so that it also works in a child that can only compute.
 */
#ifndef NK_TAP_H
#define NK_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TAP_EXPORT __attribute__((visibility("default")))

/* What a fault may concern: one counter for each. */
enum tap_class { TAP_DISK, TAP_ROOM, TAP_WAIT, TAP_PART, TAP_MEMORY, TAP_CLASS_COUNT };

/* tap_started: main has begun. tap_now: counts this call of the class; true when it is to fail. */
bool tap_started(void);
bool tap_now(enum tap_class class);
/* tap_part: how much of `len` bytes goes through; `len` when this call is not to be cut short. */
size_t tap_part(size_t len);

/* One record: kind, file or folder by inode, place, then up to two texts. */
struct tap_record {
	char kind;
	uint64_t inode;
	uint64_t at;
	const void *first;
	size_t first_len;
	const void *second;
	size_t second_len;
};
/* tap_recording: is anything to be recorded in this process? tap_record: writes it, once the kernel has done it. */
bool tap_recording(void);
void tap_record(const struct tap_record *record);
/* tap_inside: is this open file on the disk that is watched? *inode is set when it is; *folder: it is a folder. */
bool tap_inside(int fd, uint64_t *inode, bool *folder);
/* tap_path: the whole path of a name below an open folder, when it lies below the watched one. */
bool tap_path(int at, const char *name, char out[static 4096]);

#endif
