"""What a question gets: the contract between the graph and the places that answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions, Triple

Term = NamedNode | BlankNode | Literal | Triple


class QueryFailed(Exception):
    """A query that was understood but not answered; the message says by whom and why."""


@dataclass(frozen=True, slots=True)
class Solutions:
    """The answer of a SELECT query: its variables in their order, and a row a solution; None where unbound."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def texts(self) -> list[dict[str, str | None]]:
        """Each row by variable, as IRIs and lexical forms."""
        return [{name: lexical(term) for name, term in zip(self.variables, row, strict=True)} for row in self.rows]


Answer = Solutions | bool | tuple[Triple, ...]


class Source(Protocol):
    """A place that answers SPARQL queries."""

    @property
    def name(self) -> str:
        """Where it is, for people: a path or an address without credentials."""

    def answer(self, query: str) -> Answer:
        """Solutions for SELECT, a bool for ASK, triples for CONSTRUCT and DESCRIBE.

        Raises QuerySyntaxError with line and column, QueryFailed for all else that goes wrong.
        """

    def close(self) -> None:
        """Give back what is held; it is not asked again."""


def lexical(term: Term | None) -> str | None:
    """The IRI or the lexical form of a term; ``_:b0`` of a blank node."""
    if term is None or isinstance(term, NamedNode | Literal):
        return term.value if term else None
    return str(term)


def collected(answer: QuerySolutions | QueryBoolean | Iterable[Triple]) -> Answer:
    """The engine's lazy answer as a whole."""
    if isinstance(answer, QueryBoolean):
        return bool(answer)
    if isinstance(answer, QuerySolutions):
        variables = tuple(variable.value for variable in answer.variables)
        return Solutions(variables, tuple(tuple(row) for row in answer))
    return tuple(answer)
