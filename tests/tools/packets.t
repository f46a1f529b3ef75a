#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Which captured frames a handler sees, and that it sees them at their network header.

Each row is a frame, and what becomes of it: None where the handler gets it, else the reason as in
the JSON of `kwasmctl test`.  The handler accepts only where header, length and metadata agree.
"""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

from scapy.all import (Dot1AD, Dot1Q, Ether, ICMP, IP, IPOption, IPv6, LLC, PcapWriter, Raw, SNAP, TCP, UDP,
                       ARP, CookedLinux, ICMPv6EchoRequest, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                       IPv6ExtHdrHopByHop, IPv6ExtHdrRouting,
                       Jumbo, Pad1, PadN, RouterAlert, HBHOptUnknown)

BUILD = os.environ["KWASM_BUILD"]
WASM = BUILD + "/tests/tools/handler.wasm"
ETHERNET, NULL, LOOP, RAW, SLL, SLL2, IPV4, IPV6, WLAN = 1, 0, 108, 101, 113, 276, 228, 229, 105

ether = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
v4 = IP(src="192.0.2.1", dst="192.0.2.2")
v6 = IPv6(src="2001:db8::1", dst="2001:db8::2")
ping4, ping6 = bytes(v4 / ICMP()), bytes(v6 / ICMPv6EchoRequest())


def patched(data, at, byte):
    return data[:at] + bytes([byte]) + data[at + 1:]


def v4_with(payload=b"x" * 20, **fields):
    """An IPv4 packet whose checksum fits whatever its fields are."""
    return bytes(IP(src="192.0.2.1", dst="192.0.2.2", **fields) / Raw(payload))


def hop(*options, payload=b"y" * 8, **fields):
    return bytes(v6 / IPv6ExtHdrHopByHop(options=list(options), autopad=0, **fields) / Raw(payload))


def raw_hop(options):
    """A hop-by-hop header of these option bytes, whose number is 6 more than a multiple of 8."""
    assert (len(options) + 2) % 8 == 0
    body = bytes([59, (len(options) + 2) // 8 - 1]) + options
    return bytes(IPv6(src="2001:db8::1", dst="2001:db8::2", nh=0) / Raw(body))


def addressed(src, dst):
    return bytes(IPv6(src=src, dst=dst) / UDP())


def framed(packet):
    return bytes(ether / Raw(packet))[:12] + struct.pack("!H", 0x86dd if packet[0] >> 4 == 6 else 0x800) + packet


ethernet = [
    ("ICMP", bytes(ether / v4 / ICMP()), None),
    ("ICMPv6", bytes(ether / v6 / ICMPv6EchoRequest()), None),
    ("TCP", bytes(ether / v4 / TCP()), None),
    ("padding after the packet", framed(ping4) + b"\0" * 18, None),
    ("padding after an IPv6 packet", framed(ping6) + b"\xff" * 18, None),
    ("VLAN tag", bytes(ether / Dot1Q(vlan=7) / v4 / UDP()), None),
    ("priority tag", bytes(ether / Dot1Q(vlan=0, prio=3) / v6 / UDP()), None),
    ("two VLAN tags", bytes(ether / Dot1AD(vlan=3) / Dot1Q(vlan=7) / v4 / UDP()), None),
    ("three VLAN tags", bytes(ether / Dot1Q(vlan=3) / Dot1Q(vlan=7) / Dot1Q(vlan=1) / v6 / UDP()), None),
    ("VLAN tag of ARP", bytes(ether / Dot1Q(vlan=7) / ARP()), "not_ip"),
    ("VLAN tag cut off", bytes(ether / Dot1Q(vlan=7))[:16], "truncated"),
    ("ARP", bytes(ether / ARP()), "not_ip"),
    ("802.2 and SNAP", bytes(Ether(src=ether.src, dst=ether.dst, type=60) / LLC() / SNAP() / v4), "not_ip"),
    ("ten bytes", bytes(ether)[:10], "truncated"),
    ("nothing after Ethernet", bytes(ether)[:12] + b"\x08\x00", "truncated"),
    ("options", bytes(ether / IP(src="192.0.2.1", dst="192.0.2.2", options=[IPOption(b"\x94\x04\x00\x00")]) / UDP()), None),
    ("most options", framed(v4_with(options=[IPOption(b"\x01")] * 40)), None),
    ("first fragment", framed(v4_with(flags="MF", frag=0)), None),
    ("last fragment", framed(v4_with(frag=100)), None),
    ("IPv6 fragment", bytes(ether / v6 / IPv6ExtHdrFragment(offset=3, m=1) / Raw(b"z" * 16)), None),
    ("IPv4 header cut at 19", framed(ping4)[:14 + 19], "truncated"),
    ("version 5 as IPv4", framed(ping4)[:14] + patched(ping4, 0, 0x55), "bad_header"),
    ("version 6 as IPv4", framed(ping4)[:14] + patched(ping4, 0, 0x65), "bad_header"),
    ("header of 16 bytes", framed(ping4)[:14] + patched(ping4, 0, 0x44), "bad_header"),
    ("header longer than the packet", framed(v4_with(b"", ihl=15, len=60)), "truncated"),
    ("wrong checksum", framed(patched(ping4, 11, ping4[11] ^ 1)), "bad_checksum"),
    ("total length above the frame", framed(v4_with(b"", len=200)), "truncated"),
    ("total length one above the frame", framed(v4_with(b"x" * 20, len=41)), "truncated"),
    ("total length below the header", framed(v4_with(len=19)), "bad_header"),
    ("total length zero", framed(v4_with(len=0)), "bad_header"),
    ("total length is the header", framed(v4_with(len=20)), None),
    ("IPv6 header cut at 39", framed(ping6)[:14 + 39], "truncated"),
    ("version 4 as IPv6", framed(ping6)[:14] + patched(ping6, 0, 0x40), "bad_header"),
    ("IPv6 payload above the frame", bytes(ether / IPv6(src="2001:db8::1", dst="2001:db8::2", plen=50)
                                           / Raw(b"x" * 49)), "truncated"),
    ("IPv6 without payload", bytes(ether / IPv6(src="2001:db8::1", dst="2001:db8::2", nh=59, plen=0)), None),
    ("IPv6 from the loopback", framed(addressed("::1", "2001:db8::2")), "bad_address"),
    ("IPv6 to the loopback", framed(addressed("2001:db8::1", "::1")), "bad_address"),
    ("IPv6 from a group", framed(addressed("ff02::1", "2001:db8::2")), "bad_address"),
    ("IPv6 to an interface's group", framed(addressed("2001:db8::1", "ff01::1")), "bad_address"),
    ("IPv6 to a reserved group", framed(addressed("2001:db8::1", "ff00::1")), "bad_address"),
    ("IPv6 to a link's group", framed(addressed("2001:db8::1", "ff02::1")), None),
    ("router alert", framed(hop(RouterAlert(value=0), PadN(optdata=b""))), None),
    ("router alert of another length", framed(raw_hop(b"\x05\x04\0\0\0\0")), "bad_options"),
    ("padding of 7", framed(raw_hop(b"\x01\x05" + b"\0" * 5 + b"\x05\x02\0\0" + b"\0\0\0")), None),
    ("padding of 8", framed(raw_hop(b"\x01\x06" + b"\0" * 6 + b"\x05\x02\0\0" + b"\0\0")), "bad_options"),
    ("padding that is not zero", framed(raw_hop(b"\x01\x04\0\0\x01\0")), "bad_options"),
    ("Pad1 seven times", framed(raw_hop(b"\0" * 7 + b"\x05\x02\0\0" + b"\0\0\0")), None),
    ("Pad1 eight times", framed(raw_hop(b"\0" * 8 + b"\x05\x02\0\0" + b"\0\0")), "bad_options"),
    ("unknown option to skip", framed(raw_hop(b"\x1e\x04abcd")), None),
    ("unknown option to discard", framed(raw_hop(b"\x5e\x04abcd")), "bad_options"),
    ("unknown option to report", framed(raw_hop(b"\x9e\x04abcd")), "bad_options"),
    ("option longer than the header", framed(raw_hop(b"\x1e\x05abcd")), "bad_options"),
    ("option without length", framed(raw_hop(b"\x1e\x03abc\x1e")), "bad_options"),
    ("eight options", framed(raw_hop(b"\x1e\0" * 8 + b"\x01\x04\0\0\0\0")), None),
    ("nine options", framed(raw_hop(b"\x1e\0" * 9 + b"\x01\x02\0\0")), "bad_options"),
    ("hop-by-hop header beyond the packet", framed(bytes(IPv6(src="2001:db8::1", dst="2001:db8::2", nh=0)
                                                         / Raw(b"\x3b\x01\x01\x04\0\0\0\0"))), "truncated"),
    ("jumbo option of a small packet", framed(raw_hop(b"\xc2\x04\0\0\0\x40")), "bad_options"),
    ("IOAM option at a multiple of 4", framed(raw_hop(b"\0\0\x31\x02\0\0")), None),
    ("IOAM option elsewhere", framed(raw_hop(b"\x31\x04\0\0\0\0")), "bad_options"),
]

# Link type, then rows as above.
links = [
    (ETHERNET, ethernet),
    (RAW, [("raw IPv4", ping4, None), ("raw IPv6", ping6, None), ("raw IPv5", patched(ping4, 0, 0x55), "not_ip"),
           ("raw and empty", b"", "truncated")]),
    (IPV4, [("IPv4 link", ping4, None)]),
    (IPV6, [("IPv6 link", ping6, None)]),
    (NULL, [("null, little endian", b"\x02\0\0\0" + ping4, None), ("null, big endian", b"\0\0\0\x02" + ping4, None),
            ("null, IPv6 of Linux", b"\x0a\0\0\0" + ping6, None), ("null, IPv6 of BSD", b"\x18\0\0\0" + ping6, None),
            ("null, IPv6 of Darwin", b"\x1e\0\0\0" + ping6, None), ("null, another family", b"\x07\0\0\0" + ping4, "not_ip"),
            ("null, cut", b"\x02\0\0", "truncated")]),
    (LOOP, [("loop, network order", b"\0\0\0\x02" + ping4, None), ("loop, IPv6", b"\0\0\0\x18" + ping6, None)]),
    (SLL, [("cooked", bytes(CookedLinux(pkttype=0, proto=0x800)) + ping4, None),
           ("cooked, VLAN tag", bytes(CookedLinux(pkttype=0, proto=0x8100)) + b"\0\x07\x86\xdd" + ping6, None),
           ("cooked, for another host", bytes(CookedLinux(pkttype=3, proto=0x800)) + ping4, "other_host"),
           ("cooked, cut", bytes(CookedLinux(pkttype=0, proto=0x800))[:15], "truncated")]),
    (SLL2, [("cooked v2", struct.pack("!HHIHBB8s", 0x86dd, 0, 3, 1, 0, 6, b"") + ping6, None),
            ("cooked v2, for another host", struct.pack("!HHIHBB8s", 0x800, 0, 3, 1, 3, 6, b"") + ping4, "other_host")]),
]

# Frames that were longer on the wire than in the capture: captured bytes, then as above.
cut = [
    ("cut after the packet", framed(ping4) + b"\0" * 18, 14 + len(ping4), None),
    ("cut in the packet", framed(ping4), 14 + len(ping4) - 1, "cut_by_capture"),
    ("cut in the header", framed(ping4), 14 + 10, "cut_by_capture"),
    ("cut in the Ethernet header", framed(ping4), 13, "cut_by_capture"),
    ("cut in the IPv6 packet", framed(ping6), 14 + 41, "cut_by_capture"),
    ("cut in the options", framed(hop(RouterAlert(value=0), PadN(optdata=b""))), 14 + 44, "cut_by_capture"),
    ("cut and too short anyway", framed(v4_with(b"", len=200)), 14 + 20, "truncated"),
]

count = failed = 0


def ok(good, name, *notes):
    global count, failed
    count += 1
    failed += not good
    print(("ok" if good else "not ok"), count, "-", name)
    if not good:
        for note in notes:
            print("#", note)


def kwasmctl_test(path, *args):
    got = subprocess.run([BUILD + "/kwasmctl", "-j", "test", "--pcap", path, *args, WASM],
                         capture_output=True, text=True, check=False)
    if got.returncode:
        print("#", got.stderr)
        return None
    return json.loads(got.stdout)


def write_pcap(path, link, frames):
    """Frames are pairs of the bytes on the wire and how many of them are kept."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for data, kept in frames:
            out.write(struct.pack("<IIII", 0, 0, kept, len(data)) + data[:kept])


def check_rows(path, rows):
    packets = kwasmctl_test(path, "--verbose")["decisions"]
    ok(len(packets) == len(rows), f"{len(rows)} frames", f"got {len(packets)}")
    for (name, expected), packet in zip(rows, packets):
        if expected is None:
            ok(packet.get("verdict") == "accept", f"{name}: seen, and whole", packet)
        else:
            ok(packet.get("unseen") == expected, f"{name}: {expected}", packet)


with tempfile.TemporaryDirectory() as tmp:
    path = tmp + "/in.pcap"
    for link, rows in links:
        write_pcap(path, link, [(data, len(data)) for _, data, _ in rows])
        check_rows(path, [(name, expected) for name, _, expected in rows])
    write_pcap(path, ETHERNET, [(data, kept) for _, data, kept, _ in cut])
    check_rows(path, [(name, expected) for name, _, _, expected in cut])

    # The counts match the rows, and accepted packets are written unchanged.
    write_pcap(path, ETHERNET, [(data, len(data)) for _, data, _ in ethernet])
    summary = kwasmctl_test(path, "--write", tmp + "/out.pcap")
    seen = [data for _, data, expected in ethernet if expected is None]
    ok(summary["frames"] == len(ethernet), "frames are counted", summary)
    ok(summary["packets"] == len(seen), "packets are counted", summary)
    ok([summary[k] for k in ("accepted", "dropped", "queued")] == [len(seen), 0, 0], "verdicts are counted", summary)
    reasons = {}
    for _, _, expected in ethernet:
        if expected:
            reasons[expected] = reasons.get(expected, 0) + 1
    ok(summary["unseen_by_reason"] == reasons, "reasons are counted", summary, reasons)
    ok(summary["time"]["median_ns"] <= summary["time"]["max_ns"], "times are in order", summary)
    write_pcap(tmp + "/want.pcap", ETHERNET, [(data, len(data)) for data in seen])
    got, want = (open(tmp + name, "rb").read() for name in ("/out.pcap", "/want.pcap"))
    ok(got[24:] == want[24:], "what passes is written unchanged", len(got), len(want))
    kwasmctl_test(path, "--entry", "drop", "--write", tmp + "/out.pcap")
    ok(os.path.getsize(tmp + "/out.pcap") == 24, "of what is dropped nothing is written")
    edges = kwasmctl_test(path, "--entry", "edges")
    ok(edges["accepted"] == len(seen), "the last byte is there and the next one is not", edges)

    # Addresses and ports
    flows = [
        ("TCP", IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=1234, dport=80),
         ["192.0.2.1", 1234, "192.0.2.2", 80, "tcp"]),
        ("UDP over IPv6", v6 / UDP(sport=5353, dport=53), ["2001:db8::1", 5353, "2001:db8::2", 53, "udp"]),
        ("ping", IP(src="192.0.2.1", dst="192.0.2.2") / ICMP(), ["192.0.2.1", None, "192.0.2.2", None, "icmp"]),
        ("first fragment", v4_with(b"\x00\x07\x00\x09zzzz", proto=17, flags="MF"),
         ["192.0.2.1", 7, "192.0.2.2", 9, "udp"]),
        ("later fragment", v4_with(proto=17, frag=100), ["192.0.2.1", None, "192.0.2.2", None, "udp"]),
        ("ports cut off", v4_with(b"\x00\x07\x00", proto=6), ["192.0.2.1", None, "192.0.2.2", None, "tcp"]),
        ("extension headers", v6 / IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting() / TCP(sport=1, dport=2),
         ["2001:db8::1", 1, "2001:db8::2", 2, "tcp"]),
        ("IPv6 first fragment", v6 / IPv6ExtHdrFragment(offset=0, m=1) / UDP(sport=3, dport=4),
         ["2001:db8::1", 3, "2001:db8::2", 4, "udp"]),
        ("IPv6 later fragment", v6 / IPv6ExtHdrFragment(offset=3, m=1, nh=17) / Raw(b"z" * 16),
         ["2001:db8::1", None, "2001:db8::2", None, "udp"]),
        ("a header beyond the packet", v6 / IPv6ExtHdrDestOpt(len=9) / Raw(b""),
         ["2001:db8::1", None, "2001:db8::2", None, "59"]),
        ("another protocol", v4_with(proto=253), ["192.0.2.1", None, "192.0.2.2", None, "253"]),
    ]
    write_pcap(path, ETHERNET, [(data, len(data)) for data in (framed(bytes(p)) for _, p, _ in flows)])
    keys = ("source", "source_port", "destination", "destination_port", "protocol")
    for (name, _, want), packet in zip(flows, kwasmctl_test(path, "--verbose")["decisions"]):
        got = [packet.get(key) for key in keys]
        ok(got == want, f"{name}: addresses and ports", got, want)
    text = subprocess.run([BUILD + "/kwasmctl", "test", "--verbose", "--pcap", path, WASM],
                          capture_output=True, text=True, check=True).stdout
    ok("192.0.2.1:1234 > 192.0.2.2:80 tcp\n" in text, "ports in text", text)
    ok("[2001:db8::1]:5353 > [2001:db8::2]:53 udp\n" in text, "those of IPv6", text)

    # Bytes changed and frames truncated at random: each is classified, and none is read beyond its
    # end.
    chance = random.Random(1)
    for link, rows in links:
        frames = []
        for _ in range(1000):
            data = bytearray(chance.choice(rows)[1])
            for _ in range(chance.randrange(4)):
                if data:
                    data[chance.randrange(len(data))] = chance.randrange(256)
            data = bytes(data[:chance.randrange(len(data) + 1)]) if chance.randrange(3) == 0 else bytes(data)
            frames.append((data, chance.randrange(len(data) + 1) if chance.randrange(3) == 0 else len(data)))
        write_pcap(path, link, frames)
        summary = kwasmctl_test(path, "--entry", "edges", "--verbose")
        ok(summary is not None and summary["frames"] == 1000
           and summary["accepted"] == summary["packets"]
           and summary["packets"] + sum(summary["unseen_by_reason"].values()) == 1000,
           f"1000 mutated frames of link type {link}", summary)

print(f"1..{count}")
sys.exit(failed > 0)
