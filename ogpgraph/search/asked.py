"""A search: what was asked, and the same as a SPARQL query."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyoxigraph import Literal

from ogpgraph.search.facets import BY_NAME, FACETS, KIND, KINDS, Selection
from ogpgraph.search.names import FUNCTIONS
from ogpgraph.search.wording import Wanted, wanted
from ogpgraph.vocabulary import OGP, RDFS, SKOS

MOST_CHOSEN = 20  # values of facets
PAGE_HITS = 20
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Search:
    """The words, the chosen values of facets, and which page of what is found (from 1)."""

    text: str = ""
    chosen: Selection = ()
    page: int = 1

    @property
    def wanted(self) -> Wanted:
        """What the words ask for."""
        return wanted(self.text)

    @property
    def asks_nothing(self) -> bool:
        """Whether there is neither a word nor a value."""
        return not self.chosen and self.wanted.is_empty

    def with_value(self, name: str, value: str) -> Search:
        """The same narrowed by one more value, from the first page."""
        return replace(self, chosen=_in_order((*self.chosen, (name, value))), page=1)

    def without_value(self, name: str, value: str) -> Search:
        """The same without a value, from the first page."""
        return replace(self, chosen=tuple(each for each in self.chosen if each != (name, value)), page=1)

    def parameters(self) -> list[tuple[str, str]]:
        """As addresses have it; ``search_of`` reads it."""
        chosen = [(name, BY_NAME[name].short(value)) for name, value in self.chosen]
        return [("q", self.text), *chosen, *([("page", str(self.page))] if self.page > 1 else [])]


def search_of(parameters: list[tuple[str, str]]) -> Search:
    """What the parameters of an address ask; others than ours are ignored. ValueError where one cannot be meant."""
    texts = [value for name, value in parameters if name == "q"]
    pages = [value for name, value in parameters if name == "page"] or ["1"]
    chosen = [(name, BY_NAME[name].value(value)) for name, value in parameters if name in BY_NAME and value]
    if len(chosen) > MOST_CHOSEN:
        raise ValueError(f"a search is narrowed by at most {MOST_CHOSEN} values")
    page = int(pages[-1]) if pages[-1].isascii() and pages[-1].isdigit() and len(pages[-1]) < 5 else 0
    if not 1 <= page <= MOST_PAGES:
        raise ValueError(f"page is a number from 1 to {MOST_PAGES}")
    search = Search(texts[-1].strip() if texts else "", _in_order(tuple(chosen)), page)
    _ = search.wanted  # raises where the words are too many
    return search


def as_sparql(search: Search) -> str:
    """The query that finds what the search finds, in the same order, all pages together."""
    kinds = " ".join(_shortened(kind.value) for kind, _, _ in KINDS)
    lines = [f"  VALUES ?kind {{ {kinds} }}", "  ?entity a ?kind ."]
    for name, value in search.chosen:
        facet = BY_NAME[name]
        if facet is KIND:
            lines.append(f"  ?entity a {_shortened(value)} .")
        else:
            path = f"({facet.path})" if "|" in facet.path else facet.path
            lines.append(f"  ?entity {path} {facet.node(value)} .")
    words = Literal(search.text)
    lines += [
        f"  FILTER(ogpf:matches(?entity, {words}))",
        f"  BIND(ogpf:score(?entity, {words}) AS ?score)",
        '  OPTIONAL { ?entity rdfs:label ?label FILTER(LANG(?label) IN ("en", "")) }',
    ]
    prefixes = {"ogp": OGP.iri, "ogpf": FUNCTIONS, "rdfs": RDFS.iri, "skos": SKOS.iri}
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items())
    start = "SELECT ?entity (SAMPLE(?label) AS ?name) ?score WHERE {"
    end = "} GROUP BY ?entity ?score ORDER BY DESC(?score) ?entity"
    return "\n".join((head + start, *lines, end))


def _shortened(iri: str) -> str:
    for prefix, start in (("ogp", OGP.iri), ("skos", SKOS.iri)):
        if iri.startswith(start) and iri.removeprefix(start).isalnum():
            return f"{prefix}:{iri.removeprefix(start)}"
    return f"<{iri}>"


def _in_order(chosen: Selection) -> Selection:
    order = [facet.name for facet in FACETS]
    return tuple(sorted(set(chosen), key=lambda each: (order.index(each[0]), each[1])))
