"""What the sources state, triple by triple, before anything is decided.

Every triple stands in the named graph of the source that states it. A statement that *stands* also
enters the default graph as it is; a statement that *competes* waits for :mod:`ogpgraph.lift.resolve`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ogpgraph import iris
from ogpgraph.dates import PartialDate
from ogpgraph.records import SourceDocument, Stated
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, XSD, Term, Vocabulary, text

T = TypeVar("T")

# Precedence of sources in a competition: captures in their own language above the hand-kept data,
# machine translations below everything.
_CAPTURE, _CURATED, _TRANSLATION = 2, 1, 0
# Editions of OGP's database stand below everything hand-kept, the newest of them highest.
DATABASE = -1000
# A graph that somebody adds stands below all that the release itself knows.
FOREIGN = -2000


@dataclass(frozen=True)
class Claim:
    """What one source says of one variable of one entity.

    ``absence`` is the reason of absence where the source shows none of the variable's values; then
    ``values`` is empty. A higher ``precedence`` wins.
    """

    values: frozenset[Term]
    source: str
    precedence: tuple[int, ...]
    absence: NamedNode | None = None
    printed: str | None = None

    @property
    def outcome(self) -> frozenset[Term]:
        """What the claim comes to: its values, else the reason why there are none."""
        return self.values or frozenset({self.absence} if self.absence else ())

    @property
    def translated(self) -> bool:
        return self.precedence[0] == _TRANSLATION


@dataclass
class Competition:
    """All claims about one variable of one entity; ``about`` is the entity that a conflict names."""

    subject: NamedNode
    variable: NamedNode
    about: NamedNode
    claims: list[Claim] = field(default_factory=list)


class Statements:
    """Everything that the records state, in RDF."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.named: set[Quad] = set()
        self.default: set[Triple] = set()
        self.competitions: dict[tuple[NamedNode, NamedNode], Competition] = {}
        self.labels: dict[NamedNode, Literal] = {}
        self._precedence: dict[str, tuple[int, ...]] = {}

    def know_source(self, document: SourceDocument) -> None:
        """Rank a source: the layout of a page, then the order of captures, tells which is newer."""
        if document.edition is not None:
            self._precedence[document.key] = (_CURATED, DATABASE + document.sequence)
        if document.foreign:
            self._precedence[document.key] = (_CURATED, FOREIGN)
        if document.commitment is None:
            return
        layout = self.vocabulary.concept("layout", document.layout) if document.layout else None
        kind = _TRANSLATION if document.machine_translated else _CAPTURE
        rank = self.vocabulary.rank.get(layout, 0) if layout else 0
        self._precedence[document.key] = (kind, rank, document.sequence)

    def precedence(self, source: str, order: int = 0) -> tuple[int, ...]:
        """The precedence of a source; ``order`` is the place of a claim among hand-kept ones."""
        return self._precedence.get(source, (_CURATED, -order))

    def stand(self, subject: NamedNode, predicate: NamedNode, value: Term, source: str) -> None:
        """A statement that nothing competes with."""
        self.derive(Triple(subject, predicate, value), iris.source_graph(source))

    def derive(self, triple: Triple, graph: NamedNode) -> None:
        """A triple of the default graph that ``graph`` accounts for."""
        self.named.add(Quad(triple.subject, triple.predicate, triple.object, graph))
        self.default.add(triple)

    def only_in_source(self, triple: Triple, source: str) -> None:
        """A triple that stays with its source and does not enter the default graph."""
        self.named.add(Quad(triple.subject, triple.predicate, triple.object, iris.source_graph(source)))

    def compete(self, subject: NamedNode, variable: NamedNode, claim: Claim, about: NamedNode | None = None) -> None:
        """A claim about a variable that other sources may see otherwise."""
        for value in claim.values:
            self.only_in_source(Triple(subject, variable, value), claim.source)
        if claim.absence is not None:
            for triple in absence_triples(subject, variable, claim):
                self.only_in_source(triple, claim.source)
        key = (subject, variable)
        competition = self.competitions.setdefault(key, Competition(subject, variable, about or subject))
        competition.claims.append(claim)

    def entity(self, subject: NamedNode, kind: NamedNode, source: str, label: str | None = None) -> None:
        """An entity that a source speaks of; ``label`` is ours, where no title makes one."""
        self.stand(subject, RDF.type, kind, source)
        self.stand(subject, DCTERMS.source, iris.source(source), source)
        if label is not None:
            self.labels[subject] = text(label)

    def one(
        self,
        subject: NamedNode,
        variable: NamedNode,
        stated: Iterable[Stated[T]],
        as_term: Callable[[Stated[T]], Term],
    ) -> None:
        """Competing hand-kept statements: the first has the highest precedence."""
        for order, statement in enumerate(stated):
            source = _source_of(statement)
            values = frozenset({as_term(statement)})
            precedence = self.precedence(source, order)
            self.compete(subject, variable, Claim(values, source, precedence, printed=statement.printed))
            self.stand(subject, DCTERMS.source, iris.source(source), source)

    def many(
        self,
        subject: NamedNode,
        predicate: NamedNode,
        stated: Iterable[Stated[T]],
        as_term: Callable[[Stated[T]], Term],
    ) -> None:
        """Hand-kept statements that all stand."""
        for statement in stated:
            source = _source_of(statement)
            self.stand(subject, predicate, as_term(statement), source)
            self.stand(subject, DCTERMS.source, iris.source(source), source)


def absence_triples(subject: NamedNode, variable: NamedNode, claim: Claim) -> Iterable[Triple]:
    """The node that says why a variable has no value (design, section 3: absence is data)."""
    assert claim.absence is not None
    node = iris.absence(subject, variable)
    yield Triple(subject, OGP.absent, node)
    yield Triple(node, RDF.type, OGP.Absence)
    yield Triple(node, OGP.absentFrom, subject)
    yield Triple(node, OGP.variable, variable)
    yield Triple(node, OGP.reason, claim.absence)
    if claim.printed:
        yield Triple(node, OGP.printedText, Literal(claim.printed))


def _source_of(statement: Stated[T]) -> str:
    if statement.source is None:
        raise ValueError(f"the value {statement.value!r} names no source and inherits none")
    return statement.source


def words(statement: Stated[str]) -> Literal:
    """A statement's value as a text in its language."""
    return Literal(statement.value, language=statement.lang)


def plain(statement: Stated[str]) -> Literal:
    """A statement's value as it is: a number or a code."""
    return Literal(statement.value)


def whole_number(statement: Stated[int]) -> Literal:
    return Literal(str(statement.value), datatype=XSD.integer)


def date_term(statement: Stated[str]) -> Literal:
    """A partial date with the datatype that says just as much."""
    return date_literal(statement.value)


def date_literal(iso: str) -> Literal:
    date = PartialDate.parse(iso)
    return Literal(str(date), datatype=XSD[date.datatype])


def year_literal(year: str) -> Literal:
    return Literal(year, datatype=XSD.gYear)
