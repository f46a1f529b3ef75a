// SPDX-License-Identifier: MIT
//! kwasm.zig - for packet handlers in Zig: copy it beside the program,
//! `const kwasm = @import("kwasm.zig");`.
//!
//! The names are those of kwasm_guest.h without their prefix. Each CPU runs its own instance of the
//! program, so that a global is not shared. scripts/bindings generates the tables.

// table constants from core/uapi/kwasm_guest.h

pub const DROP: u32 = 0;
pub const ACCEPT: u32 = 1;
pub const QUEUE: u32 = 3;
pub const REPEAT: u32 = 4;
pub const FAMILY_IPV4: u32 = 2;
pub const FAMILY_IPV6: u32 = 10;
pub const ENOENT: i32 = 2;
pub const ENOSPC: i32 = 28;
pub const ELOOP: i32 = 40;
pub const ENODATA: i32 = 61;
pub const EBADMSG: i32 = 74;
pub const PROTO_ICMP: u32 = 1;
pub const PROTO_TCP: u32 = 6;
pub const PROTO_UDP: u32 = 17;
pub const PROTO_ICMPV6: u32 = 58;
pub const IPV6_EXTENSIONS_MAX: u32 = 256;

// end of table

// table hooks from core/uapi/kwasm_hooks.def

pub const HOOK_NF_PRE: u32 = 0;
pub const HOOK_NF_IN: u32 = 1;
pub const HOOK_NF_FWD: u32 = 2;
pub const HOOK_NF_OUT: u32 = 3;
pub const HOOK_NF_POST: u32 = 4;
pub const HOOK_NF_INGRESS: u32 = 5;
pub const HOOK_NF_EGRESS: u32 = 6;

// end of table

// table functions from core/uapi/kwasm_abi.def

const imports = struct {
    extern "kwasm" fn log(text: [*]const u8, len: u32) i32;
    extern "kwasm" fn pkt_len() u32;
    extern "kwasm" fn pkt_hook() u32;
    extern "kwasm" fn pkt_family() u32;
    extern "kwasm" fn pkt_ifindex_in() u32;
    extern "kwasm" fn pkt_ifindex_out() u32;
    extern "kwasm" fn pkt_mark() u32;
    extern "kwasm" fn pkt_protocol() u32;
    extern "kwasm" fn pkt_u8(offset: u32) i32;
    extern "kwasm" fn pkt_be16(offset: u32) i32;
    extern "kwasm" fn pkt_be32(offset: u32) i64;
    extern "kwasm" fn pkt_le16(offset: u32) i32;
    extern "kwasm" fn pkt_le32(offset: u32) i64;
    extern "kwasm" fn pkt_read(offset: u32, to: [*]u8, len: u32) i32;
};

/// Write a line to the program's log; returns the number of bytes, or -ENOSPC above the rate
/// limit
pub fn log(text: []const u8) i32 {
    return imports.log(text.ptr, @intCast(text.len));
}

/// Length in bytes from the network header to the packet's end
pub fn pkt_len() u32 {
    return imports.pkt_len();
}

/// Hook at which the handler runs: enum kwasm_hook
pub fn pkt_hook() u32 {
    return imports.pkt_hook();
}

/// Protocol family: 2 for IPv4, 10 for IPv6, 0 for others, which only hooks at a device see
pub fn pkt_family() u32 {
    return imports.pkt_family();
}

/// Index of the ingress interface, 0 if none
pub fn pkt_ifindex_in() u32 {
    return imports.pkt_ifindex_in();
}

/// Index of the egress interface, 0 if none
pub fn pkt_ifindex_out() u32 {
    return imports.pkt_ifindex_out();
}

/// The packet's mark
pub fn pkt_mark() u32 {
    return imports.pkt_mark();
}

/// EtherType of the network header: 0x0800, 0x86dd
pub fn pkt_protocol() u32 {
    return imports.pkt_protocol();
}

/// Byte at an offset, or -ENODATA
pub fn pkt_u8(offset: u32) i32 {
    return imports.pkt_u8(offset);
}

/// 16 bits in network order at an offset, or -ENODATA
pub fn pkt_be16(offset: u32) i32 {
    return imports.pkt_be16(offset);
}

/// 32 bits in network order at an offset, or -ENODATA
pub fn pkt_be32(offset: u32) i64 {
    return imports.pkt_be32(offset);
}

/// 16 bits in guest order at an offset, or -ENODATA
pub fn pkt_le16(offset: u32) i32 {
    return imports.pkt_le16(offset);
}

/// 32 bits in guest order at an offset, or -ENODATA
pub fn pkt_le32(offset: u32) i64 {
    return imports.pkt_le32(offset);
}

/// Copy up to len bytes from an offset; returns the bytes copied, 0 at the packet's end
pub fn pkt_read(offset: u32, to: []u8) i32 {
    return imports.pkt_read(offset, to.ptr, @intCast(to.len));
}

// end of table

/// The verdict that sends a packet to user space, through a queue of nfnetlink_queue.
pub fn queue_nr(n: u16) u32 {
    return QUEUE | @as(u32, n) << 16;
}

/// Where the transport header is.
pub const Transport = struct {
    /// PROTO_*, or any other IANA protocol number
    protocol: u32,
    /// of the transport header, relative to the network header
    offset: u32,
};

/// Why there is none. A filter that drops first fragments lets a LaterFragment pass, which is useless
/// to its receiver without the first; the others it treats like what it is there to stop.
/// Truncated: the packet ends before it. Malformed: the IPv4 header says it is shorter than any can
/// be. TooManyHeaders: more than IPV6_EXTENSIONS_MAX extension headers.
pub const NoTransport = error{ LaterFragment, Truncated, Malformed, TooManyHeaders };

/// Finds the transport header as kwasm_transport() of kwasm_guest.h does.
pub fn transport() NoTransport!Transport {
    return if (pkt_family() == FAMILY_IPV6) ipv6Transport() else ipv4Transport();
}

fn loaded(value: i32) NoTransport!u32 {
    return if (value < 0) error.Truncated else @intCast(value);
}

fn ipv4Transport() NoTransport!Transport {
    const protocol = try loaded(pkt_u8(9));
    const offset = (try loaded(pkt_u8(0)) & 15) * 4;

    if (offset < 20) return error.Malformed;
    if (try loaded(pkt_be16(6)) & 0x1fff != 0) return error.LaterFragment;
    return .{ .protocol = protocol, .offset = offset };
}

fn ipv6ExtensionSize(header: u32, offset: u32) NoTransport!u32 {
    if (header == 44) {
        const fragment = try loaded(pkt_be16(offset + 2));

        return if (fragment & 0xfff8 != 0) error.LaterFragment else 8;
    }
    const length = try loaded(pkt_u8(offset + 1));

    return if (header == 51) (length + 2) * 4 else (length + 1) * 8;
}

fn ipv6Transport() NoTransport!Transport {
    var protocol = try loaded(pkt_u8(6));
    var offset: u32 = 40;
    var headers: u32 = 0;

    while (true) : (headers += 1) {
        switch (protocol) {
            0, 43, 44, 51, 60 => {},
            else => break,
        }
        const header = protocol;

        if (headers == IPV6_EXTENSIONS_MAX) return error.TooManyHeaders;
        protocol = try loaded(pkt_u8(offset));
        offset += try ipv6ExtensionSize(header, offset);
    }
    if (offset > pkt_len()) return error.Truncated;
    return .{ .protocol = protocol, .offset = offset };
}
