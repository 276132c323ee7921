"""Writes the API's description to where its readers find it.

``python -m src.openapi_file`` writes it, ``--check`` only tells whether it is right.
"""

import argparse
import json
from pathlib import Path

from src.application import create_app
from src.config import SECRET_LENGTH, Settings

FILE = Path(__file__).parents[2] / "specs" / "001-k8s-deployment" / "contracts" / "openapi.json"


def main() -> None:
    """Write or check the file.

    Raises
    ------
    SystemExit
        It is not right.
    """
    parser = argparse.ArgumentParser(prog="python -m src.openapi_file", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when the file is not right")
    parser.add_argument("--file", type=Path, default=FILE, help="the file")
    given = parser.parse_args()
    text = described()
    if given.check:
        if not given.file.is_file() or given.file.read_text(encoding="utf-8") != text:
            raise SystemExit(f"{given.file} is not what the code says: run make fmt")
        return
    given.file.write_text(text, encoding="utf-8")


def described() -> str:
    """Return the description as the file has it; no settings but the usual ones change it."""
    nowhere = {"database_url": "postgresql://nobody@nowhere/none"}
    settings = Settings.model_validate({**nowhere, "better_auth_secret": "-" * SECRET_LENGTH})
    return json.dumps(create_app(settings).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
