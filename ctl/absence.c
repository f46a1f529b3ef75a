// SPDX-License-Identifier: GPL-2.0-only
/*
 * absence.c - why the module is not loaded: the first cause of those below that the machine shows.
 *
 * Guarantees: reads only; the kernel has tried to load the module by itself when a command asks.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "absence.h"

#define SIGNED "~Module signature appended~\n"
#define VERMAGIC "vermagic="

/**
 * struct finding - what is known while causes are tried
 * @m: the machine
 * @file: path of the installed module, empty if there is none
 * @bytes: its contents, @size of them; NULL if it cannot be read or is compressed
 * @text: the sentence, in @room bytes
 */
struct finding {
	const struct ctl_machine *m;
	char file[512];
	const char *bytes;
	size_t size;
	char *text;
	size_t room;
};

static __printf(2, 3) bool say(struct finding *f, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(f->text, f->room, fmt, args);
	va_end(args);
	return true;
}

/* A file below the machine's root. */
static FILE *open_at(const struct finding *f, const char *path)
{
	char full[1024];

	snprintf(full, sizeof(full), "%s%s", f->m->root, path);
	return fopen(full, "re");
}

static bool exists(const struct finding *f, const char *path)
{
	FILE *in = open_at(f, path);

	if (in)
		fclose(in);
	return in;
}

/* The first line of a file without its end; empty if there is none. */
static const char *first_line(const struct finding *f, const char *path, char *line, int size)
{
	FILE *in = open_at(f, path);

	line[0] = '\0';
	if (in) {
		if (!fgets(line, size, in))
			line[0] = '\0';
		line[strcspn(line, "\n")] = '\0';
		fclose(in);
	}
	return line;
}

/* Does the index of modules of a release name ours?  Its path is left in @file if that is given. */
static bool indexed(const struct finding *f, const char *release, char *file, size_t size)
{
	char path[512], *line = NULL;
	size_t len = strlen(f->m->module);
	bool found = false;
	size_t room = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/lib/modules/%.255s/modules.dep", release);
	in = open_at(f, path);
	if (!in)
		return false;
	while (!found && getline(&line, &room, in) > 0) {
		const char *name = memrchr(line, '/', strcspn(line, ":"));

		line[strcspn(line, ":")] = '\0';
		name = name ? name + 1 : line;
		found = !strncmp(name, f->m->module, len) && !strncmp(name + len, ".ko", 3) &&
			(!name[len + 3] || name[len + 3] == '.');
		if (found && file && line[0] == '/')
			snprintf(file, size, "%s%s", f->m->root, line);
		else if (found && file)
			snprintf(file, size, "%s/lib/modules/%s/%s", f->m->root, release, line);
	}
	free(line);
	fclose(in);
	return found;
}

static void read_file(struct finding *f)
{
	int fd = open(f->file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_size > 4) {
		bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes != MAP_FAILED && !memcmp(bytes, "\177ELF", 4)) {
			f->bytes = bytes;
			f->size = st.st_size;
		} else if (bytes != MAP_FAILED) {
			munmap(bytes, st.st_size);
		}
	}
	close(fd);
}

static bool is_signed(const struct finding *f)
{
	size_t len = strlen(SIGNED);

	return f->size > len && !memcmp(f->bytes + f->size - len, SIGNED, len);
}

/* ---- the causes ----------------------------------------------------------------------------- */

static bool present(struct finding *f)
{
	char path[64], state[32];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", f->m->module);
	first_line(f, path, state, sizeof(state));
	if (!state[0])
		return false;
	return say(f, "module %s is %s and does not answer: %s", f->m->module, state,
		   !strcmp(state, "live") ?
		   "its version differs from kwasmctl's" : "try again, then see dmesg");
}

static bool real_time(struct finding *f)
{
	char line[8];

	if (strcmp(first_line(f, "/sys/kernel/realtime", line, sizeof(line)), "1") &&
	    !strstr(f->m->version, "PREEMPT_RT"))
		return false;
	return say(f, "module %s does not support this kernel, %s: it is built with PREEMPT_RT",
		   f->m->module, f->m->release);
}

/* A machine that was made of a container's image has its marks too, but may load modules. */
static bool container(struct finding *f)
{
	unsigned int inside, outside, count;
	FILE *in;

	if (f->m->may_load)
		return false;
	if (exists(f, "/run/systemd/container") || exists(f, "/run/.containerenv") ||
	    exists(f, "/.dockerenv"))
		return say(f, "module %s is not loaded: this is a container, load it on the host",
			   f->m->module);
	in = open_at(f, "/proc/self/uid_map");
	if (!in)
		return false;
	if (fscanf(in, "%u %u %u", &inside, &outside, &count) != 3)
		count = U32_MAX;
	fclose(in);
	return count != U32_MAX &&
	       say(f, "module %s is not loaded: this is a user namespace, load it outside",
		   f->m->module);
}

static bool switched_off(struct finding *f)
{
	char line[8];

	first_line(f, "/proc/sys/kernel/modules_disabled", line, sizeof(line));
	return !strcmp(line, "1") &&
	       say(f, "module %s is not loaded: kernel.modules_disabled is set, until the next boot no module can be",
		   f->m->module);
}

/* Other releases that have the module, as many as fit. */
static void elsewhere(const struct finding *f, char *list, size_t size)
{
	char path[512];
	struct dirent *d;
	DIR *dir;

	list[0] = '\0';
	snprintf(path, sizeof(path), "%s/lib/modules", f->m->root);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		size_t used = strlen(list);

		if (d->d_name[0] != '.' && indexed(f, d->d_name, NULL, 0) &&
		    used + strlen(d->d_name) + 3 < size)
			snprintf(list + used, size - used, "%s%s", used ? ", " : "", d->d_name);
	}
	if (dir)
		closedir(dir);
}

static bool not_installed(struct finding *f)
{
	char others[96];

	if (f->file[0])
		return false;
	elsewhere(f, others, sizeof(others));
	return say(f, "module %s is not installed for this kernel, %s%s%s%s: run make install-modules, or install its headers and kwasm-dkms",
		   f->m->module, f->m->release,
		   others[0] ? " (but for " : "", others, others[0] ? ")" : "");
}

static bool other_version(struct finding *f)
{
	const char *magic = f->bytes ? memmem(f->bytes, f->size, VERMAGIC, strlen(VERMAGIC)) : NULL;
	char release[65];
	size_t len = 0;

	if (!magic)
		return false;
	magic += strlen(VERMAGIC);
	while (len < sizeof(release) - 1 && magic + len < f->bytes + f->size &&
	       magic[len] > ' ' && magic[len] <= '~') {
		release[len] = magic[len];
		len++;
	}
	release[len] = '\0';
	return len && strcmp(release, f->m->release) &&
	       say(f, "module %s is built for another kernel, %s, and this is %s: build it again",
		   f->m->module, release, f->m->release);
}

static bool signature(struct finding *f)
{
	char line[64], enforced[8];
	bool locked;

	first_line(f, "/sys/kernel/security/lockdown", line, sizeof(line));
	locked = strstr(line, "[integrity]") || strstr(line, "[confidentiality]");
	first_line(f, "/sys/module/module/parameters/sig_enforce", enforced, sizeof(enforced));
	if (!locked && strcmp(enforced, "Y"))
		return false;
	return say(f, "module %s is not loaded: this kernel %s and takes modules only with a signature that it trusts; its own %s",
		   f->m->module, locked ? "is locked down" : "enforces signatures",
		   !f->bytes ? "may be missing: see Secure Boot in install.rst" : is_signed(f) ?
		   "may be by a key that is not enrolled: see mokutil --test-key" :
		   "is missing: see Secure Boot in install.rst");
}

static bool not_loaded(struct finding *f)
{
	return say(f, "module %s is not loaded: run modprobe %s%s", f->m->module, f->m->module,
		   f->m->may_load ? "" : " as root");
}

void ctl_absence_cause(const struct ctl_machine *m, char *text, size_t size)
{
	static bool (*const causes[])(struct finding *) = {
		present, real_time, container, switched_off, not_installed, other_version,
		signature, not_loaded,
	};
	struct finding f = { .m = m, .text = text, .room = size };
	unsigned int i;

	if (indexed(&f, m->release, f.file, sizeof(f.file)))
		read_file(&f);
	for (i = 0; i < ARRAY_SIZE(causes) && !causes[i](&f); i++)
		;
	if (f.bytes)
		munmap((void *)f.bytes, f.size);
}

void ctl_absence_here(const char *module, char *text, size_t size)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { };
	struct utsname name;
	struct ctl_machine m = { .root = "", .module = module, .release = "", .version = "" };

	if (!uname(&name)) {
		m.release = name.release;
		m.version = name.version;
	}
	if (!syscall(SYS_capget, &header, data))
		m.may_load = data[0].effective & (1u << CAP_SYS_MODULE);
	ctl_absence_cause(&m, text, size);
}
