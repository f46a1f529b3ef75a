// SPDX-License-Identifier: GPL-2.0-only
/*
 * wasm2c.c - one kernel as wasm2c translated it, under the name that native.c calls.
 *
 * Compiled once per kernel with -DNAME=kernel, together with the translation.
 */
#include "main.h"

#define HEADER_OF(name) HEADER_TEXT(name.h)
#define HEADER_TEXT(file) #file
#include HEADER_OF(NAME)

#define JOIN(a, b, c) JOIN_NOW(a, b, c)
#define JOIN_NOW(a, b, c) a ## b ## c
#define RUN JOIN(run_, NAME, /* nothing */)

#include "prototypes.h"

uint32_t RUN(uint32_t n)
{
	static JOIN(Z_, NAME, _instance_t) instance;
	static bool ready;

	if (!ready) {
		wasm_rt_init();
		JOIN(Z_, NAME, _init_module)();
		JOIN(Z_, NAME, _instantiate)(&instance);
		ready = true;
	}
	return JOIN(Z_, NAME, Z_run)(&instance, n);
}
