"""Rows of files: the import of a million, and reading, cleaning and writing a file."""

import os
import random
import shutil
import tempfile

from suite.measure import PROCESSOR, Peer, Row, interleave, run

CITIES = ["Berlin", "Paris", "New York", "São Paulo", "Tokyo", "London"]
FORMS = ["Inc", "GmbH", "Corp", "Ltd", "SA"]


def write_rows(path, count):
    """A file of companies as a CRM exports them: a tenth of the names have a comma in them."""
    pick = random.Random(7)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("Id,Company Name,Website,Employees,City,Founded,Active,Score\r\n")
        for number in range(count):
            name = "Company %d" % number
            if number % 10 == 0:
                name = '"%s, %s"' % (name, pick.choice(FORMS))
            file.write("c%07d,%s,https://www.Company-%d.example/about,%d,%s,20%02d-0%d-1%d,%s,%.2f\r\n" % (
                number, name, number, pick.randrange(1, 100000), pick.choice(CITIES),
                pick.randrange(0, 24), pick.randrange(1, 10), pick.randrange(0, 10),
                pick.choice(["true", "false"]), pick.random() * 100))


def importing(tools, folder):
    """`import` into a fresh workspace beside the sqlite3 CLI's `.import` into a table with the same
    index."""
    count = tools.count(1_000_000)
    source = os.path.join(folder, "rows.csv")
    write_rows(source, count)
    peaks = {}

    def script():
        home = tempfile.mkdtemp(dir=folder)
        run([tools.script, "init", "--empty"], folder=home)
        done = run([tools.script, "import", source, "--model", "rows", "--key", "Id", "--quiet"],
                   folder=home)
        shutil.rmtree(home)
        peaks["import"] = done.peak
        return done.wall, done.processor

    def sqlite():
        home = tempfile.mkdtemp(dir=folder)
        table = ("CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, name TEXT, website TEXT, "
                 "employees NUMERIC, city TEXT, founded TEXT, active TEXT, score NUMERIC)")
        done = run(["sqlite3", "rows.db", table, ".mode csv", ".import --skip 1 %s t" % source],
                   folder=home)
        shutil.rmtree(home)
        return done.wall, done.processor

    series = interleave([Peer("import", script), Peer("sqlite3", sqlite)], tools.rounds(5))
    what = "import of {:,} rows".format(count)
    figures = "%.2f s, sqlite3 %.2f s" % (
        series.figure("import") or 0, series.figure("sqlite3") or 0)
    return [
        Row(what, "sqlite3 .import", series.ratio("sqlite3", "import"), 1.8, figures=figures),
        Row(what + PROCESSOR, "sqlite3 .import",
            series.ratio("sqlite3" + PROCESSOR, "import" + PROCESSOR), 1.8),
        Row("its memory", "", peaks.get("import", 0) / 1024, 32, at_most=True, figures="MiB"),
    ]


def cleaning(tools, folder):
    """Reads a file, cleans three columns of every row, writes the rows that are left."""
    source = os.path.join(folder, "clean.csv")
    write_rows(source, tools.count(400_000))
    peaks = {}

    def script():
        done = run([tools.script, "--quiet", "--allow-read", folder, "--allow-write", folder,
                    tools.path("rows", "clean.lua"), source, os.path.join(folder, "lua.csv")],
                   folder=folder)
        peaks["csv"] = done.peak
        return done.wall, done.processor

    def python():
        done = run([tools.python, tools.path("rows", "clean.py"), source,
                    os.path.join(folder, "python.csv")], folder=folder)
        return done.wall, done.processor

    series = interleave([Peer("csv", script), Peer("python", python)], tools.rounds(5))
    with open(os.path.join(folder, "lua.csv"), encoding="utf-8") as one, \
            open(os.path.join(folder, "python.csv"), encoding="utf-8") as other:
        if one.read() != other.read():
            tools.notes.append("csv: the two programs wrote different files")
    size = os.path.getsize(source) / 1e6
    figures = "%.0f MB/s, python %.0f" % (
        size / (series.figure("csv") or 1), size / (series.figure("python") or 1))
    what = "csv read, clean, write"
    return [
        Row(what, "python csv", series.ratio("python", "csv"), 1.3, figures=figures),
        Row(what + PROCESSOR, "python csv",
            series.ratio("python" + PROCESSOR, "csv" + PROCESSOR), 1.3),
        Row("its memory", "", peaks.get("csv", 0) / 1024, 24, at_most=True, figures="MiB"),
    ]


def rows(tools):
    """Both measures, on files of their own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        table = cleaning(tools, folder)
        if shutil.which("sqlite3"):
            return table + importing(tools, folder)
        tools.notes.append("sqlite3 is not there and was left out (apt-get install sqlite3)")
        return table
