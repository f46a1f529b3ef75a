;; SPDX-License-Identifier: GPL-2.0-only
;; Loads and stores at both ends of the addressable range: just beyond the memory, and at
;; the last bytes of the 33-bit range.  An entry each; traps.sh knows their names.  The names say:
;; l load or s store, then the width in bits, then near (first byte after one page), far (base and
;; offset both at their ends), edge (begins inside, ends outside).
(module
  (memory 1 1)
  (global $zero (mut i32) (i32.const 0))

  (func (export "kwasm_packet") (result i32) i32.const 1)

  (func $l8_near (export "l8_near") (result i32)
    (i32.load8_u (i32.add (global.get $zero) (i32.const 65536))))
  (func $l8_far (export "l8_far") (result i32)
    (i32.load8_u offset=0xffffffff (i32.sub (global.get $zero) (i32.const 1))))
  (func $l32_edge (export "l32_edge") (result i32)
    (i32.load (i32.add (global.get $zero) (i32.const 65533))))
  (func $l32_far (export "l32_far") (result i32)
    (i32.load offset=0xffffffff (i32.sub (global.get $zero) (i32.const 1))))
  (func $l64_edge (export "l64_edge") (result i32)
    (i32.wrap_i64 (i64.load offset=65529 (global.get $zero))))
  (func $l64_far (export "l64_far") (result i32)
    (i32.wrap_i64 (i64.load offset=0xffffffff (i32.sub (global.get $zero) (i32.const 1)))))
  (func $l64_base (export "l64_base") (result i32)
    (i32.wrap_i64 (i64.load (i32.sub (global.get $zero) (i32.const 1)))))

  (func $s8_near (export "s8_near") (result i32)
    (i32.store8 offset=65536 (global.get $zero) (i32.const 1)) i32.const 1)
  (func $s8_far (export "s8_far") (result i32)
    (i32.store8 offset=0xffffffff (i32.sub (global.get $zero) (i32.const 1)) (i32.const 1))
    i32.const 1)
  (func $s16_edge (export "s16_edge") (result i32)
    (i32.store16 (i32.add (global.get $zero) (i32.const 65535)) (i32.const 1)) i32.const 1)
  (func $s32_far (export "s32_far") (result i32)
    (i32.store offset=0xffffffff (i32.sub (global.get $zero) (i32.const 1)) (i32.const 1))
    i32.const 1)
  (func $s64_edge (export "s64_edge") (result i32)
    (i64.store (i32.add (global.get $zero) (i32.const 65529)) (i64.const 1)) i32.const 1)
  (func $s64_far (export "s64_far") (result i32)
    (i64.store offset=0xffffffff (i32.sub (global.get $zero) (i32.const 1)) (i64.const 1))
    i32.const 1)

  ;; The last bytes inside: no trap.
  (func $in8 (export "in8") (result i32)
    (i32.store8 offset=65535 (global.get $zero) (i32.const 1))
    (i32.load8_u (i32.add (global.get $zero) (i32.const 65535))))
  (func $in64 (export "in64") (result i32)
    (i64.store offset=65528 (global.get $zero) (i64.const 1))
    (i32.wrap_i64 (i64.load (i32.add (global.get $zero) (i32.const 65528))))))
