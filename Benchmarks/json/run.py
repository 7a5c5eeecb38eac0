#!/usr/bin/env python3
"""JSON into Lua tables and back, beside lua-cjson and node, interleaved in one run.

    Benchmarks/json/run.py [--megabytes 10] [--rounds 7] [--repeats 5]

Builds the C sources of CJSON and CLuaHost's JSON as a module of lua5.4, so that both Lua peers run
in the same interpreter. Needs a C++17 compiler, libsimdjson-dev, liblua5.4-dev, lua5.4, lua-cjson;
node is left out when it is not there. A round runs every peer once; ratios are taken within a round, and
the median of the rounds is shown.
"""

import argparse
import glob
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


def build(folder):
    """Builds cargo_json.so into `folder`."""
    c, cxx = ("clang", "clang++") if shutil.which("clang++") else ("cc", "c++")
    includes = ["-I" + os.path.join(root, path) for path in (
        "Sources/CJSON/include", "Sources/CLuaHost/include", "Sources/CLuaHost")]
    includes += subprocess.check_output(["pkg-config", "--cflags", "lua5.4"], text=True).split()
    entry = os.path.join(folder, "entry.c")
    with open(entry, "w") as file:
        file.write('#include "json.h"\n'
                   "int luaopen_cargo_json(lua_State *L) { return cs_open_json(L); }\n")
    sources = [entry] + glob.glob(os.path.join(root, "Sources/CJSON/*.c*"))
    sources += glob.glob(os.path.join(root, "Sources/CLuaHost/json_*.c"))
    sources += [os.path.join(root, "Sources/CLuaHost/errors.c")]
    objects = []
    for source in sources:
        objects.append(os.path.join(folder, os.path.basename(source) + ".o"))
        compiler = [cxx, "-std=c++17"] if source.endswith(".cpp") else [c]
        subprocess.check_call(
            compiler + ["-O2", "-fPIC", "-c", source, "-o", objects[-1]] + includes)
    subprocess.check_call(
        [cxx, "-shared", "-o", os.path.join(folder, "cargo_json.so")] + objects + ["-lsimdjson"])


def companies(size):
    """Records of companies with strings, numbers, nulls and small lists, about `size` bytes."""
    generator = random.Random(7)
    words = ("north river data cloud metal bright swift union global green light point harbor "
             "stone field logic scale vector prime atlas").split()
    countries = ["United States", "Germany", "France", "United Kingdom", "Spain", "Österreich"]
    records, total = [], 0
    while total < size:
        name = " ".join(generator.choice(words).title() for _ in range(2))
        domain = "%s%d.example" % (name.lower().replace(" ", ""), len(records))
        record = {
            "_id": "%032x" % generator.getrandbits(128),
            "name": name, "domain": domain, "country": generator.choice(countries),
            "employee_count": generator.randint(1, 50000),
            "score": round(generator.random() * 100, 2),
            "email": "info@" + domain if generator.random() < 0.6 else None,
            "is_customer": generator.random() < 0.2,
            "tags": generator.sample(words, generator.randint(0, 3)),
            "address": {"city": generator.choice(words).title(),
                        "zip": "%05d" % generator.randint(0, 99999)},
            "summary": 'The "%s" company sells %s to those who need it\nand to nobody else.' % (
                name, generator.choice(words)),
        }
        records.append(record)
        total += len(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    return {"records": records, "count": len(records)}


def finished_run():
    """A finished run, as `run.get` answers: what most calls decode."""
    execution = {
        "nodeUuid": "0b0e9b0a-6a34-4c1d-8f3e-3c6f0c1a2b3d", "nodeSlug": "action",
        "nodeKind": "connector", "nodeActionSlug": "findEmail", "nodeBatchUuid": None,
        "nodeChildIndex": 0, "status": "success", "errorMessage": None, "title": "found an address",
        "iconUrl": None, "creditsUsedCount": 1, "startedAt": "2026-01-01T10:00:00.000Z",
        "finishedAt": "2026-01-01T10:00:01.000Z"}
    return {
        "run": {"uuid": "0b0e9b0a-6a34-4c1d-8f3e-3c6f0c1a2b3c", "status": "success",
                "executions": [execution] * 3, "createdAt": "2026-01-01T10:00:00.000Z",
                "batchUuid": None},
        "runContext": {"action": {"email": "a@b.example", "score": 0.97}},
        "runComputedConfigs": {}}


def measure(command, environment):
    """The best megabytes per second of decode and encode in one process."""
    output = subprocess.check_output(command, text=True, env=environment)
    best = {}
    for line in output.splitlines():
        kind, seconds, size = line.split()
        best[kind] = max(best.get(kind, 0), float(size) / float(seconds) / 1e6)
    return best


def compare(title, value, folder, options):
    """Measures every peer on one value and prints the table."""
    path = os.path.join(folder, "text.json")
    with open(path, "w") as file:
        json.dump(value, file, ensure_ascii=False, separators=(",", ":"))
    lua = ["lua5.4", os.path.join(here, "bench.lua")]
    arguments = [path, str(options.repeats)]
    peers = {"cargo-script": lua + ["cargo_json"] + arguments,
             "lua-cjson": lua + ["cjson"] + arguments}
    if shutil.which("node"):
        peers["node"] = ["node", os.path.join(here, "bench.js")] + arguments
    environment = dict(os.environ, LUA_CPATH=os.path.join(folder, "?.so") + ";;")
    rounds = [{name: measure(command, environment) for name, command in peers.items()}
              for _ in range(options.rounds)]
    kinds = ("decode", "encode")
    print("%-24s %12s %12s" % (title, "decode MB/s", "encode MB/s"))
    for name in peers:
        rates = [statistics.median(r[name][kind] for r in rounds) for kind in kinds]
        print("  %-22s %12.0f %12.0f" % (name, *rates))
    for name in list(peers)[1:]:
        ratios = [statistics.median(r["cargo-script"][k] / r[name][k] for r in rounds)
                  for k in kinds]
        print("  %-22s %11.2fx %11.2fx" % ("beside " + name, *ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build(folder)
        records = companies(options.megabytes * 1e6)
        compare("%g MB of records" % options.megabytes, records, folder, options)
        compare("one finished run", finished_run(), folder, options)


if __name__ == "__main__":
    main()
