"""What a server with all its processes takes of the machine, read from ``/proc`` (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
# Places in /proc/<pid>/stat after the command's closing parenthesis (proc_pid_stat(5)).
_STATE, _PARENT, _USER_TICKS, _SYSTEM_TICKS, _THREADS = 0, 1, 11, 12, 17


@dataclass(frozen=True)
class Usage:
    """One reading over a process and its descendants.

    ``cpu_seconds`` counts the living ones only. ``memory_bytes`` is the proportional set size: pages that forked
    processes share count once.
    """

    processes: int
    cpu_seconds: dict[int, float]
    memory_bytes: int
    threads: int
    descriptors: int


def usage(root: int) -> Usage:
    """What ``root`` and its descendants take now."""
    pids = [root, *descendants(root)]
    stats = {pid: stat for pid in pids if (stat := _stat(pid))}
    return Usage(
        processes=len(stats),
        cpu_seconds={pid: _cpu_seconds(stat) for pid, stat in stats.items()},
        memory_bytes=sum(map(_proportional_bytes, stats)),
        threads=sum(int(stat[_THREADS]) for stat in stats.values()),
        descriptors=sum(map(_descriptors, stats)),
    )


def holds_connection(server_port: int, client_port: int) -> bool:
    """Whether a process here still holds its end of an IPv4 connection between two ports of this machine.

    What a process has closed stays in the table while its last bytes are on their way, without an inode (proc(5)).
    """
    for line in (_PROC / "net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ports = tuple(int(address.split(":")[1], 16) for address in fields[1:3])
        if ports == (server_port, client_port) and fields[9] != "0":
            return True
    return False


def cpu_between(before: Usage, after: Usage) -> float:
    """Processor seconds used between two readings, by processes that live in the second."""
    return sum(seconds - before.cpu_seconds.get(pid, 0.0) for pid, seconds in after.cpu_seconds.items())


def children(parent: int) -> list[int]:
    """The processes that ``parent`` started or forked and that have not ended, by id."""
    return sorted(pid for pid, stat in _all_stats() if int(stat[_PARENT]) == parent and stat[_STATE] != "Z")


def descendants(root: int) -> list[int]:
    """All processes below ``root``."""
    parents = {pid: int(stat[_PARENT]) for pid, stat in _all_stats() if stat[_STATE] != "Z"}
    found = [root]
    for parent in found:
        found.extend(pid for pid, its in parents.items() if its == parent)
    return found[1:]


def _all_stats() -> Iterator[tuple[int, list[str]]]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            yield int(entry.name), stat


def _stat(pid: int) -> list[str]:
    """The fields after the command's name; empty where the process has gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_seconds(stat: list[str]) -> float:
    return (int(stat[_USER_TICKS]) + int(stat[_SYSTEM_TICKS])) / _TICKS_A_SECOND


def _proportional_bytes(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _descriptors(pid: int) -> int:
    try:
        return len(list((_PROC / str(pid) / "fd").iterdir()))
    except OSError:
        return 0
