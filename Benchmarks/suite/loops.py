"""Lua loops, and calls of a C function, in the whole process; its start is taken off."""

import glob
import os

from suite.measure import Peer, Row, interleave, run


def rows(tools):
    """The rows of the table."""
    if not tools.lua:
        return []
    empty = tools.path("loops", "empty.lua")

    def peer(name, *command):
        def measure(file):
            started = run([*command, empty]).processor
            return max(1e-6, run([*command, file]).processor - started)
        return lambda file: Peer(name, lambda: measure(file))

    makers = [peer("cargo-script", tools.script), peer("lua5.4", tools.lua)]
    lines = []
    for file in sorted(glob.glob(tools.path("loops", "*.lua"))):
        if file == empty:
            continue
        series = interleave([maker(file) for maker in makers], tools.rounds(5))
        figures = [series.figure(name) for name in ("cargo-script", "lua5.4")]
        text = " : ".join("%.2f s" % each for each in figures if each is not None)
        name = os.path.basename(file)[:-4]
        lines.append(Row(
            "Lua " + name, "lua5.4", series.ratio("cargo-script", "lua5.4"),
            1.5 if name == "calls" else 1.05, at_most=True, figures=text))
    return lines
