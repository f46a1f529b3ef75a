;; SPDX-License-Identifier: GPL-2.0-only
;; For control.sh: a start function that logs, a handler that traps, and one that does not.
(module
  (import "kwasm" "log" (func $log (param i32 i32) (result i32)))
  (memory 1)
  (data (i32.const 0) "started")
  (func $start (drop (call $log (i32.const 0) (i32.const 7))))
  (start $start)
  (func (export "kwasm_packet") (result i32) unreachable)
  (func (export "other") (result i32) i32.const 1))
