import asyncio, collections, gzip, json, os, socket, struct, uuid
# A platform that does to each call what the name in it says, "fault/number". "first" faults come once, at
# the payment or (from "look" on) at the first look; the others every time. It notes each payment that it
# took, and never takes one twice without saying so.
HEAD = "HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n"
paid, seen, names = collections.Counter(), collections.Counter(), {}
connections = 0
MANY, LONG = "".join(f"X-{n}: {n}\r\n" for n in range(3000)), "X: " + "x" * 400_000 + "\r\n"

def answer(value, status=200, type="application/json", length=None, more=""):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return HEAD.format(status, type, len(body) if length is None else length, more).encode() + body

def run(key, status="success", **fields):
    return {"uuid": key, "status": status, "executions": [{"creditsUsedCount": 1}], **fields}

def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()

# What the payment is answered with; None resets the connection, b"" closes it.
def pay(fault, key):
    good = {"run": run(key, "pending")}
    return {
        "reset": None, "closed": b"", "half-head": b"HTTP/1.1 200 OK\r\nContent-",
        "garbage": b"SSH-2.0-OpenSSH\r\n", "short": answer(good, length=5000), "long": answer(good, length=20),
        "no-gzip": answer(b"{}" * 50, more="Content-Encoding: gzip\r\n"),
        "cut-gzip": answer(gzip.compress(json.dumps(good).encode())[:30], more="Content-Encoding: gzip\r\n"),
        "html": answer(b"<html>200</html>", type="text/html"), "not-json": answer(b'{"run":{"uuid":]}'),
        "empty": answer({}), "null": answer(None), "list": answer([good]), "run-is-list": answer({"run": []}),
        "uuid-is-number": answer({"run": {"uuid": 7}}), "no-body": answer(b"", 204),
        "500": answer({"errorMessage": "oh"}, 500), "502": answer(b"bad", 502), "504": answer(b"", 504),
        "520": answer(b"", 520), "408": answer(b"", 408), "404": answer({"errorMessage": "no"}, 404),
        "redirect": answer(b"", 307, more="Location: http://127.0.0.1:1/\r\n"),
        "late": answer(b"", 429, more="Retry-After: 9999\r\n"),
        "headers": answer(good, more=MANY), "long-header": answer(good, more=LONG),
    }.get(fault, answer(good))

def look(fault, key, count):
    good = {"run": run(key), "runContext": {"action": {"email": "a@example.com"}}, "runComputedConfigs": {}}
    first = {
        "look-reset": None, "look-closed": b"", "look-503": answer(b"", 503), "look-short": answer(good, length=9000),
        "look-half-head": b"HTTP/1.1 20",
    }
    if fault in first and count == 1: return first[fault]
    if fault == "look-large": return answer({**good, "runContext": {"action": {"email": "x" * 10_000_000}}})
    return {
        "look-empty": answer({}), "look-html": answer(b"<html>", type="text/html"), "look-404": answer({}, 404),
        "look-not-json": answer(b'{"run":{"uuid":"' + key.encode() + b'","status":"success"}'),
        "look-error": answer({"run": run(key, "error", errorMessage="no such person")}),
        "look-never": answer({"run": run(key, "exploding")}),
        "look-other-uuid": answer({**good, "run": run(str(uuid.uuid4()))}),
        "look-huge-number": answer(json.dumps(good).replace('Count": 1', 'Count": 1' + "0" * 400).encode()),
        "look-negative": answer(json.dumps(good).replace('Count": 1', 'Count": -5').encode()),
        "look-twice-the-key": answer(json.dumps(good)[:-1].encode() + b',"run":' + json.dumps(run(key)).encode() + b"}"),
        "look-deep": answer(json.dumps(good)[:-1].encode() + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    }.get(fault, answer(good))

async def endless(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"40000\r\n" + b" " * 0x40000 + b"\r\n")
        await writer.drain()

async def one(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    if b"100-continue" in head: writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(length)
    path = head.split(b" ")[1].decode()
    if path == "/v1/connection/integrations/prospeo":
        costs = [{"type": "fixed", "cost": 1}]
        data = answer({"integration": {"slug": "prospeo", "actions": {"findEmail": {"credits": {"costs": costs}}}}})
    elif path == "/v1/orchestration/actions/execute":
        name = json.loads(body)["data"]["fullName"].split(" ")[0]
        fault, key = name.split("/")[0], str(uuid.uuid4())
        names[key] = name
        seen["pay " + name] += 1
        if fault in ("busy", "slow-down") and seen["pay " + name] == 1:
            data = answer(b"", 503 if fault == "busy" else 429, more="Retry-After: 0\r\n")
        else:
            paid[name] += 1
            if paid[name] > 1:
                with open("twice", "a") as file: file.write(name + "\n")
            data = pay(fault, key)
    elif path.startswith("/v1/orchestration/runs/"):
        key = path.split("/")[-1]
        name = names.get(key, "?/0")
        seen["look " + name] += 1
        fault = name.split("/")[0]
        if fault == "look-stalls": await asyncio.sleep(3600)
        if fault == "look-stalls-inside":
            writer.write(answer({}, length=100)[:-1])
            await asyncio.sleep(3600)
        if fault == "look-endless": await endless(writer)
        data = look(fault, key, seen["look " + name])
    else:
        data = answer({"errorMessage": "Not found"}, 404)
    if data is None: return reset(writer)
    writer.write(data)
    await writer.drain()
    whole = data[:9] == b"HTTP/1.1 " and b"\r\n\r\n" in data
    return whole and (b"Content-Length: %d\r\n" % len(data.split(b"\r\n\r\n", 1)[1])) in data

async def serve(reader, writer):
    global connections
    connections += 1
    flaky, requests = os.path.exists("flaky"), 0
    try:
        # Some connections are reset before anything is read, some between two requests.
        if flaky and connections % 9 == 0: return reset(writer)
        while await one(reader, writer):
            requests += 1
            if flaky and requests == 4:
                return reset(writer) if connections % 2 else writer.close()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 26)
    with open("port.tmp", "w") as file: file.write(str(server.sockets[0].getsockname()[1]))
    os.rename("port.tmp", "port")
    await server.serve_forever()
asyncio.run(main())
