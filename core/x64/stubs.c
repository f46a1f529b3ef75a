// SPDX-License-Identifier: GPL-2.0-only
/*
 * stubs.c - the code of a module outside its functions: entry thunks, trap stubs, calls into other
 * instances, out-of-line packet loads; and the final address of everything.
 *
 * Guarantees: stubs are reached only by `call` from a function (so that the return address
 * identifies the site) or at a point with the same stack layout.
 */
#include "entry.h"
#include "x64.h"

/* entry.S uses these numbers. */
static_assert(offsetof(struct kwasm_ctx, saved_sp) == X64_CTX_SAVED_RSP);
static_assert(offsetof(struct kwasm_ctx, mem_base) == X64_CTX_MEM_BASE);
static_assert(offsetof(struct kwasm_ctx, trap) == X64_CTX_TRAP);
static_assert(offsetof(struct kwasm_ctx, saved[0]) == X64_CTX_SAVED_RBX);
static_assert(offsetof(struct kwasm_ctx, saved[1]) == X64_CTX_SAVED_RBP);
static_assert(offsetof(struct kwasm_ctx, saved[2]) == X64_CTX_SAVED_R12);
static_assert(offsetof(struct kwasm_ctx, saved[3]) == X64_CTX_SAVED_R13);

bool x64_work(struct x64_code *code, u64 n)
{
	int err = code->as.error ?: kwasm_steps_take(&code->as.steps, n);

	if (err && !code->as.error) {
		code->as.error = err;
		code->as.why = NULL;
	}
	return !err;
}

int x64_code_init(void *arg, const struct kwasm_module *module,
		  const struct kwasm_bindings *bindings, struct kwasm_steps *steps)
{
	u32 num = module->num_funcs - module->num_func_imports;
	struct x64_code *code = arg;
	u32 i;

	x64_init(&code->as, module->limits.code_bytes);
	code->module = module;
	code->as.steps = *steps;
	code->bindings = bindings;
	code->layout = kwasm_ctx_layout(module);
	code->features = x64_cpu_features();
	code->retpoline = x64_cpu_indirect_thunk(X64_SCRATCH);
	code->return_thunk = x64_cpu_return_thunk();
	code->funcs = kwasm_zalloc(num + 1, sizeof(*code->funcs));
	code->labels = kwasm_zalloc(num + 1, sizeof(*code->labels));
	code->used_slow = kwasm_zalloc(module->num_func_imports + 1, 1);
	if (!code->funcs || !code->labels || !code->used_slow)
		return -ENOMEM;
	for (i = 0; i < num && x64_work(code, 1); i++)
		code->labels[i] = x64_label(&code->as);
	for (i = 0; i < KWASM_NUM_TRAPS; i++)
		code->trap_stubs[i] = x64_label(&code->as);
	code->cross_stub = x64_label(&code->as);
	/* no function and no thunk starts at 0 */
	x64_0(&code->as, X64_INT3, X64_Q);
	code->slow_stubs = code->as.num_labels;
	for (i = 0; i < module->num_func_imports && x64_work(code, 1); i++)
		x64_label(&code->as);
	return code->as.error;
}

void x64_code_destroy(void *arg)
{
	struct x64_code *code = arg;

	x64_destroy(&code->as);
	kwasm_free(code->sites);
	kwasm_free(code->funcs);
	kwasm_free(code->labels);
	kwasm_free(code->used_slow);
	x64_pool_destroy(&code->pool);
	x64_call_tables_destroy(&code->call_tables);
}

int x64_asm_status(const struct x64_code *code, u32 func, struct kwasm_diag *diag)
{
	const struct x64_asm *as = &code->as;

	/* the compiler says why it has stopped */
	if (!as->error || !as->why)
		return as->error;
	return kwasm_diag_set(diag, as->error == -EFBIG ? -E2BIG : as->error, func,
			      KWASM_DIAG_NONE, "%s", as->why);
}

void x64_site(struct x64_code *code, u32 pc, u32 at)
{
	struct kwasm_site *sites;

	if (code->as.error)
		return;
	if (code->num_sites == code->max_sites) {
		u32 max = code->max_sites ? 2 * code->max_sites : 64;

		sites = kwasm_array_grow(code->sites, code->num_sites, max, sizeof(*sites));
		if (!sites) {
			code->as.error = -ENOMEM;
			code->as.why = "out of memory for the trap site table";
			return;
		}
		code->sites = sites;
		code->max_sites = max;
	}
	code->sites[code->num_sites++] = (struct kwasm_site){ .pc = pc, .at = at };
}

void x64_call_site(struct x64_code *code, u32 at)
{
	x64_site(code, code->as.len - 1, at);
}

/* ---- leaving and calling ---- */

void x64_return(struct x64_code *code)
{
	if (code->return_thunk) {
		x64_jmp_sym(&code->as, X64_SYM_RETURN);
	} else {
		x64_0(&code->as, X64_RET, X64_Q);
		x64_0(&code->as, X64_INT3, X64_Q);
	}
}

void x64_call_reg(struct x64_code *code, u8 reg)
{
	if (code->retpoline)
		x64_call_sym(&code->as, X64_SYM_INDIRECT + reg);
	else
		x64_r(&code->as, X64_CALL, X64_Q, reg);
}

void x64_jmp_reg(struct x64_code *code, u8 reg)
{
	if (code->retpoline)
		x64_jmp_sym(&code->as, X64_SYM_INDIRECT + reg);
	else
		x64_r(&code->as, X64_JMP, X64_Q, reg);
}

void x64_call_host(struct x64_code *code, u32 sym)
{
	if (KWASM_TEXT_NEAR_HOST) {
		x64_call_sym(&code->as, sym);
	} else {
		x64_mov_sym(&code->as, X64_SCRATCH, sym);
		x64_call_reg(code, X64_SCRATCH);
	}
}

static void jmp_host(struct x64_code *code, u32 sym)
{
	if (KWASM_TEXT_NEAR_HOST) {
		x64_jmp_sym(&code->as, sym);
	} else {
		x64_mov_sym(&code->as, X64_SCRATCH, sym);
		x64_jmp_reg(code, X64_SCRATCH);
	}
}

void x64_stack_check(struct x64_code *code, u32 bytes, u32 trap)
{
	if (bytes <= X64_SMALL_FRAME) {
		x64_rm(&code->as, X64_CMP, X64_Q, X64_RSP, X64_CTX_AT(stack_limit));
	} else {
		x64_rm(&code->as, X64_LEA, X64_Q, X64_SCRATCH, x64_at(X64_RSP, -(s32)bytes));
		x64_rm(&code->as, X64_CMP, X64_Q, X64_SCRATCH, X64_CTX_AT(stack_limit));
	}
	x64_jcc(&code->as, X64_CC_B, trap);
}

/* ---- entry thunks ---- */

/* From the values that rbx points to into registers and onto the stack. */
static void thunk_args(struct x64_asm *as, const struct kwasm_functype *type)
{
	struct x64_args args = { };
	u32 k;

	for (k = 0; k < type->num_params; k++) {
		u8 reg = x64_args_next(&args, type->params[k]);
		enum x64_width w = type->params[k] == KWASM_I32 || type->params[k] == KWASM_F32 ?
			X64_L : X64_Q;
		struct x64_mem value = x64_at(X64_RBX, 8 * (s32)k);

		if (reg == X64_NONE) {
			x64_rm(as, X64_MOV, w, X64_RAX, value);
			x64_mr(as, X64_MOV, X64_Q, x64_at(X64_RSP, 8 * (s32)args.stack - 8),
			       X64_RAX);
		} else {
			x64_rm(as, x64_is_xmm(reg) ? X64_FMOV : X64_MOV, w, reg, value);
		}
	}
}

static void thunk_results(struct x64_asm *as, const struct kwasm_functype *type)
{
	const u8 *results = kwasm_functype_results(type);
	u32 k;

	if (type->num_results && kwasm_type_is_float(results[0]))
		x64_rr(as, X64_MOVD, results[0] == KWASM_F32 ? X64_L : X64_Q, X64_RAX, X64_XMM0);
	if (type->num_results)
		x64_mr(as, X64_MOV, X64_Q, x64_at(X64_RBX, 0), X64_RAX);
	if (type->num_results > 1)
		x64_rm(as, X64_MOV, X64_Q, X64_SCRATCH, X64_CTX_AT(results));
	for (k = 1; k < type->num_results; k++) {
		x64_rm(as, X64_MOV, results[k] == KWASM_I32 || results[k] == KWASM_F32 ?
		       X64_L : X64_Q, X64_RAX, x64_at(X64_SCRATCH, 8 * (s32)k));
		x64_mr(as, X64_MOV, X64_Q, x64_at(X64_RBX, 8 * (s32)k), X64_RAX);
	}
}

/*
 * Called by kwasm_enter() with the values in rbx, which it has saved.  A frame is only needed for
 * stack arguments: as in a C function, rsp is 8 below a multiple of 16 on entry.
 */
void x64_thunk(struct x64_code *code, u32 index)
{
	u32 func = code->module->num_func_imports + index;
	const struct kwasm_functype *type = kwasm_module_functype(code->module, func);
	struct x64_asm *as = &code->as;
	struct x64_args args = { };
	u32 overflow = 0;
	u32 bytes, k;

	for (k = 0; k < type->num_params; k++)
		x64_args_next(&args, type->params[k]);
	bytes = round_up(8 * args.stack, 16u);
	x64_align(as, 16);
	code->funcs[index].enter = as->len;
	x64_0(as, X64_ENDBR64, X64_Q);
	x64_r(as, X64_PUSH, X64_Q, X64_RBP);
	x64_rr(as, X64_MOV, X64_Q, X64_RBP, X64_RSP);
	if (bytes > X64_SMALL_FRAME) {
		overflow = x64_label(as);
		x64_stack_check(code, bytes, overflow);
	}
	if (bytes)
		x64_ri(as, X64_SUB, X64_Q, X64_RSP, bytes);
	thunk_args(as, type);
	x64_call(as, code->labels[index]);
	thunk_results(as, type);
	x64_zero(as, X64_RAX);
	if (bytes)
		x64_0(as, X64_LEAVE, X64_Q);
	else
		x64_r(as, X64_POP, X64_Q, X64_RBP);
	x64_return(code);
	if (bytes > X64_SMALL_FRAME) {
		x64_bind(as, overflow);
		x64_call(as, code->trap_stubs[KWASM_TRAP_STACK]);
		x64_call_site(code, code->module->funcs[func].code);
	}
}

/* ---- shared stubs ---- */

/*
 * Called from the trapping code: the byte before the return address is the site, since the return
 * address may be the first byte of something else.  Two of them are in jump tables instead of
 * functions.
 */
static void stub_traps(struct x64_code *code)
{
	struct x64_asm *as = &code->as;
	u32 leave = x64_label(as);
	u32 kind;

	for (kind = KWASM_TRAP_NONE + 1; kind < KWASM_NUM_TRAPS; kind++) {
		x64_bind(as, code->trap_stubs[kind]);
		if (kind == KWASM_TRAP_CALL_NULL || kind == KWASM_TRAP_CALL_TYPE)
			x64_0(as, X64_ENDBR64, X64_Q);
		x64_mi(as, X64_MOV, X64_L, X64_CTX_AT(trap), kind);
		x64_jmp(as, leave);
	}
	x64_bind(as, code->trap_stubs[KWASM_TRAP_NONE]);
	x64_rm(as, X64_MOV, X64_L, X64_RAX, X64_CTX_AT(kill));
	x64_mr(as, X64_MOV, X64_L, X64_CTX_AT(trap), X64_RAX);
	x64_bind(as, leave);
	x64_r(as, X64_POP, X64_Q, X64_RAX);
	x64_rm(as, X64_LEA, X64_Q, X64_RAX, x64_at(X64_RAX, -1));
	x64_mr(as, X64_MOV, X64_Q, X64_CTX_AT(trap_pc), X64_RAX);
	x64_mi(as, X64_MOV, X64_Q, X64_CTX_AT(trap_address), 0);
	jmp_host(code, X64_SYM_LEAVE);
}

/* After a call from a stub into C, with the stub's frame released: leave if it was requested. */
static void stub_kill_check(struct x64_code *code)
{
	x64_mi(&code->as, X64_CMP, X64_L, X64_CTX_AT(kill), 0);
	x64_jcc(&code->as, X64_CC_NE, code->trap_stubs[KWASM_TRAP_NONE]);
	x64_return(code);
}

/*
 * rax is the function, arguments are placed as for a guest function: those in registers are stored
 * below the frame, in the layout that kwasm_cross_call() reads.
 */
static void stub_cross(struct x64_code *code)
{
	struct x64_asm *as = &code->as;
	u32 k;

	x64_bind(as, code->cross_stub);
	x64_r(as, X64_PUSH, X64_Q, X64_RBP);
	x64_rr(as, X64_MOV, X64_Q, X64_RBP, X64_RSP);
	x64_ri(as, X64_SUB, X64_Q, X64_RSP, 8 * (X64_NUM_INT_ARGS + X64_NUM_FLOAT_ARGS));
	for (k = 0; k < X64_NUM_INT_ARGS; k++)
		x64_mr(as, X64_MOV, X64_Q, x64_at(X64_RSP, 8 * (X64_CROSS_INTS + k)),
		       x64_arg_regs[k]);
	for (k = 0; k < X64_NUM_FLOAT_ARGS && code->module->float_code; k++)
		x64_mr(as, X64_FMOV, X64_Q, x64_at(X64_RSP, 8 * (X64_CROSS_FLOATS + k)),
		       X64_XMM0 + k);
	x64_rr(as, X64_MOV, X64_Q, X64_RDI, X64_CTX);
	x64_rr(as, X64_MOV, X64_Q, X64_RSI, X64_RAX);
	x64_rr(as, X64_MOV, X64_Q, X64_RDX, X64_RSP);
	x64_call_host(code, X64_SYM_CROSS);
	if (code->module->float_code)
		x64_rr(as, X64_MOVD, X64_Q, X64_XMM0, X64_RAX);
	x64_0(as, X64_LEAVE, X64_Q);
	stub_kill_check(code);
}

static const u8 slow_saved[] = {
	X64_RAX, X64_RCX, X64_RDX, X64_RSI, X64_RDI, X64_R8, X64_R9, X64_R10
};

/* The offset arrives and the value returns in the scratch register. */
static void stub_slow(struct x64_code *code, u32 import)
{
	const struct kwasm_functype *type = kwasm_module_functype(code->module, import);
	struct x64_asm *as = &code->as;
	u32 k;

	x64_bind(as, code->slow_stubs + import);
	x64_r(as, X64_PUSH, X64_Q, X64_RBP);
	x64_rr(as, X64_MOV, X64_Q, X64_RBP, X64_RSP);
	for (k = 0; k < ARRAY_SIZE(slow_saved); k++)
		x64_r(as, X64_PUSH, X64_Q, slow_saved[k]);
	x64_rr(as, X64_MOV, X64_Q, X64_RDI, X64_CTX);
	x64_rr(as, X64_MOV, X64_L, X64_RSI, X64_SCRATCH);
	x64_call_host(code, X64_SYM_HOST + import);
	x64_rr(as, X64_MOV, *kwasm_functype_results(type) == KWASM_I32 ? X64_L : X64_Q,
	       X64_SCRATCH, X64_RAX);
	for (k = ARRAY_SIZE(slow_saved); k--;)
		x64_r(as, X64_POP, X64_Q, slow_saved[k]);
	x64_r(as, X64_POP, X64_Q, X64_RBP);
	stub_kill_check(code);
}

void x64_stubs(struct x64_code *code)
{
	u32 i;

	x64_align(&code->as, 16);
	stub_traps(code);
	stub_cross(code);
	for (i = 0; i < code->module->num_func_imports && x64_work(code, 1); i++)
		if (code->used_slow[i])
			stub_slow(code, i);
	x64_pool_emit(code);
	x64_call_tables_emit(code);
}

/* ---- the final address ---- */

static u64 *resolve_symbols(const struct x64_code *code, u32 *num)
{
	u32 i;
	u64 *syms;

	*num = X64_SYM_HOST + code->module->num_func_imports;
	syms = kwasm_zalloc(*num, sizeof(*syms));
	if (!syms)
		return NULL;
	syms[X64_SYM_LEAVE] = (u64)(unsigned long)kwasm_leave;
	syms[X64_SYM_CROSS] = (u64)(unsigned long)kwasm_cross_call;
	syms[X64_SYM_RETURN] = (u64)(unsigned long)x64_cpu_return_thunk();
	for (i = 0; i < 16; i++)
		syms[X64_SYM_INDIRECT + i] = (u64)(unsigned long)x64_cpu_indirect_thunk(i);
	for (i = 0; i < KWASM_NUM_RT; i++)
		syms[X64_SYM_RT + i] = (u64)(unsigned long)kwasm_rt_fns[i].fn;
	for (i = 0; i < code->module->num_func_imports; i++) {
		const struct kwasm_host_fn *host = kwasm_bindings_at(code->bindings, i);

		if (host)
			syms[X64_SYM_HOST + i] = host->wide ? (u64)(unsigned long)host->wide :
							      (u64)(unsigned long)host->fn;
	}
	return syms;
}

static int place(struct x64_code *code, struct kwasm_text *text, struct kwasm_diag *diag)
{
	u32 num;
	u64 *syms;
	int err;

	syms = resolve_symbols(code, &num);
	if (!syms)
		return kwasm_diag_set(diag, -ENOMEM, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				      "out of memory for the machine code");
	err = kwasm_text_alloc(text, code->as.len);
	if (err) {
		kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
			       "cannot allocate %u bytes of machine code", code->as.len);
		goto out;
	}
	memcpy(text->write, code->as.code, code->as.len);
	/* bytes after the code must not run */
	memset(text->write + code->as.len, 0xcc, text->size - code->as.len);
	err = x64_relocate(&code->as, text->write, (u64)(unsigned long)text->exec, syms, num);
	if (!err)
		err = kwasm_text_seal(text);
	if (err) {
		if (err != -EINTR && err != -ETIME)
			kwasm_diag_set(diag, err, KWASM_DIAG_NONE, KWASM_DIAG_NONE,
				       "cannot place the machine code");
		kwasm_text_free(text);
	}
out:
	kwasm_free(syms);
	return err;
}

int x64_code_link(void *arg, struct kwasm_code *out, struct kwasm_diag *diag)
{
	struct x64_code *code = arg;
	int err;

	x64_stubs(code);
	x64_finish(&code->as);
	err = x64_asm_status(code, KWASM_DIAG_NONE, diag) ?: place(code, &out->text, diag);
	if (err)
		return err;
	out->text_used = code->as.len;
	out->funcs = code->funcs;
	out->sites = code->sites;
	out->num_sites = code->num_sites;
	out->tables_called = code->tables_called;
	code->funcs = NULL;
	code->sites = NULL;
	return 0;
}
