"""Calls and waterfalls over HTTP, 64 in flight, against one nginx."""


from suite.measure import PROCESSOR, Peer, Row, interleave, run
from suite.server import Server


def _peers(tools, port, what, count):
    """The peers' own clocks: their start is not counted."""
    origin = "http://127.0.0.1:%d" % port

    def peer(name, command, environment=None):
        def measure():
            result = run(command, environment)
            return count / float(result.output.split()[0]), count / result.processor
        return Peer(name, measure)

    peers = []
    if tools.has_undici:
        peers.append(peer(
            "undici Pool", [tools.node, tools.path("peers/node_client.js"), "pool", what, origin, str(count)],
            tools.node_environment))
    if tools.node:
        peers.append(peer("node fetch", [
            tools.node, tools.path("peers/node_client.js"), "fetch", what, origin, str(count)]))
    if tools.aiohttp:
        peers.append(peer("aiohttp", [
            tools.aiohttp, tools.path("peers/aiohttp_client.py"), what, origin, str(count)]))
    if tools.lua_http:
        peers.append(peer("lua-http", [
            tools.lua_http, tools.path("peers/lua_http_client.lua"), what, "127.0.0.1", str(port), str(count)]))
    return peers


def _script(tools, port, name, recipe, count, *arguments):
    """cargo-script: the whole process, with its start and the file of its journal."""
    environment = {"CARGO_API_TOKEN": "token-of-the-benchmark",
                   "CARGO_API_URL": "http://127.0.0.1:%d" % port}
    command = ["--workspace", "live", "--quiet", "--budget", "10000000",
               tools.path("peers", recipe), "--count", str(count), *arguments]

    def measure():
        result = tools.recipe(command, environment)
        return count / result.wall, count / result.processor
    return Peer(name, measure)


def _rows(series, mine, what, aims):
    rows = []
    for other in series.names:
        if other != mine:
            figures = "%s : %s a second" % tuple(
                "–" if each is None else "%.0f" % each
                for each in (series.figure(mine), series.figure(other)))
            rows.append(Row(what, other, series.ratio(mine, other), aims.get(other), figures=figures))
            # What others do on the machine hardly changes this one; start-up is within it.
            processor = series.ratio(mine + PROCESSOR, other + PROCESSOR)
            figures = "%s : %s µs" % tuple(
                "–" if each is None else "%.0f" % (1e6 / each)
                for each in (series.figure(mine + PROCESSOR), series.figure(other + PROCESSOR)))
            rows.append(Row("  by processor time", other, processor, None, figures=figures))
    return rows


def calls(tools):
    """Action calls: one POST and one look, decoded, one field read."""
    count = tools.count(10000)
    with _server(tools) as server:
        if server is None:
            return []
        peers = [
            _script(tools, server.port, "with intents", "calls.lua", count),
            _script(tools, server.port, "as reads", "calls.lua", count, "--what", "read"),
        ] + _peers(tools, server.port, "calls", count)
        series = interleave(peers, tools.rounds(7))
    aims = {"undici Pool": 2.2, "node fetch": 11}
    rows = _rows(series, "with intents", "action calls", aims)
    alone = _rows(series, "as reads", "the two requests alone", {})
    return rows + [row for row in alone if row.peer == "undici Pool"]


def waterfall(tools):
    """Rows through three rungs, 30 % of the answers misses."""
    count = tools.count(5000)
    with _server(tools) as server:
        if server is None:
            return []
        mine = _script(tools, server.misses, "cargo-script", "waterfall.lua", count)
        peers = [mine] + _peers(tools, server.misses, "waterfall", count)
        series = interleave(peers, tools.rounds(7))
    return _rows(series, "cargo-script", "waterfall rows over HTTP",
                 {"undici Pool": 1.6, "node fetch": 11})


class _server:
    """A server, or None where there is no nginx."""

    def __init__(self, tools):
        self.server, self.tools = Server(), tools

    def __enter__(self):
        if self.server.program:
            return self.server.__enter__()
        self.tools.notes.append("nginx is not there, and nothing over HTTP was measured")
        return None

    def __exit__(self, *details):
        if self.server.program:
            self.server.__exit__(*details)
