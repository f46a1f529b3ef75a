;; SPDX-License-Identifier: GPL-2.0-only
;; For provider.sh: accepts every packet, and imports nothing.
(module (func (export "boom") (result i32) (i32.const 1)))
