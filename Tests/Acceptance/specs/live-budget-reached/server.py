import json, sys, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
# A platform that knows one integration, one action and one token. It notes each payment.
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
    def handle_any(self):
        data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        if self.headers.get("Authorization") != "Bearer token-of-the-test":
            return self.answer({"errorMessage": "Unauthorized"}, 401)
        if self.path == "/v1/connection/integrations/prospeo":
            costs = [{"type": "fixed", "cost": 0.5}]
            return self.answer({"integration": {"slug": "prospeo", "actions": {"findEmail": {"credits": {"costs": costs}}}}})
        if self.path == "/v1/orchestration/actions/execute":
            with open("paid", "a") as paid: paid.write(data["data"]["fullName"] + "\n")
            if data["data"]["fullName"] == "Nobody":
                self.close_connection = True
                return
            return self.answer({"run": {"uuid": str(uuid.uuid4()), "status": "pending"}})
        if self.path.startswith("/v1/orchestration/runs/"):
            run = {"uuid": self.path.split("/")[-1], "status": "success", "executions": [{"creditsUsedCount": 0.5}]}
            return self.answer({"run": run, "runContext": {"action": {"email": "ada@example.com"}}, "runComputedConfigs": {}})
        self.answer({"errorMessage": "Not found"}, 404)
    do_GET = do_POST = handle_any
server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
print(server.server_port, flush=True)
server.serve_forever()
