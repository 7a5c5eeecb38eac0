"""The demo waterfall on the local workspace."""

import os
import tempfile

from suite.measure import Peer, Row, interleave, run

ROWS = 1836


def rows(tools):
    """Rows per second with providers that answer at once, and what the demo's own latency makes."""
    recipe = os.path.join(os.path.dirname(tools.folder), "recipes", "waterfall.lua")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        def once(*arguments):
            command = [tools.script, "--workspace", "local", "--quiet", "--out", "out/leads.csv",
                       *arguments, recipe]
            return run(command, folder=folder)

        once()
        peers = [
            Peer("at once", lambda: ROWS / once("--demo", "latency_ms=0,error_rate=0").wall),
            Peer("as shown", lambda: ROWS / once().wall),
        ]
        series = interleave(peers, tools.rounds(7))
    return [
        Row("demo waterfall, answers at once", "", None, None,
            figures="%.0f rows a second" % (series.figure("at once") or 0)),
        Row("demo waterfall, 40 ms a call", "", None, None,
            figures="%.0f rows a second" % (series.figure("as shown") or 0)),
    ]
