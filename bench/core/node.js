// SPDX-License-Identifier: GPL-2.0-only
/*
 * node.js - kernels through V8; the flags that node was started with choose the tier.
 *
 * The commands and answers are main.c's.
 */
'use strict';
const fs = require('fs');

const loaded = new Map();
let compiled = 0;

function load(name) {
	if (!loaded.has(name)) {
		const bytes = fs.readFileSync(`${process.env.BENCH_WASM}/${name}.wasm`);
		const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));

		loaded.set(name, instance.exports.run);
	}
	return loaded.get(name);
}

/* V8 keeps what it compiled before: a custom section makes every time the first. */
function compile(path) {
	const bytes = fs.readFileSync(path);
	const fresh = Buffer.concat([bytes, Buffer.from([0, 6, 1, 0x6e]), Buffer.alloc(4)]);

	fresh.writeUInt32LE(++compiled, bytes.length + 4);
	const start = process.hrtime.bigint();
	new WebAssembly.Module(fresh);
	return [bytes.length, process.hrtime.bigint() - start];
}

function run(name, n) {
	const f = load(name);
	const start = process.hrtime.bigint();
	const sum = f(n) >>> 0;

	return [sum, process.hrtime.bigint() - start];
}

function execute(words) {
	try {
		return words[0] === 'run' ? run(words[1], Number(words[2])) : compile(words[1]);
	} catch (e) {
		process.stderr.write(`${words.join(' ')}: ${e.message}\n`);
		return ['-', 0];
	}
}

const chunk = Buffer.alloc(4096);
let text = '';
for (;;) {
	const len = fs.readSync(0, chunk);

	if (!len)
		break;
	text += chunk.toString('latin1', 0, len);
	const lines = text.split('\n');

	text = lines.pop();
	for (const line of lines)
		fs.writeSync(1, execute(line.split(' ')).join(' ') + '\n');
}
