"""Whether a run is too large for the embedded engine, whose joins do not go to disk: by a guess before anything lands,
and by the landed rows before anything is curated. Both name the way to Spark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lake.config.configuration import Source
from lake.errors import ConfigError
from lake.landing.claims import Claim
from lake.landing.deliveries import Delivery, order_of, replaced_deliveries
from lake.run.run import Run
from lake.store.objects import ObjectStore, StoreError

SAMPLE_BYTES = 1 << 16
# A guess refuses only what is clearly beyond the limit: a record may hold line breaks.
CLEARLY = 1.5


def refuse_claimed(run: Run, claims: Sequence[Claim]) -> None:
    """Raises ConfigError where the new CSV files have clearly more lines than the embedded engine takes rows. Other
    files, and packed ones, tell only when they have landed."""
    limit = _limit(run)
    if limit is None or sum(claim.file.size for claim in claims) <= CLEARLY * limit:  # a line has a byte at least
        return
    guess = guess_rows(run.raw, claims, run.configuration.sources)
    if guess > CLEARLY * limit:
        raise _too_large(run, f"about {guess:,} lines in new files", limit, "Nothing was read")


def refuse_landed(run: Run, deliveries: Sequence[Delivery]) -> None:
    """Raises ConfigError where the landed rows that no later delivery replaced are more than the embedded engine
    takes."""
    limit = _limit(run)
    if limit is None:
        return
    replaced = frozenset[str]().union(*(replaced_deliveries(deliveries, s) for s in run.configuration.sources))
    standing = (delivery for delivery in deliveries if delivery.landing_file_id not in replaced)
    row_count = sum(delivery.row_count for delivery in standing)
    if row_count > limit:
        raise _too_large(run, f"{row_count:,} landed rows", limit, "What has landed is kept")


def guess_rows(raw: ObjectStore, claims: Iterable[Claim], sources: Sequence[Source]) -> int:
    """Lines of the claimed CSV files by their size and the lines with text in their first 64 KiB. Of files that replace
    each other the latest counts, and one content once; none where a record may have several lines."""
    by_name = {source.name: source for source in sources}
    latest: dict[tuple[str, ...], tuple[str, Claim]] = {}
    for claim in claims:
        source = by_name[claim.source_name]
        if _has_plain_lines(source, claim):
            content = (str(claim.file.size), claim.file.etag, claim.period, str(claim.named))
            place = {"full": (), "replaces_period": (claim.period,)}.get(source.kind, content)
            found = (order_of(claim, claim.arrived_at, source), claim)
            latest[(source.name, *place)] = max(
                found, latest.get((source.name, *place), found), key=lambda pair: pair[0]
            )
    return sum(_guess_lines(raw, claim) for _, claim in latest.values())


def _has_plain_lines(source: Source, claim: Claim) -> bool:
    is_packed = claim.file.key.endswith((".gz", ".zst"))
    return source.read.format == "csv" and not source.read.has_multiline_fields and not is_packed


def _guess_lines(raw: ObjectStore, claim: Claim) -> int:
    """None of a file that cannot be opened: landing tells what is wrong with it."""
    try:
        with raw.open(claim.file.key) as body:
            sample = body.read(SAMPLE_BYTES)
    except (StoreError, OSError):
        return 0
    line_count = sum(1 for line in sample.split(b"\n") if line.strip())
    return claim.file.size * line_count // max(len(sample), 1)


def _limit(run: Run) -> int | None:
    environment = run.configuration.environment
    return environment.sail.landed_row_limit if environment.engine == "sail" else None


def _too_large(run: Run, found: str, limit: int, done: str) -> ConfigError:
    return ConfigError(
        f"found {found}, expected at most {limit:,} rows for the embedded engine (landed_row_limit of environment "
        f"{run.configuration.environment.name}); run on Spark: --environment local_spark, or "
        f"give an environment of your own with a higher limit. {done}"
    )
