"""The command line: one command an arrow of the flow, and a few that combine them.

Machine output goes to standard output, talk to standard error. Exit status: 0 well, 1 problems found,
2 wrong usage. Bad input never ends in a traceback.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, parse
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

import ogpgraph
from ogpgraph import protocol, settings
from ogpgraph.engine.job import EngineFailed
from ogpgraph.load import DamagedRelease, dataset_of, latest_release, open_release, version_of
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, NotAcceptable
from ogpgraph.problems import Problem, ProblemsFound, violations

# A command loads what it needs: readers, checks and server are large, and a server should be there at once.
if TYPE_CHECKING:
    from ogpgraph import build as building
    from ogpgraph.release import Release

talk = Console(stderr=True, highlight=False)


class Failure(Exception):
    """Something that ends a command with a message; ``status`` is the exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status."""
    try:
        options = _parser().parse_args(arguments)
    except ValueError as error:  # a setting of the environment
        talk.print(f"ogpgraph: {error}", style="bold red", markup=False)
        return 2
    try:
        return options.run(options)
    except ProblemsFound as error:
        _show_problems(error.problems, options)
        return 1
    except (Failure, DamagedRelease, EngineFailed, protocol.QuerySyntaxError, protocol.Refused, NotAcceptable) as error:
        talk.print(f"ogpgraph: {error}", style="bold red", markup=False)
        return getattr(error, "status", 1)
    except UnicodeDecodeError as error:
        talk.print(f"ogpgraph: the input is not UTF-8 (byte {error.start}): save it as UTF-8", style="bold red")
        return 1
    except BrokenPipeError:
        return 0
    except OSError as error:
        talk.print(f"ogpgraph: {error.filename or ''}: {error.strerror or error}", style="bold red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ogpgraph",
        description="The linked-data knowledge graph of the Open Government Partnership.",
        epilog="sources --read--> records --lift--> RDF --release--> release --load--> store --serve--> HTTP",
    )
    parser.add_argument("--version", action="version", version=f"ogpgraph {ogpgraph.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], int], what: str, example: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=what,
            description=what,
            epilog=f"example: {example}",
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        added.set_defaults(run=run)
        return added

    defaults = settings.from_environment()
    _flow_commands(command)
    _release_commands(command, defaults)
    return parser


def _flow_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    added = command("read", _read, "Print the records of sources, one JSON object a line.", "ogpgraph read data")
    added.add_argument("source", nargs="+", type=Path, help="a data folder, or files and folders of any known source")
    added = command(
        "lift", _lift, "Print the RDF of records that `read` printed.", "ogpgraph read data | ogpgraph lift -"
    )
    added.add_argument("records", help="a file of records, or - for standard input")
    added.add_argument("--format", choices=("nquads", "trig"), default="nquads", help="form of the output")
    added = command("check", _check, "Check data, shapes and rules; print every problem.", "ogpgraph check")
    _data_option(added)
    added.add_argument("--format", choices=("text", "json"), default="text", help="form of the output")


def _release_commands(command: Callable[..., argparse.ArgumentParser], defaults: settings.Settings) -> None:
    out = Path(defaults.out)

    def out_option(added: argparse.ArgumentParser) -> None:
        added.add_argument("--out", type=Path, default=out, help="folder of the releases")

    added = command("release", _release, "Validate quads and write a release.", "ogpgraph release dataset.nq")
    added.add_argument("quads", type=Path, help="an N-Quads or TriG file")
    _data_option(added)
    out_option(added)
    added = command("build", _build, "Read, lift and release.", "ogpgraph build --out dist")
    _data_option(added)
    added.add_argument(
        "--source", action="extend", nargs="+", type=Path, default=[], metavar="PATH", help="add files or folders"
    )
    added.add_argument("--no-data", action="store_true", help="leave the data folder out: build from --source alone")
    out_option(added)
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
    _dump_command(command, out_option)
    added = command(
        "serve",
        _serve,
        "Serve the latest release over HTTP; build one first where there is none.",
        "ogpgraph serve --port 8000",
    )
    _data_option(added)
    out_option(added)
    added.add_argument("--engine", default=defaults.engine, metavar="URL", help=settings.HELP["engine"])
    added.add_argument("--host", default=defaults.host, help=settings.HELP["host"])
    added.add_argument("--port", type=int, default=defaults.port, help=settings.HELP["port"])
    added.epilog = f"every setting, with its unit and default:\n{_settings_text()}\n\n{added.epilog}"
    added.formatter_class = _SettingsFormatter


def _dump_command(
    command: Callable[..., argparse.ArgumentParser], out_option: Callable[[argparse.ArgumentParser], None]
) -> None:
    what = "Print a file of the latest release, or the names of all."
    added = command("dump", _dump, what, "ogpgraph dump commitments.csv")
    added.add_argument("name", nargs="?", default="", help="name of the file; without one: list the files")
    out_option(added)


class _SettingsFormatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults of options, and leaves the lines of the table of settings as they are."""


def _settings_text() -> str:
    """Every setting on two lines."""
    rows = settings.table()
    return "\n".join(f"  {name} ({unit}; {default or 'empty'})\n      {what}" for name, unit, default, what in rows)


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
    away.add_argument("--chunk-bytes", type=_positive, default=1_000_000, help="largest chunk, in bytes")
    away.add_argument("--chunk-triples", type=_positive, default=2_000, help="largest chunk, in triples")


def _positive(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _data_option(added: argparse.ArgumentParser) -> None:
    added.add_argument(
        "--data", type=Path, default=_near(settings.PROJECT / "data"), help="folder of the hand-kept data"
    )


def _near(path: Path) -> Path:
    """A path as people write it: relative where it lies below the current folder."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _query_formats() -> list[str]:
    return ["table", *(offered.name for offered in (*RESULT_FORMATS, *GRAPH_FORMATS))]


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
        _show_problems(problems, options)
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
    from ogpgraph import build as building

    with _progress() as step:
        problems = building.check(_data(options), step)
    _show_problems(problems, options)
    bad = len(violations(problems))
    talk.print(f"{bad} violations, {len(problems) - bad} warnings")
    return 1 if bad else 0


def _release(options: argparse.Namespace) -> int:
    from ogpgraph.read.data_folder import read_data_folder
    from ogpgraph.records import Collection, ReleaseNotes
    from ogpgraph.release import make_release

    found, problems = read_data_folder(_data(options))
    notes = Collection(entry.record for entry in found).of(ReleaseNotes)
    if violations(problems) or not notes:
        raise ProblemsFound(problems)
    form = RdfFormat.TRIG if options.quads.suffix == ".trig" else RdfFormat.N_QUADS
    try:
        quads = set(parse(options.quads.read_bytes(), format=form))
    except SyntaxError as error:
        raise Failure(f"{options.quads}: {error}") from None
    with _progress() as step:
        release = make_release(quads, notes[0], options.out, {}, step)
    _show_release(release)
    return 0


def _build(options: argparse.Namespace) -> int:
    from ogpgraph import build as building

    sources = getattr(options, "source", [])  # `serve` builds too, and has no such options
    without_data = getattr(options, "no_data", False)
    for source in sources:
        if not source.exists():
            raise Failure(f"{source}: there is no such file or folder; name what to read with --source", 2)
    if without_data and not sources:
        raise Failure("--no-data leaves nothing to build from: name sources with --source", 2)
    data = options.data if without_data else _data(options)
    read: list[building.Reading] = []
    try:
        with _progress() as step:
            release = building.build(data, options.out, step, sources, with_data=not without_data, told=read.append)
    except ProblemsFound as error:
        _show_problems(error.problems, options)
        _say_refused(error.problems, options.out)
        return 1
    if sources:
        _show_summary(read[0])
    _show_release(release)
    return 0


def _show_summary(reading: building.Reading) -> None:
    from ogpgraph.read.summary import Summary

    for line in Summary.of(reading.brought).lines(reading.unread):
        talk.print(line, markup=False)


def _say_refused(problems: list[Problem], out: Path) -> None:
    kept = latest_release(out)
    still = f"; {kept.name} is still the latest release" if kept else ""
    talk.print(f"No release was made: {len(violations(problems))} violations{still}.", style="bold red")


def _load(options: argparse.Namespace) -> int:
    folder = _latest(options.out)
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
        with Progress(*columns, console=talk, transient=True) as progress:
            task = progress.add_task(f"load {dataset.version}", total=load.triples)
            load.run(options.resume, options.replace, lambda triples: progress.advance(task, triples))
    except LoadFailed as error:
        raise Failure(str(error)) from None
    print(json.dumps({"version": dataset.version, "quads": load.triples, "endpoint": query.shown}))
    return 0


def _query(options: argparse.Namespace) -> int:
    text = sys.stdin.read() if options.query == "-" else Path(options.query).read_text("utf-8")
    store = open_release(_latest(options.out))
    answer = protocol.ask(store, protocol.Query(text))
    if options.format == "table":
        _show_answer(answer)
        return 0
    offered = {found.name: found for found in protocol.formats_for(answer)}
    if options.format not in offered:
        raise Failure(f"--format {options.format} does not fit this query: use {', '.join(offered)} or table", 2)
    sys.stdout.buffer.write(protocol.serialized(answer, offered[options.format]))
    return 0


def _dump(options: argparse.Namespace) -> int:
    folder = _latest(options.out)
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


def _serve(options: argparse.Namespace) -> int:
    from ogpgraph.serve.server import run

    given = settings.from_environment()
    used = replace(given, out=str(options.out), engine=options.engine, host=options.host, port=options.port)
    if not used.engine and latest_release(options.out) is None:
        talk.print("There is no release yet: building one.")
        if _build(options):
            return 1
    served = _without_password(used.engine) if used.engine else _latest(options.out).name
    address = f"http://{f'[{used.host}]' if ':' in used.host else used.host}:{used.port}/sparql"
    talk.print(f"Serving {served} at {address} (Ctrl+C stops)", markup=False)
    try:
        run(used)
    except SystemExit:  # the server has said why it cannot listen
        return 1
    return 0


def _without_password(url: str) -> str:
    """An address as it may be shown."""
    scheme, _, rest = url.rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _data(options: argparse.Namespace) -> Path:
    if not options.data.is_dir():
        raise Failure(f"{options.data}: there is no such folder; name the data folder with --data", 2)
    return options.data


def _latest(out: Path) -> Path:
    folder = latest_release(out)
    if folder is None:
        raise Failure(f"{out}: there is no release yet; run `ogpgraph build` first")
    return folder


class _progress:
    """A line a step on a terminal that shows what goes on; plain lines elsewhere."""

    def __enter__(self) -> Callable[[str], None]:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=talk, transient=True)
        self._bar.start()
        self._kind = ""
        self._task: TaskID | None = None
        return self._step

    def _step(self, name: str) -> None:
        if not talk.is_terminal:
            # A log needs the kind of work, not each of a thousand files.
            kind = name.split()[0]
            if kind != self._kind:
                talk.print(f"{name} …")
            self._kind = kind
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=None)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _show_problems(problems: list[Problem], options: argparse.Namespace) -> None:
    """Problems are the output of ``check``; elsewhere they are talk."""
    as_output = options.run is _check
    for problem in problems:
        if as_output and options.format == "json":
            print(json.dumps(problem.as_json(), ensure_ascii=False))
        else:
            print(problem, file=sys.stdout if as_output else sys.stderr)


def _show_release(release: Release) -> None:
    done = "Unchanged" if release.already_there else "Released"
    talk.print(f"{done}: {release.version}, {release.quads} quads, {len(release.problems)} warnings")
    print(release.folder)


def _show_answer(answer: QuerySolutions | QueryBoolean | QueryTriples) -> None:
    if isinstance(answer, QueryBoolean):
        print("yes" if answer else "no")
        return
    if isinstance(answer, QueryTriples):
        from ogpgraph.release import dumps

        sys.stdout.buffer.write(dumps.turtle(sorted(answer, key=dumps.by_subject)))
        return
    table = Table(show_lines=False)
    names = [variable.value for variable in answer.variables]
    for name in names:
        table.add_column(name, overflow="fold")
    for solution in answer:
        table.add_row(*(_cell(solution[name]) for name in names))
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160).print(table)


def _cell(term: object) -> str:
    if term is None:
        return ""
    value = getattr(term, "value", str(term))
    return value.removeprefix(settings.BASE)


if __name__ == "__main__":
    sys.exit(main())
