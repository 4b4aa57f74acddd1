"""The command line as a test calls it: in this process, with its exit status and what it said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ogpgraph import cli


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    capsys.readouterr()
    try:
        status = cli.main([str(argument) for argument in arguments])
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, *capsys.readouterr()


def unwrapped(text: str) -> str:
    """Talk is folded to the width of the terminal."""
    return " ".join(text.split())
