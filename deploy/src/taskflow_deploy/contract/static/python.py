"""Finds things in Python's syntax trees."""

import ast
from collections.abc import Iterator, Mapping


def assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the values that a module gives to its names."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
    return found


def fields(tree: ast.Module, name: str) -> dict[str, ast.AnnAssign]:
    """Return the annotated names of a class, in order.

    Raises
    ------
    LookupError
        There is no such class.
    """
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            named = (one for one in node.body if isinstance(one, ast.AnnAssign))
            return {one.target.id: one for one in named if isinstance(one.target, ast.Name)}
    raise LookupError(f"there is no class {name}")


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    """Return the named arguments of a call."""
    return {one.arg: one.value for one in call.keywords if one.arg is not None}


def texts(node: ast.AST) -> Iterator[str]:
    """Return the texts that stand anywhere below a node."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def words(arguments: list[ast.expr], known: Mapping[str, ast.expr]) -> list[str]:
    """Return texts that are listed, also through a name for several: ``"A", *NAMES``.

    Raises
    ------
    LookupError
        A name is not known.
    """
    listed: list[str] = []
    for argument in arguments:
        match argument:
            case ast.Starred(value=ast.Name(id=name)):
                listed += texts(known[name])
            case _:
                listed += texts(argument)
    return listed
