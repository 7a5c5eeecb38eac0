import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *arguments): pass
    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        with open("seen", "a") as seen: seen.write(self.path + " " + str(self.headers.get("Authorization")) + "\n")
        if self.path == "/away": return self.answer(b"", 302, Location="https://example.com/")
        if self.path == "/plain": return self.answer(b"", 302, Location="http://example.com/")
        if self.path.startswith("/missing"): return self.answer(b'{"why":"gone"}', 404)
        self.answer(b'{"name":"Acme"}')
server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
print(server.server_port, flush=True)
server.serve_forever()
