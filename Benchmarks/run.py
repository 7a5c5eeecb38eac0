#!/usr/bin/env python3
"""cargo-script beside its peers, in one run: `script/bench [MEASURE…] [--rounds N]`

Measures: startup calls waterfall demo loops memory rows paging json; all of them when none is named. A
round runs every peer once, in changing order; ratios are taken within a round, and their median is shown,
so that what else the machine does meanwhile hits all alike. The aims are those of the design, §8.
"""

import argparse
import os
import shutil
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)

from suite import demo, loops, measure, memory, network, paging, rows, startup  # noqa: E402
from suite.tools import Tools  # noqa: E402

MEASURES = {
    "startup": startup.rows, "calls": network.calls, "waterfall": network.waterfall,
    "demo": demo.rows, "loops": loops.rows, "memory": memory.rows, "rows": rows.rows,
    "paging": paging.rows,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("measures", nargs="*", metavar="measure",
                        help=", ".join([*MEASURES, "json"]))
    parser.add_argument("--rounds", type=int, help="rounds of each measure")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller work")
    arguments = parser.parse_args()
    for name in arguments.measures:
        if name not in MEASURES and name != "json":
            parser.error("there is no measure %r; they are %s" % (
                name, ", ".join([*MEASURES, "json"])))
    wanted = arguments.measures or [*MEASURES, "json"]
    tools = Tools(here, arguments.rounds, arguments.quick)
    print("%s\n%s\n" % (tools.describe(), measure.load()), flush=True)
    for name in MEASURES:
        if name in wanted:
            print("%s …" % name, flush=True)
            try:
                measure.table(MEASURES[name](tools))
            except measure.Failure as failure:
                tools.notes.append("%s was not measured: %s" % (name, failure))
            print(flush=True)
    for note in tools.notes:
        print("note: " + note)
    if "json" in wanted:
        print("json …", flush=True)
        if shutil.which("lua5.4"):
            subprocess.run([sys.executable, os.path.join(here, "json", "run.py")], check=False)
        else:
            print("  left out: lua5.4 is not installed")


main()
