"""The two sides of a linking: whatever somebody names, read into items by what it is.

A release by its folder or version, an RDF file, a file of any source that ``ogpgraph build --source`` takes (an
edition of OGP's database among them), or a table whose columns are named.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import QuerySolutions, RdfFormat, Store

from ogpgraph.lift import lift
from ogpgraph.link.items import FIELDS, Item, items_of_graph, items_of_table
from ogpgraph.load import dataset_of, in_memory, latest_release, version_of
from ogpgraph.problems import Problem, ProblemsFound, shown_path
from ogpgraph.read.source_file import SourceFile
from ogpgraph.read.sources import READERS, read_sources
from ogpgraph.read.tables import column_key, table
from ogpgraph.records import Collection, DatabaseRow
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, RDFS, SKOS, Vocabulary

LATEST = "latest"
_EXAMPLE = "https://example.org/"  # reserved for examples (RFC 2606): what is named below it has no name yet
_TABLES = {".csv", ".tsv", ".xlsx"}
# Things that have names only; what they are is told by a class, or by a scheme where the graph has that scheme.
_NAMED = {
    "Member": f"?thing a ?class VALUES ?class {{ <{OGP.NationalMember.value}> <{OGP.LocalMember.value}> }}",
    "PolicyArea": f"?thing a <{SKOS.Concept.value}> OPTIONAL {{ ?thing <{SKOS.inScheme.value}> ?scheme }}",
}
_POLICY_AREAS = f"{BASE}scheme/policy-area"


class NotASide(Exception):
    """What somebody named is nothing that can be linked; the message says what could be named instead."""


@dataclass(frozen=True)
class Layout:
    """How a table is to be read: which field each column holds (as `items_of_table` takes it), where rows are named.

    Without columns, those count that are called like fields; rows without an IRI are named below ``namespace``, by
    default an example's with the name of the file.
    """

    columns: tuple[tuple[str, str], ...] = ()
    namespace: str = ""


BY_NAME = Layout()


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a linking: its name as a person reads it, its items, and its graph where it is no table."""

    name: str
    items: tuple[Item, ...]
    store: Store | None = None


def read_side(asked: str, kind: str, out: Path, layout: Layout = BY_NAME, member: str | None = None) -> Side:
    """The items of one side; a layout with columns makes a table of any CSV or spreadsheet, known to a reader or not.

    Raises NotASide, UnreadableItems, ProblemsFound and DamagedRelease, each with what to do about it, and OSError.
    """
    path = Path(asked)
    folder = release_folder(asked, out)
    is_table = folder is None and path.suffix.lower() in _TABLES
    if is_table and (layout.columns or not _is_known(path)):
        items = items_of_table(path, dict(layout.columns) or _columns_by_name(path), kind)
        namespace = layout.namespace or f"{_EXAMPLE}{quote(path.stem)}/"
        return Side(path.name, tuple(_below(namespace, item) for item in items if member in (None, item.member)))
    store = _graph(path, folder, member)
    name = f"release {version_of(folder)}" if folder else path.name
    return Side(name, tuple(_items(store, kind, member)), store)


def release_folder(asked: str, out: Path) -> Path | None:
    """The folder of a release that is named by its path or its version; None where a file or other folder is named."""
    path = Path(asked)
    if (path / "manifest.json").is_file():
        return path
    if asked == LATEST and not path.exists():
        folder = latest_release(out)
        if folder is None:
            raise NotASide(f"{out}: there is no release yet; run `ogpgraph build` first, or name two files")
        return folder
    if (out / asked / "manifest.json").is_file():
        return out / asked
    if not path.exists():
        versions = sorted(found.parent.name for found in out.glob("*/manifest.json") if not found.parent.is_symlink())
        known = f"the releases in {out} are {', '.join(versions)}" if versions else f"{out} has no release"
        raise NotASide(f"{asked}: there is no such file, folder or release; {known}")
    return None


def _graph(path: Path, folder: Path | None, member: str | None) -> Store:
    """A release, an RDF file, or a source as `build --source` reads it; what single rows lack is passed over.

    Of a database only the rows of the member are lifted where one is asked for, which is most of the work.
    """
    if folder is not None:
        return in_memory(dataset_of(folder))
    store = Store()
    found = RdfFormat.from_extension(path.suffix.removeprefix("."))
    if found is not None and path.is_file():
        try:
            store.load(path=path, format=found)
        except SyntaxError as error:
            problem = Problem(str(path), error.lineno or 0, "rdf-syntax", f"{error.msg}: mend the file")
            raise ProblemsFound([problem]) from None
        return store
    vocabulary = Vocabulary()
    records, problems = read_sources([path], vocabulary)
    if not records:
        raise ProblemsFound(problems)
    wanted = (each for each in records if not isinstance(each, DatabaseRow) or member in (None, each.member))
    store.bulk_extend(lift(Collection(wanted), vocabulary))
    return store


def _is_known(path: Path) -> bool:
    """Whether a reader of sources knows a file."""
    return any(reader.fits(_source_file(path)) for reader in READERS)


def _source_file(path: Path) -> SourceFile:
    return SourceFile(path, shown_path(path, Path.cwd()), path.read_bytes())


def _columns_by_name(path: Path) -> dict[str, str]:
    """The columns of a table that are called like the fields of an item; ``id`` is ``iri`` for short."""
    fields = {column_key(field): field for field in (*FIELDS, "id")}
    found = table(_source_file(path), lambda names: not names.isdisjoint(("title", "text")))
    if isinstance(found, Problem):
        example = "--columns title=COLUMN iri=COLUMN"
        raise NotASide(f"{path}: no column is called title or text: say which column holds what, such as {example}")
    return {name: "iri" if key == "id" else fields[key] for name in found.names if (key := column_key(name)) in fields}


def _below(namespace: str, item: Item) -> Item:
    """A row whose name is no IRI, named below a namespace."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", item.iri):
        return item
    return replace(item, iri=namespace + quote(item.iri, safe="/#=.-_~"))


def _items(store: Store, kind: str, member: str | None) -> Iterator[Item]:
    if kind not in _NAMED:
        yield from items_of_graph(store, kind, member)
        return
    labels = " ".join(f"<{term.value}>" for term in (RDFS.label, SKOS.prefLabel, SKOS.altLabel, DCTERMS.title))
    rows = store.query(
        f"SELECT DISTINCT ?thing ?scheme ?label {{ {_NAMED[kind]} VALUES ?p {{ {labels} }} ?thing ?p ?label "
        "FILTER(isIRI(?thing) && isLiteral(?label)) }",
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, QuerySolutions)
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    of_ours: set[str] = set()
    for row in rows:
        found[row["thing"].value].add((row["label"].value, row["label"].language or ""))
        if row["scheme"] is not None and row["scheme"].value == _POLICY_AREAS:
            of_ours.add(row["thing"].value)
    for iri in sorted(of_ours or found):
        yield Item(iri, kind, tuple(sorted(found[iri])))
