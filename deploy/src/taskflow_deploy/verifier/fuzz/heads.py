"""The heads of requests: addresses, methods, credentials and other headers."""

from urllib.parse import quote

from taskflow_deploy.verifier.fuzz import texts
from taskflow_deploy.verifier.fuzz.api import FuzzedApi
from taskflow_deploy.verifier.fuzz.calls import Hole, Latest, Template, Word, joined
from taskflow_deploy.verifier.fuzz.chance import Chance
from taskflow_deploy.verifier.fuzz.openapi import Operation, Parameter

Headers = list[tuple[str, Template]]

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
JSON = "application/json"
ORIGIN = "origin"
"""The word for the origin of a system's own pages, where it is known."""

_TYPES = (
    "", "application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=latin-1",
    "application/vnd.api+json", "text/plain", "text/json", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "application", "application/json, text/plain", "*/*",
)  # fmt: skip
# By another key, without an algorithm, of claims that are no claims, and no tokens at all.
_TOKENS = (
    "Bearer", "Bearer x", "Bearer x.y.z", "Bearer a b", "bearer x.y.z", "Bearer  x.y.z",
    "Basic eDp5", "Bearer,x", "Token x", "x", "Bearer null", "Bearer e30.e30.", "Bearer ..",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "Bearer eyJhbGciOiJIUzI1NiJ9.W10.x", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.x",
)  # fmt: skip
_OTHERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Accept", ("*/*", JSON, "text/html", "application/xml", "", "q=0", "*/*;q=0")),
    ("Origin", ("http://evil.example", "null", "", "http://127.0.0.1")),
    ("Referer", ("http://evil.example/",)),
    ("Cookie", ("a=b", "a", "=", "a=b; a=c", ";;", 'a="b', "x" * 3000)),
    ("X-Request-Id", ("abc-1_2.3", "a b", "", "x" * 64, "x" * 65, "0" * 32, "ok\tno")),
    ("If-None-Match", ("*", '"x"')),
    ("If-Modified-Since", ("Thu, 01 Jan 2026 00:00:00 GMT", "never")),
    ("Range", ("bytes=0-1", "bytes=5-", "x")),
    ("Accept-Language", ("de", "*", "")),
    ("X-HTTP-Method-Override", ("DELETE",)),
    ("Forwarded", ("for=192.0.2.1;proto=https",)),
    ("X-Forwarded-For", ("192.0.2.1", "x", "192.0.2.1, 192.0.2.2", "")),
    ("X-Forwarded-Proto", ("https", "ftp")),
    ("Prefer", ("return=minimal",)),
    ("X-Odd", ("", "a,b", "x" * 4000)),
)  # fmt: skip
_QUERIES = (
    "?", "?a=1", "?a=1&a=2", "?limit=-1&offset=x", "?%00=%FF", "?completed=true", "?=", "?&&",
    "?a[]=1&b[c]=d", "?a=%E2%98%83", "?a+b=c%20d", "?" + "a" * 3000, "?;",
)  # fmt: skip
_ODD_SEGMENTS = ("%2F", "a%2Fb", "%2e%2e", "%2E", "%00", "%FF", "%20", "%25", "..%2f", "a;b", "~")
_ASKED_HEADERS = ("authorization, content-type", "x-odd", "", "*")


def path(chance: Chance, api: FuzzedApi, operation: Operation) -> Template:
    """Return the address of an operation, its parameters filled in."""
    filled = _filled(chance, api, operation)
    return joined(filled, chance.one(_QUERIES)) if chance.rarely(16) else filled


def odd_path(chance: Chance, api: FuzzedApi, operation: Operation) -> Template:
    """Return an address that is almost one."""
    parts = list(_filled(chance, api, operation))
    at = chance.one([at for at, part in enumerate(parts) if "/" in str(part)])
    text = str(parts[at])
    place = chance.one([at for at, letter in enumerate(text) if letter == "/"])
    match chance.one(("slash", "more", "twice", "less", "case", "encoded", "dot")):
        case "slash":
            return joined(*parts, "/")
        case "more":
            return joined(*parts, "/", chance.one(("x", *_ODD_SEGMENTS)))
        case "twice" if place > 0:
            parts[at] = f"{text[:place]}/{text[place:]}"
        case "less" if place > 0:
            return joined(*parts[:at], text[:place])
        case "case":
            parts[at] = text.swapcase()
        case "encoded" if text[place + 1 :]:
            parts[at] = f"{text[: place + 1]}%{ord(text[place + 1]):02x}{text[place + 2 :]}"
        case _:
            parts[at] = f"{text[:place]}/%2e{text[place:]}"
    return joined(*parts)


def credentials(chance: Chance, api: FuzzedApi, operation: Operation) -> Headers:
    """Return who asks: mostly one of the accounts, or a session that was begun before."""
    usual = ("right", "none") if operation.is_secured else ("none", "right")
    kind = chance.weighted((usual[0], 32), (usual[1], 1), ("odd", 1), ("twice", 1))
    if kind == "none":
        return []
    bearer: Template = (Latest(api.users[0]),)
    if operation.name in api.ending or chance.rarely(20):
        bearer = texts.latest(chance, api.token)
    elif chance.rarely(4):
        bearer = (Latest(chance.one(api.users)),)
    right = ("Authorization", joined("Bearer ", bearer))
    odd = ("Authorization", _odd_credentials(chance, bearer)) if kind != "right" else right
    return {"right": [right], "odd": [odd], "twice": [right, odd]}[kind]


def parameters(chance: Chance, api: FuzzedApi, operation: Operation) -> Headers:
    """Return the parameters of an operation that stand in headers."""
    found: Headers = []
    for one in operation.parameters:
        if one.where == "header" and chance.rarely(3):
            value = texts.header_text(chance, api, operation, one.name, one.schema)
            found.append((one.name, ("",) if chance.rarely(12) else value))
        if one.where == "cookie" and not chance.rarely(5):
            value = texts.latest(chance, one.name) if api.told(one.name) else ("x",)
            odd = chance.one(("", "x", "x.y.z", '"x"')) if chance.rarely(8) else ""
            found.append(("Cookie", joined(f"{one.name}=", odd or value)))
    return found


def content_type(chance: Chance) -> Headers:
    """Return what a body is said to be."""
    match chance.weighted(("right", 50), ("odd", 2), ("none", 1)):
        case "right":
            return [("Content-Type", (JSON,))]
        case "odd":
            return [("Content-Type", joined(chance.one(_TYPES)))]
    return []


def others(chance: Chance, words: frozenset[str]) -> Headers:
    """Return a header that the document does not name, or none."""
    if not chance.rarely(8):
        return []
    if ORIGIN in words and chance.rarely(6):
        return [("Origin", (Word(ORIGIN),))]
    name, values = chance.one(_OTHERS)
    return [(name, joined(chance.one(values)))]


def preflight(chance: Chance, words: frozenset[str]) -> Headers:
    """Return what a browser sends before a request to another origin."""
    origin: Template = (Word(ORIGIN),) if ORIGIN in words else ("http://evil.example",)
    if chance.rarely(3):
        origin = (chance.one(("http://evil.example", "null")),)
    return [
        ("Origin", origin),
        ("Access-Control-Request-Method", (chance.one(METHODS),)),
        ("Access-Control-Request-Headers", joined(chance.one(_ASKED_HEADERS))),
    ]


def _odd_credentials(chance: Chance, bearer: Template) -> Template:
    match chance.weighted(("other", 4), ("longer", 1), ("spaces", 1), ("scheme", 1)):
        case "longer":
            return joined("Bearer ", bearer, "x")
        case "spaces":
            return joined("bEARER   ", bearer)
        case "scheme":
            return joined("Basic ", bearer)
    return (chance.one(_TOKENS),)


def _filled(chance: Chance, api: FuzzedApi, operation: Operation) -> Template:
    parts, rest = [], operation.path
    inside = [one for one in operation.parameters if one.where == "path"]
    for one in sorted(inside, key=lambda one: operation.path.index(f"{{{one.name}}}")):
        before, _, rest = rest.partition(f"{{{one.name}}}")
        parts += [(before,), _segment(chance, api, operation, one)]
    return joined(*parts, rest)


def _segment(chance: Chance, api: FuzzedApi, operation: Operation, one: Parameter) -> Template:
    if chance.rarely(30):
        return (chance.one(_ODD_SEGMENTS),)
    known = texts.text(chance, api, operation, one.name, one.schema)
    return joined(*(_quoted(part) for part in known))


def _quoted(part: str | Hole) -> str | Hole:
    """Write a text as a part of an address; a dot alone would change it."""
    if not isinstance(part, str):
        return part
    return quote(part.encode("utf-8", "replace"), safe="").replace(".", "%2E")
