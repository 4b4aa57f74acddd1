"""The miniature data folder of the tests: Xanadu, an invented member with three plans."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from ogpgraph import iris
from ogpgraph.build import read
from ogpgraph.lift import lift
from ogpgraph.vocabulary import OGP, Vocabulary

FOLDER = Path(__file__).resolve().parent / "fixtures" / "three-plans"

# An edit of a copied data folder.
Edit = Callable[[Path], None]


def copy_to(folder: Path) -> Path:
    """A copy of the folder that a test may damage."""
    return Path(shutil.copytree(FOLDER, folder / "data"))


def quads_of(folder: Path, vocabulary: Vocabulary) -> set[Quad]:
    """What the records of a data folder say, lifted; ontology and schemes left out."""
    return lift(read(folder, vocabulary, lambda name: None).collection, vocabulary)


def replaced(file: str, old: str, new: str) -> Edit:
    """Replace the one place where ``old`` stands in a file."""

    def edit(data: Path) -> None:
        path = data / file
        content = path.read_text("utf-8")
        assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {file}"
        path.write_text(content.replace(old, new), "utf-8")

    return edit


def written(file: str, content: str | bytes) -> Edit:
    """Write a file, or write it anew."""

    def edit(data: Path) -> None:
        path = data / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return edit


def removed(file: str) -> Edit:
    return lambda data: (data / file).unlink()


def renamed(file: str, to: str) -> Edit:
    return lambda data: (data / file).rename(data / to) and None


class Triples:
    """A set of quads asked in the words of the design: entities by path, own terms by local name."""

    def __init__(self, quads: set[Quad]) -> None:
        self._quads = quads
        self._values: dict[tuple[NamedNode, NamedNode, object], set[NamedNode | Literal]] = {}
        self._graphs: dict[tuple[NamedNode, NamedNode, object], set[str]] = {}
        for quad in quads:
            self._values.setdefault((quad.subject, quad.predicate, quad.graph_name), set()).add(quad.object)
            self._graphs.setdefault((quad.subject, quad.predicate, quad.object), set()).add(str(quad.graph_name))

    def of(self, path: str, term: NamedNode | str, graph: object | None = None) -> set[str]:
        """The values of a property: IRIs below the base, texts and numbers as they are."""
        from pyoxigraph import DefaultGraph

        predicate = OGP[term] if isinstance(term, str) else term
        found = self._values.get((iris.entity(path), predicate, graph or DefaultGraph()), set())
        return {short(value) for value in found}

    def graphs(self, path: str, term: str, value: str) -> set[str]:
        """The graphs in which a triple between two entities stands, the default graph left out."""
        found = self._graphs.get((iris.entity(path), OGP[term], iris.entity(value)), set())
        return {name.strip("<>").removeprefix(iris.graph("").value) for name in found} - {"DEFAULT"}


def short(term: NamedNode | Literal) -> str:
    """``commitment/XA0001``, ``scheme/star/yes``, ``ogp:starred``, or the text of a literal."""
    if isinstance(term, Literal):
        return f"{term.value}@{term.language}" if term.language else term.value
    base = iris.entity("").value
    if term in OGP:
        return f"ogp:{iris.local_name(term)}"
    return term.value.removeprefix(base).removeprefix(base.removesuffix("id/"))
