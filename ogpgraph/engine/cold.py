"""Workers where the system cannot fork: each is a fresh interpreter that opens the store on disk.

``python -m ogpgraph.engine.cold FD PLAN`` is such a worker: FD is its socket, PLAN a JSON object. They start more
slowly than forked ones and share no memory; what they answer is the same. A worker whose server was killed ends when
its query does.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from typing import Any

from ogpgraph.engine import confinement, worker
from ogpgraph.engine.control import Message
from ogpgraph.engine.nursery import Death, ForkFailed, Nursery, child_environment, spawn
from ogpgraph.engine.zygote import Plan
from ogpgraph.load import DamagedRelease, disk

_POLL_SECONDS = 0.01


class ColdNursery:
    """Starts workers as ``nursery.Nursery`` does, without a zygote."""

    is_gone = False

    def __init__(self, plan: Plan) -> None:
        self.pid = os.getpid()  # no other process holds the release
        self._plan = plan
        self._workers: dict[int, subprocess.Popen[bytes]] = {}

    @classmethod
    async def start(cls, plan: Plan) -> ColdNursery:
        """With the store on disk, which is made where it is missing; DamagedRelease where that fails."""
        assert plan.store_folder is not None, "a worker that is not forked reads from the disk"
        if not plan.store_folder.exists():
            await _build(plan)
        return cls(plan)

    async def fork(self, niceness: int, has_network: bool) -> tuple[int, socket.socket]:
        """A new worker: its pid and our end of its socket."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        told = {"plan": self._plan.message(), "niceness": niceness, "has_network": has_network}
        try:
            with theirs:
                process = spawn("ogpgraph.engine.cold", theirs, json.dumps(told))
        except OSError as error:
            ours.close()
            raise ForkFailed(str(error)) from None
        self._workers[process.pid] = process
        return process.pid, ours

    async def branch(self, change: Message) -> tuple[Nursery, Message]:
        """Never: ForkFailed."""
        raise ForkFailed("a system that cannot fork cannot change the data while they are read")

    async def reap(self, pid: int) -> Death:
        """How a worker that has been ended or closed its socket ended."""
        process = self._workers.pop(pid)
        while process.poll() is None:
            await asyncio.sleep(_POLL_SECONDS)
        return Death(process.returncode)

    async def end(self) -> Death:
        """Nothing more to end: the workers have been reaped one by one."""
        return Death(None)


async def _build(plan: Plan) -> None:
    """Make the store in a process of its own: it takes long and leaves threads behind."""
    command = (sys.executable, "-P", "-m", "ogpgraph.engine.cold", "build", json.dumps(plan.message()))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=child_environment(), stdout=pipe)
    try:
        message, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise DamagedRelease(message.decode(errors="replace").strip() or "the store could not be written")


def _built(plan: Plan) -> int:
    """In that process: 0, or 1 with the reason on standard output."""
    assert plan.store_folder is not None
    try:
        disk.build(plan.dataset, plan.store_folder)
    except (DamagedRelease, OSError) as error:
        sys.stdout.write(str(error))
        return 1
    return 0


def _work(descriptor: int, told: dict[str, Any]) -> None:
    plan = Plan.of(told["plan"])
    assert plan.store_folder is not None
    confinement.deepen_stack()
    left_network = not told["has_network"] and confinement.leave_network()
    confinement.give_up_privileges(told["niceness"], writes_files=True)
    try:
        store = disk.open_read_only(plan.store_folder)
        worker.work(socket.socket(fileno=descriptor), plan.source(store), plan.limits, left_network)
    except MemoryError:
        os.abort()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "build":
        sys.exit(_built(Plan.of(json.loads(sys.argv[2]))))
    _work(int(sys.argv[1]), json.loads(sys.argv[2]))
