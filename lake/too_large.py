"""Whether a run is too large for the embedded engine, whose joins do not go to disk: by a guess before anything lands,
and by the landed rows before anything is curated. Both name the way to Spark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lake.claims import Claim
from lake.config import Source
from lake.deliveries import Delivery, replaced_deliveries
from lake.errors import ConfigError
from lake.landing import read_landed
from lake.objects import ObjectStore
from lake.run import Run

SAMPLE_BYTES = 1 << 16
# A guess refuses only what is clearly beyond the limit: a record may hold line breaks.
CLEARLY = 1.5


def refuse_claimed(run: Run, claims: Iterable[Claim]) -> None:
    """Raises ConfigError where the files of lines among the claims have clearly more lines than the embedded engine
    takes rows. Other files, and compressed ones, tell only when they have landed."""
    limit = _limit(run)
    if limit is None:
        return
    guess = guess_rows(run.raw, claims, run.configuration.sources)
    if guess > CLEARLY * limit:
        raise _too_large(run, f"about {guess:,} lines in raw", limit, "Nothing was read")


def refuse_landed(run: Run, deliveries: Sequence[Delivery]) -> None:
    """Raises ConfigError where the landed rows that no later delivery replaced are more than the embedded engine
    takes."""
    limit = _limit(run)
    if limit is None:
        return
    replaced = frozenset[str]().union(*(replaced_deliveries(deliveries, s) for s in run.configuration.sources))
    standing = (delivery for delivery in deliveries if delivery.landing_file_id not in replaced)
    ledger = (read_landed(run.lake, run.domain, d.source_name, d.landing_file_id) for d in standing)
    row_count = sum(landed.landing_row_count for landed in ledger if landed)
    if row_count > limit:
        raise _too_large(run, f"{row_count:,} landed rows", limit, "What has landed is kept")


def guess_rows(raw: ObjectStore, claims: Iterable[Claim], sources: Sequence[Source]) -> int:
    """Lines of the claimed text files by their size and the lines of their first 64 KiB; of several that would replace
    each other the most."""
    by_name = {source.name: source for source in sources}
    of_place: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for claim in claims:
        source = by_name[claim.source_name]
        if source.read.format == "csv" and not claim.file.key.endswith((".gz", ".zst")):
            place = {"full": (), "replaces_period": (claim.period,)}.get(source.kind, (claim.file.key,))
            of_place[(source.name, *place)].append(_guess_lines(raw, claim))
    return sum(max(guesses) for guesses in of_place.values())


def _guess_lines(raw: ObjectStore, claim: Claim) -> int:
    with raw.open(claim.file.key) as body:
        sample = body.read(SAMPLE_BYTES)
    return claim.file.size * sample.count(b"\n") // max(len(sample), 1)


def _limit(run: Run) -> int | None:
    environment = run.configuration.environment
    return environment.sail.landed_row_limit if environment.engine == "sail" else None


def _too_large(run: Run, found: str, limit: int, done: str) -> ConfigError:
    return ConfigError(
        f"found {found}, promised at most {limit:,} rows for the embedded engine (landed_row_limit of environment "
        f"{run.configuration.environment.name}); run on Spark: --environment local_spark. {done}"
    )
