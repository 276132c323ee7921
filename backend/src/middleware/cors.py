"""Which other origins a browser may call us from."""

from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from src.errors import body


class CorsMiddleware(CORSMiddleware):
    """Starlette's own, but what it refuses is refused in the one error shape."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a browser that asks before it sends the request itself."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        message = "The API may not be called from this origin, or not in this way."
        kept = {
            name: value for name, value in answer.headers.items() if not name.startswith("content-")
        }
        return JSONResponse(body(400, "INVALID_REQUEST", message), 400, kept)
