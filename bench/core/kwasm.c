// SPDX-License-Identifier: GPL-2.0-only
/*
 * kwasm.c - kernels through libkwasm.
 *
 * DIR/NAME.wasm, where DIR is in the environment as BENCH_WASM, is loaded at its first run and
 * stays.
 */
#include <stdio.h>

#include "compile.h"
#include "main.h"
#include "user/user.h"

#define MAX_LOADED 128

static struct loaded {
	char name[32];
	struct kwasm_func *run;
} loaded[MAX_LOADED];
static u32 num_loaded;

static bool complain(const char *name, const char *step, const struct kwasm_diag *diag)
{
	char text[KWASM_DIAG_TEXT + 64];

	kwasm_diag_format(diag, text, sizeof(text));
	fprintf(stderr, "%s: not %s: %s\n", name, step, text);
	return false;
}

static struct kwasm_code *compile(const char *name, const u8 *bytes, size_t size)
{
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_module *module;
	struct kwasm_code *code;
	struct kwasm_diag diag;

	kwasm_diag_init(&diag);
	if (kwasm_module_decode(bytes, size, NULL, &diag, &module)) {
		complain(name, "decoded", &diag);
		return NULL;
	}
	if (!kwasm_bindings_resolve(module, NULL, 0, false, &diag, &bindings)) {
		if (!kwasm_code_compile(module, &bindings, NULL, &diag, &code))
			return code;
		kwasm_bindings_release(&bindings);
	}
	complain(name, "compiled", &diag);
	kwasm_module_destroy(module);
	return NULL;
}

/* Modules and instances live as long as the process. */
static struct kwasm_func *load(const char *name)
{
	struct kwasm_instance *inst;
	struct kwasm_store *store;
	struct kwasm_externval run;
	struct kwasm_diag diag;
	struct kwasm_code *code;
	char path[512];
	size_t size;
	FILE *f;
	u8 *bytes;

	snprintf(path, sizeof(path), "%s/%s.wasm", getenv("BENCH_WASM"), name);
	f = fopen(path, "rb");
	bytes = malloc(1 << 20);
	if (!f || !bytes) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return NULL;
	}
	size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	code = compile(name, bytes, size);
	free(bytes);
	if (!code)
		return NULL;
	kwasm_diag_init(&diag);
	store = kwasm_store_create(&kwasm_limits_default, false);
	if (!store || kwasm_instance_create(store, code, NULL, NULL, &diag, NULL, &inst)) {
		complain(name, "instantiated", &diag);
		return NULL;
	}
	return kwasm_instance_externval(inst, "run", 3, &run) ? NULL : run.func;
}

bool bench_run(const char *name, uint32_t n, uint32_t *sum)
{
	struct kwasm_trap_info trap = { 0 };
	struct loaded *l = loaded;
	u64 value = n;

	while (l < loaded + num_loaded && strcmp(l->name, name))
		l++;
	if (l == loaded + num_loaded) {
		if (num_loaded == MAX_LOADED)
			return false;
		num_loaded++;
		snprintf(l->name, sizeof(l->name), "%s", name);
		l->run = load(name);
	}
	if (!l->run)
		return false;
	if (kwasm_call(l->run, &value, &trap)) {
		fprintf(stderr, "%s: trap %u\n", name, trap.kind);
		return false;
	}
	*sum = (u32)value;
	return true;
}

bool bench_compile(const uint8_t *bytes, size_t size)
{
	struct kwasm_code *code = compile("module", bytes, size);
	const struct kwasm_module *module;

	if (!code)
		return false;
	module = code->module;
	kwasm_code_destroy(code);
	kwasm_module_destroy((struct kwasm_module *)module);
	return true;
}
