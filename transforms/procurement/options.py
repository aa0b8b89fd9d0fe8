"""What the procurement marts need to be told: values that come from the configuration, never logic."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from schemas.errors import OptionsError
from schemas.procurement import CURATED
from schemas.procurement.documents import VENDORS
from schemas.procurement.words import EVENT_TYPES, LEGS

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAY_YEARS = range(1900, 2200)
DEFAULT_CALENDAR = "default"


@dataclass(frozen=True)
class SourceCoverage:
    """What one source records, and for which days it is complete.

    `records` lists the event types that the source records reliably; `system_stamped` those whose dates come from the
    ledger's clock and not from a person. `data_from` and `data_through` are derived from these where None. The vendor
    master has no events, and needs none of them.
    """

    source_name: str
    table_name: str
    records: tuple[str, ...]
    system_stamped: tuple[str, ...]
    data_from: date | None = None
    data_through: date | None = None

    def __post_init__(self) -> None:
        where = f"source {self.source_name} of {self.table_name}"
        _refuse_unknown([self.table_name], CURATED, f"{where}: table")
        _refuse_unknown([*self.records, *self.system_stamped], EVENT_TYPES, f"{where}: event types")
        if self.table_name != VENDORS.name and not self.system_stamped and self.data_through is None:
            raise OptionsError(f"{where}: found neither system_stamped nor data_through, expected one of them")
        if self.data_from and self.data_through and self.data_from > self.data_through:
            raise OptionsError(f"{where}: data_from {self.data_from} is after data_through {self.data_through}")


@dataclass(frozen=True)
class Calendar:
    """The days on which some paying companies do not work. The calendar named `default` is of all other companies."""

    companies: tuple[str, ...] = ()
    weekend: tuple[str, ...] = ("saturday", "sunday")
    holidays: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        _refuse_unknown(self.weekend, WEEKDAYS, "calendars: weekend")
        if set(self.weekend) == set(WEEKDAYS):
            raise OptionsError("calendars: weekend: found all seven days, expected a working day")
        if odd := [day for day in self.holidays if day.year not in HOLIDAY_YEARS]:
            raise OptionsError(
                f"calendars: holidays: found {odd[0]}, expected {HOLIDAY_YEARS.start} to {HOLIDAY_YEARS.stop - 1}"
            )

    @property
    def working_holidays(self) -> tuple[date, ...]:
        """Holidays that are no weekend, each once, in order."""
        return tuple(sorted({day for day in self.holidays if WEEKDAYS[day.weekday()] not in self.weekend}))


@dataclass(frozen=True)
class MartOptions:
    """`never_expected` maps a leg to a Spark SQL condition over `procurement_cases` attributes (company_code,
    vendor_id, category_name, document_type_name, item_type_name) for which a leg without an end is not expected to
    end. `calendars` are by name; without any, all companies work from Monday to Friday."""

    sources: tuple[SourceCoverage, ...]
    as_of: date | None = None
    never_expected: dict[str, str] = field(default_factory=dict)
    median_at_least_count: int = 5
    p90_at_least_count: int = 20
    left_edge_days: int = 90
    right_edge_days: int = 90
    match_tolerance_ratio: float = 0.0
    calendars: dict[str, Calendar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_unknown(self.never_expected, [leg.name for leg in LEGS], "never_expected: legs")
        named = [(source.source_name, source.table_name) for source in self.sources]
        for name in ("median_at_least_count", "p90_at_least_count", "left_edge_days", "right_edge_days"):
            if getattr(self, name) < 0:
                raise OptionsError(f"{name}: found {getattr(self, name)}, expected 0 or more")
        if not 0 <= self.match_tolerance_ratio <= 1:
            raise OptionsError(f"match_tolerance_ratio: found {self.match_tolerance_ratio}, expected 0 to 1")
        companies = [company for calendar in self.calendars.values() for company in calendar.companies]
        if several := sorted({company for company in companies if companies.count(company) > 1}):
            raise OptionsError(
                f"calendars: companies: found {several[0]} more than once, expected one calendar for each"
            )
        if self.calendars.get(DEFAULT_CALENDAR, Calendar()).companies:
            raise OptionsError("calendars: default: found companies, expected none: it is of all that no other names")
        if twice := sorted({pair for pair in named if named.count(pair) > 1}):
            raise OptionsError(f"sources: found {twice} more than once, expected one entry for each source and table")


def _refuse_unknown(found: Iterable[str], known: Iterable[str], what: str) -> None:
    if unknown := sorted(set(found) - set(known)):
        raise OptionsError(f"{what}: found {', '.join(unknown)}, expected any of {', '.join(known)}")
