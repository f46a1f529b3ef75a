;; SPDX-License-Identifier: MIT
;; 16 MiB of memory for each instance, and a handler that traps.
(module
	(memory 256)
	(func (export "kwasm_packet") (result i32)
		unreachable)
	(func (export "fine") (result i32)
		i32.const 1))
