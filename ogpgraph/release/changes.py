"""What changed between two releases: statements added and removed, entity by entity and class by class."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, RDF, RDFS, subject_name

KINDS = ("added", "changed", "removed")  # what can have become of an entity


@dataclass(frozen=True, slots=True)
class Subject:
    """What a subject is and is called; both are empty where it has no class or no label."""

    class_: str = ""  # an IRI
    label: str = ""
    is_blank: bool = False


@dataclass(slots=True)
class EntityChange:
    """The statements of one subject that only one of two releases has, and whether the subject is new or gone."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kind: str = "changed"  # one of KINDS
    subject: Subject = Subject()


@dataclass(frozen=True)
class Changes:
    """All differences between the default graphs of two releases."""

    old: str | None
    new: str
    entities: dict[str, EntityChange]

    @property
    def added(self) -> int:
        """Statements that only the new release has."""
        return sum(len(change.added) for change in self.entities.values())

    @property
    def removed(self) -> int:
        """Statements that only the old release has."""
        return sum(len(change.removed) for change in self.entities.values())

    def by_class(self) -> dict[str, dict[str, list[str]]]:
        """The subjects by class and by what became of them, our classes first; who has no class has an empty one."""
        classes: dict[str, dict[str, list[str]]] = defaultdict(lambda: {kind: [] for kind in KINDS})
        for name, change in self.entities.items():
            classes[change.subject.class_][change.kind].append(name)
        return dict(sorted(classes.items(), key=lambda each: (not each[0].startswith(OGP.iri), not each[0], each[0])))

    def as_json(self) -> str:
        """For machines: N-Triples lines, added and removed, by subject; and the subjects by class."""
        body = {
            "from": self.old,
            "to": self.new,
            "added": self.added,
            "removed": self.removed,
            "classes": self.by_class(),
            "labels": {name: each.subject.label for name, each in self.entities.items() if each.subject.label},
            "entities": {
                name: {"added": change.added, "removed": change.removed} for name, change in self.entities.items()
            },
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"

    def as_text(self) -> str:
        """For people: the sum, then class by class a line an entity."""
        if self.old is None:
            return (
                f"{self.new} is the first release here: {self.added} statements about {len(self.entities)} subjects.\n"
            )
        lines = [f"From {self.old} to {self.new}: {self.added} statements added, {self.removed} removed."]
        if not self.entities:
            lines.append("Nothing changed.")
        for class_, kinds in self.by_class().items():
            counts = ", ".join(f"{len(kinds[kind])} {kind}" for kind in KINDS if kinds[kind])
            lines += ["", f"{_class_name(class_)}: {counts}"]
            lines += self._entity_lines(name for kind in KINDS for name in kinds[kind])
        return "\n".join(lines) + "\n"

    def _entity_lines(self, names: Iterable[str]) -> Iterator[str]:
        """A line for each entity that has a name; unnamed nodes are parts of others and only counted."""
        blank = 0
        for name in names:
            change = self.entities[name]
            blank += change.subject.is_blank
            if not change.subject.is_blank:
                label = f": {change.subject.label}" if change.subject.label else ""
                numbers = f"+{len(change.added)} -{len(change.removed)}"
                yield f"  {name.removeprefix(BASE)}: {change.kind}, {numbers}{label}"
        if blank:
            yield f"  {blank} unnamed nodes"


def compare(old_version: str | None, old: Iterable[Triple], new_version: str, new: Iterable[Triple]) -> Changes:
    """The differences between two default graphs whose blank nodes are canonical."""
    before, after = set(old), set(new)
    entities: dict[str, EntityChange] = defaultdict(EntityChange)
    for triple in sorted(after - before, key=str):
        entities[subject_name(triple)].added.append(f"{triple} .")
    for triple in sorted(before - after, key=str):
        entities[subject_name(triple)].removed.append(f"{triple} .")
    then, now = _described(entities, before), _described(entities, after)
    for name, change in entities.items():
        change.subject = now[name] if name in now else then[name]
        change.kind = "added" if name not in then else "changed" if name in now else "removed"
    return Changes(old_version, new_version, dict(sorted(entities.items())))


def _described(names: Container[str], triples: Iterable[Triple]) -> dict[str, Subject]:
    """What each of some subjects is and is called: of several classes our own, of several labels the English one."""
    classes: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    labels: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    blank: dict[str, bool] = {}
    for triple in triples:
        name, value = subject_name(triple), triple.object
        if name not in names:
            continue
        blank[name] = isinstance(triple.subject, BlankNode)
        if triple.predicate == RDF.type and isinstance(value, NamedNode):
            classes[name].append((value not in OGP, value.value))
        elif triple.predicate == RDFS.label and isinstance(value, Literal):
            labels[name].append((value.language != "en", value.value))
    first = ("", "")
    return {
        name: Subject(min(classes[name], default=first)[1], min(labels[name], default=first)[1], is_blank)
        for name, is_blank in blank.items()
    }


def _class_name(class_: str) -> str:
    return class_.rstrip("/#").replace("#", "/").rpartition("/")[2] or "Without a class"
