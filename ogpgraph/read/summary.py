"""How much was read: pages, rows and values of each member, values of each variable."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ogpgraph.problems import Problem
from ogpgraph.records import CommitmentPage, DatabaseRow, Plan, ProcessRow, RdfSource, Record, SourceDocument


@dataclass
class Summary:
    """Counts of what the pages and the rows of OGP's databases say."""

    rows: Counter[str] = field(default_factory=Counter)
    plans: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    values: Counter[str] = field(default_factory=Counter)
    absences: Counter[str] = field(default_factory=Counter)
    members: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    process_rows: int = 0
    graphs: list[str] = field(default_factory=list)
    own: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Summary:
        """Count the pages and the rows among the records."""
        summary = cls()
        for record in records:
            if isinstance(record, DatabaseRow):
                summary._add(record)
            elif isinstance(record, ProcessRow):
                summary.process_rows += 1
            elif isinstance(record, RdfSource):
                summary.graphs.append(f"  {record.file}: {len(record.triples.splitlines())} statements")
            elif isinstance(record, Plan):
                summary._add_plan(record)
            elif isinstance(record, SourceDocument) and record.commitment:
                summary._add_page(record.member or "no member named", record.commitment)
        return summary

    def _add_plan(self, plan: Plan) -> None:
        self.own["plans"] += 1
        self.own["commitments"] += len(plan.commitments)
        self.own["milestones"] += sum(len(commitment.milestones) for commitment in plan.commitments)

    def _add_page(self, member: str, page: CommitmentPage) -> None:
        self.pages[member] += 1
        for name in page.model_fields_set - {"id", "title", "as_shown", "problems"}:
            (self.values if getattr(page, name) else self.absences)[name] += 1

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
        lines = self._page_lines() if self.pages else []
        lines += self._row_lines() if self.rows or self.process_rows else []
        lines += [f"graphs: {len(self.graphs)}", *self.graphs] if self.graphs else []
        lines += ["own tables:", *(f"  {name}: {count}" for name, count in self.own.items())] if self.own else []
        if (self.graphs or self.own) and not (self.values or self.absences):
            return lines
        lines.append("values by variable (read / stated as absent):")
        names = sorted(self.values.keys() | self.absences.keys())
        lines += [f"  {name}: {self.values[name]} / {self.absences[name]}" for name in names]
        rules = Counter(problem.rule for problem in unread)
        lines.append(f"not read: {sum(rules.values())}" + (" (unread.csv names row and column)" if rules else ""))
        lines += [f"  {rule}: {count}" for rule, count in sorted(rules.items())]
        return lines

    def _page_lines(self) -> list[str]:
        lines = [f"pages: {sum(self.pages.values())} of {len(self.pages)} members"]
        return lines + [f"  {name}: {count}" for name, count in sorted(self.pages.items())]

    def _row_lines(self) -> list[str]:
        plans = sum(map(len, self.plans.values()))
        lines = [f"rows: {sum(self.rows.values())} of {len(self.members)} members and {plans} plans"]
        lines += [f"  edition {edition}: {count} rows" for edition, count in sorted(self.rows.items())]
        if self.process_rows:
            lines.append(f"  process databases: {self.process_rows} rows")
        lines.append("rows by member:")
        return lines + [
            f"  {name}: {count}, plans {len(self.plans[name])}" for name, count in sorted(self.members.items())
        ]
