"""One-to-one assignment: each item has at most one counterpart, and all pairs together are as likely as can be."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching


def assigned(pairs: list[tuple[int, int]], gains: list[float]) -> list[int]:
    """The positions of the pairs that are kept: no number stands twice on a side, and the sum of gains is highest.

    ``gains`` are above 0; a pair that gains nothing is better left out. The sparse form of the linear assignment
    problem (Jonker and Volgenant 1987): each left item may also stay alone, which gains almost nothing.
    """
    if not pairs:
        return []
    left = {number: row for row, number in enumerate(sorted({one for one, _ in pairs}))}
    right = {number: column for column, number in enumerate(sorted({other for _, other in pairs}))}
    rows = [left[one] for one, _ in pairs] + list(range(len(left)))
    columns = [right[other] for _, other in pairs] + [len(right) + row for row in range(len(left))]
    values = np.array([*gains, *[1e-6] * len(left)])
    graph = csr_matrix((values, (rows, columns)), shape=(len(left), len(right) + len(left)))
    chosen = set(
        zip(*(side.tolist() for side in min_weight_full_bipartite_matching(graph, maximize=True)), strict=True)
    )
    return [place for place, (one, other) in enumerate(pairs) if (left[one], right[other]) in chosen]
