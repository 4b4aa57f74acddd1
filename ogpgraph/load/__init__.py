"""``load``: a release into a store. With the engine the only part that knows the store."""

from ogpgraph.load.default_graph import default_graph_of, may_name_graphs
from ogpgraph.load.release import (
    Answer,
    DamagedRelease,
    Dataset,
    dataset_of,
    in_memory,
    latest_release,
    open_release,
    verified,
    verify,
    version_of,
)

__all__ = [
    "Answer",
    "DamagedRelease",
    "Dataset",
    "dataset_of",
    "default_graph_of",
    "in_memory",
    "latest_release",
    "may_name_graphs",
    "open_release",
    "verified",
    "verify",
    "version_of",
]
