// SPDX-License-Identifier: GPL-2.0-only
/*
 * util.c - files and names for every command.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

#define FILE_MAX (256u << 20)	/* larger than any module; limits the input from a pipe */

/* The kernel reads only regular files: copy a pipe to a memory file. */
static int copy_to_memory(int from, const char *path)
{
	static char buf[65536];
	int to = memfd_create("kwasm", MFD_CLOEXEC);
	size_t total = 0;
	ssize_t n;

	if (to < 0) {
		ctl_fail_memory();
		return -1;
	}
	while ((n = read(from, buf, sizeof(buf))) > 0) {
		total += (size_t)n;
		if (total > FILE_MAX) {
			ctl_fail("%s is larger than %u MiB", path, FILE_MAX >> 20);
			goto close;
		}
		if (write(to, buf, (size_t)n) != n) {
			ctl_fail_memory();
			goto close;
		}
	}
	if (!n)
		return to;
	ctl_fail("cannot read %s: %s", path, strerror(errno));
close:
	close(to);
	return -1;
}

int ctl_file_open(const char *path)
{
	bool standard = !strcmp(path, "-");
	int copy, fd = standard ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (standard)
		path = "standard input";
	if (fd < 0) {
		ctl_fail("cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	copy = copy_to_memory(fd, path);
	close(fd);
	return copy;
}

u8 *ctl_file_read(int fd, const char *path, size_t *size)
{
	struct stat st = { 0 };
	size_t got = 0;
	ssize_t n = 0;
	u8 *data;

	if (fstat(fd, &st) || st.st_size > FILE_MAX) {
		ctl_fail("%s is larger than %u MiB", path, FILE_MAX >> 20);
		return NULL;
	}
	data = malloc((size_t)st.st_size + 1);
	if (!data)
		ctl_fail_memory();
	while (data && got < (size_t)st.st_size &&
	       (n = pread(fd, data + got, (size_t)st.st_size - got, (off_t)got)) > 0)
		got += (size_t)n;
	if (data && n < 0) {
		ctl_fail("cannot read %s: %s", path, strerror(errno));
		free(data);
		data = NULL;
	}
	*size = got;
	return data;
}

static bool name_valid(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
			return false;
	return i && i < CTL_NAME_MAX;
}

int ctl_program_name(const char *given, const char *path, char name[CTL_NAME_MAX])
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t len = strlen(base);

	if (given) {
		if (!name_valid(given))
			return ctl_usage("invalid program name \"%s\": use at most %d letters, digits, '_', '-' and '.'",
					 given, CTL_NAME_MAX - 1);
		strcpy(name, given);
		return CTL_OK;
	}
	if (len > 5 && !strcmp(base + len - 5, ".wasm"))
		len -= 5;
	if (len < CTL_NAME_MAX) {
		memcpy(name, base, len);
		name[len] = 0;
		if (strcmp(path, "-") && name_valid(name))
			return CTL_OK;
	}
	return ctl_usage("cannot derive a program name from \"%s\": use --name", base);
}
