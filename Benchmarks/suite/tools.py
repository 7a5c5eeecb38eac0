"""What is there to measure with; what is missing is told once and left out."""

import os
import shutil
import subprocess
import tempfile

from suite.measure import Failure, run


def _works(command, environment=None):
    try:
        done = subprocess.run(
            command, env=dict(os.environ, **(environment or {})), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=30)
        return done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Tools:
    """Interpreters and packages of this machine, and how much is to be measured."""

    # Where Debian's node packages are, which node does not look by itself.
    node_environment = {"NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs"}

    def __init__(self, folder, rounds, quick):
        self.folder, self._rounds, self.quick = folder, rounds, quick
        self.notes = []
        self.script = os.path.abspath(os.environ.get("CARGO_SCRIPT") or os.path.join(
            os.path.dirname(folder), ".build", "release", "cargo-script"))
        self.node = shutil.which("node")
        self.lua = shutil.which("lua5.4")
        self.luajit = shutil.which("luajit")
        # The interpreter itself: wrappers that choose a version take longer than its start.
        self.python = subprocess.check_output(
            ["python3", "-c", "import sys; print(getattr(sys, '_base_executable', sys.executable))"],
            text=True).strip()
        environment = os.path.join(os.path.dirname(folder), ".build-bench", "venv", "bin", "python")
        self.aiohttp = next(
            (python for python in (environment, self.python)
             if _works([python, "-c", "import aiohttp"])), None)
        self.has_undici = bool(self.node) and _works(
            [self.node, "-e", "require('undici')"], self.node_environment)
        self.lua_http = next(
            (lua for lua in ("luajit", "lua5.4", "lua5.3")
             if _works([lua, "-e", "require 'http.client' require 'cjson'"])), None)
        self.duckdb = next(
            (python for python in (environment, self.python)
             if _works([python, "-c", "import duckdb"])), None)
        self._tell_missing()

    def _tell_missing(self):
        for name, found, remedy in (
                ("node", self.node, "apt-get install nodejs"),
                ("lua5.4", self.lua, "apt-get install lua5.4"),
                ("luajit", self.luajit, "apt-get install luajit"),
                ("undici", self.has_undici, "apt-get install node-undici"),
                ("lua-http", self.lua_http, "apt-get install luajit lua-http lua-cjson"),
                ("aiohttp", self.aiohttp, "pip install aiohttp orjson"),
                ("duckdb", self.duckdb, "pip install duckdb")):
            if not found:
                self.notes.append("%s is not there and was left out (%s)" % (name, remedy))

    def rounds(self, usual):
        """How many rounds: those asked for, else as many as are usual for a measure."""
        return self._rounds or (3 if self.quick else usual)

    def count(self, usual):
        """How much work one measurement does."""
        return usual // 5 if self.quick else usual

    def path(self, *parts):
        """A file beside this folder's run.py."""
        return os.path.join(self.folder, *parts)

    def recipe(self, arguments, environment=None, timeout=120):
        """Runs cargo-script in an empty folder that is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            return run([self.script, *arguments], environment, folder, timeout)

    def describe(self):
        """The programs that take part."""
        lines = ["cargo-script: " + self.script]
        for program, option in ((self.lua, "-v"), (self.luajit, "-v"), (self.node, "-v"),
                                (self.python, "-V")):
            if program:
                done = subprocess.run([program, option], capture_output=True, text=True)
                lines.append("%s: %s" % (
                    os.path.basename(program), (done.stdout or done.stderr).strip()))
        return "\n".join(lines)


__all__ = ["Failure", "Tools"]
