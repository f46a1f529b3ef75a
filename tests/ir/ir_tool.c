// SPDX-License-Identifier: GPL-2.0-only
/*
 * ir_tool.c - the compiler's middle, alone: listings and execution of IR after any pass; and the
 * machine code that becomes of it, to compare.
 *
 *	ir_tool passes			the names of the passes, in order
 *	ir_tool dump PASS FILE.wasm	the IR of every function after PASS
 *	ir_tool run PASS FILE.wasm	calls every export without parameters, prints results
 *	ir_tool native FILE.wasm	the same by compiled code
 *	ir_tool spec PASS FILE.json	runs the commands of wast2json, prints counts
 */
#include "compile.h"
#include "run/instance.h"
#include "interp.h"
#include "spec.h"

static void write_out(void *arg, const char *text, size_t len)
{
	fwrite(text, 1, len, arg);
}

static unsigned int pass_number(const char *name)
{
	unsigned int i;

	for (i = 0; i < interp_num_passes; i++)
		if (!strcmp(interp_passes[i].name, name))
			return i + 1;
	fprintf(stderr, "no pass %s\n", name);
	exit(2);
}

struct kwasm_module *module_read(const char *path)
{
	struct kwasm_module *module = NULL;
	struct kwasm_diag diag;
	char text[400];
	long size;
	FILE *in;
	u8 *bytes;

	in = fopen(path, "rb");
	size = in && !fseek(in, 0, SEEK_END) ? ftell(in) : -1;
	if (size < 0) {
		perror(path);
		exit(2);
	}
	rewind(in);
	bytes = malloc(size + 1);
	if (fread(bytes, 1, size, in) != (size_t)size) {
		perror(path);
		exit(2);
	}
	fclose(in);
	kwasm_diag_init(&diag);
	if (kwasm_module_decode(bytes, size, NULL, &diag, &module)) {
		kwasm_diag_format(&diag, text, sizeof(text));
		fprintf(stderr, "%s: %s\n", path, text);
		module = NULL;
	}
	free(bytes);
	return module;
}

static int dump(unsigned int passes, const char *path)
{
	struct kwasm_module *module = module_read(path);
	struct ir_sink sink = { .write = write_out, .arg = stdout };
	struct interp in;
	u32 i;

	if (!module || interp_init(&in, module, passes))
		return 1;
	for (i = module->num_func_imports; i < module->num_funcs; i++) {
		if (interp_compile(&in, i))
			printf("func %u: %s\n", i, in.diag.text);
		else
			ir_dump(&in.funcs[i], &sink);
	}
	interp_fini(&in);
	kwasm_module_destroy(module);
	return 0;
}

/* Print the outcome of a call of export @e like wasm-interp; @err as in interp_call(). */
static void print_call(const struct kwasm_export *e, const struct kwasm_functype *type, int err,
		       const u64 *results, const struct kwasm_diag *diag)
{
	u32 k;

	printf("%.*s() =>", (int)e->name.len, e->name.str);
	if (err > 0)
		printf(" error: %s", kwasm_trap_text(err));
	else if (err < 0)
		printf(" not executed: %s", diag->text);
	for (k = 0; k < type->num_results && !err; k++) {
		u8 t = kwasm_functype_results(type)[k];

		printf("%s %s:%llu", k ? "," : "", kwasm_type_name(t),
		       (unsigned long long)results[k]);
	}
	printf("\n");
}

static void run_export(struct interp *in, const struct kwasm_export *e)
{
	const struct kwasm_functype *type = kwasm_module_functype(in->module, e->index);
	u64 results[INTERP_MAX_RESULTS];
	int err;

	if (type->num_params)
		return;
	in->steps = 0;
	err = interp_call(in, e->index, NULL, results);
	print_call(e, type, err, results, &in->diag);
}

static int run(unsigned int passes, const char *path)
{
	struct kwasm_module *module = module_read(path);
	struct interp in;
	u32 i;

	if (!module || interp_init(&in, module, passes))
		return 1;
	for (i = 0; i < module->num_exports; i++)
		if (module->exports[i].kind == KWASM_EXTERN_FUNC)
			run_export(&in, &module->exports[i]);
	interp_fini(&in);
	kwasm_module_destroy(module);
	return 0;
}

static int no_imports(void *arg, const struct kwasm_module *module, u32 index,
		      struct kwasm_externval *ext)
{
	return -ENOENT;
}

static void call_export(struct kwasm_instance *inst, const struct kwasm_export *e)
{
	static u64 results[INTERP_MAX_RESULTS];
	struct kwasm_trap_info trap = { 0 };
	struct kwasm_externval b;

	if (e->kind != KWASM_EXTERN_FUNC ||
	    kwasm_instance_externval(inst, e->name.str, e->name.len, &b) ||
	    b.func->type->num_params)
		return;
	print_call(e, b.func->type, kwasm_call(b.func, results, &trap) ? (int)trap.kind : 0,
		   results, NULL);
}

static int run_native(const char *path)
{
	struct kwasm_compile_opts opts = { .dump_func = KWASM_DIAG_NONE, .verify = true };
	struct kwasm_module *module = module_read(path);
	struct kwasm_bindings bindings = { 0 };
	struct kwasm_store *store = kwasm_store_create(&kwasm_limits_default, false);
	struct kwasm_instance *inst;
	struct kwasm_code *code;
	struct kwasm_diag diag;
	u32 i;

	kwasm_diag_init(&diag);
	if (!module || !store || kwasm_code_compile(module, &bindings, &opts, &diag, &code) ||
	    kwasm_instance_create(store, code, no_imports, NULL, &diag, NULL, &inst)) {
		fprintf(stderr, "%s: %s\n", path, diag.text);
		return 1;
	}
	for (i = 0; i < module->num_exports; i++)
		call_export(inst, &module->exports[i]);
	kwasm_store_destroy(store);
	kwasm_code_destroy(code);
	kwasm_module_destroy(module);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc == 2 && !strcmp(argv[1], "passes")) {
		for (i = 0; i < interp_num_passes; i++)
			puts(interp_passes[i].name);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "dump"))
		return dump(pass_number(argv[2]), argv[3]);
	if (argc == 4 && !strcmp(argv[1], "run"))
		return run(pass_number(argv[2]), argv[3]);
	if (argc == 3 && !strcmp(argv[1], "native"))
		return run_native(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "spec"))
		return spec_run(pass_number(argv[2]), argv[3]);
	fprintf(stderr, "usage: ir_tool passes | dump|run PASS FILE.wasm | native FILE.wasm | "
		"spec PASS FILE.json\n");
	return 2;
}
