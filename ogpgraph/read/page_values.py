"""The variables in the header of a commitment page, and how their printed values become concepts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from ogpgraph import records
from ogpgraph.vocabulary import OGP, Vocabulary, folded


@dataclass(frozen=True)
class PageVariable:
    """A labelled field whose values come from a code book.

    ``label`` is OGP's English label, ``of_assessment`` tells ratings from facts about the commitment, and
    ``blank`` is the reason of absence where the label stands without a value.
    """

    key: str
    label: str
    variable: NamedNode
    schemes: tuple[str, ...]
    of_assessment: bool = True
    blank: str = "label-without-value"

    def values_of(self, page: records.CommitmentPage) -> tuple[str, ...]:
        """The page's values, as a tuple for single and plural fields alike."""
        value = getattr(page, self.key)
        if value is None:
            return ()
        return value if isinstance(value, tuple) else (value,)

    def concept(self, value: str, vocabulary: Vocabulary) -> NamedNode | None:
        """The concept of a canonical value."""
        return vocabulary.first(self.schemes, value)


PAGE_VARIABLES = {
    variable.key: variable
    for variable in (
        PageVariable("status", "Status", OGP.planStatus, ("plan-status",), of_assessment=False),
        PageVariable("policy_areas", "Policy Areas", OGP.policyArea, ("policy-area",), of_assessment=False),
        PageVariable("starred", "Starred", OGP.starred, ("star",)),
        PageVariable("early_results", "Early Results", OGP.earlyResults, ("early-results", "early-results-2021")),
        PageVariable("verifiable", "Verifiable", OGP.verifiable, ("verifiable",)),
        PageVariable("relevant_to_ogp_values", "Relevant to OGP Values", OGP.relevance, ("relevance", "ogp-value")),
        PageVariable("ambition", "Ambition (see definition)", OGP.ambition, ("ambition",)),
        PageVariable(
            "potential_impact", "Potential Impact", OGP.potentialImpact, ("potential-impact",), blank="drawn-value"
        ),
        PageVariable("completion", "Completion", OGP.completion, ("completion",), blank="drawn-value"),
    )
}

# Labels of the other header fields.
LABELS = {
    "action_plan": "Action Plan",
    "lead_institutions": "Lead Institution",
    "support_institutions": "Support Institution(s)",
    "irm_reports": "IRM Report",
    "principles": "OGP principles",
    "cycle": "Action Plan Cycle",
    **{variable.key: variable.label for variable in PAGE_VARIABLES.values()},
}


def absence_in(value: str, vocabulary: Vocabulary) -> NamedNode | None:
    """The reason of absence that a printed text states, or None."""
    return vocabulary.concept("absence", value)


def is_default_relevance(page: records.CommitmentPage) -> bool:
    """Whether "Not Relevant" is the site's default and no finding: it stands beside pending fields."""
    return page.relevant_to_ogp_values == ("Not Relevant",) and page.verifiable == "Pending IRM Review"


def report_in(title: str, known: dict[str, str]) -> str | None:
    """The report with this title; dashes and hyphens between years are one."""
    return known.get(folded(title)) or {_plain_dashes(k): v for k, v in known.items()}.get(_plain_dashes(folded(title)))


def _plain_dashes(title: str) -> str:
    return re.sub(r"[‐‑‒–—]", "-", title)
