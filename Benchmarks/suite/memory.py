"""Bytes per waiting task: how much more memory 100,000 sleepers take than 10,000."""

from suite.measure import Peer, Row, interleave, run

FEW, MANY = 10000, 100000


def rows(tools):
    """The rows of the table."""
    def peer(name, start):
        return Peer(name, lambda: (start(MANY).peak - start(FEW).peak) * 1024 / (MANY - FEW))

    peers = [
        peer("cargo-script", lambda count: tools.recipe(
            ["--memory-limit", "4096", tools.path("peers/sleepers.lua"), "--count", str(count)])),
        peer("asyncio", lambda count: run(
            [tools.python, tools.path("peers/sleepers.py"), str(count)])),
    ]
    if tools.node:
        peers.append(peer("node", lambda count: run(
            [tools.node, tools.path("peers/sleepers.js"), str(count)])))
    series = interleave(peers, tools.rounds(3))
    mine = series.figure("cargo-script")
    rows = [Row("bytes per waiting task", "1,860", mine and mine / 1860, 1, at_most=True,
                figures="%.0f" % (mine or 0))]
    for other in series.names[1:]:
        figure = series.figure(other)
        rows.append(Row("bytes per waiting task", other, series.ratio("cargo-script", other), None,
                        figures="%.0f : %.0f" % (mine or 0, figure or 0)))
    return rows
