"""The toy domain in the operator's commands."""

from pathlib import Path

from rich.tree import Tree

from headrace.command_options import Json, print_facts
from headrace.domain_commands import DomainCommands
from headrace.duck.reader import objects
from headrace.explain.versions import trace_rows
from headrace.next_steps import query_step
from headrace.report.page import Page, Section
from headrace.show.explanation import add_row

FILES = {
    "stops_d1.csv": "Stop,Name\nS1,Market\nS2,Harbour\n",
    "rides_d1.csv": "Ride,Stop,Passengers\n1,S1,3\n2,S1,4\n3,S2,5\n4,S9,1\n5,S1,-2\n",
    "rides_d2.csv": "Ride,Stop,Passengers\n2,S1,40\n",
}
STOP = "FROM marts.rides_by_stop WHERE stop_code = ?"
RECORDS = "SELECT landing_file_id, record_number FROM curated.rides WHERE stop_code = ? ORDER BY ride_number"


def generate(out: Path = Path("made"), as_json: Json = False) -> None:
    """Five rides of three stops, one sent again."""
    for name, text in FILES.items():
        path = out / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    counts = {"stops": 2, "rides": 6}
    facts = {"already_there": False, "raw_rows": counts, "dirt": {}, "files": len(FILES), "outcomes": {}}
    print_facts({**facts, "raw": str(out / "raw"), "truth": "none"}, as_json, "generated")


class Toy(DomainCommands):
    name = "toy"
    generate = staticmethod(generate)
    subjects = ("stop",)

    def next_steps(self, lake, release, lake_uri):
        return [query_step("the stops", "FROM marts.rides_by_stop", self.name, lake_uri)]

    def explain(self, trail, subject, terms):
        records = [(row["landing_file_id"], row["record_number"]) for row in trail.objects(RECORDS, terms[0])]
        return {"stop": trail.objects(STOP, terms[0])[0], "rows": trace_rows(trail, {"rides": records})}

    def show_explanation(self, facts):
        tree = Tree(f"stop {facts['stop']['stop_code']}: {facts['stop']['passenger_count']} passengers")
        for row in facts["rows"]:
            add_row(tree, row)
        return [tree], []

    def report(self, connection, release):
        rows = objects(connection, "FROM marts.rides_by_stop")
        return Page(f"Rides, {release.number}", [], [Section("Stops", rows=rows)])
