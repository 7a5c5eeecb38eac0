"""nginx in the platform's place: answers with finished runs at once."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

UUID = "0b0e9b0a-6a34-4c1d-8f3e-3c6f0c1a2b3c"
BODY_SIZE = 1650


def finished_run(answer):
    """The body of `run.get` for a finished run, of about 1.65 KB."""
    def step(slug, credits):
        return {
            "nodeUuid": "5d1a5f1e-8f8c-4a51-9d6b-7a3b2c1d0e0f", "nodeSlug": slug,
            "nodeKind": "connector", "nodeActionSlug": "findEmail", "nodeBatchUuid": None,
            "nodeChildIndex": 0, "status": "success", "errorMessage": None, "title": slug,
            "iconUrl": None, "creditsUsedCount": credits,
            "startedAt": "2026-01-01T10:00:00.000Z", "finishedAt": "2026-01-01T10:00:01.000Z"}
    body = {
        "run": {"uuid": UUID, "status": "success", "createdAt": "2026-01-01T10:00:00.000Z",
                "batchUuid": None, "executions": [step("start", 0), step("action", 1),
                                                  step("end", 0)]},
        "runContext": {"start": {"name": "Jane Doe", "domain": "north.example"},
                       "action": answer},
        "runComputedConfigs": {}}
    missing = BODY_SIZE - len(json.dumps(body))
    body["runContext"]["start"]["summary"] = "a company that sells what others need. " * 20
    body["runContext"]["start"]["summary"] = body["runContext"]["start"]["summary"][:max(0, missing)]
    return json.dumps(body, separators=(",", ":"))


# Which get what they asked for hangs on the number of the request on its connection, so that all
# peers see the same share of hits.
CONFIGURATION = """
daemon off; master_process off; pid %(folder)s/pid; error_log %(folder)s/error.log;
events { worker_connections 4096; }
http {
  access_log off; default_type application/json; keepalive_requests 100000000;
  client_body_temp_path %(folder)s/body; proxy_temp_path %(folder)s/proxy;
  fastcgi_temp_path %(folder)s/fastcgi; uwsgi_temp_path %(folder)s/uwsgi;
  scgi_temp_path %(folder)s/scgi;
  split_clients "$connection-$connection_requests" $outcome { 70%% '%(hit)s'; * '%(miss)s'; }
  server {
    listen 127.0.0.1:%(port)d backlog=1024;
    location = /v1/orchestration/actions/execute { return 200 '%(pending)s'; }
    location = /v1/orchestration/actions/get-output-schema { return 200 '%(schema)s'; }
    location ^~ /v1/orchestration/runs/ { return 200 '%(hit)s'; }
    location ~ /v1/connection/integrations/ { return 200 '%(integration)s'; }
    location / { return 404 '{"errorMessage":"no such route"}'; }
  }
  server {
    listen 127.0.0.1:%(misses)d backlog=1024;
    location = /v1/orchestration/actions/execute { return 200 '%(pending)s'; }
    location ^~ /v1/orchestration/runs/ { return 200 $outcome; }
    location ~ /v1/connection/integrations/ { return 200 '%(integration)s'; }
  }
}
"""


class Server:
    """nginx for the time of a `with`: every call hits at `port`, 70 % of them at `misses`."""

    def __init__(self):
        self.program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="bench-nginx-")
        with socket.socket() as probe, socket.socket() as other:
            probe.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            self.port, self.misses = probe.getsockname()[1], other.getsockname()[1]
        costs = {"credits": {"costs": [{"type": "run", "cost": 1}]}}
        hit = {"email": "jane@north.example", "score": 0.97}
        text = CONFIGURATION % {
            "folder": self.folder, "port": self.port, "misses": self.misses,
            "hit": finished_run(hit), "miss": finished_run({"email": None, "score": 0}),
            "pending": json.dumps({"run": {"uuid": UUID, "status": "pending"}}),
            "schema": json.dumps({"schema": {"uuid": UUID}}),
            "integration": json.dumps({"integration": {
                "slug": "finder", "actions": {"find%d" % n: costs for n in (1, 2, 3)}}})}
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        self.process = subprocess.Popen(
            [self.program, "-p", self.folder, "-e", self.folder + "/error.log", "-c", path])
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise RuntimeError("nginx did not start: " + open(self.folder + "/error.log").read())

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        shutil.rmtree(self.folder)
