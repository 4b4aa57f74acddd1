"""The page of a search: the form, what was found, and the facets that narrow it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.links import Links, short
from ogpgraph.search.asked import MOST_PAGES, PAGE_HITS, Search, as_sparql
from ogpgraph.search.facets import BY_NAME, FACETS, KIND, KIND_LABELS, Facet
from ogpgraph.search.index import FacetValue, Found, Hit
from ogpgraph.search.snippets import Piece, Snippet, marked, snippet
from ogpgraph.search.wording import MOST_CHARACTERS

_SHOWN_VALUES = 8  # of a facet; the others are behind a word to click on
_MOST_VALUES = 120
_MOST_AT_ONCE = 50  # IRIs in one query
_BAR = 100  # width of the longest bar


@dataclass(frozen=True, slots=True)
class Result:
    """One hit as the page shows it."""

    hit: Hit
    title: tuple[Piece, ...]
    kind: str
    snippet: Snippet | None
    members: tuple[str, ...]
    plans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet that can be chosen, or taken back where it is chosen."""

    label: str
    number: int
    bar: int  # from 0 to _BAR
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetChoices:
    """A facet with its values, the most frequent first."""

    name: str
    label: str
    shown: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What narrows the search now, and the address without it."""

    facet: str
    label: str
    href: str


async def search_page(context: Context, search: Search, found: Found) -> str:
    """The page; NotFound beyond its last one."""
    pages = _pages(found)
    if search.page > pages:
        raise NotFound(f"page {search.page}")
    belongs = await _belongs(context, [hit.iri for hit in found.hits])
    labels = await labels_of(context, {iri for each in belongs.values() for iri in each})
    return context.render(
        "search.html",
        search=search,
        parameters=[each for each in search.parameters() if each[0] not in ("q", "page")],
        has_words=not search.wanted.is_empty,
        total=found.total,
        first=(search.page - 1) * PAGE_HITS + 1,
        pages=pages,
        results=[_result(hit, search, belongs.get(hit.iri, ()), context.links) for hit in found.hits],
        labels=labels,
        facets=_facets(search, found, context.links),
        chosen=_chosen(search, found, context.links),
        address=lambda page: address(context.links, Search(search.text, search.chosen, page)),
        json_address=address(context.links, search, "search.json"),
        sparql=as_sparql(search),
        most_characters=MOST_CHARACTERS,
    )


async def search_json(context: Context, search: Search, found: Found) -> str:
    """The same for programs; NotFound beyond the last page."""
    pages = _pages(found)
    if search.page > pages:
        raise NotFound(f"page {search.page}")
    following = Search(search.text, search.chosen, search.page + 1)
    told = {
        "query": search.text,
        "chosen": [{"facet": name, "value": value} for name, value in search.chosen],
        "total": found.total,
        "page": search.page,
        "pages": pages,
        "next": address(context.links, following, "search.json") if search.page < pages else None,
        "results": [_told(hit, context.links) for hit in found.hits],
        "facets": {facet.name: [_told_value(facet, each) for each in _values(facet, found)] for facet in FACETS},
        "sparql": as_sparql(search),
        "version": context.about.version,
    }
    return json.dumps(told, ensure_ascii=False)


def open_search(origin: str, links: Links) -> str:
    """How browsers search here: an OpenSearch 1.1 description for the server at ``origin``."""
    page, results = (escape(f"{origin}{links.root}/{name}?q={{searchTerms}}") for name in ("search", "search.json"))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>OGP Graph</ShortName>
  <Description>Commitments, plans, institutions and policy areas of the Open Government Partnership</Description>
  <Image height="16" width="16" type="image/svg+xml">{escape(origin)}/assets/icon.svg</Image>
  <Url type="text/html" template="{page}"/>
  <Url type="application/json" template="{results}"/>
  <InputEncoding>UTF-8</InputEncoding>
</OpenSearchDescription>
"""


def address(links: Links, search: Search, name: str = "search") -> str:
    """Where a search is answered."""
    return f"{links.root}/{name}?{urlencode(search.parameters())}"


def _pages(found: Found) -> int:
    return min(max(1, -(-found.total // PAGE_HITS)), MOST_PAGES)


async def _belongs(context: Context, iris: list[str]) -> dict[str, tuple[str, ...]]:
    """The members and plans of each entity."""
    found: dict[str, dict[str, None]] = {}
    for start in range(0, len(iris), _MOST_AT_ONCE):
        for row in await context.rows_about("search-results", iris[start : start + _MOST_AT_ONCE]):
            things = {row[name].value: None for name in ("member", "plan") if name in row}
            found.setdefault(row["entity"].value, {}).update(things)
    return {iri: tuple(things) for iri, things in found.items()}


def _result(hit: Hit, search: Search, belongs: tuple[str, ...], links: Links) -> Result:
    others = [iri for iri in belongs if iri != hit.iri]
    return Result(
        hit,
        marked(hit.label.value, search.wanted),
        KIND_LABELS[hit.kind],
        snippet(hit.label.value, hit.texts, search.wanted),
        tuple(iri for iri in others if links.path(iri).startswith("id/member/")),
        tuple(iri for iri in others if links.path(iri).startswith("id/plan/")),
    )


def _values(facet: Facet, found: Found) -> tuple[FacetValue, ...]:
    return found.facets.get(facet.name, ())[:_MOST_VALUES]


def _value_label(facet: Facet, value: str, label: str) -> str:
    return KIND_LABELS.get(value, "") if facet is KIND else label or (short(value) if facet.start else value)


def _facets(search: Search, found: Found, links: Links) -> list[FacetChoices]:
    facets = []
    for facet in FACETS:
        values = _values(facet, found)
        most = max((each.number for each in values), default=1)
        choices = tuple(_choice(facet, each, most, search, links) for each in values)
        facets.append(FacetChoices(facet.name, facet.label, choices[:_SHOWN_VALUES], choices[_SHOWN_VALUES:]))
    return [each for each in facets if each.shown]


def _choice(facet: Facet, found: FacetValue, most: int, search: Search, links: Links) -> Choice:
    is_chosen = (facet.name, found.value) in search.chosen
    changed = search.without_value if is_chosen else search.with_value
    href = address(links, changed(facet.name, found.value))
    label = _value_label(facet, found.value, found.label)
    return Choice(label, found.number, max(1, found.number * _BAR // most), href, is_chosen)


def _chosen(search: Search, found: Found, links: Links) -> list[Chosen]:
    labels = {(name, each.value): each.label for name, values in found.facets.items() for each in values}
    return [
        Chosen(
            BY_NAME[name].label,
            _value_label(BY_NAME[name], value, labels.get((name, value), "")),
            address(links, search.without_value(name, value)),
        )
        for name, value in search.chosen
    ]


def _told(hit: Hit, links: Links) -> dict[str, object]:
    return {
        "iri": hit.iri,
        "label": hit.label.value,
        "language": hit.label.language or None,
        "kind": hit.kind,
        "kindLabel": KIND_LABELS[hit.kind],
        "score": hit.score,
        "page": links.page(hit.iri),
    }


def _told_value(facet: Facet, found: FacetValue) -> dict[str, object]:
    label = _value_label(facet, found.value, found.label)
    return {"value": found.value, "parameter": facet.short(found.value), "label": label, "number": found.number}
