"""mount: recorded only."""

from tests.unit.standins.world import World


def play(_world: World, _words: list[str], _stdin: str) -> None:
    """Play ``mount``."""
