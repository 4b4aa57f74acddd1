"""What a release answers: ``load``, ``query``, ``diff``, ``dump``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from ogpgraph import protocol, settings
from ogpgraph.cli.options import Command, out_option, positive
from ogpgraph.cli.talk import Failure, latest, show_answer, terminal
from ogpgraph.load import dataset_of, open_release, version_of
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS


def add_commands(command: Command) -> None:
    """``load``, ``query``, ``diff`` and ``dump``."""
    added = command(
        "load",
        _load,
        "Load the latest release into a store, or into another server, and say what is in it.",
        "ogpgraph load --engine http://localhost:7878/query --graph-store http://localhost:7878/store",
    )
    out_option(added)
    _remote_options(added)
    added = command(
        "query",
        _query,
        "Answer a query from the latest release.",
        "ogpgraph query queries/examples/001-*.rq --format table",
    )
    added.add_argument("query", help="a file, or - for standard input")
    added.add_argument("--format", default="table", choices=_query_formats(), help="form of the answer")
    out_option(added)
    added = command(
        "diff", _diff, "Show what changed between two releases.", "ogpgraph diff dist/0.1.0-1a2b3c4d dist/latest"
    )
    added.add_argument("old", type=Path, help="folder of a release")
    added.add_argument("new", type=Path, help="folder of another release")
    forms = ("text", "json", "rdfp")
    added.add_argument(
        "--format", choices=forms, default="text", help="form of the output; rdfp: RDF Patch of all graphs"
    )
    what = "Print a file of the latest release, or the names of all."
    added = command("dump", _dump, what, "ogpgraph dump commitments.csv")
    added.add_argument("name", nargs="?", default="", help="name of the file; without one: list the files")
    out_option(added)


def _remote_options(added: argparse.ArgumentParser) -> None:
    """The options of ``load`` for another server; their defaults are those of `load.remote`."""
    away = added.add_argument_group(
        "loading into another server",
        "SPARQL Update goes to the engine's URL where no other is named. The URLs may hold user and password; else "
        "OGPGRAPH_UPDATE_TOKEN is sent as a bearer token where it is set.",
    )
    away.add_argument("--engine", metavar="URL", default="", help="SPARQL endpoint, which also counts what was loaded")
    way = away.add_mutually_exclusive_group()
    way.add_argument("--update", metavar="URL", default="", help="load by SPARQL Update at this URL")
    way.add_argument("--graph-store", metavar="URL", default="", help="load by the Graph Store Protocol at this URL")
    away.add_argument(
        "--default-graph",
        metavar="IRI",
        default="",
        help="named graph for the default graph, for stores that have none of their own",
    )
    begin = away.add_mutually_exclusive_group()
    begin.add_argument("--replace", action="store_true", help="replace the release that is there")
    begin.add_argument("--resume", action="store_true", help="go on with an interrupted load")
    away.add_argument("--state", type=Path, metavar="FILE", help="what was done; by default a file in --out")
    away.add_argument("--chunk-bytes", type=positive, default=1_000_000, help="largest chunk, in bytes")
    away.add_argument("--chunk-triples", type=positive, default=2_000, help="largest chunk, in triples")


def _query_formats() -> list[str]:
    return ["table", *(offered.name for offered in (*RESULT_FORMATS, *GRAPH_FORMATS))]


def _load(options: argparse.Namespace) -> int:
    folder = latest(options.out)
    if options.engine:
        return _load_away(options, folder)
    if options.update or options.graph_store:
        raise Failure("--update and --graph-store need --engine, which counts what was loaded", 2)
    store = open_release(folder)
    graphs = sum(1 for _ in store.named_graphs())
    print(json.dumps({"version": version_of(folder), "quads": len(store), "named_graphs": graphs}))
    return 0


def _load_away(options: argparse.Namespace, folder: Path) -> int:
    """Load into another server; the client for it is imported by who needs it."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from ogpgraph.load.endpoint import Endpoint
    from ogpgraph.load.remote import Load, Target
    from ogpgraph.load.sending import LoadFailed

    token = settings.from_environment().update_token
    try:
        query = Endpoint.of(options.engine, token)
        write = Endpoint.of(options.graph_store or options.update or options.engine, token)
        target = Target(query, write, bool(options.graph_store), options.default_graph)
    except ValueError as error:
        raise Failure(str(error), 2) from None
    state = options.state or options.out / f"load-{target.key}.json"
    dataset = dataset_of(folder)
    load = Load(dataset, target, state, options.chunk_bytes, options.chunk_triples)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=terminal(), transient=True) as progress:
            task = progress.add_task(f"load {dataset.version}", total=load.triples)
            load.run(options.resume, options.replace, lambda triples: progress.advance(task, triples))
    except LoadFailed as error:
        raise Failure(str(error)) from None
    print(json.dumps({"version": dataset.version, "quads": load.triples, "endpoint": query.shown}))
    return 0


def _query(options: argparse.Namespace) -> int:
    text = sys.stdin.read() if options.query == "-" else Path(options.query).read_text("utf-8")
    store = open_release(latest(options.out))
    answer = protocol.ask(store, protocol.Query(text))
    if options.format == "table":
        show_answer(answer)
        return 0
    offered = {found.name: found for found in protocol.formats_for(answer)}
    if options.format not in offered:
        raise Failure(f"--format {options.format} does not fit this query: use {', '.join(offered)} or table", 2)
    sys.stdout.buffer.write(protocol.serialized(answer, offered[options.format]))
    return 0


def _dump(options: argparse.Namespace) -> int:
    folder = latest(options.out)
    files = json.loads((folder / "manifest.json").read_bytes())["files"]
    if not options.name:
        for name, facts in files.items():
            print(f"{facts['bytes']:>12}  {facts['sha256']}  {name}")
        return 0
    if options.name not in files:
        raise Failure(f"{options.name}: {folder.name} has no such file; `ogpgraph dump` lists them", 2)
    sys.stdout.buffer.write((folder / options.name).read_bytes())
    return 0


def _diff(options: argparse.Namespace) -> int:
    from ogpgraph.release import void
    from ogpgraph.release.changes import compare
    from ogpgraph.release.patch import Patch

    if options.format == "rdfp":
        old_raw, new_raw = ((folder / "dataset.nq").read_bytes() for folder in (options.old, options.new))
        sys.stdout.write(Patch.between(old_raw, new_raw).as_text())
        return 0
    sides = []
    for folder in (options.old, options.new):
        raw = (folder / "dataset.nq").read_bytes()
        try:
            sides.append((version_of(folder), void.uncounted(parse(raw, format=RdfFormat.N_QUADS))))
        except SyntaxError as error:
            raise Failure(f"{folder / 'dataset.nq'}: {error}") from None
    (old_version, old), (new_version, new) = sides
    changes = compare(old_version, old, new_version, new)
    print(changes.as_json() if options.format == "json" else changes.as_text(), end="")
    return 0
