"""Business days between two dates, by the calendar of the paying company."""

from collections.abc import Mapping
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from transforms.procurement.options import DEFAULT_CALENDAR, WEEKDAYS, Calendar

_A_MONDAY = date(1970, 1, 5)


def with_business_days(legs: DataFrame, calendars: Mapping[str, Calendar]) -> DataFrame:
    """Add `duration_business_days` of closed legs: working days from `start_on` on and before `end_on`; where the end
    is dated first, those from the end on and before the start, negative. Null unless closed.

    A date's number is the count of working days before it, and a duration the difference of two: weekdays are counted
    by arithmetic, holidays looked up.
    """
    known = {DEFAULT_CALENDAR: Calendar(), **calendars}
    calendar = _by_company(known)
    holidays = _holidays_before(legs.sparkSession, known)
    numbered = legs.withColumn("calendar", calendar)
    for end in ("start_on", "end_on"):
        numbered = numbered.withColumn(f"{end}_number", _weekdays_before(end, known))
        if holidays is not None:
            numbered = _less_holidays(numbered, holidays, end, known)
    between = (F.col("end_on_number") - F.col("start_on_number")).cast("int")
    return numbered.withColumn("duration_business_days", F.when(F.col("leg_status") == "closed", between)).drop(
        "calendar", "start_on_number", "end_on_number"
    )


def _by_company(calendars: Mapping[str, Calendar]) -> Column:
    """The name of the calendar; the default's for a company that no calendar names, and for none."""
    named = [
        F.when(F.col("company_code").isin(*calendar.companies), F.lit(name))
        for name, calendar in calendars.items()
        if calendar.companies
    ]
    return F.coalesce(*named, F.lit(DEFAULT_CALENDAR))


def _weekdays_before(day: str, calendars: Mapping[str, Calendar]) -> Column:
    """Days that are no weekend before `day`, from a Monday long ago; negative for earlier days."""
    weekends = sorted({calendar.weekend for calendar in calendars.values()})
    if len(weekends) == 1:
        return _weekdays_but(day, weekends[0])
    return F.coalesce(
        *(
            F.when(F.col("calendar") == name, _weekdays_but(day, calendar.weekend))
            for name, calendar in calendars.items()
        )
    )


def _weekdays_but(day: str, weekend: tuple[str, ...]) -> Column:
    works = [weekday not in weekend for weekday in WEEKDAYS]
    passed = F.datediff(F.col(day), F.lit(_A_MONDAY)).cast("int")
    within = F.get(F.array(*(F.lit(sum(works[:place])) for place in range(7))), F.pmod(passed, F.lit(7)))
    return F.floor(passed / F.lit(7)) * F.lit(sum(works)) + within


def _less_holidays(legs: DataFrame, holidays: DataFrame, day: str, calendars: Mapping[str, Calendar]) -> DataFrame:
    """Take the holidays before `day` off its number. A day outside of those that a calendar's holidays span has as many
    before it as the nearest within."""
    bounds = [
        F.when(
            F.col("calendar") == name,
            F.greatest(F.lit(days[0]), F.least(F.col(day), F.lit(days[-1] + timedelta(days=1)))),
        )
        for name, calendar in calendars.items()
        if (days := calendar.working_holidays)
    ]
    nearest = legs.withColumn("holiday_day", F.coalesce(*bounds))
    counted = nearest.join(F.broadcast(holidays), ["calendar", "holiday_day"], "left")
    less = F.col(f"{day}_number") - F.coalesce("holidays_before", F.lit(0))
    return counted.withColumn(f"{day}_number", less).drop("holiday_day", "holidays_before")


def _holidays_before(spark: SparkSession, calendars: Mapping[str, Calendar]) -> DataFrame | None:
    """`holidays_before` of every day from the first to the one after the last holiday of each calendar, from literals;
    None where there are none."""
    steps = [step for name, calendar in calendars.items() for step in _steps(name, calendar.working_holidays)]
    if not steps:
        return None
    rows = [
        F.struct(
            F.lit(name).alias("calendar"),
            F.lit(first).alias("first"),
            F.lit(last).alias("last"),
            F.lit(before).alias("holidays_before"),
        )
        for name, first, last, before in steps
    ]
    table = spark.range(1, numPartitions=1).select(F.inline(F.array(*rows)))
    return table.select("calendar", F.explode(F.sequence("first", "last")).alias("holiday_day"), "holidays_before")


def _steps(name: str, holidays: tuple[date, ...]) -> list[tuple[str, date, date, int]]:
    """Stretches of days with as many holidays before each of them."""
    after = [day + timedelta(days=1) for day in holidays]
    ends = [(holidays[0], holidays[0]), *zip(after, [*holidays[1:], *after[-1:]], strict=True)] if holidays else []
    return [(name, first, last, before) for before, (first, last) in enumerate(ends)]
