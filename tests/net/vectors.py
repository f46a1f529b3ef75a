#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the capture that verdicts.sh replays: vectors.py OUT.pcap OUT.expect

The same thousand Ethernet frames every time.  OUT.expect has a line per frame:
    number reaches verdict-of-each-example... what it is
with `reaches` 1 where Linux hands the packet to nf_pre, 0 where its IP layer refuses it before, and
verdicts derived from the frame by rules written down here, apart from the compiler under test.
"""
import random
import struct
import sys
import zlib

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP, IPOption_RR, IPOption_Timestamp
from scapy.layers.inet6 import (
    HBHOptUnknown, ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PadN, RouterAlert)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.layers.sctp import SCTP
from scapy.packet import Raw

COUNT = 1000
EXAMPLES = ("drop_icmp", "block_ports", "count_protocols", "min_ttl")
BLOCKED = {21, 23, 25, 69, 110, 135, 137, 138, 139, 143, 161, 389, 445, 512, 513, 514, 1433, 1521,
           2049, 3306, 3389, 5432, 5900, 6379, 9200, 11211, 27017}
MAX_EXTENSIONS = 256
RECEIVER, SENDER = "02:00:00:00:00:01", "02:00:00:00:00:02"
# The VLAN devices that verdicts.sh makes: stacks of (EtherType, id).
VLANS = {(), ((0x8100, 100),), ((0x8100, 100), (0x8100, 200)), ((0x88A8, 300), (0x8100, 200))}

rng = random.Random(20)


# ---- verdicts of Linux and the examples on a frame ----------------------------------------------

def checksum_ok(header):
    total = sum(struct.unpack("!%dH" % (len(header) // 2), header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


def peel(frame):
    """EtherType and bytes after the link layer header; None if the tags are incomplete."""
    tags, at = [], 12
    while True:
        (ethertype,) = struct.unpack_from("!H", frame, at)
        at += 2
        if ethertype not in (0x8100, 0x88A8):
            break
        if len(frame) < at + 4:
            return None
        (tci,) = struct.unpack_from("!H", frame, at)
        tags.append((ethertype, tci & 0xFFF))
        at += 2
    return (ethertype, frame[at:]) if tuple(tags) in VLANS else None


def ipv4_received(data):
    """What ip_rcv() passes on: cut to its total length, or None."""
    if len(data) < 20:
        return None
    ihl, (total,) = (data[0] & 15) * 4, struct.unpack_from("!H", data, 2)
    if data[0] >> 4 != 4 or ihl < 20 or len(data) < ihl or not checksum_ok(data[:ihl]):
        return None
    return data[:total] if ihl <= total <= len(data) else None


def hop_options_good(header):
    """Whole, and no more than seven bytes of padding in a row."""
    size = (header[1] + 1) * 8 if len(header) >= 8 else 8
    if len(header) < size:
        return False
    at, padding = 2, 0
    while at < size:
        length = 1 if header[at] == 0 else header[at + 1] + 2
        padding = padding + length if header[at] in (0, 1) else 0
        if padding > 7:
            return False
        at += length
    return True


def ipv6_received(data):
    """What ipv6_rcv() passes on."""
    if len(data) < 40 or data[0] >> 4 != 6:
        return None
    (length,) = struct.unpack_from("!H", data, 4)
    hop_by_hop = data[6] == 0
    if length or not hop_by_hop:
        if 40 + length > len(data):
            return None
        data = data[:40 + length]
    if hop_by_hop and not hop_options_good(data[40:]):
        return None
    return data


def received(frame):
    """Family and packet at nf_pre, or None."""
    inside = peel(frame)
    if inside is None:
        return None
    ethertype, data = inside
    packet = {0x0800: ipv4_received, 0x86DD: ipv6_received}.get(ethertype, lambda _: None)(data)
    return packet and (4 if ethertype == 0x0800 else 6, packet)


def ipv6_transport(p):
    header, at, seen = p[6], 40, 0
    while header in (0, 43, 44, 51, 60):
        if seen == MAX_EXTENSIONS:
            return "too deep"
        if at + (4 if header == 44 else 2) > len(p):
            return "short"
        seen += 1
        size = (p[at + 1] + 2) * 4 if header == 51 else (p[at + 1] + 1) * 8
        if header == 44:
            if struct.unpack_from("!H", p, at + 2)[0] & 0xFFF8:
                return "later fragment"
            size = 8
        header, at = p[at], at + size
    return (header, at) if at <= len(p) else "short"


def transport(family, p):
    """Protocol and offset of the transport header, or why there is none."""
    if family == 6:
        return ipv6_transport(p)
    if struct.unpack_from("!H", p, 6)[0] & 0x1FFF:
        return "later fragment"
    return p[9], (p[0] & 15) * 4


def verdicts(family, p):
    found = transport(family, p)
    hidden = isinstance(found, str) and found != "later fragment"
    protocol = port = None
    if isinstance(found, tuple):
        protocol, at = found
        if at + 4 <= len(p):
            (port,) = struct.unpack_from("!H", p, at + 2)
    drops = {
        "drop_icmp": hidden or protocol in (1, 58),
        "block_ports": hidden or protocol == 6 and (port is None or port in BLOCKED),
        "count_protocols": False,
        "min_ttl": p[7 if family == 6 else 8] < 8,
    }
    return ["drop" if drops[name] else "accept" for name in EXAMPLES]


# ---- frames -----------------------------------------------------------------------------------

def port():
    near = rng.choice(sorted(BLOCKED)) + rng.choice((-1, 0, 0, 0, 1))
    return rng.choice((near, near, rng.randrange(1, 65536)))


def hops():
    return rng.choice((64, 255, 128, rng.randrange(0, 17), rng.randrange(5, 11)))


def payload(most=200):
    return Raw(rng.randbytes(rng.randrange(0, most)))


def segment(family):
    sport, dport = rng.randrange(1024, 65536), port()
    kind = rng.randrange(10)
    if kind < 4:
        return TCP(sport=sport, dport=dport, flags=rng.choice(("S", "A", "PA", "R", "F")))
    if kind < 7:
        return UDP(sport=sport, dport=dport)
    if kind < 9:
        return ICMP(id=sport) if family == 4 else ICMPv6EchoRequest(id=sport)
    return SCTP(sport=sport, dport=dport)


def ipv4(**fields):
    return IP(src="192.0.2.%d" % rng.randrange(2, 255), dst="192.0.2.1", ttl=hops(),
              id=rng.randrange(65536), **fields)


def ipv6(**fields):
    return IPv6(src="2001:db8::%x" % rng.randrange(2, 65536), dst="2001:db8::1", hlim=hops(),
                **fields)


def plain(family):
    return (ipv4() if family == 4 else ipv6()) / segment(family) / payload()


def ipv4_options():
    options = rng.choice((
        [IPOption_NOP()] * rng.randrange(1, 41),
        [IPOption_RR(pointer=4, routers=["0.0.0.0"] * rng.randrange(1, 9))],
        [IPOption_NOP(), IPOption_Timestamp(flg=0, pointer=5, timestamp=0)],
    ))
    return ipv4(options=options) / segment(4) / payload()


def ipv4_fragment():
    offset, more = rng.choice(((0, 1), (0, 1), (rng.randrange(1, 180), 1), (185, 0), (1, 0)))
    ip = ipv4(flags="MF" if more else 0, frag=offset)
    if offset:
        return ip.__class__(bytes(ip / Raw(b""))) / Raw(rng.randbytes(rng.randrange(8, 200)))
    return ip / segment(4) / Raw(rng.randbytes(48))


def ipv4_other():
    return ipv4(proto=rng.choice((0, 2, 47, 50, 58, 89, 253, 255))) / payload()


def pad_option(most):
    return PadN(optdata=bytes(rng.randrange(0, most)))


def ipv6_extension():
    kind = rng.randrange(5)
    if kind == 0:
        return IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x1E, optdata=rng.randbytes(6))])
    if kind == 1:
        return IPv6ExtHdrDestOpt(options=[pad_option(6)])
    if kind == 2:
        return IPv6ExtHdrRouting(type=4, segleft=0, addresses=["2001:db8::9"] * rng.randrange(3))
    if kind == 3:
        return IPv6ExtHdrFragment(offset=0, m=rng.randrange(2), id=rng.randrange(1 << 32))
    return AH(spi=rng.randrange(1 << 32), icv=rng.randbytes(12))


def chain(packet, headers):
    for header in headers:
        packet = packet / header
    return packet


def ipv6_extended():
    headers = [ipv6_extension() for _ in range(rng.choice((1, 1, 2, 3, 7, 8, 9, 11)))]
    return chain(ipv6(), headers) / segment(6) / payload()


def ipv6_deep():
    """Chains as long as a packet of 1,500 bytes holds, the limit, and one header more."""
    length = rng.choice((9, 16, 100, 170, MAX_EXTENSIONS, MAX_EXTENSIONS + 1))
    packet = ipv6() / segment(6)
    data = bytes(packet)
    headers = [60] * (length - 1) + [data[6]]
    packet.nh = 60
    packet.remove_payload()
    return packet / Raw(b"".join(bytes((h, 0, 1, 4, 0, 0, 0, 0)) for h in headers) + data[40:])


def ipv6_hop_by_hop():
    option = rng.choice((RouterAlert(value=0), pad_option(6)))
    headers = [ipv6_extension() for _ in range(rng.randrange(3))]
    return chain(ipv6() / IPv6ExtHdrHopByHop(options=[option]), headers) / segment(6) / payload()


def ipv6_fragment():
    return ipv6() / IPv6ExtHdrFragment(nh=rng.choice((6, 17, 58)), offset=rng.randrange(1, 150),
                                       m=rng.randrange(2)) / Raw(rng.randbytes(64))


def ipv6_other():
    return ipv6(nh=rng.choice((1, 2, 47, 50, 59, 89, 253))) / payload()


IP_KINDS = (
    ("ipv4", lambda: plain(4), 8), ("ipv4 options", ipv4_options, 4),
    ("ipv4 fragment", ipv4_fragment, 4), ("ipv4 other protocol", ipv4_other, 1),
    ("ipv6", lambda: plain(6), 6), ("ipv6 extensions", ipv6_extended, 5),
    ("ipv6 hop-by-hop", ipv6_hop_by_hop, 2), ("ipv6 many extensions", ipv6_deep, 2),
    ("ipv6 fragment", ipv6_fragment, 2), ("ipv6 other header", ipv6_other, 1),
)


def ip_packet():
    name, make, _ = rng.choices(IP_KINDS, weights=[k[2] for k in IP_KINDS])[0]
    packet = make()
    ethertype = 0x0800 if packet.version == 4 else 0x86DD
    return name, ethertype, bytes(packet)


def ether(ethertype, data, tags=()):
    head = Ether(dst=RECEIVER, src=SENDER, type=ethertype)
    if tags:
        head.type = tags[0][0]
        following = [t for t, _ in tags[1:]] + [ethertype]
        for (kind, vid), inner in zip(tags, following):
            layer = Dot1AD if kind == 0x88A8 else Dot1Q
            head = head / layer(vlan=vid, prio=rng.randrange(8), type=inner)
    return bytes(head) + data


def with_length(data, length):
    """The packet cut to a length that its header agrees with."""
    data = bytearray(data[:length])
    if data[0] >> 4 == 6:
        struct.pack_into("!H", data, 4, length - 40)
        return bytes(data)
    struct.pack_into("!HHH", data, 2, length, *struct.unpack_from("!HH", data, 4))
    return with_checksum(data)


def with_checksum(data):
    data, ihl = bytearray(data), (data[0] & 15) * 4
    data[10:12] = b"\0\0"
    total = sum(struct.unpack("!%dH" % (ihl // 2), data[:ihl]))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into("!H", data, 10, ~total & 0xFFFF)
    return bytes(data)


def header_size(data):
    return 40 if data[0] >> 4 == 6 else (data[0] & 15) * 4


def frame_plain():
    name, ethertype, data = ip_packet()
    return name, ether(ethertype, data)


def frame_padded():
    name, ethertype, data = ip_packet()
    return name + ", padded", ether(ethertype, data + rng.randbytes(rng.randrange(1, 40)))


def frame_short():
    """Shorter than its transport header, and says so."""
    name, ethertype, data = ip_packet()
    size = header_size(data)
    length = rng.randrange(size, max(size + 1, min(len(data), size + 48)))
    return name + ", short", ether(ethertype, with_length(data, length))


def frame_cut():
    """Cut on its way: the header promises more."""
    name, ethertype, data = ip_packet()
    return name + ", cut", ether(ethertype, data[:rng.randrange(0, len(data))])


def frame_tagged():
    name, ethertype, data = ip_packet()
    tags = rng.choice(sorted(VLANS - {()}))
    return name + ", vlan", ether(ethertype, data, tags)


def frame_bad_header():
    name, ethertype, data = ip_packet()
    data = bytearray(data)
    if ethertype == 0x86DD:
        data[0] = data[0] & 15 | rng.choice((0, 4, 5, 7, 15)) << 4
        return name + ", bad version", ether(ethertype, bytes(data))
    kind = rng.choice(("checksum", "version", "header length", "total length"))
    if kind == "checksum":
        data[10] ^= rng.randrange(1, 256)
    elif kind == "version":
        data = with_checksum(bytes([data[0] & 15 | rng.choice((0, 5, 6, 15)) << 4]) + data[1:])
    elif kind == "header length":
        data[0] = data[0] & 0xF0 | rng.randrange(5)
    else:
        struct.pack_into("!H", data, 2, rng.choice((0, 19, len(data) + 1, 65535)))
        data = with_checksum(data)
    return "%s, bad %s" % (name, kind), ether(ethertype, bytes(data))


def frame_bad_transport_checksum():
    packet = plain(4)
    packet[1].chksum = rng.randrange(65536)
    return "ipv4, bad transport checksum", ether(0x0800, bytes(packet))


def frame_not_ip():
    if rng.randrange(2):
        return "arp", bytes(Ether(dst=RECEIVER, src=SENDER) / ARP(op=2, psrc="192.0.2.9"))
    return "no protocol of ours", ether(0x88B5, rng.randbytes(60))


FRAMES = (
    (frame_plain, 40), (frame_padded, 6), (frame_short, 18), (frame_cut, 8), (frame_tagged, 14),
    (frame_bad_header, 8), (frame_bad_transport_checksum, 3), (frame_not_ip, 1),
)


def main():
    frames = []
    for _ in range(COUNT):
        make = rng.choices([f for f, _ in FRAMES], weights=[w for _, w in FRAMES])[0]
        frames.append(make())
    digest = 0
    with open(sys.argv[1], "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, (_, frame) in enumerate(frames):
            pcap.write(struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame)
            digest = zlib.crc32(frame, digest)
    with open(sys.argv[2], "w", encoding="ascii") as expect:
        expect.write("# %08x number reaches %s\n" % (digest, " ".join(EXAMPLES)))
        for number, (name, frame) in enumerate(frames, 1):
            at_hook = received(frame)
            columns = verdicts(*at_hook) if at_hook else ["-"] * len(EXAMPLES)
            expect.write("%d %d %s %s\n" % (number, bool(at_hook), " ".join(columns), name))


main()
