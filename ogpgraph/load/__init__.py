"""``load``: a release into a store. With the engine the only part that knows the store."""

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
    "in_memory",
    "latest_release",
    "open_release",
    "verified",
    "verify",
    "version_of",
]
