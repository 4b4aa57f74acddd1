"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ogpgraph import settings
from ogpgraph.cli.talk import Failure

Command = Callable[..., argparse.ArgumentParser]  # adds a command: name, what runs it, what it does, an example


def data_option(added: argparse.ArgumentParser) -> None:
    added.add_argument(
        "--data", type=Path, default=near(settings.PROJECT / "data"), help="folder of the hand-kept data"
    )


def source_options(added: argparse.ArgumentParser) -> None:
    what = "add pages, tables of OGP, RDF, or a folder of tables of your own"
    added.add_argument("--source", action="extend", nargs="+", type=Path, default=[], metavar="PATH", help=what)
    added.add_argument("--no-data", action="store_true", help="leave the data folder out: read --source alone")


def out_option(added: argparse.ArgumentParser) -> None:
    """``--out``, the folder of the releases."""
    out = Path(settings.from_environment().out)
    added.add_argument("--out", type=Path, default=out, help="folder of the releases")


def positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return number


def near(path: Path) -> Path:
    """A path as people write it: relative where it lies below the current folder."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def existing_data(options: argparse.Namespace) -> Path:
    if not options.data.is_dir():
        raise Failure(f"{options.data}: there is no such folder; name the data folder with --data", 2)
    return options.data
