"""The toy domain in the operator's commands."""

from dataclasses import dataclass
from pathlib import Path

from rich.tree import Tree

from headrace.command_options import Json, print_facts
from headrace.domain_commands import DomainCommands
from headrace.duck.reader import objects
from headrace.explain.versions import trace_rows
from headrace.facts.explain import Explanation
from headrace.facts.generate import Generated
from headrace.report.page import Page, Section
from headrace.show.command_lines import query_step
from headrace.show.explanation import add_row
from headrace.show.generate import show_generated

FILES = {
    "stops_d1.csv": "Stop,Name\nS1,Market\nS2,Harbour\n",
    "rides_d1.csv": "Ride,Stop,Passengers\n1,S1,3\n2,S1,4\n3,S2,5\n4,S9,1\n5,S1,-2\n",
    "rides_d2.csv": "Ride,Stop,Passengers\n2,S1,40\n",
}
STOPS = "FROM marts.rides_by_stop"
RECORDS = "SELECT landing_file_id, record_number FROM curated.rides WHERE stop_code = ? ORDER BY ride_number"


@dataclass(frozen=True)
class Made:
    files: int
    raw_rows: dict
    outcomes: dict
    dirt: dict
    already_there: bool = False


@dataclass(frozen=True)
class StopExplanation(Explanation):
    stop: dict
    rows: list


def generate(out: Path = Path("made"), as_json: Json = False) -> None:
    """Five rides of three stops, one sent again."""
    (out / "raw").mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (out / "raw" / name).write_text(text)
    made = Made(len(FILES), {"stops": 2, "rides": 6}, {}, {})
    print_facts(Generated(made, str(out / "raw"), "none"), as_json, show_generated)


class Toy(DomainCommands):
    name = "toy"
    generate = staticmethod(generate)
    subjects = ("stop",)

    def next_steps(self, lake, release, lake_uri):
        return [query_step("the stops", STOPS, self.name, lake_uri)]

    def explain(self, trail, subject, terms):
        rows = trace_rows(trail, {"rides": [tuple(row.values()) for row in trail.objects(RECORDS, terms[0])]})
        return StopExplanation(trail.objects(f"{STOPS} WHERE stop_code = ?", terms[0])[0], rows)

    def show_explanation(self, explanation):
        tree = Tree("stop {stop_code}: {passenger_count} passengers".format(**explanation.stop))
        for row in explanation.rows:
            add_row(tree, row)
        return [tree], []

    def report(self, connection, release):
        return Page(f"Rides, {release.number}", [], [Section("Stops", rows=objects(connection, STOPS))])
