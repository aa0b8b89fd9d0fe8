"""Who takes part: vendors with their habits, people, and the words that rows point to by code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samples.arrays import Floats, Ints

Words = dict[str, list[str]]

COMPANIES = ["DE01", "DE02", "DE03", "AT01"]
CURRENCIES = ["EUR", "USD", "CHF", "GBP"]
STATUSES = ["open", "closed", "cancelled"]
OPEN, CLOSED, CANCELLED = range(3)
CATEGORIES = [
    "Raw Materials",
    "Packaging",
    "Logistics",
    "IT Hardware",
    "Software",
    "Facility Services",
    "Consulting",
    "Marketing",
    "Maintenance",
    "Office Supplies",
]
COUNTRIES = ["DE", "AT", "CH", "NL", "FR", "IT", "PL", "CZ"]
FLAGS = ["false", "true"]
CHANGE_TYPES = ["price", "quantity", "terms", "deleted", "reactivated", "other"]
PRICE_CHANGED, QUANTITY_CHANGED, TERMS_CHANGED, DELETED, REACTIVATED, OTHER_CHANGED = range(6)
BLOCK_REASONS = ["Price difference", "Quantity difference", "Receipt missing", "Manual block", "Bank details"]
# What a change says stood there before and stands there now: a pair for each code of one kind after the other.
CHANGE_TEXTS = [
    *(f"Net price {price}" for price in ("raised", "lowered", "as agreed", "as listed", "without discount")),
    *(f"{count} pieces" for count in (10, 20, 50, 100, 250)),
    *(f"{days} days net" for days in (14, 30, 45, 60, 90)),
    "Deletion flag unset",
    "Deletion flag set",
    *(f"Plant {plant}" for plant in (1000, 1100, 2000, 3000, 4000)),
]
TEXTS_OF_CHANGE = ((0, 5), (5, 10), (10, 15), (15, 17), (15, 17), (17, 22))
GOODS_CATEGORIES = 5
RECEIPT_DAYS = np.array([12.0, 8.0, 9.0, 15.0, 4.0, 14.0, 20.0, 16.0, 12.0, 5.0])
APPROVAL_DAYS = np.array([1.0, 1.2, 1.5, 3.0, 5.0, 2.0, 7.0, 4.0, 1.5, 0.8])
UNINVOICED_SHARE = np.array([0.08, 0.08, 0.22, 0.10, 0.12, 0.25, 0.30, 0.18, 0.14, 0.10])
UNIT_PRICE = np.array([40.0, 6.0, 180.0, 700.0, 900.0, 350.0, 1100.0, 800.0, 250.0, 15.0])

_HOUSES = (
    "Müller",
    "Schäfer",
    "Weiß",
    "Krüger",
    "Böhm",
    "Hoffmann",
    "Bauer",
    "Köhler",
    "Lange",
    "Peters",
    "Nordsee",
    "Alpen",
    "Rhein",
    "Elbe",
    "Hanse",
    "Isar",
    "Graf",
    "Steiner",
    "Huber",
    "Vogel",
    "Jäger",
    "Keller",
    "Brandt",
    "Sommer",
    "Winkler",
    "Lorenz",
    "Fuchs",
    "Albrecht",
    "Günther",
    "Pfeiffer",
    "Moser",
    "Österreicher",
    "Lindner",
    "Kessler",
    "Falk",
    "Brück",
    "Hartwig",
    "Seidel",
    "Ritter",
    "Adler",
)
_TRADES = (
    "Logistik",
    "Maschinenbau",
    "Elektro",
    "Büroprofi",
    "IT-Systeme",
    "Verpackung",
    "Chemie",
    "Werkzeug",
    "Druck",
    "Consulting",
    "Finanzdienst",
    "Stahl",
    "Kunststoff",
    "Media",
    "Gebäudetechnik",
    "Spedition",
    "Software",
    "Papier",
    "Metall",
    "Grafik",
    "Energie",
    "Labor",
    "Textil",
    "Antriebe",
    "Profile",
    "Effizienz",
    "Holz",
    "Pumpen",
    "Optik",
    "Sensorik",
)
_FORMS = ("GmbH", "AG", "KG", "GmbH & Co. KG", "SE", "Ltd", "S.A.", "e.K.")
_FIRST = (
    "Anna",
    "Björn",
    "Clara",
    "David",
    "Elif",
    "Felix",
    "Greta",
    "Hannes",
    "Ines",
    "Jürgen",
    "Katrin",
    "Lukas",
    "Marie",
    "Nils",
    "Olga",
    "Paul",
    "Renée",
    "Sören",
    "Tanja",
    "Uwe",
    "Vera",
    "Wolfgang",
    "Yasmin",
    "Zoë",
    "Michael",
    "Sophie",
    "Thomas",
    "Julia",
    "Stefan",
    "Laura",
)
_LAST = (
    "Schmidt",
    "Schneider",
    "Fischer",
    "Weber",
    "Meyer",
    "Wagner",
    "Becker",
    "Schulz",
    "Koch",
    "Richter",
    "Klein",
    "Wolf",
    "Schröder",
    "Neumann",
    "Schwarz",
    "Zimmermann",
    "Braun",
    "Krüger",
    "Hofmann",
    "Hartmann",
    "Lange",
    "Werner",
    "Krause",
    "Lehmann",
    "Köhler",
    "Maier",
    "Yılmaz",
    "Kowalski",
    "Novák",
    "Griffiths",
)


@dataclass(frozen=True)
class Vendors:
    """One row a vendor. The `_days` are medians of what the vendor's documents take; `weight` its share of orders.

    `slowest` (slow all along), `delayed`, `trending` and `early_fallen` are rows of vendors that a scenario plants.
    """

    id: Ints
    name: Ints
    category: Ints
    second_category: Ints
    currency: Ints
    weight: Floats
    approval_factor: Floats
    invoice_days: Floats
    intake_days: Floats
    terms_days: Ints
    slack_days: Floats
    receipt_factor: Floats
    country: Ints
    slowest: int
    delayed: int
    trending: int
    early_fallen: int

    def __len__(self) -> int:
        return len(self.id)

    def code(self, row: int) -> str:
        """The id as the curated tables have it."""
        return f"V{self.id[row]:06d}"


def make_vendors(count: int, rng: np.random.Generator) -> Vendors:
    """Vendors of Zipf-like weight. A few clear slowly; one of the larger by far the slowest, all along.

    The vendors that a scenario may change half-way are larger ones too, and begin as quick ones.
    """
    weight = 1.0 / np.arange(3, count + 3) ** 0.8
    slack = rng.lognormal(np.log(3.0), 0.3, count)
    slow = rng.permutation(count)[: max(1, count // 25)]
    slack[slow] = rng.uniform(12, 20, len(slow))
    terms = rng.choice([14, 30, 30, 45], size=count)
    slowest, *changing = (min(place, count - 1) for place in range(2, 6))
    terms[changing], slack[changing] = 14, 6.0
    terms[slowest], slack[slowest] = 90, 15.0
    category = rng.integers(0, len(CATEGORIES), count)
    name = np.arange(count)
    shared = rng.random(count) < 0.02
    name[shared] = rng.integers(0, count, int(shared.sum()))
    return Vendors(
        id=np.sort(rng.choice(np.arange(1, 4 * count + 60), size=count, replace=False)).astype(np.int64)[
            rng.permutation(count)
        ],
        name=name.astype(np.int64),
        category=category,
        second_category=(category + rng.integers(1, len(CATEGORIES), count)) % len(CATEGORIES),
        currency=rng.choice(len(CURRENCIES), size=count, p=[0.86, 0.07, 0.04, 0.03]),
        weight=weight / weight.sum(),
        approval_factor=rng.lognormal(0.0, 0.35, count),
        invoice_days=rng.lognormal(np.log(14.0), 0.4, count),
        intake_days=rng.lognormal(np.log(3.0), 0.5, count),
        terms_days=terms,
        slack_days=slack,
        receipt_factor=rng.lognormal(0.0, 0.35, count),
        country=rng.choice(len(COUNTRIES), size=count, p=[0.6, 0.12, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02]),
        slowest=slowest,
        delayed=changing[0],
        trending=changing[1],
        early_fallen=changing[2],
    )


def make_words(vendor_count: int, people_count: int, *, awkward: bool, rng: np.random.Generator) -> Words:
    """The word lists. `awkward` vendor names hold delimiters and quotes, which a file must then quote."""
    return {
        "companies": COMPANIES,
        "currencies": CURRENCIES,
        "statuses": STATUSES,
        "categories": CATEGORIES,
        "countries": COUNTRIES,
        "flags": FLAGS,
        "change_types": CHANGE_TYPES,
        "change_texts": CHANGE_TEXTS,
        "block_reasons": BLOCK_REASONS,
        "vendor_names": _vendor_names(vendor_count, awkward=awkward, rng=rng),
        "people": _people(people_count, rng),
    }


def _vendor_names(count: int, *, awkward: bool, rng: np.random.Generator) -> list[str]:
    combinations = len(_HOUSES) * len(_TRADES) * len(_FORMS)
    styles = rng.integers(0, 20, count)
    names = []
    for code, style in zip(rng.permutation(combinations)[:count], styles, strict=True):
        house, rest = _HOUSES[code % len(_HOUSES)], code // len(_HOUSES)
        trade, form = _TRADES[rest % len(_TRADES)], _FORMS[rest // len(_TRADES)]
        if awkward and style < 2:
            names.append(f"{house}, {_HOUSES[(code * 7 + 3) % len(_HOUSES)]} & Partner {trade} {form}")
        elif awkward and style == 2:
            names.append(f'{trade} "{house}" {form}')
        elif awkward and style == 3:
            names.append(f"{house} {trade}; Filiale Süd, {form}")
        else:
            names.append(f"{house} {trade} {form}")
    return names


def _people(count: int, rng: np.random.Generator) -> list[str]:
    codes = rng.permutation(len(_FIRST) * len(_LAST))[:count]
    return [f"{_FIRST[code % len(_FIRST)]} {_LAST[code // len(_FIRST)]}" for code in codes]
