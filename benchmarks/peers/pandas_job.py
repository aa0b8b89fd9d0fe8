"""Raw files to cycle times by pandas: python -m benchmarks.peers.pandas_job RAW OUT [--threads N]."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

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

TEXT = pd.StringDtype("pyarrow")
DATE_COLUMNS = (*DATES, "start_on", "end_on", "month")
KEY = {"purchase_orders": ["po_number", "item_number"], "invoices": ["invoice_number", "line_number"]}
LATEST = {
    "purchase_orders": ["changed_at", "delivery_order", "record_number"],
    "invoices": ["delivery_order", "record_number"],
}
CELL = ["leg", "cell_grain", *PARTY]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of reading; pandas itself has one")
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
        **{name: frame.drop(columns=["delivery_order", "record_number"]) for name, frame in current.items()},
        **quarantine,
        "procurement_legs": legs,
        "cycle_times_overall": summarise(cells, CELL).drop(columns="window_status"),
        "cycle_times_monthly": summarise(cells[cells["status"] != "not_applicable"], [*CELL, "month"]).drop(
            columns="not_applicable_count"
        ),
    }
    for name, frame in tables.items():
        dates = dict.fromkeys(frame.columns.intersection(DATE_COLUMNS), "date32[pyarrow]")
        frame.astype(dates).to_parquet(out / f"{name}.parquet", compression="zstd", index=False, coerce_timestamps="us")


def load(raw: Path, table: str, threads: int) -> pd.DataFrame:
    """Every whole record as text, and `is_day_first` of its file (False without such dates)."""
    dates = [name for name in HEADERS[table] if name in DATES]
    frames = []
    for records in read_all(files_of(raw, table, replaces_period=table == "invoices"), threads):
        texts = records.to_pandas(types_mapper={pa.string(): TEXT}.get)
        texts = texts[[*HEADERS[table], "delivery_order", "record_number"]]
        frames.append(texts.assign(is_day_first=_is_day_first(texts, dates)))
    return pd.concat(frames, ignore_index=True)


def _is_day_first(texts: pd.DataFrame, dates: list[str]) -> bool:
    said = pd.concat([texts[name] for name in dates]).drop_duplicates()
    parts = said[said.str.contains("/", regex=False)].str.extract(r"^\s*([0-9]{1,2})/([0-9]{1,2})/").dropna()
    first, second = ((parts[place].astype(int) > 12).any() for place in (0, 1))
    if len(parts) and first == second:
        raise ValueError(f"day or month first? {texts['delivery_order'].iloc[0]} does not tell")
    return bool(first)


def standardize(table: str, texts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Typed rows: the sound ones, and those that lost a value, lack one or break a rule."""
    typed, is_sound = {"source_system_code": SYSTEM}, np.ones(len(texts), dtype=bool)
    for name in HEADERS[table]:
        said = texts[name].str.strip()
        said = said.mask(said.isin(NULL_TOKENS))
        typed[name] = _typed(name, said, texts["is_day_first"])
        is_sound &= (said.isna() | typed[name].notna()).to_numpy(dtype=bool)
    rows = pd.DataFrame(typed).assign(
        time_zone_name=ZONE, delivery_order=texts["delivery_order"], record_number=texts["record_number"]
    )
    local_day = _local(rows["changed_at" if table == "purchase_orders" else "recorded_at"]).dt.normalize()
    is_broken = (
        rows["cleared_on"] < local_day
        if table == "invoices"
        else ((rows["ordered_amount"] < 0).fillna(False).astype(bool) | (local_day < rows["ordered_on"]))
    )
    is_sound = is_sound & rows[list(REQUIRED[table])].notna().all(axis=1) & ~is_broken
    return rows[is_sound], rows[~is_sound]


def _typed(name: str, said: pd.Series, is_day_first: pd.Series) -> pd.Series:
    if name in WIDTHS:
        digits = said.str.replace(r"\.00?$", "", regex=True).str.replace(" ", "", regex=False).str.lstrip("0")
        return digits.str.zfill(WIDTHS[name]).where(digits.str.fullmatch(rf"[0-9]{{1,{WIDTHS[name]}}}"))
    if name in AMOUNT_SCALES:
        parts = said.str.replace(CURRENCY_PREFIX, "", regex=True).str.extract(AMOUNT % AMOUNT_SCALES[name])
        is_negative = parts[0].notna() | parts[2].notna()
        digits = parts[1].astype(TEXT).str.replace(",", "", regex=False)
        signed = digits.where(~is_negative, "-" + digits)
        return signed.astype(pd.ArrowDtype(pa.string())).astype(pd.ArrowDtype(pa.decimal128(18, AMOUNT_SCALES[name])))
    if name in DATES:
        day_first = said[is_day_first]
        dates = _by_distinct(said[~is_day_first], lambda each: _date(each, "%m/%d/%Y"))
        return pd.concat([dates, _by_distinct(day_first, lambda each: _date(each, "%d/%m/%Y"))]).reindex(said.index)
    return _by_distinct(said, RULES.get(name, _time if name in TIMES else _name))


def _by_distinct(said: pd.Series, rule: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """The rule's answers, each distinct value asked once."""
    codes, distinct = pd.factorize(said)
    answers = rule(pd.Series(distinct, dtype=TEXT)).reindex(codes)
    return answers.set_axis(said.index)


def _date(each: pd.Series, slashed: str) -> pd.Series:
    iso = pd.to_datetime(each, format="%Y-%m-%d", errors="coerce")
    return iso.fillna(pd.to_datetime(each, format=slashed, errors="coerce"))


def _time(each: pd.Series) -> pd.Series:
    local = pd.to_datetime(each, format="%Y-%m-%d %H:%M", errors="coerce")
    first = np.ones(len(local), dtype=bool)
    return local.dt.tz_localize(ZONE, ambiguous=first, nonexistent="NaT").dt.tz_convert("UTC")


def _vendor(each: pd.Series) -> pd.Series:
    return "V" + each.str.upper().str.extract(VENDOR_CODE)[0].astype(TEXT).str.zfill(6)


def _code(pattern: str) -> Callable[[pd.Series], pd.Series]:
    def rule(each: pd.Series) -> pd.Series:
        codes = each.str.replace(" ", "", regex=False).str.upper()
        return codes.where(codes.str.match(pattern))

    return rule


def _status(each: pd.Series) -> pd.Series:
    return each.str.lower().where(each.str.lower().isin(STATUSES))


def _name(each: pd.Series) -> pd.Series:
    return each.str.normalize("NFKC").astype(TEXT).str.split().str.join(" ").astype(TEXT)


def _masked(each: pd.Series) -> pd.Series:
    return _name(each).map(mask, na_action="ignore").astype(TEXT)


RULES = {
    "vendor_id": _vendor,
    "status_code": _status,
    "requester_name": _masked,
    "clerk_name": _masked,
    **{name: _code(pattern) for name, pattern in CODES.items()},
    **dict.fromkeys(NAMES, _name),
}


def keep_latest(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The latest row of each key, unless it is cancelled."""
    latest = rows.sort_values(LATEST[table]).drop_duplicates(KEY[table], keep="last")
    return latest[latest["status_code"] != "cancelled"] if table == "purchase_orders" else latest


def _local(moments: pd.Series) -> pd.Series:
    return moments.dt.tz_convert(ZONE).dt.tz_localize(None)


def build_events(orders: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """A row for each date, numbered in its case. Events alike in date, time and record are told apart by what they
    are."""

    def of(documents: pd.DataFrame, event_type: str, name: str) -> pd.DataFrame:
        known = documents[documents[name].notna()]
        local_at = _local(known[name]) if name in TIMES else known[name]
        nothing = pd.Series(pd.NA, known.index, TEXT)
        return pd.DataFrame(
            {
                "case_id": known["po_number"] + "_" + known["item_number"],
                "event_type": event_type,
                "document_id": known.get("invoice_number", nothing),
                "line_number": known.get("line_number", nothing),
                "vendor_id": known["vendor_id"],
                "record_number": known["record_number"],
                "event_on": local_at.dt.normalize(),
                "local_at": local_at,
            }
        )

    events = pd.concat(
        [
            of(orders, "order_created", "ordered_on"),
            of(orders, "order_submitted", "submitted_at"),
            of(orders, "order_released", "released_at"),
            of(invoices, "invoice_issued", "invoiced_on"),
            of(invoices, "invoice_recorded", "recorded_at"),
            of(invoices, "invoice_cleared", "cleared_on"),
        ],
        ignore_index=True,
    )
    events = events.sort_values(
        ["case_id", "event_on", "local_at", "record_number", "event_type", "document_id", "line_number"]
    )
    return events.assign(number=events.groupby("case_id").cumcount())


def build_legs(orders: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """`procurement_legs`: thirteen legs a case, and of those that end with an invoice's date one for each."""
    events = build_events(orders, invoices)
    firsts = events.drop_duplicates(["case_id", "event_type"])
    first_on = firsts.pivot(index="case_id", columns="event_type", values="event_on").reindex(
        columns=["order_created", "order_submitted", "order_released", "invoice_issued"]
    )
    documents = firsts[firsts["event_type"] == "invoice_issued"].set_index("case_id")["document_id"]
    attributes = orders.set_index(orders["po_number"] + "_" + orders["item_number"])[["company_code", "category_name"]]
    cases = (
        first_on.assign(
            vendor_id=events.drop_duplicates("case_id", keep="last").set_index("case_id")["vendor_id"],
            first_document=documents,
        )
        .join(attributes)
        .reset_index()
    )
    of_invoices = events[events["document_id"].notna()]
    nth = of_invoices.groupby(["case_id", "document_id", "event_type"]).cumcount()
    pairs = of_invoices.assign(nth=nth).pivot(
        index=["case_id", "document_id", "nth"], columns="event_type", values=["event_on", "number"]
    )
    pairs.columns = [f"{value}_{event_type}" for value, event_type in pairs.columns]
    pairs = pairs.reset_index().astype({name: "datetime64[ns]" for name in pairs if name.startswith("event_on")})
    parties = cases[["case_id", "company_code", "vendor_id", "category_name", "order_created"]]
    paired, of_first = (parties.merge(rows, on="case_id", how="left") for rows in (pairs, pairs[pairs["nth"] == 0]))
    cleared = parties.merge(pairs[pairs["event_on_invoice_cleared"].notna()], on="case_id", how="left")
    legs = [
        _ends(cases, "requisition_to_order", end="order_created"),
        _ends(cases, "order_to_submission", start="order_created", end="order_submitted"),
        _ends(cases, "submission_to_release", start="order_submitted", end="order_released"),
        _ends(cases, "order_to_receipt", start="order_created"),
        _ends(cases, "receipt_to_invoice_date", end="invoice_issued", document="first_document"),
        _ends(cases, "order_to_paid", start="order_created"),
        *(
            _ends(
                of_first if leg in ONE_OF_AN_INVOICE else paired,
                leg,
                start=f"event_on_{start}",
                end=end and f"event_on_{end}",
                document="document_id",
                start_number=f"number_{start}",
                end_number=end and f"number_{end}",
            )
            for leg, (start, end) in INVOICE_LEGS.items()
        ),
        _ends(
            cleared,
            "order_to_cleared",
            start="order_created",
            end="event_on_invoice_cleared",
            document="document_id",
            end_number="number_invoice_cleared",
        ),
    ]
    return _with_outcome(pd.concat(legs, ignore_index=True), events)


def _ends(
    cases: pd.DataFrame,
    leg: str,
    *,
    start: str | None = None,
    end: str | None = None,
    document: str | None = None,
    start_number: str | None = None,
    end_number: str | None = None,
) -> pd.DataFrame:
    def given(name: str | None, dtype: object) -> pd.Series:
        return cases[name].astype(dtype) if name else pd.Series(None, cases.index, dtype)

    return cases[["case_id", "company_code", "vendor_id", "category_name"]].assign(
        leg=leg,
        document_id=given(document, TEXT),
        start_on=given(start, "datetime64[ns]"),
        end_on=given(end, "datetime64[ns]"),
        start_number=given(start_number, float),
        end_number=given(end_number, float),
    )


def _with_outcome(legs: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    def days(*event_types: str) -> pd.Series:
        return events.loc[events["event_type"].isin(event_types), "event_on"]

    stamped = days("invoice_recorded", "invoice_cleared")
    data_from = max(day for day in (days("order_created").min(), stamped.min()) if not pd.isna(day))
    legs = legs.sort_values(["case_id", "leg", "start_number", "end_number"], na_position="last")
    leg, start, end = legs["leg"], legs["start_on"], legs["end_on"]
    through = pd.Series(pd.NaT, legs.index, "datetime64[ns]")
    through[leg.isin(ENDS_WITH_ORDERS)] = days("order_created", "order_submitted", "order_released").max()
    through[leg.isin(ENDS_WITH_INVOICES)] = stamped.max()
    reason = np.select(
        [leg.isin(NOT_RECORDED), start.isna() & end.notna(), start.isna()],
        ["not_recorded", "start_missing", "not_started"],
        default=None,
    )
    status = np.select([pd.notna(reason), end.notna()], ["not_applicable", "closed"], default="open")
    month = start - pd.to_timedelta(start.dt.day - 1, unit="D")
    window = np.select(
        [
            month.isna(),
            (through - (month + pd.offsets.MonthEnd(0))).dt.days < EDGE_DAYS,
            leg.isin(BEGINS_LATER) & ((month - data_from).dt.days < EDGE_DAYS),
        ],
        [None, "right_edge", "left_edge"],
        default="full",
    )
    return legs.assign(
        source_system_code=SYSTEM,
        occurrence_number=legs.groupby(["case_id", "leg"]).cumcount() + 1,
        month=month,
        leg_status=status,
        reason=reason,
        duration_days=(end - start).dt.days.where(status == "closed").astype("Int32"),
        censored_days=(through - start).dt.days.clip(lower=0).where(status == "open").astype("Int32"),
        is_inferred_pair=False,
        is_end_after_data_through=end > through,
        window_status=window,
    )[list(LEG_COLUMNS)]


def build_cells(legs: pd.DataFrame) -> pd.DataFrame:
    """Legs by cell; a document's legs that are alike are one in each."""
    counted = legs[["document_id", "start_on", "end_on", "month"]].assign(
        leg=legs["leg"].astype("category"),
        **{name: legs[name].astype("category") for name in PARTY},
        window_status=legs["window_status"].astype("category"),
        days=legs["duration_days"].fillna(legs["censored_days"]).astype(float),
        status=legs["leg_status"].where(legs["month"].notna(), "not_applicable").astype("category"),
    )
    grains = pd.CategoricalDtype(list(GRAINS))
    is_document, cells = counted["document_id"].notna(), []
    for grain, parties in GRAINS.items():
        of_grain = counted.assign(cell_grain=pd.Series(grain, counted.index, grains))
        for name in set(PARTY) - set(parties):
            of_grain[name] = pd.Series(None, counted.index, counted[name].dtype)
        alike = ["leg", "document_id", "start_on", "end_on", "status", *parties]
        cells += [of_grain[is_document].drop_duplicates(alike), of_grain[~is_document]]
    return pd.concat(cells, ignore_index=True)


def summarise(cells: pd.DataFrame, cell: list[str]) -> pd.DataFrame:
    """Counts, quantiles and Kaplan-Meier of every cell; a figure of too few legs is null, with the reason."""
    ids = cells.groupby(cell, dropna=False, observed=True, sort=False).ngroup()
    status, window = cells["status"], cells["window_status"]
    figures = (
        pd.DataFrame(
            {
                "closed_count": status == "closed",
                "open_count": status == "open",
                "ended_otherwise_count": status == "ended_otherwise",
                "leg_count": status != "not_applicable",
                "not_applicable_count": status == "not_applicable",
                "is_right": window == "right_edge",
                "is_left": window == "left_edge",
            }
        )
        .groupby(ids)
        .sum()
    )
    figures[cell] = cells[cell].groupby(ids).head(1).set_axis(ids.drop_duplicates().to_numpy())
    edges = np.select([figures.pop("is_right") > 0, figures.pop("is_left") > 0], ["right_edge", "left_edge"], "full")
    is_closed = status == "closed"
    quantiles = cells.loc[is_closed, "days"].groupby(ids[is_closed]).quantile([0.5, 0.9]).unstack()
    closed, watched = figures["closed_count"], figures["closed_count"] + figures["open_count"]
    has_median, has_p90, has_curve = closed >= MEDIAN_AT_LEAST, closed >= P90_AT_LEAST, watched >= MEDIAN_AT_LEAST
    curve = _curves(cells, ids).reindex(figures.index)
    thin = {"median_reason": ~has_median, "p90_reason": ~has_p90, "censored_median_reason": ~has_curve}
    reasons = pd.DataFrame({name: np.where(is_thin, "thin", None) for name, is_thin in thin.items()}, figures.index)
    is_not_reached = has_curve & curve["censored_median_days"].isna()
    reasons.loc[is_not_reached, "censored_median_reason"] = "not_reached"
    return figures.assign(
        window_status=edges,
        median_days=quantiles[0.5].where(has_median),
        p90_days=quantiles[0.9].where(has_p90),
        **reasons,
        **curve.where(has_curve),
    ).astype({"censored_median_days": "Int32"})


def _curves(cells: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """The Kaplan-Meier figures of each cell's id."""
    is_watched = cells["status"].isin(["closed", "open"])
    daily = (
        (cells.loc[is_watched, "status"] == "closed")
        .groupby([ids[is_watched].rename("id"), cells.loc[is_watched, "days"]])
        .agg(["sum", "size"])
        .reset_index()
    )
    of_cell = daily.groupby("id")
    at_risk = of_cell["size"].transform("sum") - of_cell["size"].cumsum() + daily["size"]
    daily["survival"] = ((at_risk - daily["sum"]) / at_risk).groupby(daily["id"]).cumprod()
    by_cell = daily.groupby("id")
    last_day, least = by_cell["days"].max(), by_cell["survival"].min()
    curve = pd.DataFrame(
        {"censored_median_days": daily[daily["survival"] <= HALF].groupby("id")["days"].min()}, index=last_day.index
    )
    for days in RATIO_DAYS:
        survival = daily[daily["days"] <= days].groupby("id")["survival"].min().reindex(curve.index, fill_value=1.0)
        curve[f"closed_by_{days}_days_ratio"] = (1 - survival).where((last_day >= days) | (least == 0))
    return curve


if __name__ == "__main__":
    main()
