"""A run for people."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from headrace.facts.run import Equation, Ran
from headrace.show.command_lines import status_command
from headrace.show.console import counted, mark, out, say
from headrace.show.status import MODES, ShowDomain, say_marts, say_notices, show_tables


def show_run(facts: Ran, show_domain: ShowDomain) -> None:
    status = facts.status
    if not facts.is_new:
        say(f"nothing changed: release {status.release} of {status.domain} stands ({facts.seconds:.1f} s)", "bold")
        see = status_command(status.domain, facts.lake)
        say(f"it was published {status.published_at} by run {status.run_id}; see: {see}")
        return
    say(f"release {status.release} of {status.domain}, run {status.run_id}, {facts.seconds:.1f} s", style="bold")
    say(f"raw files of {facts.raw}, into the lake {facts.lake}")
    say()
    _equations(facts)
    show_tables(status, show_domain)
    say_notices(status.notices)
    say_marts(status.marts)
    say("slowest steps: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in facts.slowest_steps.items()))
    say(f"curated tables and marts as one DuckDB file: {facts.warehouse}")
    say()
    for step in facts.next:
        say(f"next, {step.why}:")
        say(f"  {step.command}", style="cyan")


def _equations(facts: Ran) -> None:
    status, equations = facts.status, facts.equations
    tree = Tree(Text("every row accounted for", style="bold"))
    tree.add(_equation(equations.raw))
    replaced = sum(file.replaced for file in status.files)
    later = f", {replaced:,} of them replaced by a later delivery" if replaced else ""
    see = status_command(status.domain, facts.lake, "--files")
    files = tree.add(Text(f"{counted(len(status.files), 'file')} landed so far{later} (each: {see})"))
    for equation in equations.files:
        files.add(_equation(equation))
    for name, of_table in equations.tables.items():
        counts = status.tables[name]
        branch = tree.add(Text(f"{name}: {MODES[counts.mode]} ({counts.why})"))
        for equation in of_table:
            branch.add(_equation(equation))
    out().print(tree)
    say()


def _equation(equation: Equation) -> Text:
    parts = "".join(f" {'-' if count < 0 else '+'} {abs(count):,} {name}" for name, count in equation.right.items())
    line = Text(f"{equation.left:,} {equation.name} = {parts.removeprefix(' + ').strip()} ")
    return line.append(mark(equation.closes), style="green" if equation.closes else "bold red")
