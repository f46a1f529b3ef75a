;; SPDX-License-Identifier: GPL-2.0-only
;; For callers.sh: a handler that calls, so that it looks at the stack.
(module
  (func $down (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (call $down (i32.sub (local.get $n) (i32.const 1))))
      (else (i32.const 1))))
  (func (export "kwasm_packet") (result i32) (call $down (i32.const 3))))
