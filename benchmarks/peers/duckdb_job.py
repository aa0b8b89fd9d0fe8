"""Raw files to cycle times by DuckDB: python -m benchmarks.peers.duckdb_job RAW OUT [--threads N]."""

from __future__ import annotations

import argparse
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.peers.definitions import (
    AMOUNT,
    AMOUNT_SCALES,
    BEGINS_LATER,
    CODES,
    CURRENCY_PREFIX,
    DATES,
    EDGE_DAYS,
    ENDS_WITH_INVOICES,
    ENDS_WITH_ORDERS,
    GRAINS,
    HALF,
    HEADERS,
    INVOICE_LEGS,
    LEG_COLUMNS,
    MEDIAN_AT_LEAST,
    NAMES,
    NOT_RECORDED,
    NULL_TOKENS,
    ONE_OF_AN_INVOICE,
    OUTPUTS,
    P90_AT_LEAST,
    PARTY,
    PERSONAL,
    RATIO_DAYS,
    REQUIRED,
    STATUSES,
    SYSTEM,
    TIMES,
    VENDOR_CODE,
    WIDTHS,
    ZONE,
)
from benchmarks.peers.raw_files import RawFile, files_of, mask

LATEST = {
    "purchase_orders": (
        "po_number, item_number",
        "changed_at DESC, delivery_order DESC, record_number DESC",
        "ordered_amount < 0 OR (changed_at AT TIME ZONE time_zone_name)::DATE < ordered_on",
        "status_code <> 'cancelled'",
    ),
    "invoices": (
        "invoice_number, line_number",
        "delivery_order DESC, record_number DESC",
        "cleared_on < (recorded_at AT TIME ZONE time_zone_name)::DATE",
        "true",
    ),
}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args(argv)
    run(arguments.raw, arguments.out, threads=arguments.threads)


def run(raw: Path, out: Path, *, threads: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": threads}) as db:
        db.execute("SET enable_progress_bar = false")
        for table in ("purchase_orders", "invoices"):
            load(db, table, files_of(raw, table, replaces_period=table == "invoices"))
            standardize(db, table)
            keep_latest(db, table)
        db.execute("SET preserve_insertion_order = false")
        build_events(db)
        build_legs(db)
        build_cells(db)
        summarise(db, "cycle_times_overall", "")
        summarise(db, "cycle_times_monthly", ", month")
        for table in (*OUTPUTS, "quarantine_purchase_orders", "quarantine_invoices"):
            db.execute(f"COPY {table} TO '{out / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def load(db: duckdb.DuckDBPyConnection, table: str, files: Sequence[RawFile]) -> None:
    """Every whole record as text. DuckDB tells on which lines the others stand, so that records keep their number."""
    fields = HEADERS[table]
    columns = ", ".join(f"raw_{name} VARCHAR" for name in fields)
    db.execute(f"CREATE TABLE raw_{table} ({columns}, delivery_order VARCHAR, record_number BIGINT)")
    said = ", ".join(f"CASE WHEN trim({name}) NOT IN {NULL_TOKENS} THEN {name} END" for name in fields)
    for file in files:
        types = ", ".join(f"'{name}': 'VARCHAR'" for name in file.fields)
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE whole AS SELECT *, row_number() OVER () AS place
            FROM read_csv('{file.path}', delim = '{file.delimiter}', quote = '"', escape = '"', header = true,
                          auto_detect = false, columns = {{{types}}}, store_rejects = true)""")
        lines = [line for (line,) in db.execute("SELECT DISTINCT line FROM reject_errors ORDER BY line").fetchall()]
        db.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
        torn = [line - 1 - sum(blank < line for blank in file.blank_lines) for line in lines]
        shifts = [(number - before, before + 1) for before, number in enumerate(torn)] or [(0, 0)]
        db.execute(f"""
            INSERT INTO raw_{table} SELECT {said}, '{file.order}', place + coalesce(shift, 0)
            FROM whole ASOF LEFT JOIN (VALUES {", ".join(map(str, shifts))}) shifts (first, shift)
            ON place >= first""")


def standardize(db: duckdb.DuckDBPyConnection, table: str) -> None:
    """Typed columns; `is_readable` where nothing but nulls became null."""
    fields = HEADERS[table]
    _decide_formats(db, table, [f"raw_{name}" for name in fields if name in DATES])
    names = [name for name in fields if name in NAMES + PERSONAL]
    _clean_names(db, table, [f"raw_{name}" for name in names])
    joins = " ".join(f"LEFT JOIN names AS of_{name} ON of_{name}.said = raw_{name}" for name in names)
    db.execute(f"""
        CREATE TABLE standard_{table} AS
        SELECT '{SYSTEM}' AS source_system_code, {", ".join(f"{_rule(name)} AS {name}" for name in fields)},
               '{ZONE}' AS time_zone_name, delivery_order, record_number,
               {" AND ".join(f"(raw_{name} IS NULL OR {name} IS NOT NULL)" for name in fields)} AS is_readable
        FROM raw_{table} LEFT JOIN formats USING (delivery_order) {joins}""")


def _decide_formats(db: duckdb.DuckDBPyConnection, table: str, dates: Sequence[str]) -> None:
    """Day or month first, as each file as a whole says."""
    is_past_twelve = "coalesce(bool_or(try_cast(split_part(trim(said), '/', {}) AS INTEGER) > 12), false)"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE formats AS
        SELECT delivery_order, {is_past_twelve.format(1)} AS is_day_first, {is_past_twelve.format(2)} AS is_month_first
        FROM (SELECT delivery_order, unnest([{", ".join(dates)}]) AS said FROM raw_{table})
        WHERE said LIKE '%/%' GROUP BY ALL""")
    undecided = db.execute("SELECT delivery_order FROM formats WHERE is_day_first = is_month_first").fetchall()
    if undecided:
        raise ValueError(f"{table}: day or month first? The files of {undecided} do not tell")


def _clean_names(db: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> None:
    """Names are few: each distinct one is cleaned once, in Python, for DuckDB knows no NFKC."""
    each = f"unnest([{', '.join(names)}])"
    distinct = db.execute(f"SELECT DISTINCT {each} FROM raw_{table}").fetchall()
    said = [name for (name,) in distinct if name is not None]
    clean = [" ".join(unicodedata.normalize("NFKC", name).split()) or None for name in said]
    db.execute(
        "CREATE OR REPLACE TEMP TABLE names AS SELECT unnest(?) AS said, unnest(?) AS clean, unnest(?) AS masked",
        [said, clean, [mask(name) for name in clean]],
    )


def _rule(name: str) -> str:
    raw = f"trim(raw_{name})"
    if name in WIDTHS:
        digits = rf"ltrim(replace(regexp_replace({raw}, '\.00?$', ''), ' ', ''), '0')"
        return (
            f"CASE WHEN regexp_full_match({digits}, '[0-9]{{1,{WIDTHS[name]}}}') "
            f"THEN lpad({digits}, {WIDTHS[name]}, '0') END"
        )
    if name == "vendor_id":
        return f"'V' || lpad(nullif(regexp_extract(upper({raw}), '{VENDOR_CODE}', 1), ''), 6, '0')"
    if name in DATES:
        slashed = (
            f"CASE WHEN is_day_first THEN try_strptime({raw}, '%d/%m/%Y') ELSE try_strptime({raw}, '%m/%d/%Y') END"
        )
        return f"coalesce(try_strptime({raw}, '%Y-%m-%d'), {slashed})::DATE"
    if name in TIMES:
        return f"try_strptime({raw}, '%Y-%m-%d %H:%M') AT TIME ZONE '{ZONE}'"
    if name in AMOUNT_SCALES:
        pattern = AMOUNT % AMOUNT_SCALES[name]
        parts = f"regexp_extract(regexp_replace({raw}, '{CURRENCY_PREFIX}', ''), '{pattern}', ['l', 'digits', 'r'])"
        value = f"try_cast(replace({parts}.digits, ',', '') AS DECIMAL(18, {AMOUNT_SCALES[name]}))"
        return f"CASE WHEN {parts}.l || {parts}.r = '' THEN {value} ELSE -{value} END"
    if name in CODES:
        return f"nullif(regexp_extract(upper(replace({raw}, ' ', '')), '{CODES[name]}'), '')"
    if name == "status_code":
        return f"CASE WHEN lower({raw}) IN {STATUSES} THEN lower({raw}) END"
    return f"of_{name}.{'masked' if name in PERSONAL else 'clean'}"


def keep_latest(db: duckdb.DuckDBPyConnection, table: str) -> None:
    """The latest sound row of each key, unless it is cancelled; `quarantine_<table>` has the rows that are not."""
    key, latest, is_broken, stays = LATEST[table]
    missing = " OR ".join(f"{name} IS NULL" for name in REQUIRED[table])
    unsound = f"NOT is_readable OR {missing} OR coalesce({is_broken}, false)"
    db.execute(f"CREATE TABLE quarantine_{table} AS SELECT * FROM standard_{table} WHERE {unsound}")
    db.execute(f"""
        CREATE TABLE current_{table} AS SELECT * FROM (
            SELECT * FROM standard_{table} WHERE NOT ({unsound})
            QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {latest}) = 1
        ) WHERE {stays}""")
    db.execute(f"""
        CREATE VIEW {table} AS SELECT * EXCLUDE (delivery_order, record_number, is_readable) FROM current_{table}""")


def build_events(db: duckdb.DuckDBPyConnection) -> None:
    """A row for each date, numbered in its case, and the days for which the two extracts are complete. Events alike in
    date, time and record are told apart by what they are."""

    def of(event_type: str, table: str, on: str, at: str) -> str:
        document, line = ("invoice_number", "line_number") if table == "invoices" else ("NULL::VARCHAR",) * 2
        return f"""
            SELECT po_number || '_' || item_number AS case_id, {document} AS document_id, {line} AS line_number,
                   vendor_id, record_number, '{event_type}' AS event_type, {on} AS event_on, {at} AS event_at
            FROM current_{table} WHERE {on} IS NOT NULL"""

    def day(event_type: str, table: str, name: str) -> str:
        return of(event_type, table, name, f"{name}::TIMESTAMP AT TIME ZONE time_zone_name")

    def moment(event_type: str, table: str, name: str) -> str:
        return of(event_type, table, f"({name} AT TIME ZONE time_zone_name)::DATE", name)

    events = " UNION ALL ".join(
        [
            day("order_created", "purchase_orders", "ordered_on"),
            moment("order_submitted", "purchase_orders", "submitted_at"),
            moment("order_released", "purchase_orders", "released_at"),
            day("invoice_issued", "invoices", "invoiced_on"),
            moment("invoice_recorded", "invoices", "recorded_at"),
            day("invoice_cleared", "invoices", "cleared_on"),
        ]
    )
    db.execute(f"""
        CREATE TABLE events AS SELECT *, row_number() OVER (
            PARTITION BY case_id ORDER BY event_on, event_at, record_number, event_type, document_id, line_number
        ) AS number FROM ({events})""")
    db.execute("""
        CREATE TABLE coverage AS
        SELECT max(event_on) FILTER (event_type LIKE 'order%') AS orders_through,
               max(event_on) FILTER (event_type IN ('invoice_recorded', 'invoice_cleared')) AS invoices_through,
               greatest(min(event_on) FILTER (event_type = 'order_created'),
                        min(event_on) FILTER (event_type IN ('invoice_recorded', 'invoice_cleared'))) AS data_from
        FROM events""")


def build_legs(db: duckdb.DuckDBPyConnection) -> None:
    """`procurement_legs`: thirteen legs a case, and of those that end with an invoice's date one for each."""
    db.execute("""
        CREATE TABLE cases AS
        SELECT case_id, max(events.vendor_id) FILTER (is_last) AS vendor_id,
               any_value(company_code) AS company_code, any_value(category_name) AS category_name,
               min(event_on) FILTER (event_type = 'order_created') AS created_on,
               min(event_on) FILTER (event_type = 'order_submitted') AS submitted_on,
               min(event_on) FILTER (event_type = 'order_released') AS released_on,
               arg_min({'on': event_on, 'id': document_id}, number)
                   FILTER (event_type = 'invoice_issued') AS first_issued
        FROM (SELECT *, number = max(number) OVER (PARTITION BY case_id) AS is_last FROM events) events
        LEFT JOIN current_purchase_orders ON case_id = po_number || '_' || item_number
        GROUP BY case_id""")
    db.execute("""
        CREATE TABLE pairs AS
        SELECT case_id, document_id, any_value({'on': event_on, 'number': number})
                   FILTER (event_type = 'invoice_issued') AS issued,
               any_value({'on': event_on, 'number': number}) FILTER (event_type = 'invoice_recorded') AS recorded,
               any_value({'on': event_on, 'number': number}) FILTER (event_type = 'invoice_cleared') AS cleared
        FROM (SELECT *, row_number() OVER (PARTITION BY case_id, document_id, event_type ORDER BY number) AS nth
              FROM events WHERE document_id IS NOT NULL)
        GROUP BY case_id, document_id, nth""")
    db.execute("""
        CREATE TABLE first_pairs AS FROM pairs
        QUALIFY row_number() OVER (PARTITION BY case_id, document_id ORDER BY issued.number) = 1""")
    first = [
        ("requisition_to_order", "NULL", "created_on", "NULL"),
        ("order_to_submission", "created_on", "submitted_on", "NULL"),
        ("submission_to_release", "submitted_on", "released_on", "NULL"),
        ("order_to_receipt", "created_on", "NULL", "NULL"),
        ("receipt_to_invoice_date", "NULL", "first_issued.on", "first_issued.id"),
        ("order_to_paid", "created_on", "NULL", "NULL"),
    ]
    of_case = [
        f"SELECT case_id, '{leg}' AS leg, {document}::VARCHAR AS document_id, {start}::DATE AS start_on, "
        f"{end}::DATE AS end_on, NULL AS start_number, NULL AS end_number FROM cases"
        for leg, start, end, document in first
    ]
    of_invoices = [
        _of_invoices(leg, start.split("_")[1], end.split("_")[1] if end else None)
        for leg, (start, end) in INVOICE_LEGS.items()
    ]
    to_each = """
        SELECT case_id, 'order_to_cleared', document_id, created_on, cleared.on, NULL, cleared.number
        FROM cases LEFT JOIN (SELECT * FROM pairs WHERE cleared IS NOT NULL) USING (case_id)"""
    db.execute(f"CREATE TABLE ends AS {' UNION ALL '.join([*of_case, *of_invoices, to_each])}")
    db.execute(f"""
        CREATE TABLE procurement_legs AS
        SELECT {", ".join(LEG_COLUMNS)} FROM (
            SELECT *, '{SYSTEM}' AS source_system_code, row_number() OVER (
                       PARTITION BY case_id, leg ORDER BY start_number NULLS LAST, end_number NULLS LAST
                   )::INTEGER AS occurrence_number,
                   CASE WHEN leg IN {NOT_RECORDED} THEN 'not_recorded'
                        WHEN start_on IS NULL AND end_on IS NOT NULL THEN 'start_missing'
                        WHEN start_on IS NULL THEN 'not_started' END AS reason,
                   CASE WHEN reason IS NOT NULL THEN 'not_applicable'
                        WHEN end_on IS NOT NULL THEN 'closed' ELSE 'open' END AS leg_status,
                   date_trunc('month', start_on)::DATE AS month,
                   CASE WHEN leg_status = 'closed' THEN (end_on - start_on)::INTEGER END AS duration_days,
                   CASE WHEN leg_status = 'open' THEN greatest(through - start_on, 0)::INTEGER END AS censored_days,
                   false AS is_inferred_pair,
                   coalesce(end_on > through, false) AS is_end_after_data_through,
                   CASE WHEN month IS NULL THEN NULL
                        WHEN through - last_day(month) < {EDGE_DAYS} THEN 'right_edge'
                        WHEN leg IN {BEGINS_LATER} AND month - data_from < {EDGE_DAYS} THEN 'left_edge'
                        ELSE 'full' END AS window_status
            FROM (SELECT *, CASE WHEN leg IN {ENDS_WITH_ORDERS} THEN orders_through
                                 WHEN leg IN {ENDS_WITH_INVOICES} THEN invoices_through END AS through
                  FROM ends CROSS JOIN coverage) JOIN cases USING (case_id))""")


def _of_invoices(leg: str, start: str, end: str | None) -> str:
    end_on, end_number = (f"{end}.on", f"{end}.number") if end else ("NULL", "NULL")
    pairs = "first_pairs" if leg in ONE_OF_AN_INVOICE else "pairs"
    return (
        f"SELECT case_id, '{leg}', document_id, {start}.on, {end_on}, {start}.number, {end_number} "
        f"FROM cases LEFT JOIN {pairs} USING (case_id)"
    )


def build_cells(db: duckdb.DuckDBPyConnection) -> None:
    """Legs by cell; a document's legs that are alike are one in each. What repeats is an enum: it groups faster."""
    for name in ("leg", *PARTY, "leg_status", "window_status"):
        db.execute(
            f"CREATE TYPE {name}_words AS ENUM (SELECT DISTINCT {name} FROM procurement_legs WHERE {name} IS NOT NULL)"
        )
    counted = f"""
        SELECT leg::leg_words AS leg, {", ".join(f"{name}::{name}_words AS {name}" for name in PARTY)}, document_id,
               start_on, end_on,
               (CASE WHEN month IS NULL THEN 'not_applicable' ELSE leg_status END)::leg_status_words AS status,
               CASE WHEN status <> 'not_applicable' THEN month END AS month,
               CASE WHEN status <> 'not_applicable' THEN coalesce(duration_days, censored_days) END AS days,
               CASE WHEN status <> 'not_applicable' THEN window_status END::window_status_words AS window_status
        FROM procurement_legs"""
    cells = [
        f"""
        SELECT {distinct} leg, '{grain}'::ENUM {tuple(GRAINS)} AS cell_grain,
               {", ".join(name if name in parties else f"NULL::{name}_words AS {name}" for name in PARTY)},
               month, status, days, window_status, document_id, start_on, end_on
        FROM counted WHERE document_id IS {"NOT" if distinct else ""} NULL"""
        for grain, parties in GRAINS.items()
        for distinct in ("DISTINCT", "")
    ]
    db.execute(f"CREATE TABLE cells AS WITH counted AS ({counted}) {' UNION ALL '.join(cells)}")


def summarise(db: duckdb.DuckDBPyConnection, table: str, month: str) -> None:
    """Counts, quantiles and Kaplan-Meier of every cell; a figure of too few legs is null, with the reason."""
    cell = f"leg, cell_grain, {', '.join(PARTY)}{month}"
    begun = "status <> 'not_applicable'" if month else "true"
    has_curve = f"closed_count + open_count >= {MEDIAN_AT_LEAST}"
    ratios = ", ".join(
        f"""
        CASE WHEN {has_curve} AND (last_day >= {days} OR least_survival = 0)
             THEN 1 - coalesce(survival_{days}, 1) END AS closed_by_{days}_days_ratio"""
        for days in RATIO_DAYS
    )
    survivals = ", ".join(f"min(survival) FILTER (days <= {days}) AS survival_{days}" for days in RATIO_DAYS)
    if_monthly = """, CASE WHEN bool_or(window_status = 'right_edge') THEN 'right_edge'
                             WHEN bool_or(window_status = 'left_edge') THEN 'left_edge' ELSE 'full' END
                        AS window_status"""
    if_overall = ", count(*) FILTER (status = 'not_applicable') AS not_applicable_count"
    db.execute(f"""
        CREATE TABLE {table} AS
        WITH counts AS (
            SELECT {cell}, count(*) FILTER (status = 'closed') AS closed_count,
                   count(*) FILTER (status = 'open') AS open_count,
                   count(*) FILTER (status = 'ended_otherwise') AS ended_otherwise_count,
                   count(*) FILTER (status <> 'not_applicable') AS leg_count{if_monthly if month else if_overall},
                   quantile_cont(days::DOUBLE, [0.5, 0.9]) FILTER (status = 'closed') AS percentiles
            FROM cells WHERE {begun} GROUP BY ALL
        ), daily AS (
            SELECT {cell}, days, count(*) FILTER (status = 'closed') AS closed, count(*) AS watched
            FROM cells WHERE status IN ('closed', 'open') GROUP BY ALL
        ), at_risk AS (
            SELECT *, sum(watched) OVER (PARTITION BY {cell} ORDER BY days DESC ROWS UNBOUNDED PRECEDING) AS at_risk
            FROM daily
        ), curves AS (
            SELECT {cell}, days, product((at_risk - closed) / at_risk)
                OVER (PARTITION BY {cell} ORDER BY days ROWS UNBOUNDED PRECEDING) AS survival
            FROM at_risk
        ), curve AS (
            SELECT {cell}, min(days) FILTER (survival <= {HALF}) AS km_median, max(days) AS last_day,
                   min(survival) AS least_survival, {survivals}
            FROM curves GROUP BY ALL
        )
        SELECT counts.* EXCLUDE (percentiles),
               CASE WHEN closed_count >= {MEDIAN_AT_LEAST} THEN percentiles[1] END AS median_days,
               CASE WHEN closed_count >= {P90_AT_LEAST} THEN percentiles[2] END AS p90_days,
               CASE WHEN closed_count < {MEDIAN_AT_LEAST} THEN 'thin' END AS median_reason,
               CASE WHEN closed_count < {P90_AT_LEAST} THEN 'thin' END AS p90_reason,
               CASE WHEN {has_curve} THEN km_median::INTEGER END AS censored_median_days,
               CASE WHEN NOT ({has_curve}) THEN 'thin' WHEN km_median IS NULL THEN 'not_reached' END
                   AS censored_median_reason, {ratios}
        FROM counts LEFT JOIN curve ON {
        " AND ".join(f"counts.{name} IS NOT DISTINCT FROM curve.{name}" for name in cell.split(", "))
    }""")


if __name__ == "__main__":
    main()
