"""The planner's table: days of the simulator under our planner and under the peers' rules, same seeds.

    python -m tests.bench.sim --seeds 1-24 --jobs 2 --out days.jsonl
    python -m tests.bench.sim --only ours --scenario student-peak --seeds 1001-1004

The simulator (a package `sim`) is looked for in the folder SAMEDAG_SIM names, else in a folder `shared` beside the project or
beside one of its parents. Every finished day is a line of `--out`, so that a run that was stopped goes on where it ended.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from math import nan
from pathlib import Path
from statistics import fmean, median
from typing import Any

OURS = {"ours": "python:tests.bench.sim_planner:decide"}

PEERS = ("fifo", "fifo-multi", "slots", "slots-fill", "insertion", "replan")
OWN_SCENARIO = Path(__file__).with_name("late-thursday.json")
"""A day of another shape, which nothing was learned on."""

TARGETS = {  # column -> the least or the most it may be
    "finish today %": (96.0, None),
    "in house": (None, 82.0),
    "after 1st window %": (None, 7.0),
    "inside %": (80.0, None),
    "width p50": (None, 15.0),
    "changes": (None, 1.0),
    "tied": (None, 15.0),
    "err first": (None, 5.5),
    "err end": (None, 12.0),
    "overtaken": (None, 0.2),
    "p95": (None, 1.0),
    "max": (None, 6.0),
    "ms p95": (None, 25.0),
    "violations": (None, 0.0),
}

ROWS = {  # column -> (figure of a day, decimals)
    "finish today %": ("same_day_pct", 1),
    "in house": ("house_mean", 1),
    "p90": ("house_p90", 0),
    "after 1st window %": ("breach_pct", 1),
    "inside %": ("inside_pct", 1),
    "width p50": ("width_p50", 1),
    "changes": ("changes_per_citizen", 2),
    "tied": ("tethered_mean", 1),
    "err first": ("error_first", 1),
    "err all": ("error_all", 1),
    "err end": ("error_end", 1),
    "overtaken": ("overtakes_mean", 2),
    "p95": ("overtakes_p95", 2),
    "max": ("overtakes_max", 0),
    "told %": ("told_pct", 0),
    "told before": ("told_before", 0),
    "ms p95": ("own_p95_ms", 1),
    "violations": ("violations", 0),
}


def simulator() -> Path | None:
    """The folder that holds the package `sim`, if there is one."""
    named = os.environ.get("SAMEDAG_SIM")
    places = [Path(named)] if named else [p / "shared" for p in Path(__file__).resolve().parents[2:]]
    return next((p for p in places if (p / "sim" / "engine.py").is_file()), None)


def open_scenarios() -> list[str]:
    """The simulator's open scenarios."""
    from sim import scenario

    return list(scenario.names())


def one_day(policy: str, name: str, seed: int) -> dict[str, Any]:
    """One day under one planner: the simulator's figures and those it does not print."""
    from sim import policies, scenario
    from sim.engine import Engine
    from sim.metrics import day_metrics, quantile

    spec = OURS.get(policy, policy)
    planner = policies.make(spec)
    spent: list[float] = []
    decide = planner.decide

    def timed(view: Any) -> Any:
        begun = time.process_time()
        try:
            return decide(view)
        finally:
            spent.append(1000 * (time.process_time() - begun))

    planner.decide = timed
    run = Engine(scenario.draw_day(scenario.load(name), seed), planner, strict=False).run()
    return {
        "policy": policy,
        "scenario": Path(name).stem,
        "seed": seed,
        **day_metrics(run),
        **promised(run),
        "overtakes_max": max(run.overtaken.values()),
        "own_p95_ms": quantile(spent, 0.95),
        "spent": [round(s, 2) for s in spent],
    }


def promised(run: Any) -> dict[str, Any]:
    """What the simulator does not print of the promises.

    Of first windows: their widths, how long before the call they were told, which share of those who waited more than a minute for
    their first call heard one before, by how much the time told first was off, for a party's first call (over those told one before
    it; over everybody, whoever was called on arrival with 0) and for the end.
    """
    widths, errors, ends, ahead = [], [], [], []
    heard: set[str] = set()
    lead: dict[str, float] = {}
    for (party, _), at in run.first_call.items():
        lead[party] = min(at, lead.get(party, at))
    for (party, errand), log in run.promise_log.items():
        told, lo, at, hi = log[0]
        if errand == "done":
            if party in run.finished:
                ends.append(abs(run.finished[party] - at))
            continue
        called = run.first_call.get((party, errand), run.started.get((party, errand)))
        if called is None or told >= called - 0.01:
            continue
        widths.append(hi - lo)
        if (party, errand) in run.first_call:
            ahead.append(called - told)
        if called == lead[party]:
            errors.append(abs(called - at))
            heard.add(party)
    checkin = {p.id: p.checkin for p in run.day.parties}
    waited = {party for party, at in lead.items() if at > checkin[party] + 1.0}
    return {
        "width_p50": median(widths) if widths else nan,
        "widths": [round(w, 1) for w in widths],
        "told_before": median(ahead) if ahead else nan,
        "told_pct": 100 * len(heard & waited) / len(waited) if waited else nan,
        "error_first": fmean(errors) if errors else nan,
        "error_all": sum(errors) / len(lead) if lead else nan,
        "error_end": fmean(ends) if ends else nan,
    }


def numbers(text: str) -> list[int]:
    """'1-3,7' -> [1, 2, 3, 7]."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def table(days: Iterable[dict[str, Any]], by_scenario: bool) -> Iterator[str]:
    """One line per planner (and scenario): the mean over its days, scenarios weighing alike where all have the same seeds."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for day in days:
        groups.setdefault((day["policy"], day["scenario"]), []).append(day)
        groups.setdefault((day["policy"], "all"), []).append(day)
    yield f"{'planner':12} {'scenario':16} {'days':>4} " + " ".join(f"{c:>{max(7, len(c))}}" for c in ROWS)
    for (policy, name), found in groups.items():
        if by_scenario or name == "all":
            cells = [f"{_mean(found, column):>{max(7, len(column))}}" for column in ROWS]
            yield f"{policy:12} {name:16} {len(found):>4} " + " ".join(cells)


def _mean(days: list[dict[str, Any]], column: str) -> str:
    whole = figure_of(days, column)
    return "-" if whole is None else f"{whole:.{ROWS[column][1]}f}"


def figure_of(days: list[dict[str, Any]], column: str) -> float | None:
    """A column over so many days: the mean, but quantiles over everything that was measured, the worst, or the sum."""
    figure = ROWS[column][0]
    values = [d[figure] for d in days if d[figure] == d[figure]]
    if not values:
        return None
    if figure == "width_p50":
        widths = sorted(w for d in days for w in d["widths"])
        return widths[len(widths) // 2]
    if figure == "own_p95_ms":
        spent = sorted(s for d in days for s in d["spent"])
        return spent[int(0.95 * (len(spent) - 1))]
    return max(values) if figure == "overtakes_max" else sum(values) if figure == "violations" else fmean(values)


def rows(seeds: Iterable[int]) -> Iterator[tuple[str, Any, Any, None, str, bool]]:
    """The table as rows of `make bench`: ours against the goals, then the peers' rules; none where the simulator is not."""
    found = simulator()
    if found is None:
        return
    sys.path.insert(0, str(found))
    own = [("ours", [str(OWN_SCENARIO)])]
    plans = [*((planner, open_scenarios()) for planner in OURS), *own, *((peer, open_scenarios()) for peer in PEERS)]
    for policy, names in plans:
        days = days_of([policy], names, list(seeds), 1, None)
        figures = {c: figure_of(days, c) for c in ROWS}
        missed = [c for c, goal in TARGETS.items() if not _within(figures[c], *goal)] if len(names) > 1 else []
        goals = ", ".join(
            f"{c} {'>=' if least is not None else '<='} {least or most:g}" for c, (least, most) in TARGETS.items()
        )
        ours = policy == "ours"
        yield (
            f"a day under {policy}, {len(days)} days" + ("" if len(names) > 1 else f" of {OWN_SCENARIO.stem}"),
            figures,
            None,
            None,
            goals if ours else "for comparison",
            not (ours and missed),
        )


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def days_of(
    policies: list[str], names: list[str], seeds: list[int], jobs: int, out: Path | None
) -> list[dict[str, Any]]:
    """Run what is not in `out` yet."""
    days = [json.loads(row) for row in out.read_text().splitlines()] if out and out.exists() else []
    have = {(d["policy"], d["scenario"], d["seed"]) for d in days}
    todo = [(p, n, s) for s in seeds for n in names for p in policies if (p, Path(n).stem, s) not in have]
    with ProcessPoolExecutor(jobs) if jobs > 1 else nullcontext() as pool:
        for day in (pool.map if pool else map)(one_day, *zip(*todo, strict=True)) if todo else ():
            days.append(day)
            if out:
                with out.open("a") as file:
                    print(json.dumps(day), file=file)
    return days


def main(argv: list[str] | None = None) -> int:
    """Run the days and print the table, or with --json the means."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sim", description=__doc__)
    parser.add_argument("--only", action="append", choices=(*OURS, *PEERS))
    parser.add_argument("--scenario", action="append", help="name or path; default: the open ones")
    parser.add_argument("--seeds", default="1-24")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--by-scenario", action="store_true")
    args = parser.parse_args(argv)
    found = simulator()
    if found is None:
        print("The simulator is not here: name its folder in SAMEDAG_SIM.", file=sys.stderr)
        return 1
    sys.path.insert(0, str(found))
    days = days_of(
        args.only or [*OURS, *PEERS], args.scenario or open_scenarios(), numbers(args.seeds), args.jobs, args.out
    )
    print("\n".join(table(days, args.by_scenario)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
