"""A web server for tests of downloads: range_server.py FOLDER LOG serves the files of FOLDER on a free port of
127.0.0.1, and prints http://127.0.0.1:PORT. A request adds a line "PATH<tab>RANGE<tab>STATUS" to LOG.

/FILE            with an ETag and ranges (RFC 9110, 14), as every path below but for what it says
/busy/FILE       status 503 the first two times
/endless/FILE    bytes without end, and without a Content-Length
/to/URL          a redirect there

The first time only half of the file, and then the connection ends:
/cut/FILE, /later/FILE
/plain/FILE      without ETag and ranges
/short/FILE      without ranges
/weak/FILE       with a weak ETag, and Last-Modified
/changed/FILE    half of another file, with another ETag
/part/FILE       from then on the second byte and those behind it, whatever is asked for
/hang/FILE       the connection ends after a minute
"""
import hashlib
import http.server
import os
import sys
import time

folder, log = sys.argv[1:3]
asked = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def begin(self, status, length, **headers):
        with open(log, "a") as stream:
            stream.write("%s\t%s\t%d\n" % (self.path, self.headers.get("Range", ""), status))
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def end_connection(self):
        self.wfile.flush()
        self.close_connection = True

    def do_GET(self):
        kind = self.path.split("/")[1] if self.path.count("/") > 1 else ""
        count = asked[self.path] = asked.get(self.path, 0) + 1
        path = os.path.join(folder, self.path.rsplit("/", 1)[1])
        if kind == "to":
            return self.begin(302, 0, Location=self.path[4:])
        if kind == "busy" and count < 3:
            return self.begin(503, 0)
        if not os.path.exists(path):
            return self.begin(404, 0)
        content = open(path, "rb").read()
        if kind == "endless":
            return self.send_endless()
        is_first = count == 1 and kind in ("cut", "later", "short", "plain", "weak", "changed", "part", "hang")
        if is_first and kind == "changed":
            content = bytes(len(content))
        self.send_file(kind, content, is_first)

    def send_endless(self):
        self.begin(200, None)
        self.close_connection = True
        try:
            while True:
                self.wfile.write(bytes(1 << 16))
        except OSError:
            pass

    def send_file(self, kind, content, is_half):
        etag, date = '"%s"' % hashlib.md5(content).hexdigest(), "Tue, 01 Dec 2026 00:00:00 GMT"
        validators = {"plain": {}, "weak": {"ETag": "W/" + etag, "Last_Modified": date}}.get(kind, {"ETag": etag})
        first = self.first_byte(validators.values()) if kind not in ("plain", "short") else 0
        if first and kind == "part":
            first = 1
        if first and first >= len(content):
            return self.begin(416, 0, Content_Range="bytes */%d" % len(content))
        if first:
            validators["Content_Range"] = "bytes %d-%d/%d" % (first, len(content) - 1, len(content))
        self.begin(206 if first else 200, len(content) - first, **validators)
        self.wfile.write(content[first:len(content) // 2] if is_half else content[first:])
        if is_half:
            self.wfile.flush()
            time.sleep(60 if kind == "hang" else 0)
            self.end_connection()

    def first_byte(self, validators):
        """Of Range: bytes=N-, if If-Range has one of the validators that are not weak, or there is none."""
        asked_for = self.headers.get("Range", "")
        strong = [value for value in validators if not value.startswith("W/")]
        if not asked_for or self.headers.get("If-Range", "") not in strong + [""]:
            return 0
        return int(asked_for[len("bytes="):-1])


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.handle_error = lambda request, address: None  # a client that leaves
print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()
