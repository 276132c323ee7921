"""A Python package registry on 127.0.0.1, in the JSON form of its simple API (PEP 691)."""

import hashlib
import io
import json
import platform
import socket
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_JSON = "application/vnd.pypi.simple.v1+json"
# Python looks here for pip first, and finds one that cannot do anything.
_NO_PIP = Path(__file__).with_name("no_pip")


class Index:
    """What the registry offers, and what it was asked."""

    def __init__(self, version: str, program: str) -> None:
        self.name = f"uv-{version}-py3-none-manylinux_2_17_{platform.machine()}.whl"
        self.content = _wheel(version, program)
        self.digest = hashlib.sha256(self.content).hexdigest()
        self.content_type = _JSON
        self.cut_off = False
        self.asked: list[str] = []
        self.port = 0

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead a program here, and keep it from using a real pip."""
        return {
            "PIP_INDEX_URL": f"http://127.0.0.1:{self.port}/simple/",
            "PYTHONPATH": str(_NO_PIP),
            "no_proxy": "127.0.0.1",
        }

    @classmethod
    def unreachable(cls) -> dict[str, str]:
        """Variables that lead to where nobody listens."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        return {
            "PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple",
            "PYTHONPATH": str(_NO_PIP),
            "no_proxy": "127.0.0.1",
        }

    def page(self) -> bytes:
        """Return the page of the project uv; older and foreign wheels come first."""
        names = ["uv-0.1.0.tar.gz", "uv-0.1.0-py3-none-manylinux_2_17_x86_64.whl",
                 self.name.replace("manylinux", "musllinux"), self.name]  # fmt: skip
        files = [
            {"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": self.digest}}
            for name in names
        ]
        page = {"meta": {"api-version": "1.1"}, "name": "uv", "files": files}
        return json.dumps(page).encode()


@contextmanager
def serve(version: str, program: str) -> Iterator[Index]:
    """Serve an index that offers ``program`` as uv."""
    index = Index(version, program)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            if self.path == "/simple/uv/" and self.headers["Accept"] == _JSON:
                self._answer(index.page(), index.content_type)
            elif self.path == f"/files/{index.name}":
                self._answer(index.content, "application/zip", cut_off=index.cut_off)
            else:
                self.send_error(404)

        def _answer(self, body: bytes, kind: str, *, cut_off: bool = False) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut_off else body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        index.port = served.server_port
        thread = threading.Thread(target=served.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield index
        finally:
            served.shutdown()
            thread.join()


def _wheel(version: str, program: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as wheel:
        wheel.writestr(f"uv-{version}.dist-info/METADATA", f"Name: uv\nVersion: {version}\n")
        wheel.writestr(f"uv-{version}.data/scripts/uv", program)
        wheel.writestr(f"uv-{version}.data/scripts/uvx", "another program")
    return written.getvalue()
