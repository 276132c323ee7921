"""Asks a system over HTTP, from this machine."""

import time

import httpx2

from taskflow_deploy.verifier.answers import Answer, Request, UnreachableError


class Http:
    """The way to a base URL.

    Parameters
    ----------
    base_url
        Such as ``http://10.97.0.2:30300``.
    """

    def __init__(self, base_url: str) -> None:
        # Nothing is sent that a step does not say, and no proxy of this machine stands between.
        self._client = httpx2.Client(base_url=base_url.rstrip("/"), trust_env=False, headers={})
        for name in ("accept", "accept-encoding", "user-agent"):
            del self._client.headers[name]

    def send(self, request: Request) -> Answer:
        """Send a request; redirects are not followed, and cookies are not kept.

        Raises
        ------
        UnreachableError
            No answer came.
        """
        self._client.cookies.clear()
        made = self._client.build_request(
            request.method, request.path, headers=dict(request.headers), content=request.body,
            timeout=request.seconds,
        )  # fmt: skip
        sent = time.monotonic()
        try:
            answer = self._client.send(made)
        except httpx2.HTTPError as error:
            raise UnreachableError(f"{type(error).__name__}: {error}".rstrip(": ")) from None
        received = time.monotonic()
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in answer.headers.raw
        )
        return Answer(answer.status_code, headers, answer.content, sent, received)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
