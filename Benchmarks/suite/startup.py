"""How long `print("hi")` takes from the start of the process to its end."""

import os
import tempfile

from suite.measure import Peer, Row, interleave, run


def rows(tools):
    """The rows of the table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        files = {}
        for ending, text in (("lua", 'print("hi")'), ("py", 'print("hi")'),
                             ("js", 'console.log("hi")')):
            files[ending] = os.path.join(folder, "hi." + ending)
            with open(files[ending], "w") as file:
                file.write(text + "\n")

        def peer(name, *command):
            # Several starts in one measurement: a single one is mostly luck.
            return Peer(name, lambda: min(
                run(list(command), folder=folder).wall for _ in range(3)) * 1e3)

        peers = [peer("cargo-script", tools.script, files["lua"]),
                 peer("cargo-script -e", tools.script, "-e", 'print("hi")'),
                 peer("python3", tools.python, files["py"])]
        if tools.lua:
            peers.append(peer("lua5.4", tools.lua, files["lua"]))
        if tools.node:
            peers.append(peer("node", tools.node, files["js"]))
        series = interleave(peers, tools.rounds(31))

    def row(mine, other, aim):
        figures = [series.figure(name) for name in (mine, other)]
        text = " : ".join("%.2f ms" % each for each in figures if each is not None)
        ratio = series.ratio(mine, other)
        return Row("start of " + mine, other, ratio, aim, at_most=True, figures=text)

    return [row("cargo-script", "lua5.4", 3.2), row("cargo-script", "python3", None),
            row("cargo-script", "node", 1 / 15), row("cargo-script -e", "lua5.4", 3.2)]
