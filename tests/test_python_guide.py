"""docs/python.md: its examples give what they show, on the release that the project's data make."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from ogpgraph.analysis.tables import TABLES
from ogpgraph.release import Release
from ogpgraph.settings import PROJECT

GUIDE = PROJECT / "docs" / "python.md"


def test_the_examples_of_the_guide_run(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dist").symlink_to(release.folder.parent)
    monkeypatch.chdir(tmp_path)
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    found = doctest.testfile(str(GUIDE), module_relative=False, optionflags=options)
    assert found.attempted > 20
    assert found.failed == 0, capsys.readouterr().out


def test_the_guide_names_every_ready_table() -> None:
    named = set(re.findall(r"^\| `(\w+)\(\)` \|", GUIDE.read_text("utf-8"), re.MULTILINE))
    assert named == {"commitments", *TABLES}
