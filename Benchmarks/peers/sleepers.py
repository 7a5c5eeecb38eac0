import asyncio
import sys


async def task(i):
    await asyncio.sleep(2)
    return i


async def main():
    tasks = [asyncio.create_task(task(i)) for i in range(int(sys.argv[1]))]
    for each in tasks:
        await each

asyncio.run(main())
