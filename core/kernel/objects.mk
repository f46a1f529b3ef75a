# SPDX-License-Identifier: GPL-2.0-only
# What kwasm.ko adds to the portable core, one object a line, relative to core/kernel/.
KWASM_KERNEL_OBJS :=
