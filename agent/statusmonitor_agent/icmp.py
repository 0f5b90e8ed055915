"""Echo requests over an unprivileged ICMP datagram socket, for machines without a ping program."""

from __future__ import annotations

import os
import socket
import struct
import time

IPV4_REQUEST, IPV6_REQUEST = 8, 128


def echo(target: str, *, timeout_seconds: float, size: int, ttl: int, number: int) -> tuple[str, float]:
    """Send one request and return (address that replied, round trip in ms).

    Raises:
        OSError: no reply in time, no such name, or the system does not allow such sockets.
    """
    family, _, _, _, address = socket.getaddrinfo(target, 0, type=socket.SOCK_DGRAM)[0]
    is_ipv6 = family == socket.AF_INET6
    protocol = socket.IPPROTO_ICMPV6 if is_ipv6 else socket.IPPROTO_ICMP
    packet = build_request(IPV6_REQUEST if is_ipv6 else IPV4_REQUEST, number, os.urandom(size))
    with socket.socket(family, socket.SOCK_DGRAM, protocol) as channel:
        if is_ipv6:
            channel.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
        else:
            channel.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        channel.settimeout(timeout_seconds)
        sent_at = time.perf_counter()
        channel.sendto(packet, address)
        _, sender = channel.recvfrom(len(packet) + 100)
        return str(sender[0]), (time.perf_counter() - sent_at) * 1000


def build_request(kind: int, number: int, payload: bytes) -> bytes:
    """Return an echo request; the system fills in the identifier of the socket."""
    unsigned = struct.pack("!BBHHH", kind, 0, 0, 0, number) + payload
    return unsigned[:2] + struct.pack("!H", checksum(unsigned)) + unsigned[4:]


def checksum(packet: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    padded = packet + b"\0" * (len(packet) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
