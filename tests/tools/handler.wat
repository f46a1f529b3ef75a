;; SPDX-License-Identifier: GPL-2.0-only
;; Handlers for the tests of the tool.
(module
  (import "kwasm" "pkt_len" (func $len (result i32)))
  (import "kwasm" "pkt_hook" (func $hook (result i32)))
  (import "kwasm" "pkt_family" (func $family (result i32)))
  (import "kwasm" "pkt_ifindex_in" (func $in (result i32)))
  (import "kwasm" "pkt_ifindex_out" (func $out (result i32)))
  (import "kwasm" "pkt_mark" (func $mark (result i32)))
  (import "kwasm" "pkt_protocol" (func $protocol (result i32)))
  (import "kwasm" "pkt_u8" (func $u8 (param i32) (result i32)))
  (import "kwasm" "pkt_be16" (func $be16 (param i32) (result i32)))
  (import "kwasm" "pkt_read" (func $read (param i32 i32 i32) (result i32)))
  (import "kwasm" "log" (func $log (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "seen\n")
  (global $count (mut i32) (i32.const 0))

  ;; accept where the network header, the lengths and the metadata fit together, else drop
  (func (export "kwasm_packet") (result i32)
    (if (i32.eq (call $family) (i32.const 2))
      (then
        (return (i32.and
          (i32.and (i32.eq (call $protocol) (i32.const 0x800))
                   (i32.eq (i32.shr_u (call $u8 (i32.const 0)) (i32.const 4)) (i32.const 4)))
          (i32.eq (call $be16 (i32.const 2)) (call $len))))))
    (i32.and
      (i32.and (i32.eq (call $family) (i32.const 10))
               (i32.eq (call $protocol) (i32.const 0x86dd)))
      (i32.and (i32.eq (i32.shr_u (call $u8 (i32.const 0)) (i32.const 4)) (i32.const 6))
               (i32.eq (i32.add (call $be16 (i32.const 4)) (i32.const 40)) (call $len)))))

  (func (export "accept") (result i32) (i32.const 1))
  (func (export "drop") (result i32) (i32.const 0))
  (func (export "queue") (result i32) (i32.const 0x70003))
  (func (export "repeat") (result i32) (i32.const 4))
  (func (export "stolen") (result i32) (i32.const 2))
  ;; repeat three times, then accept
  (func (export "third") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (if (result i32) (i32.rem_u (global.get $count) (i32.const 3))
      (then (i32.const 4)) (else (i32.const 1))))
  ;; accept by what the caller says of the place: hook + 10 * in + 100 * out + 1000 * mark
  (func (export "where") (result i32)
    (i32.store (i32.const 16)
      (i32.add (i32.add (call $hook) (i32.mul (call $in) (i32.const 10)))
               (i32.add (i32.mul (call $out) (i32.const 100))
                        (i32.mul (call $mark) (i32.const 1000)))))
    (i32.store8 (i32.const 35) (i32.add (i32.const 48)
      (i32.rem_u (i32.load (i32.const 16)) (i32.const 10))))
    (i32.store8 (i32.const 34) (i32.add (i32.const 48)
      (i32.rem_u (i32.div_u (i32.load (i32.const 16)) (i32.const 10)) (i32.const 10))))
    (i32.store8 (i32.const 33) (i32.add (i32.const 48)
      (i32.rem_u (i32.div_u (i32.load (i32.const 16)) (i32.const 100)) (i32.const 10))))
    (i32.store8 (i32.const 32) (i32.add (i32.const 48)
      (i32.div_u (i32.load (i32.const 16)) (i32.const 1000))))
    (drop (call $log (i32.const 32) (i32.const 4)))
    (i32.const 1))
  (func (export "logs") (result i32)
    (drop (call $log (i32.const 0) (i32.const 5)))
    (i32.const 1))
  ;; drop unless the last byte reads the same either way and one more is not there
  (func (export "edges") (result i32)
    (local $last i32)
    (local.set $last (i32.sub (call $len) (i32.const 1)))
    (i32.store8 (i32.const 64) (i32.const 0xa5))
    (i32.and
      (i32.and
        (i32.eq (call $read (local.get $last) (i32.const 64) (i32.const 9)) (i32.const 1))
        (i32.eq (i32.load8_u (i32.const 64)) (call $u8 (local.get $last))))
      (i32.and
        (i32.eq (call $u8 (call $len)) (i32.const -61))
        (i32.eq (call $be16 (local.get $last)) (i32.const -61)))))

  (func $crash (export "unreachable") (result i32) (unreachable))
  (func (export "spin") (result i32) (loop (br 0)) (i32.const 1))
  ;; traps on each second packet
  (func (export "second") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (if (i32.and (i32.eqz (i32.rem_u (global.get $count) (i32.const 2))) (i32.const 1))
      (then (call $crash) (drop)))
    (i32.const 1))
  (func (export "wrong_type") (param i32) (result i32) (i32.const 1))
  (func (export "no_result"))
)
