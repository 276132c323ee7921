"""Secrets that are planted, and the search for them in all that a command leaves or shows."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.cluster.checkout import Checkout
from tests.drills.node_faults import WRONG_PASSWORD

# With what is written otherwise in JSON, in a URL and in a shell.
SIGNING_SECRET = 'canary/of+the "signing" secret=5vJq8YxTz0'
API_KEY = "canary-Of-The-Api-Key-9mWc4RbN2sK7"
LIKE_A_TOKEN = "ghp_canaryOfAToken7Hs2Kd9QpX4vBn"
_JWT = ("eyJhbGciOiJIUzI1NiJ9", "eyJjYW5hcnkiOiJvZiBhIHRva2VuIn0", "c2lnbmVkQnlOb2JvZHk3UXA")
# Told in pieces, so that what is found was printed and is no line of the sources.
PRINTS_ITS_ENVIRONMENT = f"""
import os
import sys

os.environ["DRILL_TOKEN"] = "".join({list(LIKE_A_TOKEN)!r})
os.environ["DRILL_SESSION"] = ".".join({list(_JWT)!r})
for name, value in sorted(os.environ.items()):
    print(f"{{name}}={{value}}", file=sys.stderr)
print(dict(os.environ), file=sys.stderr)
# Whoever shortens this before secrets are taken out shows the half of one.
token = "DRILL_TOKEN=" + os.environ["DRILL_TOKEN"]
raise RuntimeError(token + " " + "." * 120 + os.environ["BETTER_AUTH_SECRET"])
"""
_PIECE = 12


@dataclass(frozen=True)
class Canaries:
    """The secrets of one drill, by name."""

    secrets: Mapping[str, str]

    @classmethod
    def of(cls, checkout: Checkout, given: Mapping[str, str]) -> "Canaries":
        """Return those of a checkout's instance and of a command's variables."""
        database = json.loads((checkout.state / "postgres.json").read_text(encoding="utf-8"))
        names = ("BETTER_AUTH_SECRET", "ANTHROPIC_API_KEY")
        known = {name: given[name] for name in names if name in given}
        made = checkout.state / "better-auth-secret"
        if made.exists():
            known["the generated secret"] = made.read_text(encoding="ascii")
        known |= {
            "the database's password": database["password"],
            "the superuser's password": database["superuser_password"],
            "the wrong password": WRONG_PASSWORD,
            "a token": LIKE_A_TOKEN,
            "a JWT": ".".join(_JWT),
        }
        return cls(known)

    def found(self, places: Mapping[str, bytes]) -> list[str]:
        """Return which secret is in which place, in whatever form, whole or in part."""
        forms = {name: set(_forms(secret)) for name, secret in self.secrets.items()}
        return [
            f"{name} in {place}"
            for place, content in places.items()
            for name, written in forms.items()
            if any(form in content for form in written)
        ]


def _forms(secret: str) -> Iterator[bytes]:
    """Return the pieces by which a secret is known, in each form that it may be written in."""
    plain = secret.encode()
    for form in (plain, json.dumps(secret)[1:-1].encode(), quote(secret, safe="").encode()):
        yield from _pieces(form)
    # Its letters in base64 depend on how many bytes are before it.
    for before in range(3):
        coded = base64.b64encode(b"?" * before + plain)
        yield from _pieces(coded[4 if before else 0 : -4])


def _pieces(form: bytes) -> Iterator[bytes]:
    """Return the beginning, the middle and the end: a secret may be cut."""
    middle = (len(form) - _PIECE) // 2
    for start in (0, middle, len(form) - _PIECE):
        yield form[max(start, 0) : max(start, 0) + _PIECE]


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder, by name."""
    return {
        str(file.relative_to(folder.parent)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }
