"""Stores on the disk: which of them stay when another one is made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ogpgraph.load import Dataset, dataset_of, disk
from ogpgraph.release import Release

pytest_plugins = ["fixtures_three_plans"]

pytest.importorskip("fcntl", reason="only POSIX systems tell which stores are open")

_HOLD = """
import sys
from pathlib import Path
from ogpgraph.load import disk
store = disk.open_read_only(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
print(len(store), flush=True)
"""


@pytest.fixture
def dataset(xanadu_release: Release) -> Dataset:
    return dataset_of(xanadu_release.folder)


def test_a_store_that_a_process_reads_stays_whatever_is_made_after_it(dataset: Dataset, tmp_path: Path) -> None:
    in_service = tmp_path / "stores" / "in-service"
    disk.build(dataset, in_service)
    command = [sys.executable, "-c", _HOLD, str(in_service)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        for number, name in enumerate(("old-1", "old-2", "old-3")):
            disk.build(dataset, tmp_path / "stores" / name)
            os.utime(tmp_path / "stores" / name, (2e9 + number, 2e9 + number))  # opened later than the one in service
        assert {each.name for each in in_service.parent.iterdir()} == {"in-service", "old-2", "old-3"}
        answer, _ = server.communicate()
    assert int(answer) == dataset.quads
    disk.build(dataset, tmp_path / "stores" / "last")
    assert {each.name for each in in_service.parent.iterdir()} == {"old-3", "last"}
