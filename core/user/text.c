// SPDX-License-Identifier: GPL-2.0-only
/*
 * text.c - memory for machine code in user space.
 *
 * Guarantees: the pages are shared memory mapped twice, once writable and once executable, never
 * both; sealing removes the writable mapping; until then the other one is only readable.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "user.h"

#define PAGE 4096u

int kwasm_text_alloc(struct kwasm_text *text, size_t size)
{
	void *exec, *write;
	int fd, err;

	memset(text, 0, sizeof(*text));
	if (!size || size > (1u << 30))
		return -E2BIG;
	size = round_up(size, (size_t)PAGE);
	fd = memfd_create("kwasm-text", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size)) {
		err = -errno;
		goto close;
	}
	exec = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (exec == MAP_FAILED) {
		err = -errno;
		goto close;
	}
	write = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (write == MAP_FAILED) {
		err = -errno;
		goto unmap;
	}
	close(fd);
	text->exec = exec;
	text->write = write;
	text->size = size;
	return 0;

unmap:
	munmap(exec, size);
close:
	close(fd);
	return err;
}

int kwasm_text_seal(struct kwasm_text *text)
{
	int err;

	munmap(text->write, text->size);
	text->write = NULL;
	err = kwasm_user_text_add(text->exec, text->exec + text->size);
	if (err)
		return err;
	return mprotect(text->exec, text->size, PROT_READ | PROT_EXEC) ? -errno : 0;
}

void kwasm_text_free(struct kwasm_text *text)
{
	if (!text->exec)
		return;
	kwasm_user_text_del(text->exec);
	munmap(text->exec, text->size);
	if (text->write)
		munmap(text->write, text->size);
	memset(text, 0, sizeof(*text));
}
