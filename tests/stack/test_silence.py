"""No process opens a connection to the outside: every socket is watched while messages are answered."""

import os
import socket
from pathlib import Path

from evaluation.case import Case
from evaluation.runner import Runner
from kith.stack import Stack

LOOPBACK = (
    "0100007F",
    "00000000000000000000000001000000",
    "0000000000000000FFFF00000100007F",
    "0" * 8,
    "0" * 32,
)


def sockets_of(pids: list[int]) -> set[str]:
    """Inode numbers of the sockets these processes hold open."""
    found = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = str(handle.readlink())
            except OSError:
                continue  # closed while we looked
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found


def outside(inodes: set[str]) -> list[str]:
    """Remote addresses beyond loopback among these sockets, TCP and UDP, IPv4 and IPv6."""
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            remote = columns[2].split(":")[0]
            if columns[9] in inodes and remote not in LOOPBACK:
                found.append(f"{table} {columns[2]}")
    return found


def test_the_watch_sees_a_connection_that_leaves() -> None:
    """A watch that sees nothing proves nothing: a UDP socket pointed outside sends nothing and is seen."""

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737; no packet is sent by connect
        except OSError:
            return  # a machine without any route outside has nothing to watch for
        assert outside(sockets_of([os.getpid()]))


def test_no_process_looks_outside(stack: Stack, runner: Runner) -> None:
    made = runner.new_patient(Case("silence"))
    seen: list[str] = []
    for words in (
        "my potassium is 5.9",
        "what is the test for my three month sugar?",
        "I cant sleep",
        "why",
        "thanks",
    ):
        runner.exchange(words, made)
        seen += outside(sockets_of(stack.pids()))
    assert len(stack.pids()) >= 5, "the supervisor and its four processes"
    assert seen == []
