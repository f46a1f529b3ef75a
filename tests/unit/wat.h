/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wat.h - modules and instances from WebAssembly text, through wat2wasm.
 */
#ifndef KWASM_TESTS_WAT_H
#define KWASM_TESTS_WAT_H

#include <fcntl.h>
#include <unistd.h>

#include "run/instance.h"
#include "tap.h"

/*
 * Decode the output of wat2wasm for @text, with the name section if @names; a failure ends the
 * test.  Limits of a store do not apply yet.
 */
static inline struct kwasm_module *wat_module_named(const char *text, bool names)
{
	char in[] = "/tmp/kwasm-wat-XXXXXX", out[] = "/tmp/kwasm-wasm-XXXXXX", command[128];
	static u8 bytes[1 << 20];
	struct kwasm_limits limits = kwasm_limits_default;
	struct kwasm_module *module = NULL;
	struct kwasm_diag error;
	int fd = mkstemp(in), fd2 = mkstemp(out);
	ssize_t len = -1;

	snprintf(command, sizeof(command), "wat2wasm%s %s -o %s", names ? " --debug-names" : "",
		 in, out);
	if (fd >= 0 && fd2 >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    !system(command)) {
		close(fd2);
		fd2 = open(out, O_RDONLY);
		len = read(fd2, bytes, sizeof(bytes));
	}
	close(fd);
	close(fd2);
	unlink(in);
	unlink(out);
	if (len < 0)
		bail_out("wat2wasm failed on: %s", text);
	limits.memory_pages = 65536;
	limits.table_elems = U32_MAX;
	kwasm_diag_init(&error);
	if (kwasm_module_decode(bytes, (size_t)len, &limits, &error, &module))
		bail_out("module refused: %s", error.text);
	return module;
}

static inline struct kwasm_module *wat_module(const char *text)
{
	return wat_module_named(text, false);
}

#endif /* KWASM_TESTS_WAT_H */
