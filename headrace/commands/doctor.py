"""Whether this machine can run the jobs: what was found, what is needed, how to mend it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from headrace.facts.doctor import Check, Examined

JAVA, PYTHON = 17, (3, 11)
SPARKS = ("3.5", "4.1")
MEMORY_GIB, DISK_GIB = 4.0, 2.0
EMBEDDED = ("pysail", "pyspark", "grpcio", "grpcio-status", "googleapis-common-protos", "zstandard")
NEEDED_FOR = {
    "embedded engine": "runs without Java: --environment local",
    "Spark": "search, and --environment local_spark",
    "Java": "search, and --environment local_spark",
}
PACKAGES = ("pyarrow", "numpy", "pandas", "duckdb", "typer", "rich")


def examine(lake: str | None, environment: str | None = None) -> Examined:
    """Of the two engines only that of the environment must be well."""
    environment = environment or "local"
    is_on_spark = _engine_of(environment) == "spark"
    checks = [
        _python(),
        _of_engine(_embedded(), is_asked=not is_on_spark),
        _of_engine(_spark(), is_asked=is_on_spark),
        _of_engine(_java(), is_asked=is_on_spark),
        *_packages(),
        _memory(is_on_spark=is_on_spark),
        _folder("temporary folder", tempfile.gettempdir()),
        _masking_key(environment),
    ]
    if lake:
        checks.append(_lake(lake))
    return Examined(all(check.is_well for check in checks), checks)


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check(
        "Python",
        found,
        "3.11 or later",
        sys.version_info[:2] >= PYTHON,
        "make the virtual environment with a newer Python: make setup PYTHON=python3.11",
    )


def _java() -> Check:
    mend = "install a JDK, such as openjdk-17-jre-headless, or let JAVA_HOME name one"
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java or not Path(java).exists():
        return Check("Java", f"none{f' in JAVA_HOME={home}' if home else ' on PATH'}", f"{JAVA} or later", False, mend)
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60).stderr  # noqa: S603
    number = re.search(r'version "(?:1\.)?(\d+)', said)
    major = int(number[1]) if number else 0
    return Check("Java", f"{major or 'an unknown version'} ({java})", f"{JAVA} or later", major >= JAVA, mend)


def _engine_of(environment: str) -> str:
    """The engine of an environment; that of the packaged `local` where it cannot be read, which the masking key's check
    tells."""
    from lake.config.environment import read_environment
    from lake.errors import HeadraceError

    try:
        return read_environment(environment).engine
    except HeadraceError:
        return "sail"


def _of_engine(check: Check, *, is_asked: bool) -> Check:
    """A check of the engine that is not asked for is no fault, and tells what cannot be run without it."""
    if is_asked or check.is_well:
        return check
    return replace(check, is_well=True, found=f"{check.found} (needed for {NEEDED_FOR[check.name]})")


def _embedded() -> Check:
    name, mend = "embedded engine", "pip install 'headrace[embedded]' (make setup does)"
    if missing := [package for package in EMBEDDED if _version(package) is None]:
        return Check(name, f"missing {', '.join(missing)}", ", ".join(EMBEDDED), False, mend)
    from lake.engines.sail import PROVEN

    found = {package: _version(package) or "" for package in PROVEN}
    needed = " and ".join(f"{package} {wanted}" for package, wanted in PROVEN.items())
    is_proven = all(found[package].startswith(wanted) for package, wanted in PROVEN.items())
    told = ", ".join(f"{package} {version}" for package, version in found.items())
    return Check(name, told, f"{needed}, which are compared with Spark", is_proven, mend)


def _spark() -> Check:
    found = _version("pyspark")
    return Check(
        "Spark",
        found or "none",
        f"pyspark {' or '.join(SPARKS)}",
        bool(found and found.startswith(SPARKS)),
        "pip install pyspark==4.1.1 (make setup does)",
    )


def _packages() -> Iterator[Check]:
    missing = [name for name in PACKAGES if _version(name) is None]
    yield Check(
        "packages",
        f"missing {', '.join(missing)}" if missing else "all",
        ", ".join(PACKAGES),
        not missing,
        "pip install -e '.[cluster,operator]' (make setup does)",
    )


def _memory(*, is_on_spark: bool) -> Check:
    setting = "spark.driver.memory" if is_on_spark else "memory_limit_bytes"
    found = _memory_gib()
    return Check(
        "memory",
        f"{found:.1f} GiB" if found else "unknown",
        f"{MEMORY_GIB:.0f} GiB",
        found is None or found >= MEMORY_GIB,
        f"lower {setting} in the environment file, or take a larger machine",
    )


def _memory_gib() -> float | None:
    """What this process may use: the machine's memory, or its control group's limit where that is less."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
    limit = Path("/sys/fs/cgroup/memory.max")
    said = limit.read_text().strip() if limit.is_file() else "max"
    return min(total, int(said) if said.isdigit() else total) / 2**30


def _folder(name: str, folder: str, exists: Callable[[Path], bool] = Path.is_dir) -> Check:
    """A folder with room in which a file can be made."""
    path = Path(folder).absolute()
    there = next(parent for parent in (path, *path.parents) if exists(parent))
    free = shutil.disk_usage(there).free / 2**30
    needed = f"to be written, {DISK_GIB:.0f} GiB free"
    try:
        probe = there / f".headrace-{secrets.token_hex(4)}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Check(name, f"{there}: {error.strerror}", needed, False, f"give yourself write access to {there}")
    return Check(
        name,
        f"{there} can be written, {free:.1f} GiB free",
        needed,
        free >= DISK_GIB,
        f"make room on the disk of {there}, or let TMPDIR name another",
    )


def _lake(uri: str) -> Check:
    from lake.errors import HeadraceError
    from lake.store.objects import open_store

    try:
        store = open_store(uri)
        if store.local_path("releases") is not None:
            check = _folder("lake", store.uri)
            is_there = Path(store.uri).is_dir()
            return check if is_there else replace(check, found=f"no lake at {store.uri} yet; {check.found}")
        key = f"doctor/{secrets.token_hex(4)}"
        store.create(key, b"")
        store.delete([key])
    except HeadraceError as error:
        return Check("lake", str(error), "to be written", False, "check the URI, the bucket's policy and credentials")
    return Check("lake", f"{uri} can be written", "to be written", True, "")


def _masking_key(environment: str) -> Check:
    """Found or not, without making one; nothing of the key is shown but its fingerprint."""
    from lake.config.environment import read_environment
    from lake.errors import HeadraceError
    from lake.run.secrets import VARIABLE, fingerprint, key_file, masking_key

    needed, mend = "a secret of 16 bytes or more", f"set {VARIABLE}, the same for every run on a lake"
    try:
        settings = read_environment(environment)
        if VARIABLE not in os.environ and settings.masking_key == "user" and not key_file().exists():
            return Check("masking key", f"none yet: the first run makes {key_file()}", needed, True, mend)
        found = fingerprint(masking_key(settings))
    except (HeadraceError, ImportError) as error:
        return Check("masking key", str(error), needed, False, mend)
    where = VARIABLE if VARIABLE in os.environ else str(key_file())
    return Check("masking key", f"{where}, fingerprint {found}", needed, True, mend)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
