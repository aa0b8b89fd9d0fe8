"""For which days each source is complete, as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from headrace.domains.procurement.facts import SourceCoverage
from headrace.show.console import counted, say


def show_coverage(coverage: Sequence[SourceCoverage]) -> None:
    for source in coverage:
        stray = (
            f"; {counted(source.stray_day_count, 'day')} far from all others counted for neither"
            if source.stray_day_count
            else ""
        )
        say(
            f"complete: {source.source_name} from {source.data_from or 'an unknown day'} ({source.data_from_rule}) "
            f"through {source.data_through or 'an unknown day'} ({source.data_through_rule}); "
            f"{source.event_after_data_through_count:,} events are dated later{stray}"
        )
