"""A damaged workbook gives a reason, never a traceback."""

from __future__ import annotations

import io
import zipfile

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from ogpgraph.read import tables


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_refused_with_a_reason_or_read(data: st.DataObject) -> None:
    """Parts of the archive go missing, are cut, are overwritten or stand in each other's place."""
    book = openpyxl.Workbook()
    for number in range(5):
        book.active.append([f"cell {number}", number])
    whole = io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    other = data.draw(st.sampled_from(sorted(parts)))
    length = data.draw(st.integers(0, len(parts[name])))
    parts[name] = data.draw(st.sampled_from([parts[name][:length], parts[other], b"<a>" + parts[name][length:]]))
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    reason = ""
    try:
        tables._workbook_rows(damaged.getvalue())
    except ValueError as error:
        reason = str(error)
    assert reason == "" or reason.startswith("the workbook ")
