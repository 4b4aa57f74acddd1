"""Short names of IRIs: which prefixes a query needs not declare, and CURIEs (W3C Note, 2010) in frames."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ogpgraph.search.names import FUNCTIONS
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import PREFIXES

# Kinds of entities (ogpgraph.iris), each a prefix for ``id/<kind>/``.
_KINDS = (
    *("assessment", "change", "commitment", "conflict", "cube", "derivation", "initiative", "institution"),
    *("institution-family", "lineage", "member", "plan", "report", "source"),
)
_USED = re.compile(r"(?<![\w<:?$@/])([A-Za-z][A-Za-z0-9-]*):")
_DECLARED = re.compile(r"\bPREFIX\s+([A-Za-z][\w.-]*)?:", re.IGNORECASE)


class Names:
    """Prefixes: those of the vocabularies, one for each kind of entity, one for each SKOS scheme of the release."""

    def __init__(self, schemes: Iterable[str]) -> None:
        """``schemes`` are IRIs. A scheme that is called as a kind or a vocabulary gets no prefix."""
        found = {iri.removeprefix(f"{BASE}scheme/"): f"{iri}/" for iri in schemes if iri.startswith(f"{BASE}scheme/")}
        self.prefixes: dict[str, str] = {
            **dict(sorted(found.items())),
            **{kind: f"{BASE}id/{kind}/" for kind in _KINDS},
            "graph": f"{BASE}graph/",
            "ogpf": FUNCTIONS,
            "scheme": f"{BASE}scheme/",
            **PREFIXES,
        }
        self._longest_first = sorted(self.prefixes.items(), key=lambda each: -len(each[1]))

    def shorten(self, iri: str) -> str:
        """The CURIE of an IRI, or the IRI where no prefix fits: ``commitment:FR0013``, ``institution:fr/dinsic``.

        >>> Names([]).shorten("http://purl.org/dc/terms/title")
        'dcterms:title'
        """
        for prefix, start in self._longest_first:
            if iri.startswith(start) and len(iri) > len(start):
                return f"{prefix}:{iri[len(start) :]}"
        return iri

    def expand(self, name: str) -> str:
        """The IRI of a CURIE; what does not begin with a known prefix is an IRI already.

        >>> Names([]).expand("dcterms:title")
        'http://purl.org/dc/terms/title'
        """
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else name

    def declared(self, query: str) -> tuple[str, int]:
        """A query with the declarations that it lacks in one line before it, and the number of lines added (0 or 1).

        What looks like a name in a text or an IRI is declared too, which changes nothing.
        """
        own = set(_DECLARED.findall(query))
        lacking = [name for name in dict.fromkeys(_USED.findall(query)) if name in self.prefixes and name not in own]
        if not lacking:
            return query, 0
        return " ".join(f"PREFIX {name}: <{self.prefixes[name]}>" for name in lacking) + "\n" + query, 1
