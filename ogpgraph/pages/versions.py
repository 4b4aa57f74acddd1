"""The releases that there are: a list, and a page for each, as HTML, JSON and RDF."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from ogpgraph.load.history import Published
from ogpgraph.negotiate import Format
from ogpgraph.pages.context import Context
from ogpgraph.vocabulary import DCAT, DCTERMS, PREFIXES, RDF, VOID, XSD


async def versions_page(context: Context, releases: Sequence[Published], current: str) -> str:
    """The list, the newest first."""
    largest = max((each.quads for each in releases), default=1)
    return context.render("versions.html", releases=releases[::-1], current=current, largest=largest)


async def version_page(
    context: Context, release: Published, before: Published | None, after: Published | None, current: str
) -> str:
    """One version: what it is, where to ask it, which came before and after."""
    return context.render("version.html", release=release, before=before, after=after, current=current)


def as_json(releases: Sequence[Published], current: str) -> str:
    """The list for programs; paths are relative to the server."""
    entries = [
        {
            "version": each.version,
            "issued": each.issued,
            "previous": each.previous,
            "quads": each.quads,
            "sha256": each.digest,
            "in_service": each.version == current,
            "page": f"/versions/{each.version}/",
            "sparql": f"/versions/{each.version}/sparql",
            "dumps": f"/dumps/{each.version}/",
        }
        for each in releases[::-1]
    ]
    return json.dumps({"versions": entries}, indent=1) + "\n"


def as_rdf(releases: Sequence[Published], base: str, form: Format) -> bytes:
    """The list as a version history of the dataset (DCAT 3, section 11)."""
    assert isinstance(form.engine, RdfFormat)
    prefixes = None if form.engine in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS) else PREFIXES
    raw = serialize(_history(releases, base), format=form.engine, prefixes=prefixes)
    assert raw is not None
    return raw


def _history(releases: Sequence[Published], base: str) -> Iterator[Triple]:
    dataset = NamedNode(f"{base}id/dataset/ogp-graph")
    known = {each.version for each in releases}
    for each in releases:
        version = NamedNode(f"{base}versions/{each.version}/")
        yield Triple(dataset, DCAT.hasVersion, version)
        yield Triple(version, RDF.type, DCAT.Dataset)
        yield Triple(version, DCTERMS.isVersionOf, dataset)
        yield Triple(version, DCAT.version, Literal(each.version))
        yield Triple(version, DCTERMS.issued, Literal(each.issued, datatype=XSD.date))
        yield Triple(version, VOID.sparqlEndpoint, NamedNode(f"{version.value}sparql"))
        yield Triple(version, VOID.triples, Literal(str(each.quads), datatype=XSD.integer))
        if each.previous in known:
            yield Triple(version, DCAT.previousVersion, NamedNode(f"{base}versions/{each.previous}/"))
