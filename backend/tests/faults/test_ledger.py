"""The ledger notices what a database may not do."""

import pytest

from tests.faults.ledger import Ledger

LEDGER = Ledger(
    kept={"a": {False}, "b": {True, False}}, unknown={"c"}, deleted={"d"}, leaving={"e"}
)


@pytest.mark.parametrize(
    ("found", "faults"),
    [
        ([("a", False), ("b", True)], []),
        ([("a", False), ("b", False), ("c", False), ("e", True)], []),
        ([("b", True)], ["a: acknowledged, and lost"]),
        ([("a", True), ("b", True)], ["a: completed is True, acknowledged was {False}"]),
        ([("a", False), ("b", True), ("a", False)], ["a: there 2 times"]),
        ([("a", False), ("b", True), ("c", False), ("c", False)], ["c: there 2 times"]),
        ([("a", False), ("b", True), ("d", False)], ["d: deleted, and there"]),
        ([("a", False), ("b", True), ("z", False)], ["z: nobody asked for it"]),
    ],
)
def test_what_was_acknowledged_is_held_against_what_is_there(
    found: list[tuple[str, bool]], faults: list[str]
) -> None:
    assert LEDGER.faults(found) == faults
