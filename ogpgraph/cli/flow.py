"""The arrows of the flow up to a release: ``read``, ``lift``, ``check``, ``release``, ``build``; and ``template``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse

from ogpgraph.cli.options import Command, data_option, existing_data, out_option, source_options
from ogpgraph.cli.talk import Failure, Steps, complain, say, show_problems
from ogpgraph.load import latest_release
from ogpgraph.problems import Problem, ProblemsFound, violations

if TYPE_CHECKING:
    from ogpgraph import build as flow
    from ogpgraph.release import Release


def add_commands(command: Command) -> None:
    """``read``, ``lift``, ``check``, ``release``, ``build``, and ``template`` for what they read."""
    added = command("read", _read, "Print the records of sources, one JSON object a line.", "ogpgraph read data")
    added.add_argument("source", nargs="+", type=Path, help="a data folder, or files and folders of any known source")
    added = command(
        "lift", _lift, "Print the RDF of records that `read` printed.", "ogpgraph read data | ogpgraph lift -"
    )
    added.add_argument("records", help="a file of records, or - for standard input")
    added.add_argument("--format", choices=("nquads", "trig"), default="nquads", help="form of the output")
    added = command("check", _check, "Check data, shapes and rules; print every problem.", "ogpgraph check")
    data_option(added)
    source_options(added)
    added.add_argument("--format", choices=("text", "json"), default="text", help="form of the output")
    what = "Write a graph of your own to fill in: tables, or Turtle (docs/your-own-graph.md)."
    added = command("template", _template, what, "ogpgraph template xanadu --member XA --name Xanadu")
    added.add_argument("folder", type=Path, help="a new or empty folder")
    added.add_argument("--member", default="XA", help="OGP's prefix of the member: capital letters")
    added.add_argument("--name", default="Xanadu", help="name of the member")
    added.add_argument("--format", choices=("csv", "turtle"), default="csv", help="form of the graph")
    added = command("release", _release, "Validate quads and write a release.", "ogpgraph release dataset.nq")
    added.add_argument("quads", type=Path, help="an N-Quads or TriG file")
    data_option(added)
    out_option(added)
    added = command("build", build, "Read, lift and release.", "ogpgraph build --out dist")
    data_option(added)
    source_options(added)
    out_option(added)


def _read(options: argparse.Namespace) -> int:
    from ogpgraph.read.data_folder import read_data_folder
    from ogpgraph.read.sources import read_sources
    from ogpgraph.records import Collection
    from ogpgraph.vocabulary import Vocabulary

    status = 0
    vocabulary = Vocabulary()
    for source in options.source:
        if not source.exists():
            raise Failure(f"{source}: there is no such file or folder", 2)
        if (source / "release.yml").is_file():
            found, problems = read_data_folder(source)
            records = [entry.record for entry in found]
        else:
            records, problems = read_sources([source], vocabulary)
        for line in Collection(records).json_lines():
            print(line)
        show_problems(problems, options)
        status = 1 if violations(problems) else status
    return status


def _lift(options: argparse.Namespace) -> int:
    from ogpgraph.lift import lift
    from ogpgraph.records import Collection
    from ogpgraph.release import dumps
    from ogpgraph.vocabulary import Vocabulary

    lines = sys.stdin if options.records == "-" else Path(options.records).read_text("utf-8").splitlines()
    try:
        collection = Collection.from_json_lines(lines)
        quads = lift(collection, Vocabulary())
    except ValueError as error:
        raise Failure(f"{options.records}: {error}") from None
    except (KeyError, AssertionError) as error:
        what = f"{error} is named but" if str(error) else "a code is named that is"
        raise Failure(f"{options.records}: {what} not known: run `ogpgraph check` on the data first") from None
    ordered = dumps.canonical(quads)
    sys.stdout.buffer.write(dumps.nquads(ordered) if options.format == "nquads" else dumps.trig(ordered))
    return 0


def _check(options: argparse.Namespace) -> int:
    from ogpgraph import build as flow

    without_data = _without_data(options)
    data = options.data if without_data else existing_data(options)
    with Steps() as step:
        problems = flow.check(data, step, options.source, with_data=not without_data)
    show_problems(problems, options)
    bad = len(violations(problems))
    say(f"{bad} violations, {len(problems) - bad} warnings")
    return 1 if bad else 0


def _release(options: argparse.Namespace) -> int:
    from ogpgraph.read.data_folder import read_data_folder
    from ogpgraph.records import Collection, ReleaseNotes
    from ogpgraph.release import make_release

    found, problems = read_data_folder(existing_data(options))
    notes = Collection(entry.record for entry in found).of(ReleaseNotes)
    if violations(problems) or not notes:
        raise ProblemsFound(problems)
    form = RdfFormat.TRIG if options.quads.suffix == ".trig" else RdfFormat.N_QUADS
    try:
        quads = set(parse(options.quads.read_bytes(), format=form))
    except SyntaxError as error:
        raise Failure(f"{options.quads}: {error}") from None
    with Steps() as step:
        release = make_release(quads, notes[0], options.out, {}, step)
    _show_release(release)
    return 0


def build(options: argparse.Namespace) -> int:
    """Run ``build``; ``serve`` does so where there is no release yet."""
    from ogpgraph import build as flow

    sources = getattr(options, "source", [])  # `serve` builds too, and has no such options
    without_data = _without_data(options)
    data = options.data if without_data else existing_data(options)
    read: list[flow.Reading] = []
    try:
        with Steps() as step:
            release = flow.build(data, options.out, step, sources, with_data=not without_data, told=read.append)
    except ProblemsFound as error:
        show_problems(error.problems, options)
        _say_refused(error.problems, options.out)
        return 1
    if sources:
        _show_summary(read[0])
    _show_release(release)
    return 0


def _without_data(options: argparse.Namespace) -> bool:
    """Whether the data folder is left out; Failure where nothing is left to read."""
    sources = getattr(options, "source", [])
    without_data: bool = getattr(options, "no_data", False)
    for source in sources:
        if not source.exists():
            raise Failure(f"{source}: there is no such file or folder; name what to read with --source", 2)
    if without_data and not sources:
        raise Failure("--no-data leaves nothing to build from: name sources with --source", 2)
    return without_data


def _template(options: argparse.Namespace) -> int:
    from ogpgraph.read.own_template import written

    try:
        files = written(options.member, options.name, options.format)
    except ValueError as error:
        raise Failure(str(error), 2) from None
    if options.folder.exists() and (not options.folder.is_dir() or any(options.folder.iterdir())):
        raise Failure(f"{options.folder}: this is there already and not empty: name a new folder", 2)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (options.folder / name).write_text(content, "utf-8")
    # Once all are there: who reads the names may stop after the first.
    print(*(options.folder / name for name in files), sep="\n")
    return 0


def _show_summary(reading: flow.Reading) -> None:
    from ogpgraph.read.summary import Summary

    records = [*reading.brought, *(entry.record for entry in reading.tables)]
    for line in Summary.of(records).lines(reading.unread):
        say(line)


def _say_refused(problems: list[Problem], out: Path) -> None:
    kept = latest_release(out)
    still = f"; {kept.name} is still the latest release" if kept else ""
    complain(f"No release was made: {len(violations(problems))} violations{still}.")


def _show_release(release: Release) -> None:
    done = "Unchanged" if release.already_there else "Released"
    say(f"{done}: {release.version}, {release.quads} quads, {len(release.problems)} warnings")
    print(release.folder)
