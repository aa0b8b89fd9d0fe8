"""Kill real runs at random instants, with a reader polling: `python -m tests.soak --kills 1000`."""

import argparse
import random
import subprocess
import tempfile
from pathlib import Path

from tests.jobs.lakes import invoices, orders, write_raw
from tests.jobs.test_crashes import assert_released_whole, command, environment, run_killed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    chance = random.Random(told.seed)
    with tempfile.TemporaryDirectory(prefix="headrace-soak-") as folder:
        raw, lake = Path(folder) / "raw", Path(folder) / "lake"
        for kill in range(told.kills):
            month = f"{2000 + kill // 12}-{kill % 12 + 1:02d}"
            order = {"PO Number": str(4500000000 + kill)}
            write_raw(
                raw, {f"purchase_orders_{month}_d1.csv": orders(order), f"invoices_{month}_d1.csv": invoices(order)}
            )
            run_killed(raw, lake, chance.uniform(1.0, 30.0))
            print(f"kill {kill + 1} of {told.kills}: release {assert_released_whole(lake)} stands whole", flush=True)
        subprocess.run(command(raw, lake), env=environment(), check=True)
        print(f"after the last kill a run published release {assert_released_whole(lake)}")


if __name__ == "__main__":
    main()
