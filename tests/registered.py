"""Domains of the tests, as if they were packaged: a line more in each registry, a folder more of configurations."""

import shutil
import sys

import headrace.cli
import headrace.domains
import jobs.domains
import schemas.domains
from tests.where import ROOT


def register(monkeypatch, folder, *, tables, jobs_of_domain, commands):
    """Until the test is over, and with `folder` as the working directory."""
    name = commands.name
    monkeypatch.setitem(schemas.domains.DOMAINS, name, tables)
    monkeypatch.setitem(jobs.domains.JOBS, name, jobs_of_domain)
    monkeypatch.setitem(headrace.domains.DOMAINS, name, commands)
    monkeypatch.setattr(headrace.cli.generate, "registered_commands", [*headrace.cli.generate.registered_commands])
    if commands.generate:
        headrace.cli.generate.command(name)(commands.generate)
    shutil.copytree(ROOT / "configs", folder / "packaged/configs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / f"tests/{name}/configs", folder / "packaged/configs", dirs_exist_ok=True)
    monkeypatch.syspath_prepend(folder / "packaged")
    monkeypatch.delitem(sys.modules, "configs", raising=False)
    monkeypatch.chdir(folder)
