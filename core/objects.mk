# SPDX-License-Identifier: GPL-2.0-only
# The portable core, one object a line, relative to core/.  Read by Kbuild (kwasm.ko) and by the
# Makefile (libkwasm.a): what is listed here is compiled for both.
KWASM_CORE_OBJS :=
KWASM_CORE_OBJS += ir.o
KWASM_CORE_OBJS += diag.o
KWASM_CORE_OBJS += arena.o
KWASM_CORE_OBJS += types.o
KWASM_CORE_OBJS += reader.o
KWASM_CORE_OBJS += op.o
KWASM_CORE_OBJS += bitset.o
KWASM_CORE_OBJS += x64/encode.o
KWASM_CORE_OBJS += x64/asm.o
KWASM_CORE_OBJS += ir_cfg.o
KWASM_CORE_OBJS += ir_dump.o
KWASM_CORE_OBJS += ir_verify.o
KWASM_CORE_OBJS += module.o
KWASM_CORE_OBJS += module_names.o
KWASM_CORE_OBJS += module_sections.o
KWASM_CORE_OBJS += module_segments.o
KWASM_CORE_OBJS += validate.o
KWASM_CORE_OBJS += validate_stack.o
KWASM_CORE_OBJS += trap.o
KWASM_CORE_OBJS += host.o
KWASM_CORE_OBJS += link.o
KWASM_CORE_OBJS += rt.o
KWASM_CORE_OBJS += rt_table.o
KWASM_CORE_OBJS += store.o
KWASM_CORE_OBJS += instance.o
KWASM_CORE_OBJS += call.o
KWASM_CORE_OBJS += build.o
KWASM_CORE_OBJS += build_control.o
KWASM_CORE_OBJS += build_join.o
KWASM_CORE_OBJS += build_loops.o
KWASM_CORE_OBJS += split.o
KWASM_CORE_OBJS += dce.o
