"""Metrics that are read when Prometheus asks, from what the application holds."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool


class Queue(Protocol):
    """Something that is waited for."""

    @property
    def waiting(self) -> int:
        """How many wait."""


@dataclass(frozen=True, eq=False)
class _Watched:
    engine: AsyncEngine
    hashes: Queue


class StateCollector(Collector):
    """Adds up what the applications of this process hold; it is one, except in tests."""

    def __init__(self) -> None:
        self._watched: tuple[_Watched, ...] = ()

    @contextmanager
    def watching(self, engine: AsyncEngine, hashes: Queue) -> Iterator[None]:
        """Include an application while it runs.

        Parameters
        ----------
        engine
            Whose pool has its connections.
        hashes
            The passwords that wait to be hashed.
        """
        watched = _Watched(engine, hashes)
        self._watched += (watched,)
        try:
            yield
        finally:
            self._watched = tuple(other for other in self._watched if other is not watched)

    def describe(self) -> Iterable[Metric]:
        """Name the metrics."""
        return self.collect()

    def collect(self) -> Iterable[Metric]:
        """Read the metrics; in the metrics server's own thread, so nothing is changed."""
        watched = self._watched
        pools = [_read(one.engine.pool) for one in watched]
        yield GaugeMetricFamily(
            "taskflow_database_pool_size",
            "Connections that there may be.",
            sum(size for size, _, _ in pools),
        )
        yield GaugeMetricFamily(
            "taskflow_database_pool_in_use",
            "Connections that requests hold.",
            sum(in_use for _, in_use, _ in pools),
        )
        yield GaugeMetricFamily(
            "taskflow_database_pool_waiting",
            "Requests that wait for a connection.",
            sum(waiting for _, _, waiting in pools),
        )
        yield GaugeMetricFamily(
            "taskflow_password_hashes_waiting",
            "Passwords that wait to be hashed.",
            sum(one.hashes.waiting for one in watched),
        )


def _read(pool: Pool) -> tuple[int, int, int]:
    """Return size, connections in use, and waiters."""
    if not isinstance(pool, AsyncAdaptedQueuePool):
        raise TypeError(f"the pool is a {type(pool).__name__}")
    # SQLAlchemy tells everybody how many are in use, but only itself who waits.
    waiting = len(pool._pool._queue._getters)  # type: ignore[attr-defined] # noqa: SLF001
    return pool.size(), pool.checkedout(), waiting
