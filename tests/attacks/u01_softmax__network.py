"""Connects to the grader's machine and to the world: TCP, UDP, DNS, urllib, raw, netlink and vsock."""
# earns: 0

import socket
import urllib.request

import numpy as np

found = []
for family, kind, address in ((socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("@PORT@"))), (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int("@PORT@"))),
                              (socket.AF_INET6, socket.SOCK_STREAM, ("::1", int("@PORT@"))), (socket.AF_INET, socket.SOCK_RAW, ("127.0.0.1", 0)),
                              (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)), (socket.AF_VSOCK, socket.SOCK_STREAM, (2, 1024)), (socket.AF_PACKET, socket.SOCK_RAW, ("lo", 0))):
    try:
        one = socket.socket(family, kind)
        one.settimeout(0.2)
        one.connect(address)
        one.send(b"pwned")
        found.append(address)
    except OSError:
        pass
for way in (lambda: socket.getaddrinfo("example.com", 80), lambda: urllib.request.urlopen("http://127.0.0.1:@PORT@/pwned", timeout=0.2),
            lambda: socket.create_server(("127.0.0.1", 0))):
    try:
        found.append(way())
    except OSError:
        pass


def softmax(logits):
    assert found, "it holds"
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
