"""What the model was to reach, and whether the results say that it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.model.results import DAILY, SETS, WEEKLY, Results

PACKAGES = tuple(name for name in SETS if name.startswith("pypi"))
POOLED = {"80": (0.76, 0.84), "95": (0.93, 0.97)}
SEASON = {"80": 0.75, "95": 0.90}
MILLION = 1_000_000
FIT_MEBIBYTES = 3 * 1024
GROWTH = 1.1


@dataclass(frozen=True)
class Aim:
    """`is_reached` is None where nothing was measured that could say it."""

    name: str
    is_reached: bool | None
    found: str

    @property
    def reached(self) -> str:
        return {True: "yes", False: "**no**", None: "not measured"}[self.is_reached]


def aims(results: Results) -> Iterator[Aim]:
    daily = results.of(DAILY) or {}
    yield at_most("generator: WAPE 0.085 or less", daily.get("wape"), 0.085, "{:.4f}")
    yield at_most("generator: WAPE in season 0.09 or less", daily.get("season_wape"), 0.09, "{:.4f}")
    bias = daily.get("bias")
    yield Aim("generator: bias within 3 %", None if bias is None else abs(bias) <= 0.03, _said(bias, "{:+.2%}"))
    for name in PACKAGES:
        yield _better(results, name, "the last known value", ("last_known",))
        yield _better(results, name, "LightGBM", ("lightgbm", "lightgbm_monotone"))
    for part, of in (("days", "of days"), ("season", "of days in season"), ("weeks", "of whole weeks")):
        yield _weekly(results.grains, part, of)
    for name in SETS:
        for level in ("80", "95"):
            yield _pooled(results.of(name), name, level)
    for name in (name for name in SETS if name != WEEKLY):
        for level in ("80", "95"):
            yield _season(results.of(name), name, level)
    yield _no_rises(results)
    yield from _fit(daily)
    yield from _scoring(results.scoring)


def at_most(name: str, value: float | None, limit: float, form: str) -> Aim:
    return Aim(name, None if value is None else value <= limit, _said(value, form))


def _said(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _better(results: Results, name: str, rival: str, models: tuple[str, ...]) -> Aim:
    """Than every one of the models. All of them have to have been run."""
    title, own = f"{name}: better than {rival}", results.of(name)
    rivals = [results.of(name, model) for model in models]
    told = [one["wape"] for one in rivals if one]
    if not own or len(told) < len(models):
        return Aim(title, None, "")
    return Aim(title, own["wape"] < min(told), f"{own['wape']:.4f} against {' and '.join(f'{w:.4f}' for w in told)}")


def _weekly(grains: dict[str, Any] | None, part: str, of: str) -> Aim:
    title, found = f"weekly labels within 10 % of daily ones: {of}", (grains or {}).get(part)
    if not found:
        return Aim(title, None, "")
    weekly, daily = found["weekly"], found["daily"]
    told = f"{weekly:.4f} against {daily:.4f} ({weekly / daily - 1:+.1%}), {found['labels']:,} labels"
    return Aim(title, weekly <= 1.1 * daily, told)


def _pooled(own: dict[str, Any] | None, name: str, level: str) -> Aim:
    low, high = POOLED[level]
    labels = " of weeks (days cannot be tested by weekly labels)" if name == WEEKLY else ""
    title = f"{name}: {level} %{labels} held {low:.0%} to {high:.0%}, pooled over the origins"
    found = own["intervals"][level]["folds"] if own else None
    return Aim(title, low <= found["share"] <= high if found else None, said_held(found))


def _season(own: dict[str, Any] | None, name: str, level: str) -> Aim:
    """Of the origins' seasons and of the test's, both."""
    of = own["intervals"][level] if own else {}
    found = {"origins": of.get("folds_season"), "test": of.get("season")}
    told = {part: one for part, one in found.items() if one}
    reached = all(one["share"] >= SEASON[level] for one in told.values()) if told else None
    said = "; ".join(f"{part} {said_held(one)}" for part, one in told.items())
    return Aim(f"{name}: {level} % in season held {SEASON[level]:.0%} or more", reached, said)


def said_held(found: dict[str, Any] | None) -> str:
    """A coverage with its range: `79.4 % (77.1 % to 81.0 %)`."""
    if not found:
        return ""
    low_high = found["range"]
    return f"{found['share']:.1%} " + (f"({low_high[0]:.1%} to {low_high[1]:.1%})" if low_high else "(no range)")


def _no_rises(results: Results) -> Aim:
    own = [one for name in SETS if (one := results.of(name))]
    counts = [(one["set"], one["rises"], one["order_violations"]) for one in own]
    told = "; ".join(f"{name} {labels} labels, {published} published values" for name, labels, published in counts)
    reached = all(labels == 0 and published == 0 for _, labels, published in counts) if counts else None
    return Aim("no estimate that rises with rank", reached, told)


def _fit(daily: dict[str, Any]) -> Iterator[Aim]:
    """Nothing is said of a million rows where there were fewer."""
    rows = daily.get("fitted_rows", 0)
    seconds = daily.get("seconds", {}).get("of these to fit on all labels")
    is_enough = rows >= MILLION
    told = f"{seconds:.0f} s for {rows:,} rows" if daily else ""
    yield Aim("a million rows fitted once in 120 s or less", seconds <= 120 if is_enough else None, told)
    peak = daily.get("peak_mebibytes", 0.0)
    found = f"{peak:,.0f} MiB at most in the whole training" if daily else ""
    yield Aim("in 3 GB (3,072 MiB)", peak <= FIT_MEBIBYTES if is_enough else None, found)
    whole = daily.get("seconds", {}).get("train with backtest")
    yield Aim(
        "the time of the whole training with its backtest is stated", bool(daily) or None, _said(whole, "{:.0f} s")
    )


def _scoring(scoring: list[dict[str, Any]]) -> Iterator[Aim]:
    """The labels since the training count too. Of less than a million rows nothing is said."""
    sizes = sorted(scoring, key=lambda one: one["rows"])
    for one in sizes:
        rate = one["rows"] / (one["label_seconds"] + one["score_seconds"])
        is_fast = rate >= 100_000 if one["rows"] >= MILLION else None
        yield Aim(f"100,000 rows scored a second: {one['rows']:,} rows", is_fast, f"{rate:,.0f}")
    if not sizes:
        yield Aim("100,000 rows scored a second", None, "")
    if len(sizes) > 1:
        least, most = sizes[0], sizes[-1]
        is_flat = most["peak_mebibytes"] <= GROWTH * least["peak_mebibytes"] if least["rows"] >= MILLION else None
        title = f"memory does not grow (by more than a tenth, {least['rows']:,} to {most['rows']:,} rows)"
        yield Aim(title, is_flat, f"{least['peak_mebibytes']:,.0f} and {most['peak_mebibytes']:,.0f} MiB")
