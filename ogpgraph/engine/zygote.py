"""The zygote: holds a release and forks the workers that answer from it. ``python -m ogpgraph.engine.zygote FD``.

It has one thread and few modules, so that a fork is cheap and safe. FD is its end of a socket on which the HTTP
process asks, one request at a time (see ``control``); when the other end closes, the zygote ends, and with it
its workers.

===========================================  ======================================================================
request                                      answer
===========================================  ======================================================================
``dataset, store_folder, limits,             ``ready``; ``failed`` where the release is not what its manifest
has_network, out``, first                    says, and the zygote ends
``do: fork, niceness, has_network`` + FD     ``pid`` of a worker that talks on FD
``do: reap, pid``                            ``status`` (as of os.waitstatus_to_exitcode), ``cpu_seconds`` of a
                                             worker or branch that has been ended; until then its pid is not reused
``do: branch`` + FD                          ``pid`` of a fork of this zygote that is a zygote itself, on FD
===========================================  ======================================================================

A branch is how data change under queries that run: the fork has its own copy of the store. On its new line it expects
``change`` first, calls ``ogpgraph.engine.change.apply(store, change)`` once, within the memory that a query may take,
and answers ``report`` with the returned dict (or ``failed`` with the message of an exception, and ends). From then on
it serves like any zygote, until its line closes; the zygote that it came from may end before it.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import Store

from ogpgraph.engine import confinement, worker
from ogpgraph.engine.control import Control, Message
from ogpgraph.load import DamagedRelease, Dataset, default_graph_of, disk, in_memory
from ogpgraph.search.names import index_file


@dataclass(frozen=True, slots=True)
class Plan:
    """What a zygote is to hold, and what it gives to its workers."""

    dataset: Dataset
    store_folder: Path | None  # where the store is kept on disk; None: in memory
    limits: worker.Limits
    has_network: bool  # some workers are to reach other endpoints: each of the others leaves the network by itself
    out: Path | None = None  # below which search indexes stand; None: queries cannot search

    def message(self) -> Message:
        """As it goes over the line."""
        dataset = self.dataset
        return {
            "dataset": [str(dataset.path), dataset.version, dataset.digest, dataset.quads, dataset.empty_graphs],
            "store_folder": str(self.store_folder) if self.store_folder else None,
            "limits": [self.limits.query_cpu_seconds, self.limits.query_memory_bytes, self.limits.result_bytes],
            "has_network": self.has_network,
            "out": str(self.out) if self.out else None,
        }

    @classmethod
    def of(cls, message: Message) -> Plan:
        """From what came over the line."""
        path, *facts = message["dataset"]
        folder = Path(message["store_folder"]) if message["store_folder"] else None
        out = Path(message["out"]) if message["out"] else None
        limits = worker.Limits(*message["limits"])
        return cls(Dataset(Path(path), *facts), folder, limits, message["has_network"], out)

    def source(self, store: Store, default_graph: Store | None = None) -> worker.Source:
        """What a worker answers from."""
        return worker.Source(store, index_file(self.out, self.dataset.digest) if self.out else None, default_graph)


class Zygote:
    """The state of the process: its line, its plan and, where they are kept in memory, its stores."""

    def __init__(self, control: Control, plan: Plan) -> None:
        self._control = control
        self._plan = plan
        self._left_network = not plan.has_network and confinement.leave_network()
        self._store = None if plan.store_folder else in_memory(plan.dataset)
        self._default_graph = None if self._store is None else default_graph_of(self._store)
        if plan.store_folder:
            _build_on_disk(plan.dataset, plan.store_folder, control)
        # What is there now never becomes garbage: the collector of a worker need not write on shared pages.
        gc.freeze()
        control.send({"ready": True})

    def serve(self) -> None:
        """Answer requests until the HTTP process has gone. A branch continues here, on its own line."""
        while (received := self._control.receive()) is not None:
            request, carried = received
            try:
                answer = self._answer(request, carried)
            except OSError as error:  # no more processes, no more memory: the next request may succeed
                answer = {"failed": str(error)}
            self._control.send(answer)

    def _answer(self, request: Message, carried: socket.socket | None) -> Message:
        if request["do"] == "reap":
            _, status, used = os.wait4(request["pid"], 0)
            return {"status": os.waitstatus_to_exitcode(status), "cpu_seconds": used.ru_utime + used.ru_stime}
        assert carried is not None, "a request to fork carries the socket of the new process"
        with carried:
            if request["do"] == "fork":
                return {"pid": self._fork_worker(carried, request["niceness"], request["has_network"])}
            return self._branch(carried)

    def _fork_worker(self, connection: socket.socket, niceness: int, has_network: bool) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            confinement.end_with_parent(parent)
            self._control.close()
            left_network = self._left_network or (not has_network and confinement.leave_network())
            confinement.give_up_privileges(niceness, writes_files=self._store is None)
            store = _on_disk(self._plan) if self._store is None else self._store
            worker.work(connection, self._plan.source(store, self._default_graph), self._plan.limits, left_network)
            status = 0
        except MemoryError:
            os.abort()  # as the engine does where its own allocation fails
        finally:
            os._exit(status)

    def _branch(self, connection: socket.socket) -> Message:
        if self._store is None:
            return {"failed": "a store on disk cannot be branched"}
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return {"pid": pid}
        confinement.end_with_parent(parent)
        self._control.close()
        self._control = Control(connection.dup())
        return self._changed(self._store)

    def _changed(self, store: Store) -> Message:
        """In the branch: take the change, apply it; the report."""
        from ogpgraph.engine import change  # only a branch needs it: every other start is faster without

        received = self._control.receive()
        if received is None:
            os._exit(0)
        confinement.limit_memory(self._plan.limits.query_memory_bytes)
        try:
            report = change.apply(store, received[0]["change"])
        except Exception as error:
            self._control.send({"failed": f"{type(error).__name__}: {error}"})
            os._exit(1)
        confinement.lift_memory_limit()
        confinement.outlive_parent()
        self._default_graph = None  # it has not changed with the store
        # What workers search is the index of what they hold.
        self._plan = replace(self._plan, dataset=replace(self._plan.dataset, digest=report.get("digest", "")))
        gc.freeze()
        return {"report": report}


def _on_disk(plan: Plan) -> Store:
    assert plan.store_folder is not None
    return disk.open_read_only(plan.store_folder)


def _build_on_disk(dataset: Dataset, folder: Path, control: Control) -> None:
    """Make the store's folder where it is missing: in a child, because writing a store leaves threads behind.

    The child ends with this process, and this process with the line.
    """
    if folder.exists():
        return
    parent, (reader, writer) = os.getpid(), os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            confinement.end_with_parent(parent)
            os.close(reader)
            disk.build(dataset, folder)
            status = 0
        except (DamagedRelease, OSError) as error:
            os.write(writer, str(error).encode()[:4000])
        finally:
            os._exit(status)
    os.close(writer)
    readable, _, _ = select.select([reader, control.fileno()], [], [])
    if control.fileno() in readable:
        os._exit(0)
    message = os.read(reader, 4000).decode(errors="replace")
    os.close(reader)
    os.waitpid(pid, 0)
    if not folder.exists():
        raise DamagedRelease(message or f"{folder}: the store could not be written")


def main(descriptor: int) -> None:
    """Load what the first request names, then serve."""
    # A stop of the whole service reaches every process: workers finish what they do, the line tells when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    confinement.deepen_stack()
    control = Control(socket.socket(fileno=descriptor))
    received = control.receive()
    if received is None:
        return
    try:
        zygote = Zygote(control, Plan.of(received[0]))
    except (DamagedRelease, SyntaxError, OSError) as error:
        control.send({"failed": str(error)})
        return
    zygote.serve()
    os._exit(0)  # the store need not be freed


if __name__ == "__main__":
    main(int(sys.argv[1]))
