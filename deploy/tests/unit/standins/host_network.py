"""The programs that lay the node's cable: their calls are recorded, their state is told."""

import sys

from tests.unit.standins.world import World, parse, stop


def play(world: World, program: str, words: list[str], stdin: str) -> None:
    """Play ``ip``, ``nft``, ``iptables``, ``iptables-save`` and ``nsenter``."""
    match [program, *words]:
        case ["ip", *_]:
            _ip(world, words)
        case ["nft", *_]:
            _nft(world, words, stdin)
        case ["iptables-save", "--table", "filter"]:
            sys.stdout.write(world.get("filter", "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n"))
        case ["iptables", "--wait", "--insert" | "--delete", "FORWARD", *rule]:
            options = {"-i": (), "-o": (), "-m": ("comment",), "--comment": (), "-j": ("ACCEPT",)}
            parse("iptables", rule, options=options, required=["-j"], code=2)
        case ["nsenter", "--target", pid, "--net", *command] if pid.isdecimal():
            play(world, command[0], command[1:], stdin)
        case _:
            stop(f"{program}: unknown: {words}")


def _ip(world: World, words: list[str]) -> None:
    match words:
        case ["-json", "-4", "address"]:
            import json

            sys.stdout.write(json.dumps(world.get("addresses", [])))
        case ["link", "delete", name] if name not in world.get("links", []):
            stop(f'Cannot find device "{name}"')
        case ["link" | "address" | "route", *_]:
            pass
        case _:
            stop(f'Object "{words[0]}" is unknown, try "ip help".')


def _nft(world: World, words: list[str], stdin: str) -> None:
    match words:
        case ["list", "tables"]:
            sys.stdout.write("".join(f"table ip {name}\n" for name in world.get("tables", [])))
        case ["delete", "table", "ip", name]:
            world.set("tables", [table for table in world.get("tables", []) if table != name])
        case ["-f", "-"] if stdin.startswith("table ip ") and stdin.count("{") == stdin.count("}"):
            pass
        case _:
            stop("Error: syntax error")
