;; SPDX-License-Identifier: GPL-2.0-only
;; For provider.sh: wide functions, a state and a function that sleeps, called directly and through
;; a table.  kwasm_packet drops what it does not find as it should be.
(module
  (type $six (func (param i32 i64 f32 f64 i32 i64) (result i64)))
  (type $nine (func (param i64 i32 f64 i32 i64 f32 i32 i32 i64) (result i32)))
  (type $nap (func (param i32) (result i32)))
  (import "prov" "six" (func $six (type $six)))
  (import "prov" "nine" (func $nine (type $nine)))
  (import "prov" "count" (func $count (result i32)))
  (import "prov" "nap" (func $nap (type $nap)))
  (table funcref (elem $six $nine $nap))
  (func $args_six (result i32 i64 f32 f64 i32 i64)
    i32.const -2 i64.const -3 f32.const 1.5 f64.const -2.5 i32.const 7 i64.const 0x123456789abcdef)
  (func $args_nine (result i64 i32 f64 i32 i64 f32 i32 i32 i64)
    i64.const -1 i32.const -2 f64.const 3.5 i32.const 4 i64.const 5 f32.const -6.5 i32.const 7
    i32.const -8 i64.const -9)
  ;; the same sum, made here
  (func $mix (param $sum i64) (param $v i64) (result i64)
    (i64.add (i64.mul (local.get $sum) (i64.const 31)) (local.get $v)))
  (func $want_six (result i64)
    i64.const 6
    i64.const 0xfffffffe call $mix
    i64.const -3 call $mix
    (i64.extend_i32_u (i32.reinterpret_f32 (f32.const 1.5))) call $mix
    (i64.reinterpret_f64 (f64.const -2.5)) call $mix
    i64.const 7 call $mix
    i64.const 0x123456789abcdef call $mix)
  (func $want_nine (result i32)
    i64.const 9
    i64.const -1 call $mix
    i64.const 0xfffffffe call $mix
    (i64.reinterpret_f64 (f64.const 3.5)) call $mix
    i64.const 4 call $mix
    i64.const 5 call $mix
    (i64.extend_i32_u (i32.reinterpret_f32 (f32.const -6.5))) call $mix
    i64.const 7 call $mix
    i64.const 0xfffffff8 call $mix
    i64.const -9 call $mix
    i32.wrap_i64)
  (func $good (export "good") (result i32)
    (i64.eq (call $six (call $args_six)) (call $want_six))
    (i64.eq (call_indirect (type $six) (call $args_six) (i32.const 0)) (call $want_six))
    i32.and
    (i32.eq (call $nine (call $args_nine)) (call $want_nine))
    i32.and
    (i32.eq (call_indirect (type $nine) (call $args_nine) (i32.const 1)) (call $want_nine))
    i32.and)
  (func (export "kwasm_packet") (result i32) (drop (call $count)) (call $good))
  (func (export "counted") (result i32) (drop (call $count)) (call $count))
  (func $doze (result i32) (call $nap (i32.const 1)))
  (func (export "sleeps") (result i32) (drop (call $doze)) (i32.const 1))
  (func (export "sleeps_hidden") (result i32)
    (drop (call_indirect (type $nap) (i32.const 1) (i32.const 2))) (i32.const 1))
  ;; naps so often that no timer sees the guest
  (func (export "dozes") (param $times i32) (param $ms i32) (result i32)
    (loop $again
      (drop (call $nap (local.get $ms)))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $again (local.get $times)))
    (i32.const 1))
  (func (export "boom") (result i32) unreachable)
  (func (export "nap") (param i32) (result i32)
    (call_indirect (type $nap) (local.get 0) (i32.const 2))))
