"""The page that says how to cite a release."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from ogpgraph.load.citation import AUTHOR, DATASET, Citation, citation_from
from ogpgraph.load.citation import version_iri as version_iri_below
from ogpgraph.pages.context import Context, NotFound

__all__ = ["AUTHOR", "DATASET", "Citation", "citation_of", "cite_page", "dataset_facts", "version_iri"]


async def dataset_facts(context: Context) -> dict[str, list[str]]:
    """The values of each property of the dataset, by the property's IRI; NotFound where it is not described."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in await context.rows("dataset", dataset=context.links.base + DATASET):
        found[row["property"].value].append(row["value"].value)
    if not found:
        raise NotFound(DATASET)
    return found


async def citation_of(context: Context) -> Citation:
    """The citation of the release that a page shows; NotFound where the graph does not describe itself."""
    found = citation_from(await dataset_facts(context), context.links.base)
    about = context.about
    version = found.version or about.version
    return replace(
        found,
        version=version,
        issued=found.issued or about.issued,
        licence=found.licence or about.licence,
        iri=version_iri(context, version),
    )


def version_iri(context: Context, version: str) -> str:
    """The persistent IRI of a version of the dataset."""
    return version_iri_below(context.links.base, version)


async def cite_page(context: Context) -> str:
    """How to cite the release."""
    citation = await citation_of(context)
    return context.render("cite.html", citation=citation)
