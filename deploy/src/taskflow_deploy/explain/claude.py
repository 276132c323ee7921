"""Asks Claude, through Anthropic's Messages API: text goes in, suggestions come out.

Claude gets no tools, so there is nothing that it could do.
"""

from typing import Any

from taskflow_deploy.explain.advice import INSTRUCTIONS, SCHEMA, Advice, AdviceError, read

MODEL = "claude-sonnet-5-5"
NAME = f"Claude ({MODEL})"
OFFICIAL_API = "https://api.anthropic.com"
_MAX_TOKENS = 8_000  # what an answer may have, thinking included
_CONNECT_SECONDS = 5.0
_STOPPED = {
    "refusal": "it declined to answer",
    "max_tokens": "its answer became too long",
    "model_context_window_exceeded": "it was given too much",
}


def ask(key: str, text: str, seconds: float, base_url: str = "") -> Advice:
    """Ask for an explanation of a bundle.

    Parameters
    ----------
    key
        The API key.
    seconds
        How long a try may take.
    base_url
        Where the API is, if not at Anthropic.

    Raises
    ------
    AdviceError
        There is no answer, or none that is of use.
    """
    # Its import takes longer than everything else that "explain" does.
    import anthropic

    if not key:
        raise AdviceError("ANTHROPIC_API_KEY is not set")
    client = anthropic.Anthropic(
        api_key=key,
        base_url=base_url or OFFICIAL_API,
        timeout=anthropic.Timeout(seconds, connect=_CONNECT_SECONDS),
        max_retries=1,
        # Whoever answers with another address gets neither the key nor the evidence.
        http_client=anthropic.DefaultHttpxClient(follow_redirects=False),
        open_telemetry={"traces": False, "propagation": False},
    )
    with client:
        try:
            message = client.messages.create(
                model=MODEL,
                max_tokens=_MAX_TOKENS,
                system=INSTRUCTIONS,
                messages=[{"role": "user", "content": text}],
                output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
            )
        except anthropic.AnthropicError as error:
            raise AdviceError(_failed(error)) from None
        except ValueError:  # it was no JSON
            raise AdviceError("its answer cannot be read") from None
    return _answer(message)


def _answer(message: Any) -> Advice:
    reason = getattr(message, "stop_reason", None)
    if reason in _STOPPED:
        raise AdviceError(_STOPPED[str(reason)])
    content = getattr(message, "content", None)
    blocks = content if isinstance(content, list) else ()
    text = "".join(str(block.text) for block in blocks if getattr(block, "type", "") == "text")
    return read(NAME, text)


def _failed(error: Exception) -> str:
    """Return what went wrong; the error's own text may quote the request."""
    import anthropic

    match error:
        case anthropic.APITimeoutError():
            return "it did not answer in time"
        case anthropic.APIConnectionError():
            return "api.anthropic.com cannot be reached"
        case anthropic.AuthenticationError() | anthropic.PermissionDeniedError():
            return "it does not take the ANTHROPIC_API_KEY"
        case anthropic.APIStatusError():
            return f"the API answered with {error.status_code}"
        case _:
            return f"its answer cannot be read ({type(error).__name__})"
