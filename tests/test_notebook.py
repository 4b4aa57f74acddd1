"""The notebook runs from its first to its last cell on the release that the project's data make; its cells assert."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from ogpgraph.release import Release
from ogpgraph.settings import PROJECT

NOTEBOOK = PROJECT / "notebooks" / "start.ipynb"
_CELL_SECONDS = 60


@pytest.fixture(scope="module")
def executed(release: Release, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The notebook with its outputs, run beside a folder of releases as in a checkout."""
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / "dist").symlink_to(release.folder.parent)
    folder = checkout / "notebooks"
    folder.mkdir()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=_CELL_SECONDS, resources={"metadata": {"path": str(folder)}})
    found: nbformat.NotebookNode = client.execute(env=_environment(checkout))
    return found


def test_every_cell_runs_and_says_nothing_on_standard_error(executed: nbformat.NotebookNode) -> None:
    outputs = [output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    assert all(cell.execution_count for cell in executed.cells if cell.cell_type == "code")


def test_it_draws_three_charts_and_cites_the_release(executed: nbformat.NotebookNode, release: Release) -> None:
    outputs = [output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 3
    assert all(len(each["data"]["image/png"]) > 10_000 for each in pictures)
    printed = "".join(output["text"] for output in outputs if output.output_type == "stream")
    assert f"@misc{{ogpgraph-{release.version}," in printed


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert sum("assert " in cell.source for cell in code) >= 8


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the user's own Jupyter is read or written."""
    return {**os.environ, "PYTHONPATH": str(PROJECT), "IPYTHONDIR": str(home), "MPLCONFIGDIR": str(home)}
