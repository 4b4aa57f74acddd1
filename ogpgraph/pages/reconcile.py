"""The page of the reconciliation service with a form to try it, and the previews of entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ogpgraph.pages.context import Context
from ogpgraph.pages.terms import Row
from ogpgraph.reconcile import limits
from ogpgraph.reconcile.entities import Entity
from ogpgraph.reconcile.index import Index
from ogpgraph.reconcile.matching import Candidate, Condition, Question
from ogpgraph.reconcile.queries import extension_query
from ogpgraph.reconcile.schema import (
    BY_PROPERTY_ID,
    CONDITIONS,
    TYPES,
    Property,
    iri_of,
    property_named,
    type_named,
)
from ogpgraph.vocabulary import DCTERMS, OGP, SKOS

_LONGEST_NAME = 300  # characters of the form's fields
_SHOWN_NAMES = 4  # further names in a preview
_SHOWN_VALUES = 3  # of a property in a preview
_LONGEST_TEXT = 280  # characters of the summary in a preview
_SUMMARIES = tuple(Property(term.value, "", "", ()) for term in (DCTERMS.abstract, SKOS.definition, SKOS.note))
_MEMBER = property_named(OGP.member.value)


@dataclass(frozen=True, slots=True)
class Trial:
    """What the form asks: a name, the identifier of a type and a member, each may be empty."""

    name: str = ""
    type: str = ""
    member: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Trial:
        """From the parameters of an address; what is too long is cut, a type that there is not is left out."""
        name, member = (parameters.get(each, "").strip()[:_LONGEST_NAME] for each in ("name", "member"))
        kind = type_named(parameters["type"]) if parameters.get("type") else None
        return cls(name, kind.id if kind else "", member)

    def question(self) -> Question | None:
        """The question; None where there is no name."""
        if not self.name:
            return None
        assert _MEMBER
        conditions = (Condition(_MEMBER.id, (self.member,)),) if self.member else ()
        return Question(self.name, (self.type,) if self.type else (), conditions)


async def service_page(context: Context, service: str, trial: Trial, found: Sequence[Candidate], index: Index) -> str:
    """What the service at an address is, how to add it to OpenRefine, and what it finds for the form."""
    number = {kind.id: sum(each.type == kind.id for each in index.entities) for kind in TYPES}
    return context.render(
        "reconcile.html",
        service=service,
        trial=trial,
        found=found,
        types=TYPES,
        number=number,
        conditions=CONDITIONS,
        limits=limits,
        longest=_LONGEST_NAME,
        page_of=lambda entity: context.links.page(iri_of(entity.id)),
    )


async def preview_page(context: Context, entity: Entity, index: Index) -> str:
    """A few lines about an entity."""
    iri = iri_of(entity.id)
    summaries = await context.ask(extension_query([iri], _SUMMARIES))
    facts = [
        (
            BY_PROPERTY_ID[name].name,
            [index.label(value) for value in values[:_SHOWN_VALUES]],
            len(values) > _SHOWN_VALUES,
        )
        for name, values in entity.values.items()
        if BY_PROPERTY_ID[name].range or name == _CYCLE
    ]
    return context.render(
        "reconcile-preview.html",
        entity=entity,
        facts=facts,
        others=list(dict.fromkeys(each.text for each in entity.names if each.text != entity.name.text))[:_SHOWN_NAMES],
        summary=_summary(summaries),
        href=context.links.page(iri),
    )


_CYCLE = next(each.id for each in CONDITIONS if each.iri == OGP.cycle.value)


def _summary(rows: Sequence[Row]) -> str:
    """The first text, in English where there is one, cut at a blank."""
    texts = sorted((row["value"] for row in rows), key=lambda term: term.language not in ("en", ""))
    text = texts[0].value if texts else ""
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT].rpartition(" ")[0] + " …"
