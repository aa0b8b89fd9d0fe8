"""What a run of the benchmark has found, kept in results.json so that a stopped run goes on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SETS = ("generator", "generator_weekly", "pypi_62", "pypi_32")
DAILY, WEEKLY = SETS[:2]
HEADRACE = "headrace"
OF_THE_FOLDS, OF_THE_CALLER, OF_THE_DAILY_SET = "folds", "given", "settings of the daily set"


@dataclass
class Results:
    """`world` is what the generator was asked for; `contests` one entry per set and contestant; `scoring` one per count
    of rows; `grains` is weekly against daily labels."""

    out: Path
    world: dict[str, int]
    contests: list[dict[str, Any]] = field(default_factory=list)
    scoring: list[dict[str, Any]] = field(default_factory=list)
    grains: dict[str, Any] | None = None

    @classmethod
    def resumed(cls, out: Path, world: dict[str, int]) -> Results:
        """What results.json in the folder says, or nothing yet. One of another world does not go on."""
        path = out / "results.json"
        if not path.exists():
            return cls(out, world)
        said = json.loads(path.read_text())
        if said["world"] != world:
            raise SystemExit(f"{path}: found results of {said['world']}, asked for {world}; run without --resume")
        return cls(out, **said)

    def write(self) -> None:
        said = {name: getattr(self, name) for name in ("world", "contests", "scoring", "grains")}
        (self.out / "results.json").write_text(json.dumps(said, indent=1))

    def of(self, name: str, model: str = HEADRACE) -> dict[str, Any] | None:
        return next((one for one in self.contests if (one["set"], one["model"]) == (name, model)), None)

    def has(self, name: str, model: str = HEADRACE) -> bool:
        return self.of(name, model) is not None

    def add(self, contest: dict[str, Any]) -> None:
        """Keep it; a new model of the daily set has not been scored with."""
        self.contests.append(contest)
        if (contest["set"], contest["model"]) == (DAILY, HEADRACE):
            self.scoring.clear()

    def settings_for(self, name: str, given: str | None) -> tuple[str | None, str]:
        """Headrace's settings of a set as JSON (None: its folds choose) and whose they are: what the caller gave, for
        weekly labels what the folds of the same world chose by daily ones, else the set's own."""
        if given:
            return given, OF_THE_CALLER
        daily = self.of(DAILY)
        if name == WEEKLY and daily:
            return json.dumps(daily["settings"]), OF_THE_DAILY_SET
        return None, OF_THE_FOLDS
