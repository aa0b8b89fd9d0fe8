"""What the data dictionary has of this domain beside its tables."""

from collections.abc import Iterable, Iterator, Mapping

from schemas.procurement.words import LEG_REASONS, LEG_STATUSES, LEGS, PAIRINGS, Leg


def _legs() -> Iterator[str]:
    yield "Every case has at least one row for every leg in [procurement_legs](procurement_legs.md)."
    yield "[The definitions](../../procurement.md#legs) say how a leg is measured, and which status and reason it has."
    yield ""
    yield "| leg | from | to | pairing | attributes | meaning |"
    yield "|---|---|---|---|---|---|"
    for leg in LEGS:
        named = (_code((name,)) for name in (leg.name, leg.start, leg.end, leg.pairing))
        yield f"| {' | '.join(named)} | {_code(leg.attributes)} | {leg.doc} |"
    yield from _words("Pairing", PAIRINGS, "S are the start events and E the end events of a case, each in order.")
    yield from _words("Attributes", Leg.attribute_docs())
    yield from _words("Statuses", LEG_STATUSES)
    yield from _words("Reasons", LEG_REASONS, "Why a leg is `not_applicable` or `ended_otherwise`.")


def _words(title: str, words: Mapping[str, str], *above: str) -> Iterator[str]:
    yield from ("", f"## {title}", *above, *([""] if above else []))
    yield from (f"* `{word}`: {doc}" for word, doc in words.items())


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


PAGES: dict[str, str] = {"legs": "\n".join(_legs()) + "\n"}
