"""What a process of the engine gives up before it sees a stranger's query: the network, files, time, memory.

Everything here is Linux's; where a system lacks it or refuses it, the function says so and the rest holds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

try:
    import resource
except ImportError:  # Windows: the wall clock and the length of an answer are still limited
    resource = None  # type: ignore[assignment]

STACK_BYTES = 64 * 2**20  # a query nested more deeply ends its worker

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38  # linux/prctl.h
_LINUX = sys.platform == "linux"


def leave_network() -> bool:
    """Move this process, which has one thread, to a network namespace with no interface; whether it worked.

    A user namespace gives an unprivileged process the right to do so (user_namespaces(7)); some systems forbid it.
    """
    return _LINUX and ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0


def end_with_parent(parent: int) -> None:
    """SIGKILL for this process as soon as the process that forked it (its pid) has ended."""
    if _LINUX:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that took effect
        os._exit(0)


def outlive_parent() -> None:
    """Take back what ``end_with_parent`` asked for."""
    if _LINUX:
        _prctl(_PR_SET_PDEATHSIG, 0)


def adopt_orphans() -> None:
    """Processes whose parent ends become children of this one, so that their pids stay theirs until it waits."""
    if _LINUX:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def deepen_stack() -> None:
    """Let the stack of the main thread grow to STACK_BYTES, or as far as the system lets it."""
    _set_soft_limit("RLIMIT_STACK", STACK_BYTES)


def give_up_privileges(niceness: int, writes_files: bool) -> None:
    """No gain of rights, no core dumps, no standard streams, no written files unless ``writes_files``.

    ``niceness`` is added to the process's own (0: as urgent as the process that serves).
    """
    if _LINUX:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        # Where the machine's memory runs out, the system ends a worker rather than the server.
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    if hasattr(os, "nice"):
        os.nice(niceness)
    _set_soft_limit("RLIMIT_CORE", 0)
    _close_standard_streams()
    if not writes_files:
        _set_soft_limit("RLIMIT_FSIZE", 0)


def limit_memory(more_bytes: int) -> None:
    """Let this process take so many bytes beyond what it has; an allocation that fails aborts it (SIGABRT)."""
    if _LINUX:
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[0])
        _set_soft_limit("RLIMIT_AS", pages * os.sysconf("SC_PAGE_SIZE") + more_bytes)


def lift_memory_limit() -> None:
    """Take back what ``limit_memory`` set."""
    if _LINUX:
        _set_soft_limit("RLIMIT_AS", resource.RLIM_INFINITY)


def limit_cpu(seconds: float) -> None:
    """End this process (SIGPROF) when it has used so much more processor time; 0 takes the limit back.

    The interval timer is exact to a tick of the clock, RLIMIT_CPU only to a second.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def peak_bytes() -> int:
    """The largest resident size that this process has had; 0 where the system does not tell."""
    if resource is None:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2) of either system
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit


def resident_bytes(pid: int) -> int:
    """Memory that a process holds; 0 where it has ended or the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _set_soft_limit(name: str, value: int) -> None:
    if resource is None:
        return
    which = getattr(resource, name)
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY and (value == resource.RLIM_INFINITY or value > hard):
        value = hard
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, hard))


def _close_standard_streams() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
