"""How much was read: rows and values of each member, values of each variable."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ogpgraph.problems import Problem
from ogpgraph.records import DatabaseRow, ProcessRow, Record


@dataclass
class Summary:
    """Counts of what the rows of OGP's databases say."""

    rows: Counter[str] = field(default_factory=Counter)
    plans: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    values: Counter[str] = field(default_factory=Counter)
    absences: Counter[str] = field(default_factory=Counter)
    members: Counter[str] = field(default_factory=Counter)
    process_rows: int = 0

    @classmethod
    def of(cls, records: Iterable[Record]) -> Summary:
        """Count records; those that are no rows of a database are left out."""
        summary = cls()
        for record in records:
            if isinstance(record, DatabaseRow):
                summary._add(record)
            elif isinstance(record, ProcessRow):
                summary.process_rows += 1
        return summary

    def _add(self, row: DatabaseRow) -> None:
        member = row.member or row.country or "no member named"
        self.rows[row.edition] += 1
        self.members[member] += 1
        if row.plan_number:
            self.plans[member].add(row.plan_number)
        for value in row.values:
            name = " ".join(part for part in (value.variable, value.phase, value.rule) if part)
            (self.values if value.values else self.absences)[name] += 1
        for name, there in (
            ("title", row.title),
            ("text", row.text),
            ("policyArea", row.policy_areas),
            ("grandChallenge", row.grand_challenges),
            ("leadInstitution", row.lead_institutions),
            ("supportInstitution", row.support_institutions),
            ("startDate", row.start and row.start.value),
            ("endDate", row.end and row.end.value),
        ):
            if there:
                self.values[name] += 1
        for variable in row.absent:
            self.absences[variable] += 1

    def lines(self, unread: Iterable[Problem]) -> list[str]:
        """The summary as a person reads it: by edition, by member, by variable, by what was not read."""
        plans = sum(map(len, self.plans.values()))
        lines = [f"rows: {sum(self.rows.values())} of {len(self.members)} members and {plans} plans"]
        lines += [f"  edition {edition}: {count} rows" for edition, count in sorted(self.rows.items())]
        if self.process_rows:
            lines.append(f"  process databases: {self.process_rows} rows")
        lines.append("rows by member:")
        lines += [f"  {name}: {count}, plans {len(self.plans[name])}" for name, count in sorted(self.members.items())]
        lines.append("values by variable (read / stated as absent):")
        names = sorted(self.values.keys() | self.absences.keys())
        lines += [f"  {name}: {self.values[name]} / {self.absences[name]}" for name in names]
        rules = Counter(problem.rule for problem in unread)
        lines.append(f"not read: {sum(rules.values())}" + (" (unread.csv names row and column)" if rules else ""))
        lines += [f"  {rule}: {count}" for rule, count in sorted(rules.items())]
        return lines
