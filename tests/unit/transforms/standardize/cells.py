"""Cells that a source might hold, for properties: any text, and text that nearly is a number or a date."""

from hypothesis import strategies as st

_NEARLY = "0123456789.,-+/:() '’€$EURUSDVINTZeE_#\u00a0\u200f\u202f\ufeff\u200b\u0301１２٣²½\t\n\x00"

any_cell = st.text() | st.text(alphabet=_NEARLY, max_size=30)
