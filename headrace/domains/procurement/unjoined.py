"""Documents that find no partner: cases without an order, payments without an invoice, and whether leading zeros in
their numbers are why."""
# ruff: noqa: S608 - the statements are our own

from __future__ import annotations

from collections.abc import Iterable, Mapping

from headrace.facts.rows import Row

# Some of any firm's documents have no partner; so many are a sign that two sources write a number differently.
NOTED_RATIO = 0.1


def _bare(column: str) -> str:
    """Without leading zeros of the parts that are digits alone: those that a `width` would pad."""
    part = "CASE WHEN regexp_full_match(p, '[0-9]+') THEN ltrim(p, '0') ELSE p END"
    return f"array_to_string(list_transform(string_split({column}, '_'), lambda p: {part}), '_')"


ORPHANS = f"""
WITH cases AS (
    SELECT source_system_code, case_id, case_status = 'orphan' AS is_orphan, {_bare("case_id")} AS bare
    FROM marts.procurement_cases),
twins AS (
    SELECT orphan.source_system_code, orphan.case_id, min(other.case_id) AS twin
    FROM cases AS orphan JOIN cases AS other USING (source_system_code, bare)
    WHERE orphan.is_orphan AND NOT other.is_orphan GROUP BY ALL)
SELECT source_system_code, count(*) AS all_count, count_if(is_orphan) AS alone_count, count(twin) AS twin_count,
    min(case_id) FILTER (is_orphan) AS alone, min_by([case_id, twin], case_id) FILTER (twin IS NOT NULL) AS pair
FROM cases LEFT JOIN twins USING (source_system_code, case_id) GROUP BY ALL ORDER BY ALL"""
UNKNOWN_INVOICES = f"""
WITH unknown AS (
    SELECT source_system_code, invoice_number, {_bare("invoice_number")} AS bare
    FROM marts.procurement_unallocated WHERE table_name = 'payments' AND reason = 'invoice_unknown'),
twins AS (
    SELECT unknown.source_system_code, unknown.invoice_number, min(known.invoice_number) AS twin
    FROM unknown JOIN (SELECT source_system_code, invoice_number, {_bare("invoice_number")} AS bare
        FROM curated.invoices) AS known USING (source_system_code, bare) GROUP BY ALL),
payments AS (
    SELECT source_system_code, count(*) AS all_count FROM curated.payments
    WHERE paid_on <= coalesce(?::DATE, 'infinity'::DATE) GROUP BY ALL)
SELECT source_system_code, all_count, count(*) AS alone_count, count(twin) AS twin_count, min(invoice_number) AS alone,
    min_by([invoice_number, twin], invoice_number) FILTER (twin IS NOT NULL) AS pair
FROM unknown LEFT JOIN twins USING (source_system_code, invoice_number) JOIN payments USING (source_system_code)
GROUP BY ALL ORDER BY ALL"""
Rows = Iterable[Row]


def orphan_notes(rows: Rows, *, kept_out: Mapping[str, int] | None = None) -> list[str]:
    """Of each system that has orders; `rows` are those of ORPHANS, `kept_out` by system the rows of orders that are
    excluded or in quarantine."""
    out = kept_out or {}
    return [
        f"{row['alone_count']:,} of {row['all_count']:,} cases of {row['source_system_code']} have no curated order "
        f"(case_status orphan), such as {row['alone']}"
        f"{_reason(row, 'would have one', 'po_number and item_number, in a log case_id,', 'purchase_orders', out)}"
        for row in rows
        if row["alone_count"] > NOTED_RATIO * row["all_count"]
        and (row["alone_count"] < row["all_count"] or row["source_system_code"] in out)
    ]


def unknown_invoice_notes(rows: Rows, *, kept_out: Mapping[str, int] | None = None) -> list[str]:
    """`rows` are those of UNKNOWN_INVOICES, `kept_out` by system the rows of invoices that are excluded or in
    quarantine."""
    return [
        f"{row['alone_count']:,} of {row['all_count']:,} payments of {row['source_system_code']} name an invoice "
        f"without a curated line (procurement_unallocated, invoice_unknown), such as {row['alone']}"
        f"{_reason(row, 'would find one', 'invoice_number', 'invoices', kept_out or {})}"
        for row in rows
        if row["alone_count"] > NOTED_RATIO * row["all_count"]
    ]


def _reason(row: Row, have: str, columns: str, table: str, kept_out: Mapping[str, int]) -> str:
    """Leading zeros where they are the reason; else rows that were kept out, if there are any."""
    if row["twin_count"]:
        one, other = row["pair"]
        return (
            f"; {row['twin_count']:,} {have} but for leading zeros, as {one} and {other}: of {columns} give what "
            "differs the rule document_number with the same `width` in each source"
        )
    if count := kept_out.get(row["source_system_code"]):
        return f"; look first at what was excluded or quarantined of {table}, rows: {count:,} (outcomes.{table})"
    return "; if they should, look whether the sources write their numbers alike"
