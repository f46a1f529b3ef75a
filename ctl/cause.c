// SPDX-License-Identifier: GPL-2.0-only
/*
 * cause.c - why a file or one of its names is refused, and what to do.
 *
 * Guarantees: a cause is only named for what has been refused; it never refuses anything itself.
 */
#include <ctype.h>

#include "cause.h"
#include "nearest.h"
#include "nl.h"
#include "out.h"

#include "../core/abi/abi.h"
#include "../core/run/instance.h"

#define HINT 320	/* bytes of a hint with its NUL */

/* ---- files ---------------------------------------------------------------------------------- */

#define GUNZIP "is compressed: decompress it first"
#define NATIVE "is native code: compile for WebAssembly, as with clang --target=wasm32"
#define CAPTURE "is a capture: give it to kwasmctl test --pcap"

static const struct {
	const char *magic;
	u8 len;
	const char *is;
} magics[] = {
	{ "\x1f\x8b", 2, GUNZIP },
	{ "BZh", 3, GUNZIP },
	{ "\3757zXZ\0", 6, GUNZIP },
	{ "\x28\xb5\x2f\xfd", 4, GUNZIP },
	{ "PK\3\4", 4, "is a zip archive: unpack it first" },
	{ "\177ELF", 4, NATIVE },
	{ "MZ", 2, NATIVE },
	{ "!<arch>\n", 8, "is an archive of object files: link it with wasm-ld" },
	{ "BC\xc0\xde", 4, "is LLVM bitcode: compile it with clang and link it with wasm-ld" },
	{ "\xd4\xc3\xb2\xa1", 4, CAPTURE },
	{ "\xa1\xb2\xc3\xd4", 4, CAPTURE },
	{ "\x4d\x3c\xb2\xa1", 4, CAPTURE },
	{ "\x0a\x0d\x0d\x0a", 4, CAPTURE },
};

/* Skip blanks and the comments of the text format, ";; line" and "(; block ;)". */
static size_t skip_blanks(const u8 *text, size_t size, size_t at)
{
	while (at < size) {
		if (isspace(text[at])) {
			at++;
		} else if (at + 1 < size && !memcmp(text + at, ";;", 2)) {
			while (at < size && text[at] != '\n')
				at++;
		} else if (at + 1 < size && !memcmp(text + at, "(;", 2)) {
			while (at + 1 < size && memcmp(text + at, ";)", 2))
				at++;
			at = min(at + 2, size);
		} else {
			break;
		}
	}
	return at;
}

static bool is_wat(const u8 *text, size_t size)
{
	size_t at = skip_blanks(text, size, 0);

	if (at == size || text[at] != '(')
		return false;
	at = skip_blanks(text, size, at + 1);
	return size - at >= 6 && !memcmp(text + at, "module", 6);
}

/* In ASCII or UTF-8, as far as the first bytes tell. */
static bool is_text(const u8 *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < min_t(size_t, size, 512); i++)
		if (bytes[i] < 0x20 ? !isspace(bytes[i]) && bytes[i] != 0x1b : bytes[i] == 0x7f)
			return false;
	return true;
}

/* An unsigned LEB128 of 32 bits; false at the end of the bytes. */
static bool read_u32(const u8 *bytes, size_t size, size_t *at, u32 *value)
{
	u32 shift;

	*value = 0;
	for (shift = 0; shift < 35 && *at < size; shift += 7) {
		u8 byte = bytes[(*at)++];

		*value |= shift < 32 ? (u32)(byte & 0x7f) << shift : 0;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

/* Has the binary the custom section of object files, "linking"? */
static bool is_object(const u8 *bytes, size_t size)
{
	size_t at = 8, next;
	u32 len, name;
	u8 id;

	while (at < size) {
		id = bytes[at++];
		if (!read_u32(bytes, size, &at, &len) || len > size - at)
			return false;
		next = at + len;
		if (!id && read_u32(bytes, next, &at, &name) && name == 7 && next - at >= 7 &&
		    !memcmp(bytes + at, "linking", 7))
			return true;
		at = next;
	}
	return false;
}

const char *ctl_cause_file(const u8 *bytes, size_t size)
{
	u32 i;

	if (!size)
		return "is empty";
	if (size >= 4 && !memcmp(bytes, "\0asm", 4))
		return size > 8 && is_object(bytes, size) ?
		       "is an object file: link it with wasm-ld" : NULL;
	for (i = 0; i < ARRAY_SIZE(magics); i++)
		if (size >= magics[i].len && !memcmp(bytes, magics[i].magic, magics[i].len))
			return magics[i].is;
	if (is_wat(bytes, size))
		return "is the text format of WebAssembly: assemble it with wat2wasm";
	return is_text(bytes, size) ? "is a text file" : NULL;
}

/* ---- imports -------------------------------------------------------------------------------- */

#define NO_WASI \
	": kwasm does not provide WASI: build without a C library (clang -nostdlib, or rustc --target wasm32-unknown-unknown)"
#define NO_SCRIPT ": its functions are JavaScript: build the program without them"

/* Imports that compilers add; the first match counts, without @field any field matches. */
static const struct {
	const char *module;
	const char *field;
	const char *hint;
} added[] = {
	{ "wasi_snapshot_preview1", NULL, NO_WASI },
	{ "wasi_unstable", NULL, NO_WASI },
	{ "env", "abort", ": AssemblyScript imports it: compile with asc --use abort=" },
	{ "env", "seed", ": AssemblyScript imports it for Math.random(): do not call that" },
	{ "env", "trace", ": AssemblyScript imports it: compile with asc --use trace=" },
	{ "env", "memory", ": a program has a memory of its own: link without --import-memory" },
	{ "env", "__indirect_function_table",
	  ": a program has a table of its own: link without --import-table" },
	{ "__wbindgen_placeholder__", NULL, NO_SCRIPT },
	{ "wbg", NULL, NO_SCRIPT },
	{ "gojs", NULL, NO_SCRIPT },
	{ "go", NULL, NO_SCRIPT },
};

static const struct kwasm_import *import_at(const struct kwasm_module *m, u32 offset)
{
	u32 i;

	for (i = 0; i < m->num_imports; i++)
		if (m->imports[i].offset == offset)
			return &m->imports[i];
	return NULL;
}

/* A function that the guest header declares, or whose definition is missing. */
static void hint_function(const struct kwasm_import *import, char *hint)
{
	bool ours = kwasm_name_is(&import->module, kwasm_abi.module);
	struct ctl_nearest near = { 0 };
	char name[65];
	u32 i;

	if (!ours && !kwasm_name_is(&import->module, "env"))
		return;
	snprintf(name, sizeof(name), "%.*s", KWASM_NAME_ARGS(import->field));
	near.word = name;
	for (i = 0; i < kwasm_abi.num_fns; i++) {
		if (ours && !strcmp(kwasm_abi.fns[i].name, name))
			return;
		ctl_nearest_add(&near, kwasm_abi.fns[i].name, (u32)strlen(kwasm_abi.fns[i].name));
	}
	snprintf(hint, HINT, "%s%s", ours ? "" :
		 ": the program declares the function, but does not define it",
		 ctl_nearest_text(&near));
}

static void hint_import(const struct kwasm_module *m, const struct kwasm_diag *diag, char *hint)
{
	const struct kwasm_import *import = import_at(m, diag->offset);
	u32 i;

	if (!import)
		return;
	for (i = 0; i < ARRAY_SIZE(added); i++) {
		if (!kwasm_name_is(&import->module, added[i].module) ||
		    (added[i].field && !kwasm_name_is(&import->field, added[i].field)))
			continue;
		snprintf(hint, HINT, "%s", added[i].hint);
		return;
	}
	if (import->kind == KWASM_EXTERN_FUNC)
		hint_function(import, hint);
}

int ctl_cause_fail(const char *path, const u8 *bytes, size_t size, const struct kwasm_module *m,
		   const struct kwasm_diag *diag)
{
	const char *is = bytes ? ctl_cause_file(bytes, size) : NULL;
	char hint[HINT] = "";

	if (is)
		return ctl_fail_file(path, "not a program: it %s", is);
	if (m)
		hint_import(m, diag, hint);
	return ctl_fail_at(path, diag, hint);
}

/* ---- exports and functions ------------------------------------------------------------------ */

#define LIST_MAX 8	/* names in a list */

/**
 * struct name_list - "a, b, c and 7 more"
 */
struct name_list {
	char text[HINT];
	u32 num;
};

static void list_add(struct name_list *l, struct kwasm_name name)
{
	size_t used = strlen(l->text);

	if (l->num++ < LIST_MAX)
		snprintf(l->text + used, sizeof(l->text) - used, "%s%.*s", used ? ", " : "",
			 (int)min_t(u32, name.len, 32), name.str);
}

static const char *list_text(struct name_list *l)
{
	size_t used = strlen(l->text);

	if (l->num > LIST_MAX)
		snprintf(l->text + used, sizeof(l->text) - used, " and %u more",
			 l->num - LIST_MAX);
	return ctl_clean(l->text);
}

bool ctl_cause_is_handler(const struct kwasm_module *m, u32 func)
{
	return kwasm_host_sig_matches(":i", kwasm_module_functype(m, func));
}

/* Is a function of this name defined, but not exported? */
static bool is_hidden(const struct kwasm_module *m, const char *name)
{
	u32 i;

	for (i = m->num_func_imports; i < m->num_funcs; i++)
		if (kwasm_name_is(&m->funcs[i].name, name))
			return true;
	return false;
}

#define NO_EXPORT "the module does not export a function named %s"

int ctl_cause_export(const char *path, const struct kwasm_module *m, const char *name,
		     bool handler, const char *advice)
{
	const char *what = handler ? "packet handlers" : "functions", *nearest;
	struct ctl_nearest near = { .word = name };
	struct name_list list = { 0 };
	u32 i;

	for (i = 0; i < m->num_exports; i++) {
		const struct kwasm_export *e = &m->exports[i];

		if (e->kind != KWASM_EXTERN_FUNC || (handler && !ctl_cause_is_handler(m, e->index)))
			continue;
		list_add(&list, e->name);
		ctl_nearest_add(&near, e->name.str, e->name.len);
	}
	nearest = ctl_nearest_text(&near);
	if (is_hidden(m, name))
		return ctl_fail_file(path, "the module defines function %s, but does not export it",
				     name);
	if (*nearest)
		return ctl_fail_file(path, NO_EXPORT "%s", name, nearest);
	if (!list.num)
		return ctl_fail_file(path, NO_EXPORT ": it does not export any %s%s", name, what,
				     handler ? ", functions without parameters that return an i32" :
					       "");
	return ctl_fail_file(path, NO_EXPORT ": its %s are %s%s", name, what, list_text(&list),
			     advice ?: "");
}

int ctl_cause_function(const char *path, const struct kwasm_module *m, const char *name)
{
	struct ctl_nearest near = { .word = name };
	const char *nearest;
	u32 i;

	for (i = 0; i < m->num_exports; i++)
		if (m->exports[i].kind == KWASM_EXTERN_FUNC)
			ctl_nearest_add(&near, m->exports[i].name.str, m->exports[i].name.len);
	for (i = 0; i < m->num_funcs; i++)
		ctl_nearest_add(&near, m->funcs[i].name.str, m->funcs[i].name.len);
	nearest = ctl_nearest_text(&near);
	if (*nearest)
		return ctl_fail_file(path, "unknown function %s%s", name, nearest);
	return ctl_fail_file(path, "unknown function %s: use an index below %u or a name", name,
			     m->num_funcs);
}

/* ---- exports of a loaded program ------------------------------------------------------------- */

/**
 * struct exports - the functions that a loaded program exports, of any type
 * @has: one of them is the one that is wanted
 */
struct exports {
	struct ctl_nearest near;
	struct name_list list;
	bool has;
};

static int collect_exports(const struct ctl_fields *f, u8 cmd, void *arg)
{
	struct exports *e = arg;
	struct nlattr *at = NULL;
	struct ctl_fields in;

	while ((at = ctl_field_next(f, KWASM_A_PROGRAM_EXPORT, at))) {
		const char *name;

		ctl_attr_nest(at, &in);
		name = ctl_field_string(&in, KWASM_A_EXPORT_NAME);
		if (ctl_field_uint(&in, KWASM_A_EXPORT_KIND) != KWASM_EXTERN_FUNC)
			continue;
		e->has |= !strcmp(name, e->near.word);
		list_add(&e->list, (struct kwasm_name) { .str = name, .len = (u32)strlen(name) });
		ctl_nearest_add(&e->near, name, (u32)strlen(name));
	}
	return 0;
}

int ctl_cause_loaded(const char *program, const char *entry)
{
	const struct ctl_error error = *ctl_request_error();
	struct exports e = { .near.word = entry };
	struct ctl_request *req;
	const char *nearest;

	req = error.refused ? ctl_request_new(KWASM_CMD_GET_PROGRAM) : NULL;
	if (!req)
		return ctl_fail_at(NULL, &error.diag, NULL);
	ctl_request_string(req, KWASM_A_PROGRAM_NAME, program);
	if (ctl_request_try(req, false, collect_exports, &e) || e.has || !e.list.num)
		return ctl_fail_at(NULL, &error.diag, NULL);
	nearest = ctl_nearest_text(&e.near);
	if (*nearest)
		return ctl_fail("program %s does not export a function named %s%s", program, entry,
				nearest);
	return ctl_fail("program %s does not export a function named %s: its functions are %s",
			program, entry, list_text(&e.list));
}

/* ---- what the kernel refuses ---------------------------------------------------------------- */

/* @m: NULL if it could not be decoded here */
static int fail_decoded(const char *path, const u8 *bytes, size_t size,
			const struct kwasm_module *m, const struct kwasm_diag *diag,
			const struct ctl_needs *needs)
{
	bool placed = diag->func != KWASM_DIAG_NONE || diag->offset != KWASM_DIAG_NONE;
	u32 i;

	if (placed)
		return ctl_cause_fail(path, bytes, size, m, diag);
	for (i = 0; m && i < needs->num; i++)
		if (!kwasm_module_export(m, needs->entries[i], strlen(needs->entries[i]),
					 KWASM_EXTERN_FUNC))
			return ctl_cause_export(path, m, needs->entries[i], true, needs->advice);
	return ctl_fail_at(NULL, diag, NULL);
}

int ctl_cause_loading(int fd, const char *path, const struct ctl_error *error,
		      const struct ctl_needs *needs)
{
	const struct kwasm_limits limits = kwasm_limits_default;
	struct kwasm_module *m = NULL;
	struct kwasm_diag ignored;
	int status;
	size_t size;
	u8 *bytes;

	if (!error->refused)
		return ctl_fail_at(NULL, &error->diag, NULL);
	bytes = ctl_file_read(fd, path, &size);
	if (!bytes)
		return CTL_FAILED;
	kwasm_diag_init(&ignored);
	if (kwasm_module_decode(bytes, size, &limits, &ignored, &m))
		m = NULL;
	status = fail_decoded(path, bytes, size, m, &error->diag, needs);
	kwasm_module_destroy(m);
	free(bytes);
	return status;
}
