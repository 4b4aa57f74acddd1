"""The HTTP process's side of a zygote: starts it, asks it for workers, learns how they ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from glob import glob
from pathlib import Path

from ogpgraph import load
from ogpgraph.engine import confinement, control
from ogpgraph.engine.control import Message
from ogpgraph.engine.zygote import Plan
from ogpgraph.load import DamagedRelease

_CODE = Path(load.__file__).resolve().parents[2]  # where the package is imported from
_SECRETS = {"OGPGRAPH_UPDATE_TOKEN"}
# A query allocates thousands of small objects and frees them all. Where glibc keeps at hand what was freed, up to what
# a worker may keep, and does not sort it again for each larger piece (the fast bins are off), the next query spares a
# tenth of its time and more. (glibc manual, Memory Allocation Tunables.)
_MALLOC = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {"tcache_count": 512, "mxfast": 0, "trim_threshold": 2**26, "top_pad": 2**20}.items()
)
# Where it is installed, mimalloc takes glibc's place, as it does in the native server of the same engine: aggregates
# spare a fifth of their time, the light queries of pages a tenth. (mimalloc 2.0 and later; Debian's, Fedora's places.)
_ALLOCATORS = tuple(f"/usr/lib{place}/libmimalloc.so.[23]" for place in (f"/{platform.machine()}-linux-*", "64", ""))


@dataclass(frozen=True, slots=True)
class Death:
    """How a process ended: its exit status, or the negative number of the signal; None where nobody knows."""

    status: int | None


class ZygoteGone(Exception):
    """The zygote does not answer any more; of a branch also how it ended."""

    death = Death(None)


class ForkFailed(Exception):
    """The zygote could not do what it was asked; the message is the system's."""


class Nursery:
    """One zygote, by its line. Requests are sent one at a time; a cancelled caller does not break the order."""

    def __init__(self, line: socket.socket, pid: int, plan: Plan, parent: Nursery | None = None) -> None:
        self._line = line
        self._held = b""
        self._turn = asyncio.Lock()
        self._parent = parent
        self.pid = pid
        self.plan = plan
        self.is_gone = False  # it was found not to answer

    @classmethod
    async def start(cls, plan: Plan) -> Nursery:
        """A new zygote with its release loaded; DamagedRelease where the release is not what its manifest says."""
        confinement.adopt_orphans()
        ours, theirs = socket.socketpair()
        with theirs:
            process = spawn("ogpgraph.engine.zygote", theirs)
        nursery = cls(ours, process.pid, plan)
        # Waiting for it is done by pid, as for every other process of the engine.
        process.returncode = 0
        # Sent now, and not when the event loop has time: at a start this process is busy then, loading what serves.
        with contextlib.suppress(OSError):  # a zygote that has ended does not answer either
            ours.sendall(control.line(plan.message()))
        ours.setblocking(False)
        try:
            await nursery._request(None)
        except ForkFailed as error:
            await nursery.end()
            raise DamagedRelease(str(error)) from None
        except BaseException:
            await nursery.end()
            raise
        return nursery

    async def fork(self, niceness: int, has_network: bool) -> tuple[int, socket.socket]:
        """A new worker: its pid and our end of its socket."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        request = {"do": "fork", "niceness": niceness, "has_network": has_network}
        try:
            with theirs:
                answer = await self._request(request, theirs)
        except BaseException:
            ours.close()
            raise
        return answer["pid"], ours

    async def branch(self, change: Message) -> tuple[Nursery, Message]:
        """A fork of the zygote whose store has changed, and the report of ``change.apply``.

        Raises ForkFailed where the change failed, ZygoteGone where the branch was ended by a limit. A caller that
        gives up (``asyncio.timeout``) ends the branch.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                answer = await self._request({"do": "branch"}, theirs)
        except BaseException:
            ours.close()
            raise
        branch = Nursery(ours, answer["pid"], self.plan, parent=self)
        try:
            done = await branch._request({"change": change})
        except BaseException as error:
            death = await branch.end()
            if isinstance(error, ZygoteGone):
                error.death = death
            raise
        return branch, done["report"]

    async def reap(self, pid: int) -> Death:
        """How a worker that has been ended or closed its socket ended."""
        try:
            answer = await self._request({"do": "reap", "pid": pid})
        except (ZygoteGone, ForkFailed):
            return await reap_orphan(pid)
        return Death(answer["status"])

    async def end(self) -> Death:
        """End the zygote at once, and what it forked that is still there; how it ended, perhaps before this."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        async with self._turn:  # whoever waits for an answer sees the end first
            self._line.close()
        death = await reap_orphan(self.pid)
        if death.status is None and self._parent:
            death = await self._parent.reap(self.pid)
        return death

    async def _request(self, message: Message | None, carried: socket.socket | None = None) -> Message:
        """Send a request (None: it has been sent) and wait for its answer, whatever happens to the caller meanwhile."""
        descriptor = [os.dup(carried.fileno())] if carried else []
        return await asyncio.shield(asyncio.ensure_future(self._exchange(message, descriptor)))

    async def _exchange(self, message: Message | None, descriptors: list[int]) -> Message:
        loop = asyncio.get_running_loop()
        try:
            async with self._turn:
                if message is not None:
                    await self._send(control.line(message), descriptors)
                while b"\n" not in self._held:
                    data = await loop.sock_recv(self._line, 65536)
                    if not data:
                        raise ConnectionError("it has ended")
                    self._held += data
                answer, _, self._held = self._held.partition(b"\n")
        except OSError as error:
            self.is_gone = True
            raise ZygoteGone(f"process {self.pid}: {error}") from None
        finally:
            for each in descriptors:
                os.close(each)
        found: Message = json.loads(answer)
        if "failed" in found:
            raise ForkFailed(found["failed"])
        return found

    async def _send(self, data: bytes, descriptors: list[int]) -> None:
        """The descriptors go with the first byte; a large change does not fit at once."""
        if descriptors:
            socket.send_fds(self._line, [data[:1]], descriptors)
            data = data[1:]
        await asyncio.get_running_loop().sock_sendall(self._line, data)


async def reap_orphan(pid: int) -> Death:
    """How a child of this process ended, or one whose own parent has gone; it has been told to end.

    Where it is nobody's child (any more), nobody knows.
    """
    for pause in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6):
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return Death(None)
        if found:
            return Death(os.waitstatus_to_exitcode(status))
        await asyncio.sleep(pause)
    return Death(None)


def spawn(module: str, line: socket.socket, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module of the engine in a fresh interpreter; its first argument is the descriptor of ``line``."""
    command = [sys.executable, "-P", "-m", module, str(line.fileno()), *arguments]
    if sys.platform == "win32":  # knows handles, not descriptors
        os.set_handle_inheritable(line.fileno(), True)
    return subprocess.Popen(
        command,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        close_fds=sys.platform != "win32",
        pass_fds=() if sys.platform == "win32" else [line.fileno()],
        start_new_session=True,
    )


@lru_cache
def allocator() -> str | None:
    """The shared library of mimalloc, the newest where there are several; None where it is not installed."""
    return max((path for pattern in _ALLOCATORS for path in glob(pattern)), key=lambda path: path[-1], default=None)


def child_environment() -> dict[str, str]:
    """The environment of a process of the engine: it finds the same code, and gets no secrets.

    What the caller says of memory stays: ``LD_PRELOAD``, also an empty one, and ``GLIBC_TUNABLES``.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    environment.setdefault("GLIBC_TUNABLES", _MALLOC)
    if sys.platform == "linux" and (found := allocator()):
        environment.setdefault("LD_PRELOAD", found)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_CODE), environment.get("PYTHONPATH"))))
    return environment
