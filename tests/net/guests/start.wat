;; SPDX-License-Identifier: GPL-2.0-only
;; For start.sh: a start function that returns at once, never, or after some milliseconds, as the
;; provider is told; a handler that traps.
(module
  (import "prov" "told" (func $told (result i32)))
  (import "prov" "now" (func $now (result i64)))
  (import "prov" "nap" (func $nap (param i32) (result i32)))
  (func $start (local $ms i32) (local $end i64)
    (local.set $ms (call $told))
    (if (i32.eqz (local.get $ms)) (then return))
    (if (i32.eq (local.get $ms) (i32.const 1)) (then (loop $for_ever (br $for_ever))))
    (if (i32.eq (local.get $ms) (i32.const 2)) (then (drop (call $nap (i32.const 1)))))
    (local.set $end (i64.add (call $now)
      (i64.mul (i64.extend_i32_u (local.get $ms)) (i64.const 1000000))))
    (loop $again
      (br_if $again (i64.lt_u (call $now) (local.get $end)))))
  (start $start)
  (func (export "kwasm_packet") (result i32) unreachable))
