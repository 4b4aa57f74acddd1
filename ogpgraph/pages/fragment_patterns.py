"""The pattern that selects a fragment: read from the parameters of a request, asked as SPARQL.

Terms are spelled as the specification has it (Triple Pattern Fragments, section 4.2.1): an IRI as it is,
``"text"``, ``"text"@en``, ``"42"^^http://www.w3.org/2001/XMLSchema#integer``; a variable is empty or ``?name``.
For people there are ``<IRI>`` and names with a prefix of the project, such as ``ogp:Commitment``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, Variable

from ogpgraph import iris
from ogpgraph.vocabulary import PREFIXES, RDF, VOID

PLACES = ("subject", "predicate", "object")
GRAPH = "graph"

_VARIABLE = re.compile(r"\?\w{1,100}", re.ASCII)
_LITERAL = re.compile(r'"(?P<text>.*)"(?:@(?P<language>[A-Za-z0-9-]+)|\^\^(?P<datatype>[^"]+))?', re.DOTALL)
_PREFIXED = re.compile(r"(?P<prefix>[a-z-]+):(?P<local>[A-Za-z0-9_-]+)", re.ASCII)
_PAGE = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_LONGEST_SHOWN = 100
DATASET = iris.entity("dataset/ogp-graph")

Term = Variable | NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern of the default graph, or of the named graph ``graph``."""

    subject: Term
    predicate: Term
    object: Term
    graph: NamedNode | None = None

    @property
    def repeats_a_variable(self) -> bool:
        """Whether two places must have the same term, for which no index helps."""
        variables = [term for term in self._terms if isinstance(term, Variable)]
        return len(set(variables)) < len(variables)

    def __str__(self) -> str:
        written = f"{{ {' '.join(map(_in_words, self._terms))} }}"
        return f"{{ GRAPH {self.graph} {written} }}" if self.graph else written

    def selection(self, offset: int, limit: int) -> str:
        """The query for some of the statements: ``subject``, ``property`` and ``value``.

        There is no ORDER BY: a store that does not change gives the same order again, and to sort what matches would
        cost more than the rest.
        """
        columns = zip(self._terms, ("subject", "property", "value"), strict=True)
        selected = " ".join(f"({term} AS ?{name})" for term, name in columns)
        return f"SELECT {selected} WHERE {{ {self._matching} }} OFFSET {offset} LIMIT {limit}"

    def counting(self, most: int) -> str:
        """The query for ``number``: how many statements match, counted up to ``most``."""
        return f"SELECT (COUNT(*) AS ?number) WHERE {{ SELECT * WHERE {{ {self._matching} }} LIMIT {most} }}"

    def published_count(self) -> str | None:
        """The query for the ``number`` that VoID of the release gives for many statements; None where it gives none."""
        if self.graph or isinstance(self.subject, NamedNode):
            return None
        if self.predicate == RDF.type and isinstance(self.object, NamedNode):
            part = f"{VOID.classPartition} ?part . ?part {VOID['class']} {self.object} ; {VOID.entities} ?number"
        elif isinstance(self.predicate, NamedNode):
            part = f"{VOID.propertyPartition} ?part . ?part {VOID.property} {self.predicate} ; {VOID.triples} ?number"
        else:
            part = f"{VOID.triples} ?number"
        return f"SELECT ?number WHERE {{ {DATASET} {part} }} LIMIT 1"

    @property
    def _terms(self) -> tuple[Term, Term, Term]:
        return (self.subject, self.predicate, self.object)

    @property
    def _matching(self) -> str:
        written = " ".join(map(str, self._terms))
        return f"GRAPH {self.graph} {{ {written} }}" if self.graph else written


def pattern_of(parameters: Mapping[str, str]) -> Pattern:
    """The pattern that the parameters ``subject``, ``predicate``, ``object`` and ``graph`` say.

    ValueError says which of them is no term of its place.
    """
    graph = _placed(GRAPH, parameters[GRAPH]) if parameters.get(GRAPH) else None
    if graph is not None and not isinstance(graph, NamedNode):
        raise ValueError("graph is the IRI of a named graph; without it the default graph answers")
    subject, predicate, target = (_placed(place, parameters.get(place, "")) for place in PLACES)
    return Pattern(subject, predicate, target, graph)


def page_of(text: str) -> int:
    """The number of a page, from 1; ValueError for what is none."""
    if not _PAGE.fullmatch(text):
        raise ValueError(f"page is a number from 1, not {_shown(text)}")
    return int(text)


def spelled(term: Term | None) -> str:
    """A term as a parameter has it; nothing for a variable."""
    if term is None or isinstance(term, Variable):
        return ""
    if isinstance(term, NamedNode):
        return term.value
    if term.language:
        return f'"{term.value}"@{term.language}'
    plain = f'"{term.value}"'
    return plain if term.datatype.value.endswith("XMLSchema#string") else f"{plain}^^{term.datatype.value}"


def address(path: str, terms: Mapping[str, str], page: int = 1) -> str:
    """The address of a page of the fragment of some terms, by their places."""
    asked = {place: text for place, text in terms.items() if text} | ({"page": str(page)} if page > 1 else {})
    return f"{path}?{urlencode(asked)}" if asked else path


def _placed(place: str, text: str) -> Term:
    try:
        term = _term(text, place)
    except ValueError as error:
        raise ValueError(f"{place}={_shown(text)} is no term: {error}") from None
    if place != "object" and isinstance(term, Literal):
        raise ValueError(f"{place}={_shown(text)} is a literal, which only an object can be")
    return term


def _term(text: str, place: str) -> Term:
    if not text:
        return Variable(f"any_{place}")
    if _VARIABLE.fullmatch(text):
        return Variable(f"named_{text[1:]}")
    if text.startswith("_:"):
        raise ValueError("a blank node has a name only inside one answer; a query to the endpoint can describe it")
    if text.startswith('"'):
        return _literal(text)
    return _iri(text)


def _literal(text: str) -> Literal:
    found = _LITERAL.fullmatch(text)
    if not found:
        raise ValueError('a literal is "text", "text"@language or "text"^^datatype')
    if found["language"]:
        return Literal(found["text"], language=found["language"])
    return Literal(found["text"], datatype=_iri(found["datatype"]) if found["datatype"] else None)


def _iri(text: str) -> NamedNode:
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed and prefixed["prefix"] in PREFIXES:
        return NamedNode(PREFIXES[prefixed["prefix"]] + prefixed["local"])
    return NamedNode(text[1:-1] if text.startswith("<") and text.endswith(">") else text)


def _in_words(term: Term) -> str:
    return f"?{term.value.partition('_')[2]}" if isinstance(term, Variable) else str(term)


def _shown(text: str) -> str:
    """A text of a client as a message repeats it: one line, not too long."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:_LONGEST_SHOWN])
    return f"'{shown}…'" if len(text) > _LONGEST_SHOWN else f"'{shown}'"
