"""Answers every request with one file, and prints what it was asked.

    python stub.py ANSWER.json PORT
"""

import http.server
import pathlib
import sys

ANSWER = pathlib.Path(sys.argv[1]).read_bytes()


class Stub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        print(self.command, self.path, body, flush=True)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Stub).serve_forever()
