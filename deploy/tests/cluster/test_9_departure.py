"""``down``, ``cluster delete``: the machine is as it was found."""

from pathlib import Path

from tests.cluster import machine
from tests.cluster.checkout import Checkout


def test_down_and_delete_leave_the_machine_as_it_was(
    checkout: Checkout, before: dict[str, list[str]], kept: Path, shown: list[str]
) -> None:
    during = machine.look(checkout.instance)
    assert len(machine.differences(before, during)) > 20, "the look sees what runs"
    checkout.taskflow("down", "--purge", "--yes")
    checkout.taskflow("cluster", "delete")
    after = machine.look(checkout.instance)
    machine.write(kept / "machine", before, after)
    shown.append(machine.table(before, after))
    assert machine.differences(before, after) == []


def test_nothing_to_remove_is_no_error(checkout: Checkout) -> None:
    assert "not created" in checkout.taskflow("cluster", "status").out
    checkout.taskflow("down")
    checkout.taskflow("cluster", "stop")
    checkout.taskflow("cluster", "delete")
    assert "Run ./taskflow up" in checkout.taskflow("verify", expect=71).err
