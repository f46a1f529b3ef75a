;; SPDX-License-Identifier: GPL-2.0-only
;; Bulk operations that leave a memory, a table, or a segment; an entry each, see traps.sh.
(module
  (memory 1 1)
  (table $t 4 funcref)
  (data $d "abcd")
  (elem $e func $kwasm_packet)
  (global $n (mut i32) (i32.const 65530))
  (global $two (mut i32) (i32.const 2))

  (func $kwasm_packet (export "kwasm_packet") (result i32) i32.const 1)

  (func $memory_fill (export "memory_fill") (result i32)
    (memory.fill (global.get $n) (i32.const 7) (i32.const 7)) i32.const 1)
  (func $memory_copy (export "memory_copy") (result i32)
    (memory.copy (i32.const 0) (global.get $n) (i32.const 7)) i32.const 1)
  (func $memory_init (export "memory_init") (result i32)
    (memory.init $d (i32.const 0) (global.get $two) (i32.const 3)) i32.const 1)
  (func $table_get (export "table_get") (result i32)
    (ref.is_null (table.get $t (i32.mul (global.get $two) (i32.const 2)))))
  (func $table_set (export "table_set") (result i32)
    (table.set $t (i32.sub (i32.const 0) (global.get $two)) (ref.null func)) i32.const 1)
  (func $table_fill (export "table_fill") (result i32)
    (table.fill $t (global.get $two) (ref.null func) (i32.const 3)) i32.const 1)
  (func $table_copy (export "table_copy") (result i32)
    (table.copy $t $t (global.get $two) (i32.const 0) (i32.const 3)) i32.const 1)
  (func $table_init (export "table_init") (result i32)
    (table.init $t $e (i32.const 0) (i32.const 0) (global.get $two)) i32.const 1)

  ;; The longest that fit: no trap.
  (func $fits (export "fits") (result i32)
    (memory.fill (global.get $n) (i32.const 7) (i32.const 6))
    (memory.copy (i32.const 0) (global.get $n) (i32.const 6))
    (memory.init $d (i32.const 0) (global.get $two) (i32.const 2))
    (table.fill $t (global.get $two) (ref.null func) (i32.const 2))
    (table.copy $t $t (global.get $two) (i32.const 0) (i32.const 2))
    (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))
    i32.const 1))
