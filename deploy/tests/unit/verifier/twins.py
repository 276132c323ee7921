"""Two equal systems for the fuzz: the real backend, twice, each with a database of its own."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from taskflow_deploy.contract import fuzzing
from taskflow_deploy.contract.static.openapi import OPENAPI
from taskflow_deploy.paths import REPOSITORY
from taskflow_deploy.verifier.fuzz.api import FuzzedApi
from taskflow_deploy.verifier.http import Http
from taskflow_deploy.verifier.verify import Subject
from tests.unit import services
from tests.unit.proxy import Damage, damaging

_DOCUMENT = REPOSITORY / OPENAPI


@dataclass(frozen=True)
class Twins:
    """Both ports, and the URLs of both databases."""

    ports: tuple[int, int]
    databases: tuple[str, str]

    @property
    def reference(self) -> Subject:
        return _subject(self.ports[0], self.ports[0])

    @property
    def candidate(self) -> Subject:
        return _subject(self.ports[1], self.ports[1])

    @contextmanager
    def damaged(self, damage: Damage) -> Iterator[Subject]:
        """Give the candidate, behind a proxy that damages its answers."""
        with damaging(self.ports[1], damage) as port:
            yield _subject(port, self.ports[1])


@contextmanager
def twins(first_database: str | None = None) -> Iterator[Twins]:
    """Run both; the first may have a database that is there already."""
    if first_database is None:
        with services.postgres() as first_database, twins(first_database) as made:
            yield made
        return
    with ExitStack() as stack, ThreadPoolExecutor(1) as starting:
        # A server takes a while to start, so the other one is started meanwhile.
        postgres = starting.submit(stack.enter_context, services.postgres())
        with services.backend(first_database, quick=True, **services.UNLIMITED) as one_port:
            other = postgres.result()
            with services.backend(other, quick=True, **services.UNLIMITED) as other_port:
                yield Twins((one_port, other_port), (first_database, other))


def taskflow(*only: str) -> FuzzedApi:
    """Return TaskFlow as its OpenAPI document tells it, perhaps with a few operations alone."""
    whole = fuzzing.api(json.loads(_DOCUMENT.read_text(encoding="utf-8")))
    return replace(
        whole, operations=tuple(one for one in whole.operations if one.name in only or not only)
    )


def _subject(port: int, own_port: int) -> Subject:
    url = f"http://127.0.0.1:{port}"
    words = {"origin": f"http://127.0.0.1:{own_port}"}
    return Subject(lambda: Http(url), url, words, services.SECRET)
