"""What landing says of a file, for tests that need no file."""

from __future__ import annotations

from lake.landing.landed_file import LandedFile


def landed_file(landing_file_id: str, source_name: str = "orders", period: str = "", **said) -> LandedFile:
    """One record in two lines, unless it is said otherwise."""
    plain = LandedFile(
        landing_file_id=landing_file_id,
        source_name=source_name,
        raw_key=f"{landing_file_id}.csv",
        raw_size=1,
        raw_etag="e",
        sha256=landing_file_id,
        period=period,
        arrived_at="2024-02-01T00:00:00.000+00:00",
        reading_digest="d",
        line_count=2,
        header_line_count=1,
        record_count=1,
        line_break_in_field_count=0,
        blank_line_count=0,
        shared_line_count=0,
        dead_letter_count=0,
        landing_row_count=1,
        header=["PO"],
        dialect={},
        undeclared_columns=[],
        columns=["PO"],
        decided_formats={},
        decision_evidence={},
        unpivoted=[],
        named={},
    )
    return LandedFile(**{**vars(plain), **said})
