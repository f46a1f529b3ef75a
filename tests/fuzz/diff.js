// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff.js - the other engine: V8, as a process that diff.c talks to.
 *
 * Reads a length (four bytes, little-endian) and a module, again and again; answers a line for each
 * export, "i32:N i64:N" or the trap, "WORD in FUNCTION at OFFSET", then a line ".".
 */
'use strict';
const fs = require('fs');

/* What V8 says, and the word of trap.h; to it calls of null and of another type are one. */
const traps = [
	[/unreachable/, 'unreachable'],
	[/^memory access|data segment/, 'memory'],
	[/^divide by zero|^remainder by zero/, 'div-zero'],
	[/divide result unrepresentable|float unrepresentable/, 'int-overflow'],
	[/null function|signature mismatch/, 'call-type'],
	[/^table|element segment/, 'table'],
	[/call stack/, 'stack'],
];

function word(e) {
	for (const [pattern, trap] of traps)
		if (pattern.test(e.message))
			return trap;
	return `?${e.message}`;
}

/*
 * The innermost frame of compiled code.  Where V8 calls out for an instruction on a table it may
 * name a load or store before it, so of those only the function counts.
 */
function place(e, trap) {
	const at = /wasm-function\[(\d+)\]:0x([0-9a-f]+)/.exec(e.stack);

	if (!at)
		return '';
	return ` in ${at[1]}` + (trap === 'table' ? '' : ` at ${parseInt(at[2], 16)}`);
}

function value(v) {
	return typeof v === 'bigint' ? `i64:${BigInt.asUintN(64, v)}` : `i32:${v >>> 0}`;
}

function call(f) {
	try {
		const r = f();

		return r === undefined ? '' : Array.isArray(r) ? r.map(value).join(' ') : value(r);
	} catch (e) {
		const trap = word(e);

		return trap + place(e, trap);
	}
}

function readExactly(len) {
	const bytes = Buffer.alloc(len);
	let at = 0;

	while (at < len) {
		const n = fs.readSync(0, bytes, at, len - at);

		if (!n)
			process.exit(0);
		at += n;
	}
	return bytes;
}

for (;;) {
	const bytes = readExactly(readExactly(4).readUInt32LE(0));
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
	let answer = Buffer.from(Object.keys(exports).map((n) => call(exports[n]) + '\n').join('') + '.\n');

	while (answer.length)
		answer = answer.subarray(fs.writeSync(1, answer));
}
