// SPDX-License-Identifier: MIT
// kwasm.ts - for packet handlers in AssemblyScript: copy it beside the program,
// `import * as kwasm from "./kwasm";`.
//
// The names are those of kwasm_guest.h without their prefix. Each CPU runs its own instance of the
// program, so that a global is not shared. Nothing here allocates memory, except `new Transport()`.
// scripts/bindings generates the tables.

// table constants from core/uapi/kwasm_guest.h

export const DROP: u32 = 0;
export const ACCEPT: u32 = 1;
export const QUEUE: u32 = 3;
export const REPEAT: u32 = 4;
export const FAMILY_IPV4: u32 = 2;
export const FAMILY_IPV6: u32 = 10;
export const ENOENT: i32 = 2;
export const ENOSPC: i32 = 28;
export const ELOOP: i32 = 40;
export const ENODATA: i32 = 61;
export const EBADMSG: i32 = 74;
export const PROTO_ICMP: u32 = 1;
export const PROTO_TCP: u32 = 6;
export const PROTO_UDP: u32 = 17;
export const PROTO_ICMPV6: u32 = 58;
export const IPV6_EXTENSIONS_MAX: u32 = 256;

// end of table

// table hooks from core/uapi/kwasm_hooks.def

export const HOOK_NF_PRE: u32 = 0;
export const HOOK_NF_IN: u32 = 1;
export const HOOK_NF_FWD: u32 = 2;
export const HOOK_NF_OUT: u32 = 3;
export const HOOK_NF_POST: u32 = 4;
export const HOOK_NF_INGRESS: u32 = 5;
export const HOOK_NF_EGRESS: u32 = 6;

// end of table

// table functions from core/uapi/kwasm_abi.def

// @ts-ignore: decorator
@external("kwasm", "log")
declare function import_log(text: usize, len: u32): i32;
// @ts-ignore: decorator
@external("kwasm", "pkt_len")
declare function import_pkt_len(): u32;
// @ts-ignore: decorator
@external("kwasm", "pkt_hook")
declare function import_pkt_hook(): u32;
// @ts-ignore: decorator
@external("kwasm", "pkt_family")
declare function import_pkt_family(): u32;
// @ts-ignore: decorator
@external("kwasm", "pkt_ifindex_in")
declare function import_pkt_ifindex_in(): u32;
// @ts-ignore: decorator
@external("kwasm", "pkt_ifindex_out")
declare function import_pkt_ifindex_out(): u32;
// @ts-ignore: decorator
@external("kwasm", "pkt_mark")
declare function import_pkt_mark(): u32;
// @ts-ignore: decorator
@external("kwasm", "pkt_protocol")
declare function import_pkt_protocol(): u32;
// @ts-ignore: decorator
@external("kwasm", "pkt_u8")
declare function import_pkt_u8(offset: u32): i32;
// @ts-ignore: decorator
@external("kwasm", "pkt_be16")
declare function import_pkt_be16(offset: u32): i32;
// @ts-ignore: decorator
@external("kwasm", "pkt_be32")
declare function import_pkt_be32(offset: u32): i64;
// @ts-ignore: decorator
@external("kwasm", "pkt_le16")
declare function import_pkt_le16(offset: u32): i32;
// @ts-ignore: decorator
@external("kwasm", "pkt_le32")
declare function import_pkt_le32(offset: u32): i64;
// @ts-ignore: decorator
@external("kwasm", "pkt_read")
declare function import_pkt_read(offset: u32, to: usize, len: u32): i32;

// Write a line to the program's log; returns the number of bytes, or -ENOSPC above the rate
// limit
export function log(text: string): i32 {
  return import_log(LINE, toLine(text));
}

// Length in bytes from the network header to the packet's end
export function pkt_len(): u32 {
  return import_pkt_len();
}

// Hook at which the handler runs: enum kwasm_hook
export function pkt_hook(): u32 {
  return import_pkt_hook();
}

// Protocol family: 2 for IPv4, 10 for IPv6, 0 for others, which only hooks at a device see
export function pkt_family(): u32 {
  return import_pkt_family();
}

// Index of the ingress interface, 0 if none
export function pkt_ifindex_in(): u32 {
  return import_pkt_ifindex_in();
}

// Index of the egress interface, 0 if none
export function pkt_ifindex_out(): u32 {
  return import_pkt_ifindex_out();
}

// The packet's mark
export function pkt_mark(): u32 {
  return import_pkt_mark();
}

// EtherType of the network header: 0x0800, 0x86dd
export function pkt_protocol(): u32 {
  return import_pkt_protocol();
}

// Byte at an offset, or -ENODATA
export function pkt_u8(offset: u32): i32 {
  return import_pkt_u8(offset);
}

// 16 bits in network order at an offset, or -ENODATA
export function pkt_be16(offset: u32): i32 {
  return import_pkt_be16(offset);
}

// 32 bits in network order at an offset, or -ENODATA
export function pkt_be32(offset: u32): i64 {
  return import_pkt_be32(offset);
}

// 16 bits in guest order at an offset, or -ENODATA
export function pkt_le16(offset: u32): i32 {
  return import_pkt_le16(offset);
}

// 32 bits in guest order at an offset, or -ENODATA
export function pkt_le32(offset: u32): i64 {
  return import_pkt_le32(offset);
}

// Copy up to len bytes from an offset; returns the bytes copied, 0 at the packet's end
export function pkt_read(offset: u32, to: StaticArray<u8>): i32 {
  return import_pkt_read(offset, changetype<usize>(to), to.length);
}

// end of table

// The longest line of a log.
const LINE_MAX: i32 = 256;
const LINE = memory.data(256);

// A string as bytes at LINE; what is not ASCII becomes a question mark.
function toLine(text: string): u32 {
  const length = min(text.length, LINE_MAX);

  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);

    store<u8>(LINE + i, code < 128 ? code : 63);
  }
  return length;
}

// The verdict that sends a packet to user space, through a queue of nfnetlink_queue.
export function queue_nr(n: u32): u32 {
  return QUEUE | (n << 16);
}

// Where the transport header is: protocol (PROTO_* or any other IANA protocol number) and offset
// relative to the network header.
export class Transport {
  protocol: u32 = 0;
  offset: u32 = 0;

  // Finds the transport header as kwasm_transport() of kwasm_guest.h does, and returns 0, or
  //   -ENOENT   a later fragment: useless to its receiver without the first one, so that a filter
  //             that drops first fragments lets it pass
  //   -ENODATA  the packet ends before the header
  //   -EBADMSG  the IPv4 header says it is shorter than any can be
  //   -ELOOP    more than IPV6_EXTENSIONS_MAX extension headers
  // The last three a filter treats like what it is there to stop.
  find(): i32 {
    return pkt_family() == FAMILY_IPV6 ? this.findIpv6() : this.findIpv4();
  }

  private findIpv4(): i32 {
    const protocol = pkt_u8(9);
    const size = (pkt_u8(0) & 15) * 4;

    if (protocol < 0) return protocol;
    this.protocol = protocol;
    if (size < 20) return -EBADMSG;
    if (pkt_be16(6) & 0x1fff) return -ENOENT;
    this.offset = size;
    return 0;
  }

  private findIpv6(): i32 {
    let next = pkt_u8(6);
    let offset: u32 = 40;

    for (let n: u32 = 0; next >= 0 && isExtension(next); n++) {
      const header = next;

      if (n == IPV6_EXTENSIONS_MAX) return -ELOOP;
      next = pkt_u8(offset);
      if (next < 0) return next;
      const size = extensionSize(header, offset);
      if (size < 0) return size;
      offset += size;
    }
    if (next < 0) return next;
    if (offset > pkt_len()) return -ENODATA;
    this.protocol = next;
    this.offset = offset;
    return 0;
  }
}

function isExtension(header: u32): bool {
  return header == 0 || header == 43 || header == 44 || header == 51 || header == 60;
}

function extensionSize(header: u32, offset: u32): i32 {
  if (header == 44) {
    const fragment = pkt_be16(offset + 2);

    if (fragment < 0) return fragment;
    return fragment & 0xfff8 ? -ENOENT : 8;
  }
  const length = pkt_u8(offset + 1);

  if (length < 0) return length;
  return header == 51 ? (length + 2) * 4 : (length + 1) * 8;
}
