"""Blocking: of all pairs only those are compared whose wordings share what is rare.

For each row of the left the rows of the right with the highest cosine, by one product of sparse matrices, a slice of
rows at a time, so that memory does not grow with the number of pairs.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

# Values that one slice of the product may hold; about 80 MB with their places.
_SLICE_VALUES = 8_000_000
# A part of so many wordings tells none of them apart, and makes the product slow.
_COMMON = 0.1
_COMMON_AT_LEAST = 200


def nearest(left: sparse.csr_matrix, right: sparse.csr_matrix, count: int) -> np.ndarray:
    """Pairs of rows, left and right: for each left row at most ``count`` right ones with the highest cosine above 0.

    Equal cosines go to the lower row of the right. Of few rows on the right all are compared by all they have;
    of many, parts that more than a tenth of them share do not count.
    """
    columns = _telling(right)
    if len(columns) < right.shape[1]:
        left, right = left[:, columns], right[:, columns]
    turned = right.T.tocsr()
    rows = max(1, _SLICE_VALUES // max(1, right.shape[0]))
    found = [np.zeros((0, 2), dtype=np.int64)]
    for start in range(0, left.shape[0], rows):
        product = left[start : start + rows] @ turned
        found.append(_best_of_rows(product, count, start))
    return np.concatenate(found)


def _telling(rows: sparse.csr_matrix) -> np.ndarray:
    holding = np.bincount(rows.indices, minlength=rows.shape[1])
    return np.flatnonzero(holding <= max(_COMMON_AT_LEAST, _COMMON * rows.shape[0]))


def _best_of_rows(product: sparse.csr_matrix, count: int, first: int) -> np.ndarray:
    pairs = []
    for row in range(product.shape[0]):
        part = slice(product.indptr[row], product.indptr[row + 1])
        values, places = product.data[part], product.indices[part]
        if len(values) > count:
            # All that are as good as the last one taken, so that order decides between equals, not chance.
            least = np.partition(values, -count)[-count]
            kept = values >= least - 1e-6
            values, places = values[kept], places[kept]
        order = np.lexsort((places, -np.round(values, 5)))[:count]
        pairs.append(np.column_stack((np.full(len(order), first + row), places[order])))
    return np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)
