"""Amounts of money."""

import re
from collections.abc import Callable
from decimal import Decimal

from transforms.standardize._characters import typed
from transforms.standardize._grouping import grouped_digits
from transforms.standardize.errors import BadRuleParameter

_DIGITS = 38  # of the widest decimal type that Spark, Athena and Redshift have
_LONGEST = 80  # characters; an amount with sign, currency and groups is shorter

_SIGNS = frozenset("$¢£¤¥฿₿") | {chr(c) for c in range(0x20A0, 0x20C1)} | set("￠￡￥￦﷼")
# The last line is history. A word of three letters is not enough: `QTY 12` is no amount.
_ISO_4217 = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLF CLP CNH CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
    HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL
    LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
    PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY
    TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL
    ATS BEF CYP DEM EEK ESP FIM FRF GRD IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK TRL
"""
_CODES = frozenset(_ISO_4217.split())

_DOUBLE = re.compile(r"-?[0-9]\.[0-9]{1,17}E-?[0-9]{1,2}")


def amount(
    *, decimal: str = ".", grouping: str | None = None, scale: int = 2, doubles: bool = False
) -> Callable[[str], Decimal | None]:
    """`1234.50` from `1,234.50`, `EUR 1'234.50` or `€ 1234.5`; `-12.00` from `-12`, `(12.00)` or the ledger's `12.00-`.

    Never rounds: always `scale` places, and a value that needs more is refused (`12.505`; `12.500` is fine). `decimal`
    is the mark before the fraction, point or comma; `grouping` is the other one unless said, `""` for none. Spaces and
    apostrophes group in any case. Groups have three digits, so that `1,23` is refused where the point is decimal,
    and `12,34,567` is too. `0` has no sign.

    With `doubles`, also `28994530.00` from `2.899453E7`, as Java prints a double of ten millions or more.

    Also refused: `1e3`, `NaN`, `12%`, `12,-` (twelve and no cents, not minus twelve), two signs, two currencies.
    """
    if decimal not in (".", ","):
        raise BadRuleParameter("amount", "decimal", f'is {decimal!r}, expected "." or ","')
    if grouping is None:
        grouping = "," if decimal == "." else "."
    if grouping not in ("", ",", ".", " ", "'") or grouping == decimal:
        raise BadRuleParameter(
            "amount", "grouping", f"is {grouping!r}, expected a comma, point, apostrophe, space or nothing,"
            f" other than decimal, {decimal!r}",
        )  # fmt: skip
    if not 0 <= scale <= 18:
        raise BadRuleParameter("amount", "scale", f"is {scale}, expected 0 to 18")

    mark = re.escape(decimal)
    ready = re.compile(rf"-?[0-9]{{1,18}}{mark}[0-9]{{{scale}}}" if scale else r"-?[0-9]{1,18}")
    grouped = grouped_digits(f"{grouping} '")
    number = re.compile(rf"(?=.?[0-9])(?P<whole>{grouped}|[0-9]*)(?:{mark}(?P<fraction>[0-9]*))?")
    zero = Decimal(0).scaleb(-scale)

    def rule(raw: str) -> Decimal | None:
        if ready.fullmatch(raw):
            return Decimal(raw.replace(decimal, ".")) or zero
        cell = typed(raw)
        if doubles and _DOUBLE.fullmatch(cell):
            cell = f"{Decimal(cell):f}".replace(".", decimal)
        negative, cell = _unsigned(cell)
        match = number.fullmatch(cell)
        if not match:
            return None
        whole = match["whole"].replace(match["mark"], "") if match["mark"] else match["whole"]
        fraction = match["fraction"] or ""
        if fraction[scale:].strip("0") or len(whole.lstrip("0")) + scale > _DIGITS:
            return None
        value = Decimal(f"{whole or 0}.{fraction[:scale].ljust(scale, '0')}")
        return (value.copy_negate() if negative else value) or zero

    return rule


def _unsigned(cell: str) -> tuple[bool, str]:
    """Whether the amount is negative, and its digits; an empty string where there are none."""
    if len(cell) > _LONGEST:
        return False, ""
    bare = _without_currency(cell)
    negative, digits = False, bare
    if bare.startswith("(") and bare.endswith(")"):
        negative, digits = True, bare[1:-1].strip()
    elif bare.startswith(("-", "+")):
        negative, digits = bare[0] == "-", bare[1:].lstrip()
    elif bare.endswith("-") and bare[:-1].rstrip()[-1:].isdigit():
        negative, digits = True, bare[:-1].rstrip()
    return negative, _without_currency(digits) if bare is cell else digits


def _without_currency(cell: str) -> str:
    if cell[:1] in _SIGNS:
        return cell[1:].lstrip()
    if cell[-1:] in _SIGNS:
        return cell[:-1].rstrip()
    if cell[:3] in _CODES:
        return cell[3:].lstrip()
    if cell[-3:] in _CODES:
        return cell[:-3].rstrip()
    return cell
