"""What the jobs do in the toy domain."""

from pyspark.sql import functions as F

from jobs.domain_jobs import DomainJobs
from jobs.mart_writing import build_or_carry
from tests.toy.tables import RIDES_BY_STOP


def build(curated, keep, write):
    """Of the curated tables that have delivered, which may lack one."""
    rides = (
        curated["rides"]
        .groupBy("stop_code")
        .agg(F.count("ride_number").alias("ride_count"), F.sum("passenger_count").alias("passenger_count"))
    )
    names = curated["stops"].select("stop_code", "stop_name")
    write(RIDES_BY_STOP.name, rides.join(names, "stop_code", "left"))


JOBS = DomainJobs(check_options=lambda run: None, build_marts=lambda run: build_or_carry(run, build))
