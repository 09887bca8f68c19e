"""`make bench`: the product against the floors of this machine, in one run, as one JSON.

    python -m tests.bench [--full] [rows...]      rows: planner moves growth pages fanout slow storm notify memory

Figures of one run may be compared, those of two runs may not: read the ratios.
"""

import argparse
import json
import os
import platform
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.rows import ROWS, Bench
from tests.bench.servers import SHARED


def main() -> int:
    """Measure what is asked for; exit code 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], help="only these")
    parser.add_argument("--full", action="store_true", help="10,000 followers too")
    asked = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and stop every server on the way out
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="samedag-bench-") as folder:
        bench = Bench(Path(folder), asked.full)
        for name in asked.rows or ROWS:
            since = time.monotonic()
            ROWS[name](bench)
            print(f"{name}: {time.monotonic() - since:.0f} s", file=sys.stderr)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
    machine |= {"floor": "shared" if SHARED else "own", "seconds": round(time.monotonic() - begun)}
    print(json.dumps({"machine": machine, "rows": bench.found}, indent=1))
    return 0 if all(row["met"] for row in bench.found) else 1


if __name__ == "__main__":
    sys.exit(main())
