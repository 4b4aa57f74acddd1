"""What changed between two releases: statements added and removed, entity by entity."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import Triple

from ogpgraph.settings import BASE
from ogpgraph.vocabulary import subject_name


@dataclass
class EntityChange:
    """The statements of one subject that only one of two releases has."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """All differences between the default graphs of two releases."""

    old: str | None
    new: str
    entities: dict[str, EntityChange]

    @property
    def added(self) -> int:
        return sum(len(change.added) for change in self.entities.values())

    @property
    def removed(self) -> int:
        return sum(len(change.removed) for change in self.entities.values())

    def as_json(self) -> str:
        """For machines: N-Triples lines, added and removed, by subject."""
        body = {
            "from": self.old,
            "to": self.new,
            "added": self.added,
            "removed": self.removed,
            "entities": {
                name: {"added": change.added, "removed": change.removed} for name, change in self.entities.items()
            },
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"

    def as_text(self) -> str:
        """For people: the sum, then a line an entity."""
        if self.old is None:
            return (
                f"{self.new} is the first release here: {self.added} statements about {len(self.entities)} subjects.\n"
            )
        lines = [f"From {self.old} to {self.new}: {self.added} statements added, {self.removed} removed."]
        if not self.entities:
            lines.append("Nothing changed.")
        for name, change in self.entities.items():
            kind = "new" if not change.removed and change.added else "changed"
            lines.append(f"  {name.removeprefix(BASE)}: {kind}, +{len(change.added)} -{len(change.removed)}")
        return "\n".join(lines) + "\n"


def compare(old_version: str | None, old: Iterable[Triple], new_version: str, new: Iterable[Triple]) -> Changes:
    """The differences between two default graphs whose blank nodes are canonical."""
    before, after = set(old), set(new)
    entities: dict[str, EntityChange] = defaultdict(EntityChange)
    for triple in sorted(after - before, key=str):
        entities[subject_name(triple)].added.append(f"{triple} .")
    for triple in sorted(before - after, key=str):
        entities[subject_name(triple)].removed.append(f"{triple} .")
    return Changes(old_version, new_version, dict(sorted(entities.items())))
