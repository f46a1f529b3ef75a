// SPDX-License-Identifier: MIT
//! kwasm.rs - for packet handlers in Rust: copy it beside the program, `mod kwasm;`.
//!
//! The names are those of kwasm_guest.h without their prefix. Each CPU runs its own instance of the
//! program, so that a `static mut` is not shared. `scripts/bindings` generates the tables.
#![allow(dead_code)]

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

mod imports {
    #[link(wasm_import_module = "kwasm")]
    extern "C" {
        pub fn log(text: *const u8, len: u32) -> i32;
        pub fn pkt_len() -> u32;
        pub fn pkt_hook() -> u32;
        pub fn pkt_family() -> u32;
        pub fn pkt_ifindex_in() -> u32;
        pub fn pkt_ifindex_out() -> u32;
        pub fn pkt_mark() -> u32;
        pub fn pkt_protocol() -> u32;
        pub fn pkt_u8(offset: u32) -> i32;
        pub fn pkt_be16(offset: u32) -> i32;
        pub fn pkt_be32(offset: u32) -> i64;
        pub fn pkt_le16(offset: u32) -> i32;
        pub fn pkt_le32(offset: u32) -> i64;
        pub fn pkt_read(offset: u32, to: *mut u8, len: u32) -> i32;
    }
}

/// Write a line to the program's log; returns the number of bytes, or -ENOSPC above the rate
/// limit
pub fn log(text: impl AsRef<[u8]>) -> i32 {
    unsafe { imports::log(text.as_ref().as_ptr(), text.as_ref().len() as u32) }
}

/// Length in bytes from the network header to the packet's end
pub fn pkt_len() -> u32 {
    unsafe { imports::pkt_len() }
}

/// Hook at which the handler runs: enum kwasm_hook
pub fn pkt_hook() -> u32 {
    unsafe { imports::pkt_hook() }
}

/// Protocol family: 2 for IPv4, 10 for IPv6, 0 for others, which only hooks at a device see
pub fn pkt_family() -> u32 {
    unsafe { imports::pkt_family() }
}

/// Index of the ingress interface, 0 if none
pub fn pkt_ifindex_in() -> u32 {
    unsafe { imports::pkt_ifindex_in() }
}

/// Index of the egress interface, 0 if none
pub fn pkt_ifindex_out() -> u32 {
    unsafe { imports::pkt_ifindex_out() }
}

/// The packet's mark
pub fn pkt_mark() -> u32 {
    unsafe { imports::pkt_mark() }
}

/// EtherType of the network header: 0x0800, 0x86dd
pub fn pkt_protocol() -> u32 {
    unsafe { imports::pkt_protocol() }
}

/// Byte at an offset, or -ENODATA
pub fn pkt_u8(offset: u32) -> i32 {
    unsafe { imports::pkt_u8(offset) }
}

/// 16 bits in network order at an offset, or -ENODATA
pub fn pkt_be16(offset: u32) -> i32 {
    unsafe { imports::pkt_be16(offset) }
}

/// 32 bits in network order at an offset, or -ENODATA
pub fn pkt_be32(offset: u32) -> i64 {
    unsafe { imports::pkt_be32(offset) }
}

/// 16 bits in guest order at an offset, or -ENODATA
pub fn pkt_le16(offset: u32) -> i32 {
    unsafe { imports::pkt_le16(offset) }
}

/// 32 bits in guest order at an offset, or -ENODATA
pub fn pkt_le32(offset: u32) -> i64 {
    unsafe { imports::pkt_le32(offset) }
}

/// Copy up to len bytes from an offset; returns the bytes copied, 0 at the packet's end
pub fn pkt_read(offset: u32, to: &mut [u8]) -> i32 {
    unsafe { imports::pkt_read(offset, to.as_mut_ptr(), to.len() as u32) }
}

// end of table

/// The verdict that sends a packet to user space, through a queue of nfnetlink_queue.
pub const fn queue_nr(n: u32) -> u32 {
    QUEUE | n << 16
}

/// Where the transport header is.
#[derive(Clone, Copy)]
pub struct Transport {
    /// PROTO_*, or any other IANA protocol number
    pub protocol: u32,
    /// of the transport header, relative to the network header
    pub offset: u32,
}

/// Why there is none. A filter that drops first fragments lets a `LaterFragment` pass, which is
/// useless to its receiver without the first; the others it treats like what it is there to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NoTransport {
    LaterFragment,
    /// the packet ends before it
    Truncated,
    /// the IPv4 header says it is shorter than any can be
    Malformed,
    /// more than IPV6_EXTENSIONS_MAX extension headers
    TooManyHeaders,
}

/// Finds the transport header as kwasm_transport() of kwasm_guest.h does.
pub fn transport() -> Result<Transport, NoTransport> {
    if pkt_family() == FAMILY_IPV6 {
        ipv6_transport()
    } else {
        ipv4_transport()
    }
}

fn loaded(value: i32) -> Result<u32, NoTransport> {
    if value < 0 {
        Err(NoTransport::Truncated)
    } else {
        Ok(value as u32)
    }
}

fn ipv4_transport() -> Result<Transport, NoTransport> {
    let protocol = loaded(pkt_u8(9))?;
    let offset = (loaded(pkt_u8(0))? & 15) * 4;

    if offset < 20 {
        return Err(NoTransport::Malformed);
    }
    if loaded(pkt_be16(6))? & 0x1fff != 0 {
        return Err(NoTransport::LaterFragment);
    }
    Ok(Transport { protocol, offset })
}

fn ipv6_extension_size(header: u32, offset: u32) -> Result<u32, NoTransport> {
    if header == 44 {
        return match loaded(pkt_be16(offset + 2))? & 0xfff8 {
            0 => Ok(8),
            _ => Err(NoTransport::LaterFragment),
        };
    }
    let length = loaded(pkt_u8(offset + 1))?;
    Ok(if header == 51 { (length + 2) * 4 } else { (length + 1) * 8 })
}

fn ipv6_transport() -> Result<Transport, NoTransport> {
    let mut protocol = loaded(pkt_u8(6))?;
    let mut offset = 40;
    let mut headers = 0;

    while matches!(protocol, 0 | 43 | 44 | 51 | 60) {
        let header = protocol;

        if headers == IPV6_EXTENSIONS_MAX {
            return Err(NoTransport::TooManyHeaders);
        }
        headers += 1;
        protocol = loaded(pkt_u8(offset))?;
        offset += ipv6_extension_size(header, offset)?;
    }
    if offset > pkt_len() {
        return Err(NoTransport::Truncated);
    }
    Ok(Transport { protocol, offset })
}

/// Runs the constructors of C++ objects that are linked in, and keeps the linker from running them
/// at every packet. Programs for wasm32-wasi need it as well: their C library has some.
#[allow(unused_macros)]
macro_rules! initialize {
    () => {
        extern "C" {
            fn __wasm_call_ctors();
        }

        #[no_mangle]
        pub extern "C" fn _initialize() {
            unsafe { __wasm_call_ctors() }
        }
    };
}
#[allow(unused_imports)]
pub(crate) use initialize;
