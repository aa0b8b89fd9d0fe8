"""For which days each source is complete, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headrace.show.console import counted, say


def show_coverage(rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        say(
            f"complete: {row['source_name']} from {row['data_from'] or 'an unknown day'} ({row['data_from_rule']}) "
            f"through {row['data_through'] or 'an unknown day'} ({row['data_through_rule']}); "
            f"{row['event_after_data_through_count']:,} events are dated later"
            + (
                f"; {counted(row['stray_day_count'], 'day')} far from all others counted for neither"
                if row["stray_day_count"]
                else ""
            )
        )
