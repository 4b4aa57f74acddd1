"""Who says a statement: the captures that make it, and the rules that derive it."""

from __future__ import annotations

from dataclasses import dataclass

from ogpgraph.analysis.answers import Solutions
from ogpgraph.analysis.rdf import Node, node_of

_TRUE = ("true", "1")
_TEXTS = ("graph", "account", "label", "rule", "page", "kind", "language")


@dataclass(frozen=True, slots=True)
class Account:
    """One graph that makes a statement, and what the graph is of; texts are empty where nothing is known.

    ``value`` is the object of the statement; ``in_release`` whether the default graph has it too, so whether it is
    believed: what lost against another source is said by its source alone. ``account`` is the IRI of the source or of
    the rule, ``rule`` what a rule does, ``page`` the address of a source, ``kind`` of source, ``language`` its own.
    """

    value: Node
    in_release: bool
    graph: str
    account: str = ""
    label: str = ""
    rule: str = ""
    page: str = ""
    kind: str = ""
    language: str = ""
    machine_translated: bool = False

    @property
    def is_derived(self) -> bool:
        """Whether a rule derives it, so that no source says it in so many words."""
        return bool(self.rule)


def accounts_of(solutions: Solutions) -> list[Account]:
    """The accounts that the query ``said-by`` finds."""
    place = solutions.variables.index("value")
    found = []
    for row, text in zip(solutions.rows, solutions.texts(), strict=True):
        value = row[place]
        assert value is not None
        in_release, is_machine = (text[name] in _TRUE for name in ("in_release", "machine_translated"))
        graph, account, label, rule, page, kind, language = (text[name] or "" for name in _TEXTS)
        found.append(Account(node_of(value), in_release, graph, account, label, rule, page, kind, language, is_machine))
    return found
