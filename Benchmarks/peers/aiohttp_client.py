"""The recipes' work with aiohttp: aiohttp_client.py calls|waterfall ORIGIN COUNT"""
import asyncio
import sys
import time

import aiohttp
try:
    from orjson import dumps, loads
except ImportError:
    import json
    loads = json.loads

    def dumps(value):
        return json.dumps(value).encode()

what, origin, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
base = origin + "/v1"
headers = {"authorization": "Bearer x", "content-type": "application/json"}


async def execute(session, action, data):
    body = dumps({"action": {"kind": "connector", "actionSlug": action}, "data": data})
    async with session.post(base + "/orchestration/actions/execute", data=body) as answer:
        run = loads(await answer.read())["run"]
    async with session.get(base + "/orchestration/runs/" + run["uuid"]) as answer:
        return loads(await answer.read())["runContext"]["action"]


async def enrich(session, row):
    for action in ("find1", "find2", "find3"):
        answer = await execute(session, action, {"name": row["name"], "domain": row["domain"]})
        if answer["email"]:
            return dict(row, email=answer["email"], score=answer["score"])
    return None


async def main():
    numbers = iter(range(count))
    found = 0

    async def worker(session):
        nonlocal found
        for i in numbers:
            row = {"name": "Jane Doe %d" % i, "domain": "north%d.example" % i}
            if what == "waterfall":
                answer = await enrich(session, row)
            else:
                answer = await execute(session, "find1", row)
            if answer and answer["email"]:
                found += 1

    start = time.perf_counter()
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(*(worker(session) for _ in range(64)))
        print(time.perf_counter() - start, found)


asyncio.run(main())
