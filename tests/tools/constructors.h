/* SPDX-License-Identifier: GPL-2.0-only */
/* constructors.h - what the two files of the program constructors share. */
#ifndef KWASM_TESTS_CONSTRUCTORS_H
#define KWASM_TESTS_CONSTRUCTORS_H

#ifdef WITHOUT_HEADER
#include <stdint.h>
#define KWASM_HANDLER(name) \
	extern "C" __attribute__((export_name(#name))) uint32_t name(void)
#else
#include <kwasm_guest.h>
#endif

#ifdef __cplusplus
extern "C" volatile uint32_t constructed;
#else
extern volatile uint32_t constructed;
#endif

#endif /* KWASM_TESTS_CONSTRUCTORS_H */
