"""The page of what is checked: the SHACL shapes by class, and the rules across entities."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.facts import Facts
from ogpgraph.pages.known_vocabularies import compact
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.terms import Term
from ogpgraph.vocabulary import DCTERMS, OWL, SH

if TYPE_CHECKING:
    from ogpgraph.checks import Rule


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a constraint in words: ``iri`` where it names a term or a shape, ``code`` for a pattern."""

    words: str
    iri: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class PropertyCheck:
    """What is asked of one property of a class."""

    iri: str
    name: str
    path: str  # IRI of the property
    number: str
    constraints: list[Part]
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class ShapeEntry:
    """A shape: of the instances of classes (``targets``), or of values that others refer to."""

    iri: str
    name: str
    description: str
    targets: list[str]
    constraints: list[Part]
    severity: str
    message: str
    properties: list[PropertyCheck]


async def shapes_page(context: Context, rules: Sequence[Rule]) -> str:
    """The page of the shapes and the rules; NotFound where the release has no shapes."""
    home = f"{context.links.base}shapes"
    facts = Facts(await context.rows("shapes-graph", graph=f"{context.links.base}graph/shapes"))
    if home not in facts:
        raise NotFound(home)
    shapes = read_shapes(facts)
    targets = {target for shape in shapes for target in shape.targets}
    paths = {check.path for shape in shapes for check in shape.properties}
    named = {part.iri for shape in shapes for part in _parts(shape) if part.iri}
    labels = await labels_of(context, targets | paths | {iri for iri in named if iri not in facts})
    return await asyncio.to_thread(  # long enough to keep others waiting
        context.render,
        "shapes.html",
        home=home,
        title=facts.text(home, DCTERMS.title.value),
        description=facts.text(home, DCTERMS.description.value),
        version=facts.first(home, OWL.versionInfo.value),
        version_iri=facts.first(home, OWL.versionIRI.value),
        of_classes=[shape for shape in shapes if shape.targets],
        of_values=[shape for shape in shapes if not shape.targets],
        rules=rules,
        labels=labels | {shape.iri: shape.name for shape in shapes},
        compact=compact,
    )


def read_shapes(facts: Facts) -> list[ShapeEntry]:
    """The node shapes by name; those without a name of their own are parts of others."""
    shapes = [_shape(facts, iri) for iri in facts.of_type(SH.NodeShape.value) if "#" in iri]
    return sorted(shapes, key=lambda shape: shape.name.casefold())


def _parts(shape: ShapeEntry) -> list[Part]:
    return [*shape.constraints, *(part for check in shape.properties for part in check.constraints)]


def _shape(facts: Facts, iri: str) -> ShapeEntry:
    checks = [_property(facts, node) for node in facts.iris(iri, SH.property.value)]
    order = {node: facts.first(node, SH.order.value) for node in facts.iris(iri, SH.property.value)}
    return ShapeEntry(
        iri,
        facts.text(iri, SH.name.value) or iri.rpartition("#")[2],
        facts.text(iri, SH.description.value),
        facts.iris(iri, SH.targetClass.value),
        constraints_of(facts, iri),
        _severity(facts, iri),
        facts.text(iri, SH.message.value),
        sorted(checks, key=lambda check: float(order[check.iri] or 0)),
    )


def _property(facts: Facts, iri: str) -> PropertyCheck:
    return PropertyCheck(
        iri,
        facts.text(iri, SH.name.value),
        facts.first(iri, SH.path.value),
        _number(facts.first(iri, SH.minCount.value), facts.first(iri, SH.maxCount.value)),
        constraints_of(facts, iri),
        _severity(facts, iri),
        facts.text(iri, SH.message.value),
    )


def _severity(facts: Facts, iri: str) -> str:
    """``violation`` unless the shape says otherwise (SHACL, section 2.1.4)."""
    return (facts.first(iri, SH.severity.value).rpartition("#")[2] or "Violation").lower()


def _number(least: str, most: str) -> str:
    """How many values there may be, in words."""
    if least in ("", "0"):
        return f"at most {_count(most)}" if most else "any number"
    if least == most:
        return f"exactly {_count(least)}"
    return f"{_count(least)} to {_count(most)}" if most else f"at least {_count(least)}"


def _count(number: str) -> str:
    return {"0": "none", "1": "one"}.get(number, number)


def constraints_of(facts: Facts, iri: str) -> list[Part]:
    """What a shape asks of a value, in words, in the order of the list of constraints."""
    return [part for name, words in _CONSTRAINTS for value in facts.values(iri, name) for part in words(facts, value)]


_Words = Callable[[Facts, Term], list[Part]]


def _term(before: str) -> _Words:
    return lambda _, value: [Part(before, iri=value.value)]


def _text(template: str) -> _Words:
    return lambda _, value: [Part(template.format(value.value))]


def _when_true(words: str) -> _Words:
    return lambda _, value: [Part(words)] if value.value == "true" else []


def _node_kind(_: Facts, value: Term) -> list[Part]:
    kinds = {"IRI": "an IRI", "Literal": "a literal", "BlankNode": "a blank node", "BlankNodeOrIRI": "no literal"}
    kind = value.value.rpartition("#")[2]
    return [Part(kinds.get(kind, kind))]


def _node(facts: Facts, value: Term) -> list[Part]:
    return [Part("fits", iri=value.value)] if value.is_iri else constraints_of(facts, value.value)


def _least_length(_: Facts, value: Term) -> list[Part]:
    return [Part("not empty" if value.value == "1" else f"{value.value} characters or more")]


def _listed(before: str) -> _Words:
    def words(facts: Facts, value: Term) -> list[Part]:
        return [Part(f"{before} {', '.join(compact(each.value) for each in facts.members(value.value))}")]

    return words


def _choice(before: str) -> _Words:
    """The alternatives of sh:or or sh:xone."""

    def words(facts: Facts, value: Term) -> list[Part]:
        found: list[Part] = []
        for each in facts.members(value.value):
            inner = [Part("fits", iri=each.value)] if "#" in each.value else constraints_of(facts, each.value)
            path = facts.first(each.value, SH.path.value)
            if path:
                inner = [Part("has", iri=path), *inner]
            found += [Part("or" if found else before), *inner]
        return found

    return words


_CONSTRAINTS: tuple[tuple[str, _Words], ...] = (
    (SH.nodeKind.value, _node_kind),
    (SH.datatype.value, _term("of datatype")),
    (SH["class"].value, _term("of class")),
    (SH.node.value, _node),
    (SH.hasValue.value, _term("has the value")),
    (SH["in"].value, _listed("one of")),
    (SH.languageIn.value, _listed("in the language")),
    (SH.uniqueLang.value, _when_true("one for each language")),
    (SH.minLength.value, _least_length),
    (SH.maxLength.value, _text("{} characters or fewer")),
    (SH.minInclusive.value, _text("{} or more")),
    (SH.maxInclusive.value, _text("{} or less")),
    (SH.minExclusive.value, _text("more than {}")),
    (SH.maxExclusive.value, _text("less than {}")),
    (SH.lessThan.value, _term("before")),
    (SH.lessThanOrEquals.value, _term("not after")),
    (SH.pattern.value, lambda _, value: [Part("written like", code=value.value)]),
    (SH.closed.value, _when_true("no other properties")),
    (SH["or"].value, _choice("either")),
    (SH.xone.value, _choice("exactly one of")),
)  # fmt: skip
