"""Raw files to cycle times by polars: python -m benchmarks.peers.polars_job RAW OUT [--threads N]."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

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
    P90_AT_LEAST,
    PARTY,
    RATIO_DAYS,
    REQUIRED,
    STATUSES,
    SYSTEM,
    TIMES,
    VENDOR_CODE,
    WIDTHS,
    ZONE,
)
from benchmarks.peers.raw_files import files_of, mask, read_all

KEY = {"purchase_orders": ["po_number", "item_number"], "invoices": ["invoice_number", "line_number"]}
LATEST = {
    "purchase_orders": ["changed_at", "delivery_order", "record_number"],
    "invoices": ["delivery_order", "record_number"],
}
CELL = ["leg", "cell_grain", *PARTY]
IS_CLOSED, IS_OPEN = pl.col("status") == "closed", pl.col("status") == "open"
IS_APPLICABLE = pl.col("status") != "not_applicable"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of reading; set POLARS_MAX_THREADS too")
    arguments = parser.parse_args(argv)
    run(arguments.raw, arguments.out, threads=arguments.threads)


def run(raw: Path, out: Path, *, threads: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    current, quarantine = {}, {}
    for table in ("purchase_orders", "invoices"):
        sound, quarantine[f"quarantine_{table}"] = standardize(table, load(raw, table, threads))
        current[table] = keep_latest(table, sound)
    legs = build_legs(current["purchase_orders"], current["invoices"])
    cells = build_cells(legs)
    tables = {
        **{name: frame.drop("delivery_order", "record_number") for name, frame in current.items()},
        **quarantine,
        "procurement_legs": legs,
        "cycle_times_overall": summarise(cells, CELL).drop("window_status"),
        "cycle_times_monthly": summarise(cells.filter(IS_APPLICABLE), [*CELL, "month"]).drop("not_applicable_count"),
    }
    for name, frame in tables.items():
        frame.write_parquet(out / f"{name}.parquet", compression="zstd")


def load(raw: Path, table: str, threads: int) -> pl.DataFrame:
    """Every whole record as text, nulls for null tokens, and `is_day_first` of its file (null without such dates)."""
    dates = [name for name in HEADERS[table] if name in DATES]
    frames = []
    for records in read_all(files_of(raw, table, replaces_period=table == "invoices"), threads):
        texts = pl.from_arrow(records).select(*HEADERS[table], "delivery_order", "record_number")
        frames.append(texts.with_columns(is_day_first=pl.lit(_is_day_first(texts, dates), dtype=pl.Boolean)))
    return pl.concat(frames).with_columns(
        pl.when(pl.col(name).str.strip_chars().is_in(NULL_TOKENS).not_()).then(name).alias(name)
        for name in HEADERS[table]
    )


def _is_day_first(texts: pl.DataFrame, dates: list[str]) -> bool | None:
    said = pl.concat([texts[name].rename("said") for name in dates]).drop_nulls().unique()
    parts = said.str.extract_groups(r"^\s*([0-9]{1,2})/([0-9]{1,2})/").struct.unnest().drop_nulls()
    if parts.is_empty():
        return None
    first, second = ((parts[name].cast(pl.Int32) > 12).any() for name in parts.columns)
    if first == second:
        raise ValueError(f"day or month first? {texts['delivery_order'][0]} does not tell")
    return first


def standardize(table: str, texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed rows: the sound ones, and those that lost a value, lack one or break a rule."""
    typed = texts.select(
        *(_rule(name).alias(name) for name in HEADERS[table]),
        "delivery_order",
        "record_number",
        *(pl.col(name).is_not_null().alias(f"has_{name}") for name in HEADERS[table]),
    )
    stamp = pl.col("changed_at" if table == "purchase_orders" else "recorded_at")
    local_day = stamp.dt.convert_time_zone(ZONE).dt.date()
    is_broken = (
        (pl.col("cleared_on") < local_day)
        if table == "invoices"
        else ((pl.col("ordered_amount") < 0) | (local_day < pl.col("ordered_on")))
    )
    is_sound = pl.all_horizontal(
        *(~pl.col(f"has_{name}") | pl.col(name).is_not_null() for name in HEADERS[table]),
        pl.col(*REQUIRED[table]).is_not_null(),
        ~is_broken.fill_null(False),
    )
    rows = typed.select(
        pl.lit(SYSTEM).alias("source_system_code"),
        *HEADERS[table],
        pl.lit(ZONE).alias("time_zone_name"),
        "delivery_order",
        "record_number",
        is_sound.alias("is_sound"),
    )
    return rows.filter("is_sound").drop("is_sound"), rows.filter(~pl.col("is_sound")).drop("is_sound")


def _rule(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    if name in WIDTHS:
        digits = text.str.replace(r"\.00?$", "").str.replace_all(" ", "", literal=True).str.strip_chars_start("0")
        return pl.when(digits.str.contains(rf"^[0-9]{{1,{WIDTHS[name]}}}$")).then(digits.str.zfill(WIDTHS[name]))
    if name == "vendor_id":
        return "V" + text.str.to_uppercase().str.extract(VENDOR_CODE).str.zfill(6)
    if name in DATES:
        day_first, month_first = (text.str.to_date(form, strict=False) for form in ("%d/%m/%Y", "%m/%d/%Y"))
        iso = text.str.to_date("%Y-%m-%d", strict=False)
        return pl.coalesce(iso, pl.when("is_day_first").then(day_first).otherwise(month_first))
    if name in TIMES:
        local = text.str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us")
        zoned = local.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
        return zoned.dt.convert_time_zone("UTC")
    if name in AMOUNT_SCALES:
        parts = text.str.replace(CURRENCY_PREFIX, "").str.extract_groups(AMOUNT % AMOUNT_SCALES[name]).struct
        digits = parts.field("2").str.replace_all(",", "", literal=True)
        value = digits.cast(pl.Decimal(18, AMOUNT_SCALES[name]), strict=False)
        is_negative = parts.field("1").is_not_null() | parts.field("3").is_not_null()
        return pl.when(is_negative).then(-value).otherwise(value)
    if name in CODES:
        return text.str.replace_all(" ", "", literal=True).str.to_uppercase().str.extract(f"({CODES[name]})")
    if name == "status_code":
        return pl.when(text.str.to_lowercase().is_in(STATUSES)).then(text.str.to_lowercase())
    clean = pl.col(name).str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars()
    return clean if name in NAMES else _once_each(clean)


def _once_each(names: pl.Expr) -> pl.Expr:
    """The masked names; each distinct one is masked once."""
    return names.map_batches(
        lambda column: column.replace_strict(
            (each := column.drop_nulls().unique()),
            pl.Series([mask(name) for name in each], dtype=pl.String),
            return_dtype=pl.String,
        ),
        return_dtype=pl.String,
    )


def keep_latest(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The latest row of each key, unless it is cancelled."""
    latest = rows.sort(LATEST[table]).unique(KEY[table], keep="last")
    return latest.filter(pl.col("status_code") != "cancelled") if table == "purchase_orders" else latest


def build_events(orders: pl.DataFrame, invoices: pl.DataFrame) -> pl.DataFrame:
    """A row for each date, numbered in its case. Events alike in date, time and record are told apart by what they
    are."""

    def of(documents: pl.DataFrame, event_type: str, name: str) -> pl.DataFrame:
        local = pl.col(name).dt.convert_time_zone(ZONE) if name in TIMES else pl.col(name).cast(pl.Datetime("us"))
        document = (
            (pl.col("invoice_number"), pl.col("line_number"))
            if documents is invoices
            else (pl.lit(None, pl.String), pl.lit(None, pl.String))
        )
        return documents.filter(pl.col(name).is_not_null()).select(
            (pl.col("po_number") + "_" + pl.col("item_number")).alias("case_id"),
            document[0].alias("document_id"),
            document[1].alias("line_number"),
            "vendor_id",
            "record_number",
            pl.lit(event_type).alias("event_type"),
            local.dt.date().alias("event_on"),
            local.dt.replace_time_zone(None).alias("local_at"),
        )

    events = pl.concat(
        [
            of(orders, "order_created", "ordered_on"),
            of(orders, "order_submitted", "submitted_at"),
            of(orders, "order_released", "released_at"),
            of(invoices, "invoice_issued", "invoiced_on"),
            of(invoices, "invoice_recorded", "recorded_at"),
            of(invoices, "invoice_cleared", "cleared_on"),
        ]
    )
    order = ["event_on", "local_at", "record_number", "event_type", "document_id", "line_number"]
    return events.sort("case_id", *order).with_columns(number=pl.int_range(pl.len()).over("case_id"))


def build_legs(orders: pl.DataFrame, invoices: pl.DataFrame) -> pl.DataFrame:
    """`procurement_legs`: thirteen legs a case, and of those that end with an invoice's date one for each."""
    events = build_events(orders, invoices)
    attributes = orders.select(
        (pl.col("po_number") + "_" + pl.col("item_number")).alias("case_id"), "company_code", "category_name"
    )

    def first(event_type: str, column: str = "event_on") -> pl.Expr:
        return pl.col(column).filter(pl.col("event_type") == event_type).first()

    cases = (
        events.group_by("case_id", maintain_order=True)
        .agg(
            pl.col("vendor_id").last(),
            first("order_created").alias("order_created"),
            first("order_submitted").alias("order_submitted"),
            first("order_released").alias("order_released"),
            first("invoice_issued").alias("first_issued"),
            first("invoice_issued", "document_id").alias("first_document"),
        )
        .join(attributes, on="case_id", how="left")
    )
    pairs = (
        events.filter(pl.col("document_id").is_not_null())
        .with_columns(nth=pl.int_range(pl.len()).over("case_id", "document_id", "event_type"))
        .pivot(
            "event_type",
            index=["case_id", "document_id", "nth"],
            values=["event_on", "number"],
            on_columns=["invoice_issued", "invoice_recorded", "invoice_cleared"],
        )
    )
    nothing = pl.lit(None)
    of_case = [
        _ends(cases, "requisition_to_order", nothing, pl.col("order_created")),
        _ends(cases, "order_to_submission", pl.col("order_created"), pl.col("order_submitted")),
        _ends(cases, "submission_to_release", pl.col("order_submitted"), pl.col("order_released")),
        _ends(cases, "order_to_receipt", pl.col("order_created"), nothing),
        _ends(cases, "receipt_to_invoice_date", nothing, pl.col("first_issued"), document=pl.col("first_document")),
        _ends(cases, "order_to_paid", pl.col("order_created"), nothing),
    ]
    paired, of_first = (
        cases.join(rows, on="case_id", how="left") for rows in (pairs, pairs.filter(pl.col("nth") == 0))
    )
    of_invoices = [
        _ends(
            of_first if leg in ONE_OF_AN_INVOICE else paired,
            leg,
            pl.col(f"event_on_{start}"),
            pl.col(f"event_on_{end}") if end else nothing,
            document=pl.col("document_id"),
            start_number=pl.col(f"number_{start}"),
            end_number=pl.col(f"number_{end}") if end else nothing,
        )
        for leg, (start, end) in INVOICE_LEGS.items()
    ]
    cleared = cases.join(pairs.filter(pl.col("event_on_invoice_cleared").is_not_null()), on="case_id", how="left")
    to_each = _ends(
        cleared,
        "order_to_cleared",
        pl.col("order_created"),
        pl.col("event_on_invoice_cleared"),
        document=pl.col("document_id"),
        end_number=pl.col("number_invoice_cleared"),
    )
    return _with_outcome(pl.concat([*of_case, *of_invoices, to_each]), events)


def _ends(
    cases: pl.DataFrame,
    leg: str,
    start: pl.Expr,
    end: pl.Expr,
    *,
    document: pl.Expr | None = None,
    start_number: pl.Expr | None = None,
    end_number: pl.Expr | None = None,
) -> pl.DataFrame:
    def given(value: pl.Expr | None, kind: type[pl.DataType]) -> pl.Expr:
        return (pl.lit(None) if value is None else value).cast(kind)

    return cases.select(
        "case_id",
        "company_code",
        "vendor_id",
        "category_name",
        pl.lit(leg).alias("leg"),
        given(document, pl.String).alias("document_id"),
        start.cast(pl.Date).alias("start_on"),
        end.cast(pl.Date).alias("end_on"),
        given(start_number, pl.Int64).alias("start_number"),
        given(end_number, pl.Int64).alias("end_number"),
    )


def _with_outcome(legs: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    def days(*event_types: str) -> pl.Series:
        return events.filter(pl.col("event_type").is_in(event_types))["event_on"]

    stamped = days("invoice_recorded", "invoice_cleared")
    orders_through = days("order_created", "order_submitted", "order_released").max()
    data_from = max(day for day in (days("order_created").min(), stamped.min()) if day is not None)
    leg, start, end, month, through = (pl.col(name) for name in ("leg", "start_on", "end_on", "month", "through"))
    reason = (
        pl.when(leg.is_in(NOT_RECORDED))
        .then(pl.lit("not_recorded"))
        .when(start.is_null() & end.is_not_null())
        .then(pl.lit("start_missing"))
        .when(start.is_null())
        .then(pl.lit("not_started"))
    )
    status = (
        pl.when(pl.col("reason").is_not_null())
        .then(pl.lit("not_applicable"))
        .when(end.is_not_null())
        .then(pl.lit("closed"))
        .otherwise(pl.lit("open"))
    )
    window = (
        pl.when(month.is_null())
        .then(None)
        .when((through - month.dt.month_end()).dt.total_days() < EDGE_DAYS)
        .then(pl.lit("right_edge"))
        .when(leg.is_in(BEGINS_LATER) & ((month - data_from).dt.total_days() < EDGE_DAYS))
        .then(pl.lit("left_edge"))
        .otherwise(pl.lit("full"))
    )
    return (
        legs.sort("case_id", "leg", "start_number", "end_number", nulls_last=True)
        .with_columns(
            pl.lit(SYSTEM).alias("source_system_code"),
            reason.alias("reason"),
            start.dt.truncate("1mo").alias("month"),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("case_id", "leg").alias("occurrence_number"),
            pl.when(leg.is_in(ENDS_WITH_ORDERS))
            .then(orders_through)
            .when(leg.is_in(ENDS_WITH_INVOICES))
            .then(stamped.max())
            .alias("through"),
        )
        .with_columns(status.alias("leg_status"), window.alias("window_status"))
        .with_columns(
            pl.when(pl.col("leg_status") == "closed")
            .then((end - start).dt.total_days())
            .cast(pl.Int32)
            .alias("duration_days"),
            pl.when(pl.col("leg_status") == "open")
            .then((through - start).dt.total_days().clip(0))
            .cast(pl.Int32)
            .alias("censored_days"),
            pl.lit(False).alias("is_inferred_pair"),
            (end > through).fill_null(False).alias("is_end_after_data_through"),
        )
        .select(LEG_COLUMNS)
    )


def build_cells(legs: pl.DataFrame) -> pl.DataFrame:
    """Legs by cell; a document's legs that are alike are one in each."""
    counted = legs.select(
        "leg",
        "document_id",
        "start_on",
        "end_on",
        *PARTY,
        "month",
        "window_status",
        pl.coalesce("duration_days", "censored_days").alias("days"),
        pl.when(pl.col("month").is_null()).then(pl.lit("not_applicable")).otherwise("leg_status").alias("status"),
    )
    cells = []
    for grain, parties in GRAINS.items():
        rolled_up = [name for name in PARTY if name not in parties]
        legs_of_grain = counted.with_columns(
            pl.lit(grain).alias("cell_grain"), *(pl.lit(None, pl.String).alias(name) for name in rolled_up)
        )
        is_document = pl.col("document_id").is_not_null()
        cells += [legs_of_grain.filter(is_document).unique(), legs_of_grain.filter(~is_document)]
    return pl.concat(cells)


def summarise(cells: pl.DataFrame, cell: list[str]) -> pl.DataFrame:
    """Counts, quantiles and Kaplan-Meier of every cell; a figure of too few legs is null, with the reason."""
    of_closed = pl.col("days").filter(IS_CLOSED)
    counts = cells.group_by(cell).agg(
        IS_CLOSED.sum().alias("closed_count"),
        IS_OPEN.sum().alias("open_count"),
        (pl.col("status") == "ended_otherwise").sum().alias("ended_otherwise_count"),
        IS_APPLICABLE.sum().alias("leg_count"),
        (~IS_APPLICABLE).sum().alias("not_applicable_count"),
        of_closed.quantile(0.5, "linear").alias("median_days"),
        of_closed.quantile(0.9, "linear").alias("p90_days"),
        pl.when((pl.col("window_status") == "right_edge").any())
        .then(pl.lit("right_edge"))
        .when((pl.col("window_status") == "left_edge").any())
        .then(pl.lit("left_edge"))
        .otherwise(pl.lit("full"))
        .alias("window_status"),
    )
    daily = (
        cells.filter(IS_CLOSED | IS_OPEN)
        .group_by(*cell, "days")
        .agg(IS_CLOSED.sum().alias("closed"), pl.len().alias("watched"))
        .sort("days")
    )
    at_risk = pl.col("watched").cum_sum(reverse=True).over(cell)
    curves = daily.with_columns(factor=(at_risk - pl.col("closed")) / at_risk).with_columns(
        survival=pl.col("factor").cum_prod().over(cell)
    )
    day, survival = pl.col("days"), pl.col("survival")
    curve = curves.group_by(cell).agg(
        day.filter(survival <= HALF).min().alias("censored_median_days"),
        *(
            pl.when((day.max() >= days) | (survival.min() == 0))
            .then(1 - survival.filter(day <= days).min().fill_null(1.0))
            .alias(f"closed_by_{days}_days_ratio")
            for days in RATIO_DAYS
        ),
    )
    has_median, has_p90 = pl.col("closed_count") >= MEDIAN_AT_LEAST, pl.col("closed_count") >= P90_AT_LEAST
    has_curve = pl.col("closed_count") + pl.col("open_count") >= MEDIAN_AT_LEAST
    thin = pl.lit("thin")
    of_curve = ["censored_median_days", *(f"closed_by_{days}_days_ratio" for days in RATIO_DAYS)]
    return counts.join(curve, on=cell, how="left", nulls_equal=True).with_columns(
        pl.when(has_median).then("median_days").alias("median_days"),
        pl.when(has_p90).then("p90_days").alias("p90_days"),
        pl.when(~has_median).then(thin).alias("median_reason"),
        pl.when(~has_p90).then(thin).alias("p90_reason"),
        pl.when(~has_curve)
        .then(thin)
        .when(pl.col("censored_median_days").is_null())
        .then(pl.lit("not_reached"))
        .alias("censored_median_reason"),
        *(pl.when(has_curve).then(name).alias(name) for name in of_curve),
    )


if __name__ == "__main__":
    main()
