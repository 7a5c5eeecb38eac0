import json, os, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
# A platform on which a row fails as often as its name says, "gap" tells nothing of its row, and a batch
# with "down" in it fails as a whole. It notes what each batch was asked.
batches, tries = {}, {}
class Platform(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *arguments): pass
    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def row(self, name):
        tries[name] = tries.get(name, 0) + 1
        if name == "gap" and tries[name] == 1: return None
        if tries[name] <= int(name[-1] if name[-1].isdigit() else 0):
            return {"status": "error", "output": None, "errorMessage": f"{name} failed, try {tries[name]}"}
        return {"status": "success", "output": {"email": f"{name}@example.com"}, "errorMessage": None}
    def handle_any(self):
        data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        parts = self.path.split("/")
        if self.path == "/v1/connection/integrations/prospeo":
            costs = [{"type": "fixed", "cost": 0.5}]
            return self.answer({"integration": {"slug": "prospeo", "actions": {"findEmail": {"credits": {"costs": costs}}}}})
        if self.path.endswith("execute-batch"):
            names = [record["name"] for record in data["records"]]
            with open("asked", "a") as file: file.write(" ".join(names) + "\n")
            rows, key = [self.row(name) for name in names], str(uuid.uuid4())
            done = [row for row in rows if row and row["status"] == "success"]
            batches[key] = rows, {
                "uuid": key, "status": "error" if "down" in names else "success", "runsCount": len(rows),
                "executedRunsCount": len(rows), "creditsUsedCount": 0.5 * len(done),
                "errorMessage": "the source is down" if "down" in names else None}
            return self.answer({"batch": {"uuid": key, "status": "pending"}})
        if parts[3] == "batches" and self.path.endswith("/download"):
            return self.answer(batches[parts[4]][0])
        if parts[3] == "batches":
            return self.answer({"batch": batches[parts[4]][1]})
        self.answer({"errorMessage": "Not found"}, 404)
    do_GET = do_POST = handle_any
server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
with open("port.tmp", "w") as file: file.write(str(server.server_port))
os.rename("port.tmp", "port")
server.serve_forever()
