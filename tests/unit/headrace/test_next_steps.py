"""The commands that a run prints name its domain, since a lake may have several."""

from __future__ import annotations

import shlex
from types import SimpleNamespace

import pytest

from headrace.commands.next_steps import next_steps
from headrace.domains import DOMAINS
from headrace.domains.search import next_steps as of_search
from headrace.facts.domain import DomainFacts
from headrace.facts.run import Equation, Equations, Ran
from headrace.facts.status import Status
from headrace.show.run import show_run
from tests.unit.headrace.search_tables import estimates, search_database

LAKE = "my lake"


@pytest.fixture
def search_release(monkeypatch):
    """A release of estimates over tables in memory, with rows in quarantine."""
    monkeypatch.setattr(of_search, "is_folder", lambda lake: True)
    monkeypatch.setattr(of_search, "tables_of_release", lambda release: None)
    monkeypatch.setattr(of_search, "connect", lambda *_: search_database(search_volume_estimates=estimates()))
    counts = SimpleNamespace(cumulative={"quarantined": 2}, reasons={"rank_below_1": 2})
    return SimpleNamespace(
        domain="search",
        marts={"search_volume_estimates": None},
        counts={"search_ranks": counts},
        harmless_reasons=lambda contract: set(),
    )


def test_every_next_command_of_a_search_run_names_search(search_release):
    commands = [shlex.split(step.command) for step in next_steps(None, search_release, LAKE)]
    assert [words[1] for words in commands] == ["status", "report", "query", "explain", "query"]
    for words in commands:
        assert words[-2:] == ["--lake", LAKE]
        said = words[words.index("--domain") + 1] if "--domain" in words else words[2]  # `explain search ...`
        assert said == "search", words


def ran(domain):
    """A run that published nothing."""
    status = Status(
        domain=domain,
        release=3,
        parent=2,
        kind="run",
        run_id="r1",
        published_at="2026-01-01",
        as_of=None,
        warehouse_release=3,
        tables={},
        marts={},
        files=[],
        notices=[],
        releases=[],
        of_domain=DomainFacts(),
    )
    equations = Equations(Equation.of("raw", "raw files", 0, {}), [], {})
    return Ran(status, LAKE, "raw", False, "r2", 1.0, {}, "3.duckdb", equations, [])


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_run_that_changed_nothing_says_how_to_see_what_stands(domain, capsys):
    show_run(ran(domain), DOMAINS[domain].show)
    assert capsys.readouterr().out.endswith(f"status --domain {domain} --lake 'my lake'\n")
