"""What the jobs do in the toy domain."""

from pyspark.sql import functions as F

from jobs.domain_jobs import DomainJobs
from jobs.mart_writing import build_or_carry, curated_frames, curated_snapshots, marts_digest
from tests.toy.tables import RIDES_BY_STOP


def build_marts(run):
    snapshots = curated_snapshots(run)

    def build(keep, write):
        curated = curated_frames(run, snapshots)
        rides = (
            curated["rides"]
            .groupBy("stop_code")
            .agg(F.count("ride_number").alias("ride_count"), F.sum("passenger_count").alias("passenger_count"))
        )
        names = curated["stops"].select("stop_code", "stop_name")
        write(RIDES_BY_STOP.name, RIDES_BY_STOP.conform(rides.join(names, "stop_code", "left")))

    build_or_carry(run, marts_digest(run, snapshots, code=(), options=None), build)


JOBS = DomainJobs(lambda run: None, build_marts)
