"""The graph as a researcher has it in Python: ``ogpgraph.open``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar
from typing import Literal as OneOf

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph.analysis import tables
from ogpgraph.analysis.answers import Answer, QueryFailed, Solutions, Source
from ogpgraph.analysis.columns import Column, columns_of
from ogpgraph.analysis.frames import MAKERS
from ogpgraph.analysis.names import Names
from ogpgraph.iris import member as member_iri
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import under_base

if TYPE_CHECKING:
    import networkx  # type: ignore[import-untyped]
    import rdflib

    from ogpgraph.analysis.provenance import Account
    from ogpgraph.analysis.rdf import Node
    from ogpgraph.load.citation import Citation

Frame = TypeVar("Frame")
_QUERIES = Path(__file__).parent / "queries"
_GRAPHS = (f"{BASE}graph/", f"{BASE}.well-known/")


@dataclass(frozen=True, slots=True)
class Example:
    """An example query of the release: ``frame(example.query)`` answers it."""

    name: str
    title: str
    description: str
    query: str
    keywords: tuple[str, ...]


class KnowledgeGraph(Generic[Frame]):
    """One release, in this process or behind an endpoint: both answer alike. ``ogpgraph.open`` makes it.

    Queries may use the prefixes of ``prefixes`` without declaring them. Entities and properties are named by IRI or by
    CURIE (``commitment:FR0013``), members also by code. Every question may raise QuerySyntaxError or QueryFailed.
    """

    def __init__(self, source: Source, make_frame: Callable[[Sequence[Column]], Frame]) -> None:
        self._source, self._make_frame = source, make_frame

    def __repr__(self) -> str:
        return f"<OGP Graph {self._source.name}>"

    def __enter__(self) -> KnowledgeGraph[Frame]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and remove temporary files; also done at the end of a ``with`` block."""
        self._source.close()

    # ---------------------------------------------------------------- the release

    @property
    def version(self) -> str:
        """The version of the release, such as ``0.1.0-e85d0911``; empty where the dataset does not describe itself."""
        return self._citation().version

    @property
    def issued(self) -> str:
        """The day of the release, such as ``2026-11-21``; empty where the dataset does not describe itself."""
        return self._citation().issued

    def cite(self, form: OneOf["text", "bibtex", "cff"] = "text") -> str:
        """How to cite this version: a line of text, an entry of BibTeX, or a file of the Citation File Format."""
        citation = self._citation()
        if not citation.version:
            raise QueryFailed(f"{self._source.name} does not say which version it is: cite the file or address itself")
        forms = {"text": citation.as_text, "bibtex": citation.as_bibtex, "cff": citation.as_cff}
        if form not in forms:
            raise ValueError(f"no form {form!r}: there are {', '.join(forms)}")
        return forms[form]()

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefixes that queries need not declare, with their IRIs."""
        return dict(self._names.prefixes)

    def shorten(self, iri: str) -> str:
        """The CURIE of an IRI, such as ``commitment:FR0013``; the IRI itself where no prefix fits."""
        return self._names.shorten(iri)

    def expand(self, name: str) -> str:
        """The IRI of a CURIE; an IRI stays as it is."""
        return self._names.expand(name)

    def examples(self) -> dict[str, Example]:
        """The example queries by name, such as ``013-lineage-graph-to-draw``."""
        found: dict[str, Example] = {}
        for row in self._own("examples").texts():
            name = str(row["example"]).rpartition("/")[2]
            known = found.get(name)
            keywords = (*(known.keywords if known else ()), *([row["keyword"]] if row["keyword"] else []))
            title, description, query = (row[key] or "" for key in ("title", "description", "query"))
            found[name] = Example(name, title, description, query, tuple(dict.fromkeys(keywords)))
        return found

    # ---------------------------------------------------------------- any query

    def frame(self, query: str, *, curies: bool = False, languages: bool = False) -> Frame:
        """The answer of a SELECT query as a frame, a column for each variable.

        Types come from the datatypes (``ogpgraph.analysis.columns`` has the table): integers and years are integers,
        booleans, numbers, days and times are what they are, all else is text; unbound values are missing. With
        ``curies`` IRIs are shortened; with ``languages`` a column ``<name>_language`` follows where texts have one.
        ValueError where the query is no SELECT.
        """
        solutions = self._solutions(query)
        return self._make_frame(columns_of(solutions, self._shortener(curies), languages))

    def bindings(self, query: str) -> list[dict[str, Node]]:
        """The answer of a SELECT query as it is: rdflib terms by variable, unbound ones left out."""
        from ogpgraph.analysis.rdf import node_of

        solutions = self._solutions(query)
        return [
            {name: node_of(term) for name, term in zip(solutions.variables, row, strict=True) if term is not None}
            for row in solutions.rows
        ]

    def ask(self, query: str) -> bool:
        """The answer of an ASK query; ValueError where the query is none."""
        answer = self._answer(query)
        if not isinstance(answer, bool):
            raise ValueError("ask() is for ASK: frame() and bindings() take SELECT, construct() the others")
        return answer

    def construct(self, query: str) -> rdflib.Graph:
        """The answer of a CONSTRUCT or DESCRIBE query as an rdflib graph; ValueError where the query is neither."""
        from ogpgraph.analysis.rdf import graph_of

        return graph_of(self._triples(query), self._names.prefixes)

    # ---------------------------------------------------------------- RDF

    def graph(self, name: str | None = None) -> rdflib.Graph:
        """A part of the release as an rdflib graph: by default the whole, without the named graphs.

        Of a member: what belongs to it with the sources that this names, as in the file ``members/<code>.ttl``. Of any
        other entity: what is said of it and of its parts. Of a named graph, such as ``graph:ontology``: what it holds.
        LookupError where the release says nothing of it.
        """
        from ogpgraph.analysis.rdf import graph_of

        if name is None:
            return graph_of(self._triples("CONSTRUCT WHERE { ?s ?p ?o }"), self._names.prefixes)
        node = self._node(name)
        if node.value.startswith(f"{BASE}id/member/"):
            code = node.value.removeprefix(f"{BASE}id/member/")
            triples = self._triples(_filled("member", pattern=_of_member(code), sources=f"{BASE}id/source/"))
        elif node.value.startswith(_GRAPHS):
            triples = self._triples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}")
        else:
            triples = self._triples(_query("entity").replace("<entity>", str(node)))
        if not triples:
            raise LookupError(f"{self._source.name} says nothing of {node}")
        return graph_of(triples, self._names.prefixes)

    def dataset(self) -> rdflib.Dataset:
        """All statements as an rdflib dataset: the release in the default graph, each source and rule in its own."""
        from ogpgraph.analysis.rdf import dataset_of_rows

        return dataset_of_rows(self._own("everything"), self._names.prefixes)

    def said_by(self, subject: str, predicate: str, value: str | rdflib.term.Node | None = None) -> list[Account]:
        """Who says a statement: every graph that makes it, with the source or the rule behind the graph.

        ``value`` is an IRI, a CURIE or an rdflib term. Without it: all that anybody says of this property, also what
        the release does not believe. An empty list means that nobody says so.
        """
        from ogpgraph.analysis.provenance import accounts_of
        from ogpgraph.analysis.rdf import term_of

        query = _query("said-by").replace("(<subject> <property>)", f"({self._node(subject)} {self._node(predicate)})")
        if value is not None:
            term = term_of(self.expand(value) if type(value) is str else value)
            query = query.replace("VALUES ?value { UNDEF }", f"VALUES ?value {{ {term} }}")
        return accounts_of(self._solutions(query))

    # ---------------------------------------------------------------- ready tables

    def commitments(self, member: str | None = None, *, curies: bool = False) -> Frame:
        """One row a commitment, of a member or of all: the table that a release has as ``commitments.csv``.

        Where a value is missing the column ``…_absent`` beside it says why. ``columns("commitments")`` describes all.
        """
        triples = self._triples(self._of("commitments", member))
        return self._make_frame(tables.commitment_columns(triples, self._shortener(curies)))

    def plans(self, member: str | None = None, *, curies: bool = False) -> Frame:
        """One row an action plan, of a member or of all; ``columns("plans")`` describes the columns."""
        return self._table("plans", member, curies)

    def institutions(self, member: str | None = None, *, curies: bool = False) -> Frame:
        """One row an institution, of a member or of all; ``columns("institutions")`` describes the columns."""
        return self._table("institutions", member, curies)

    def ratings(self, member: str | None = None, *, curies: bool = False) -> Frame:
        """One row a value that an assessment gives, or a reason why it gives none; see ``columns("ratings")``.

        All phases and assessors stand side by side, governments' own too; ``commitments`` has one rating a commitment.
        """
        return self._table("ratings", member, curies)

    def lineage_statements(self, member: str | None = None, *, curies: bool = False) -> Frame:
        """One row a statement on lineage, stated or inferred; ``columns("lineage_statements")`` describes all."""
        return self._table("lineage_statements", member, curies)

    def columns(self, table: str) -> Frame:
        """What the columns of a ready table hold: name, type and description. KeyError where there is no such table."""
        found = tables.described(table)
        return self._make_frame(
            [
                Column("name", "text", [each.name for each in found]),
                Column("type", "text", [each.type for each in found]),
                Column("description", "text", [each.description for each in found]),
            ]
        )

    def lineage(self, member: str | None = None, *, inferred: bool = False) -> networkx.MultiDiGraph:
        """Commitments with what joins them, as a networkx graph from earlier to later ones; nodes are named by IRI.

        Nodes are all commitments of the member, also those without lineage, and the initiatives that took a place.
        They have ``kind``, ``title``, ``language``, ``identifier``, ``number``, ``plan``, ``cycle`` (int), ``member``
        and ``fate`` as far as known. Edges are keyed by the IRI of the statement and have ``relation``, ``basis``,
        ``stated`` (bool), ``confidence`` (float, 0 to 1), ``asserted_by``, ``topic``, ``evidence``,
        ``counter_evidence`` and ``sources`` (IRIs with blanks between). By default there is only what a source states
        of these very commitments; ``inferred`` adds the rest.
        """
        from ogpgraph.analysis.lineage import lineage_graph

        nodes, statements, lists = (
            self._solutions(self._of(name, member)) for name in ("lineage-nodes", "lineage", "lineage-lists")
        )
        return lineage_graph(nodes, statements, lists, inferred)

    def search(
        self,
        words: str,
        *,
        kind: str | Iterable[str] = (),
        member: str | Iterable[str] = (),
        cycle: int | Iterable[int] = (),
        area: str | Iterable[str] = (),
        most: int = 20,
        curies: bool = False,
    ) -> Frame:
        """What the site's search finds, the best first: ``entity``, ``kind``, ``name``, ``score`` of ``most`` at most.

        Words, phrases and ``-words`` in any language (docs/search.md); ``kind`` is a class (``Commitment``), ``member``
        a code, ``area`` a policy area (``open-data``); several narrow further. The first search in a release that was
        not served yet makes an index, about two seconds for 100,000 quads. ValueError for what cannot be asked;
        QueryFailed where an endpoint does not know the functions of the search.
        """
        from ogpgraph.analysis.finding import asked, entities_of, search_columns
        from ogpgraph.search.asked import as_sparql

        search = asked(words, kind=kind, member=member, cycle=cycle, area=area)
        found = self._solutions(f"{as_sparql(search)} LIMIT {int(most)}")
        names = self._solutions(_query("names").replace("<entities>", " ".join(map(str, entities_of(found)))))
        return self._make_frame(search_columns(found, names, self._shortener(curies)))

    # ---------------------------------------------------------------- asking

    @cached_property
    def _names(self) -> Names:
        schemes = self._source.answer(_query("schemes"))
        assert isinstance(schemes, Solutions)
        return Names(row["scheme"] or "" for row in schemes.texts())

    def _shortener(self, curies: bool) -> Callable[[str], str] | None:
        return self._names.shorten if curies else None

    def _citation(self) -> Citation:
        from ogpgraph.load.citation import DATASET, citation_from

        facts: dict[str, list[str]] = {}
        for row in self._solutions(_query("dataset").replace("<dataset>", f"<{BASE}{DATASET}>")).texts():
            facts.setdefault(row["property"] or "", []).append(row["value"] or "")
        return citation_from(facts, BASE)

    def _table(self, table: str, member: str | None, curies: bool) -> Frame:
        rows, lists = tables.QUERIES[table]
        answers = self._solutions(self._of(rows, member)), self._solutions(self._of(lists, member)) if lists else None
        return self._make_frame(tables.columns_of_table(table, *answers, self._shortener(curies)))

    def _own(self, name: str) -> Solutions:
        return self._solutions(_query(name))

    def _of(self, name: str, member: str | None) -> str:
        """One of our queries, of one member or of all."""
        if member is None:
            return _query(name)
        node = member_iri(member) if re.fullmatch(r"[A-Za-z]{2,4}", member) else self._node(member)
        return _query(name).replace("VALUES ?of { UNDEF }", f"VALUES ?of {{ {node} }}")

    def _node(self, name: str) -> NamedNode:
        """An entity or property by its IRI or CURIE; ValueError where it is neither."""
        try:
            return NamedNode(self.expand(str(name)))
        except ValueError:
            raise ValueError(f"{name!r} is no IRI and no CURIE such as commitment:FR0013") from None

    def _solutions(self, query: str) -> Solutions:
        answer = self._answer(query)
        if not isinstance(answer, Solutions):
            raise ValueError("frame() and bindings() are for SELECT: ask() takes ASK, construct() the others")
        return answer

    def _triples(self, query: str) -> tuple[Triple, ...]:
        answer = self._answer(query)
        if isinstance(answer, bool | Solutions):
            raise ValueError("construct() is for CONSTRUCT and DESCRIBE: frame() takes SELECT, ask() takes ASK")
        return answer

    def _answer(self, query: str) -> Answer:
        """Ask with the prefixes declared; a mistake is named by its place in the query as it was given."""
        from ogpgraph.protocol import QuerySyntaxError

        asked, added = self._names.declared(query)
        try:
            return self._source.answer(asked)
        except QuerySyntaxError as error:
            if not added or error.line <= added:
                raise
            raise QuerySyntaxError(error.line - added, error.column, error.message) from None


def _query(name: str) -> str:
    """One of our queries, with its IRIs below the base that is set."""
    return under_base((_QUERIES / f"{name}.rq").read_text("utf-8"))


def _filled(name: str, **texts: str) -> str:
    """One of our queries with texts put in the place of ``"name"``, as literals."""
    query = _query(name)
    for key, text in texts.items():
        query = query.replace(f'"{key}"', str(Literal(text)))
    return query


def _of_member(code: str) -> str:
    """The regular expression of the IRIs of a member's entities: ``ogpgraph.release.dumps`` parts a release by it."""
    from ogpgraph.release.dumps import member_pattern

    return member_pattern(code)


def opened(source: Source, frames: str) -> KnowledgeGraph[object]:
    """A source with the frames of a library; ValueError where there is no such library."""
    if frames not in MAKERS:
        raise ValueError(f"no frames of {frames!r}: there are {' and '.join(MAKERS)}")
    return KnowledgeGraph(source, MAKERS[frames])
