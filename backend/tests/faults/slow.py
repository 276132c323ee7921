"""The application with routes that take their time, run as the real one is."""

import asyncio
import sys
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse

from src.application import create_app
from src.config import load_settings
from src.server.__main__ import main

_CHUNKS = 20

app = create_app(load_settings())


@app.get("/slow/stream")
async def stream(seconds: float) -> StreamingResponse:
    """Send lines, evenly over some time."""

    async def lines() -> AsyncIterator[str]:
        for number in range(_CHUNKS):
            yield f"line {number}\n"
            await asyncio.sleep(seconds / _CHUNKS)

    return StreamingResponse(lines(), media_type="text/plain")


@app.get("/slow/answer")
async def answer(seconds: float) -> dict[str, str]:
    """Answer after some time."""
    await asyncio.sleep(seconds)
    return {"slow": "answer"}


if __name__ == "__main__":
    sys.exit(main(app="tests.faults.slow:app"))
