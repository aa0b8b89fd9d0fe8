"""One run of one domain: where it reads and writes, what it stands on, and whom it tells."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from pyspark.sql import SparkSession

from lake.config.configuration import Configuration, Source, load
from lake.config.environment import laptop_environment
from lake.config.toml_layers import closest
from lake.engines import Engine, open_engine
from lake.errors import ConfigError, DataError
from lake.landing.deliveries import Delivery
from lake.landing.ledger import read_ledger
from lake.releases.release import Release, current_release
from lake.run.arguments import Arguments
from lake.run.manifest import read_manifest, with_stage, write_manifest
from lake.run.secrets import masking_key
from lake.store.folder import FolderStore
from lake.store.objects import ObjectStore, open_store
from schemas.domains import DOMAINS, DomainTables

Tell = Callable[[str, str, int | None, float | None], None]
# Files of these endings hold about so many times their bytes.
PACKED, PACKED_RATIO = (".gz", ".zst", ".xlsx", ".parquet"), 8


def tell_nobody(stage: str, step: str, row_count: int | None, seconds: float | None) -> None:
    """Takes what a run tells of its steps: begun without seconds, done with them."""


@dataclass
class Run:
    """Everything that a stage needs; the engine starts when it is first asked for."""

    arguments: Arguments
    lake: ObjectStore
    tell: Tell = tell_nobody
    durations_seconds: dict[str, float] = field(default_factory=dict)
    ledgers: dict[str, tuple[Delivery, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, arguments: Arguments, tell: Tell = tell_nobody) -> Run:
        """Raises ConfigError where there is no such domain."""
        if arguments.domain not in DOMAINS:
            raise ConfigError(f"there is no domain {arguments.domain!r}{closest(arguments.domain, DOMAINS)}")
        return cls(arguments, open_store(arguments.lake), tell)

    @property
    def run_id(self) -> str:
        return self.arguments.run_id

    @property
    def domain(self) -> str:
        return self.arguments.domain

    @cached_property
    def configuration(self) -> Configuration:
        contracts = DOMAINS[self.domain].sourced if self.domain in DOMAINS else {}
        environment = self.arguments.environment or laptop_environment(self.domain)
        return load(self.domain, contracts=contracts, environment=environment, overlays=self.arguments.configs)

    @cached_property
    def tables(self) -> DomainTables:
        return DOMAINS[self.domain]

    @cached_property
    def raw(self) -> ObjectStore:
        """Where the raw files are. Raises ConfigError where there is no such folder, and where the lake lies within:
        its files would be taken for raw."""
        raw = open_store(self.arguments.raw)
        if isinstance(raw, FolderStore) and not raw.root.is_dir():
            found = "is a file" if raw.root.is_file() else "is not there"
            raise ConfigError(f"--raw {raw.uri} {found}; expected the folder of the raw files")
        if f"{self.lake.uri}/".startswith(f"{raw.uri}/"):
            raise ConfigError(f"--lake {self.lake.uri} lies in --raw {raw.uri}; expected a lake beside the raw files")
        return raw

    @cached_property
    def parent(self) -> Release | None:
        """The release that this run stands on: the current one when its first stage began."""
        begun = self.stages.get("land")
        current = current_release(self.lake, self.domain)
        if current and current.run_id == self.run_id:
            raise DataError(f"run {self.run_id} published release {current.number} already; begin a new run")
        if begun and begun["parent"] != (current.number if current else None):
            raise DataError(
                f"run {self.run_id} stands on release {begun['parent']}, but the current one is "
                f"{current.number if current else None}: another run was first; begin a new run"
            )
        return current

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the run's stages have said so far. Raises ConfigError where they were of another domain."""
        manifest = read_manifest(self.lake, self.run_id)
        if (begun := manifest.get("domain", self.domain)) != self.domain:
            raise ConfigError(f"run {self.run_id} is one of domain {begun}, not of {self.domain}; begin a new run")
        return manifest

    @property
    def stages(self) -> dict[str, Any]:
        return self.manifest.get("stages", {})

    def stage(self, stage: str) -> dict[str, Any]:
        """What an earlier stage of the run said. Raises DataError where it has not run."""
        if stage not in self.stages:
            raise DataError(f"run {self.run_id} has no {stage!r} stage yet; done are {sorted(self.stages) or 'none'}")
        return self.stages[stage]

    def landed(self) -> dict[str, Any]:
        """What the run's first stage said. Raises ConfigError where it had another configuration than this one."""
        said = self.stage("land")
        if said["configuration"] != self.configuration.digest:
            raise ConfigError(
                f"run {self.run_id} began under another configuration; give every stage of a run the same --config"
            )
        return said

    @property
    def parent_deliveries(self) -> tuple[Delivery, ...]:
        return self._ledger(self.parent.ledger) if self.parent else ()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What the run's release is made of, as its first stage said."""
        return self._ledger(self.landed()["ledger"])

    def _ledger(self, key: str) -> tuple[Delivery, ...]:
        """Ledgers never change: each is read once."""
        if key not in self.ledgers:
            self.ledgers[key] = read_ledger(self.lake, key)
        return self.ledgers[key]

    @cached_property
    def as_of(self) -> date | None:
        """The day that the run's first stage was given. Raises ConfigError where this one was given another."""
        begun = self.stages.get("land")
        if begun is None:
            return self.arguments.as_of
        if self.arguments.as_of and str(self.arguments.as_of) != begun["as_of"]:
            raise ConfigError(
                f"--as-of is {self.arguments.as_of}, but the first stage of run {self.run_id} was given "
                f"{begun['as_of'] or 'none'}; give every stage the same"
            )
        return date.fromisoformat(begun["as_of"]) if begun["as_of"] else None

    @cached_property
    def engine(self) -> Engine:
        """What runs the frames, begun when it is first asked for. Raises ConfigError where the domain needs Spark, and
        the environment names another engine."""
        environment = self.configuration.environment
        if self.tables.needs_spark and environment.engine != "spark":
            raise ConfigError(
                f"domain {self.domain} trains a model with Spark MLlib, and environment {environment.name} has the "
                f"engine {environment.engine}; expected one with Spark, such as --environment local_spark"
            )
        if environment.engine == "spark" and environment.small.byte_limit:
            environment = environment.for_bytes(self._byte_count())
        with self.step("start", environment.engine):
            return open_engine(environment, f"headrace {self.domain} {self.run_id}")

    def _byte_count(self) -> int:
        """About the bytes of all raw files that the run's tables are made of, unpacked: those that the parent and this
        run have landed, and where the run was told of raw those that lie there."""
        begun = self._ledger(self.stages["land"]["ledger"]) if "land" in self.stages else ()
        deliveries = [*begun, *self.parent_deliveries]
        known = {(file.key, file.size, file.etag) for delivery in deliveries for file in delivery.raw_files}
        lying = {(file.key, file.size, file.etag) for file in self.raw.list()} if self.arguments.raw else set()
        return sum(size * (PACKED_RATIO if key.endswith(PACKED) else 1) for key, size, _ in known | lying)

    @property
    def spark(self) -> SparkSession:
        return self.engine.session

    def add_stage(self, stage: str, said: dict[str, Any]) -> None:
        """Add to the manifest what a stage did, and by which engine where it needed one."""
        engine = {"engine": self.engine.version} if "engine" in self.__dict__ else {}
        named = {"run_id": self.run_id, "domain": self.domain}
        manifest = with_stage(self.manifest | named, stage, said | engine)
        self.manifest = write_manifest(self.lake, self.run_id, manifest)

    @cached_property
    def masking_key(self) -> bytes:
        return masking_key(self.configuration.environment)

    def check_secrets(self) -> None:
        """Raises ConfigError for a secret that is missing or unfit, before files have landed in vain."""
        _ = self.masking_key

    def sources_of(self, table: str) -> tuple[Source, ...]:
        return self.configuration.sources_of(table)

    def upserting(self, table: str) -> tuple[str, ...]:
        """Names of the table's sources whose records correct earlier ones of their key."""
        return tuple(source.name for source in self.sources_of(table) if source.kind == "upsert")

    @contextmanager
    def step(self, stage: str, step: str) -> Iterator[Callable[[int], None]]:
        """Time a step and tell of it; the block may say how many rows it was about."""
        counted: list[int] = []
        self.tell(stage, step, None, None)
        begun = time.monotonic()
        yield counted.append
        seconds = time.monotonic() - begun
        name = f"{stage}: {step}"
        self.durations_seconds[name] = round(self.durations_seconds.get(name, 0.0) + seconds, 3)
        self.tell(stage, step, counted[-1] if counted else None, seconds)
