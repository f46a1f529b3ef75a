/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arch.h - the processor's part of the machine: the only place that names its folder.
 */
#ifndef KWASM_KERNEL_ARCH_H
#define KWASM_KERNEL_ARCH_H

#include "x86/cpu.h"
#include "x86/enter.h"
#include "x86/extable.h"
#include "x86/fpu.h"
#include "x86/interrupted.h"

#endif /* KWASM_KERNEL_ARCH_H */
