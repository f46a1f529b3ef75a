# SPDX-License-Identifier: GPL-2.0-only
# What libkwasm.a adds to the portable core, one object a line, relative to core/user/.
KWASM_USER_OBJS :=
KWASM_USER_OBJS += env.o
KWASM_USER_OBJS += hash.o
KWASM_USER_OBJS += cpu.o
KWASM_USER_OBJS += text.o
KWASM_USER_OBJS += linear.o
KWASM_USER_OBJS += fault.o
KWASM_USER_OBJS += user_packet.o
