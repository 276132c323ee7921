"""Makes the committed recording anew, from the real backend: ``python -m tests.recording``."""

import sys

from taskflow_deploy.contract import verify as contract
from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.verify import calibrate
from tests.unit import services


def made(port: int) -> Recording:
    """Record the backend on a port.

    Raises
    ------
    SystemExit
        It differs from itself.
    """
    url = f"http://127.0.0.1:{port}"
    known = contract.Knowledge(url, services.SECRET)
    recording, itself = calibrate(contract.asked(), contract.subject(url, known))
    if not itself.passed:
        raise SystemExit("\n".join(["The backend differs from itself.", *itself.explanation]))
    return recording


def main() -> None:
    """Write it."""
    with (
        services.postgres() as database_url,
        services.backend(database_url, quick=True, **services.UNLIMITED) as port,
    ):
        made(port).write(contract.RECORDING)
    sys.stdout.write(f"{contract.RECORDING.name} is written: look at what changed.\n")


if __name__ == "__main__":
    main()
