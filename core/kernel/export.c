// SPDX-License-Identifier: GPL-2.0-only
/*
 * export.c - exports of environment functions for other modules of this project.
 *
 * The exports are not in the functions' files because half of those are portable.
 */
#include <linux/module.h>

#include "compile.h"
#include "run/instance.h"
#include "run/store.h"
#include "kernel.h"
#include "kernel/machine/ksym.h"
#include "kernel/machine/memory.h"
#include "kernel/machine/text.h"
#include "kernel/machine/thread.h"
#include "kernel/machine/watchdog.h"

EXPORT_SYMBOL_GPL(kwasm_diag_set);
EXPORT_SYMBOL_GPL(kwasm_text_alloc);
EXPORT_SYMBOL_GPL(kwasm_text_seal);
EXPORT_SYMBOL_GPL(kwasm_text_disable);
EXPORT_SYMBOL_GPL(kwasm_text_free);
EXPORT_SYMBOL_GPL(kwasm_text_contains);
EXPORT_SYMBOL_GPL(kwasm_fault_is_hooked);
EXPORT_SYMBOL_GPL(kwasm_linear_reserve);
EXPORT_SYMBOL_GPL(kwasm_linear_grow);
EXPORT_SYMBOL_GPL(kwasm_linear_release);
EXPORT_SYMBOL_GPL(kwasm_linear_usage_get);
EXPORT_SYMBOL_GPL(kwasm_ksyms_add);
EXPORT_SYMBOL_GPL(kwasm_ksyms_del);
EXPORT_SYMBOL_GPL(kwasm_stack_limit);
EXPORT_SYMBOL_GPL(kwasm_watchdog_scale);
EXPORT_SYMBOL_GPL(kwasm_watchdog_wake);
EXPORT_SYMBOL_GPL(kwasm_invocation_begin);
EXPORT_SYMBOL_GPL(kwasm_invocation_end);
EXPORT_SYMBOL_GPL(kwasm_call_enter);
EXPORT_SYMBOL_GPL(kwasm_thread_init);
EXPORT_SYMBOL_GPL(kwasm_provider_state);
EXPORT_SYMBOL_GPL(kwasm_yield);
EXPORT_PER_CPU_SYMBOL_GPL(kwasm_cpu);
EXPORT_SYMBOL_GPL(kwasm_zalloc);
EXPORT_SYMBOL_GPL(kwasm_free);
EXPORT_SYMBOL_GPL(kwasm_enter);
EXPORT_SYMBOL_GPL(kwasm_leave);
EXPORT_SYMBOL_GPL(kwasm_store_measure_stack);

/* The portable core's public interface: loading, linking and calling modules. */
EXPORT_SYMBOL_GPL(kwasm_call);
EXPORT_SYMBOL_GPL(kwasm_checkpoint);
EXPORT_SYMBOL_GPL(kwasm_code_compile);
EXPORT_SYMBOL_GPL(kwasm_code_destroy);
EXPORT_SYMBOL_GPL(kwasm_diag_format);
EXPORT_SYMBOL_GPL(kwasm_diag_init);
EXPORT_SYMBOL_GPL(kwasm_bindings_release);
EXPORT_SYMBOL_GPL(kwasm_bindings_resolve);
EXPORT_SYMBOL_GPL(kwasm_instance_externval);
EXPORT_SYMBOL_GPL(kwasm_instance_create);
EXPORT_SYMBOL_GPL(kwasm_instance_match);
EXPORT_SYMBOL_GPL(kwasm_limits_default);
EXPORT_SYMBOL_GPL(kwasm_module_decode);
EXPORT_SYMBOL_GPL(kwasm_module_destroy);
EXPORT_SYMBOL_GPL(kwasm_store_create);
EXPORT_SYMBOL_GPL(kwasm_store_destroy);
EXPORT_SYMBOL_GPL(kwasm_store_func);
EXPORT_SYMBOL_GPL(kwasm_store_global);
EXPORT_SYMBOL_GPL(kwasm_store_memory);
EXPORT_SYMBOL_GPL(kwasm_store_table);
EXPORT_SYMBOL_GPL(kwasm_trap_text);
EXPORT_SYMBOL_GPL(kwasm_type_name);
