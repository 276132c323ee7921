"""Where the API and the assistant's tools take ids, and what an intruder tries there."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from sqlalchemy import Table, or_, select

from src.models.base import Base
from tests.conftest import SignedUp
from tests.helpers import CHAT, add_task

Schema = dict[str, Any]
# In JSON: a name of an object's key, or None for each item of a list and each unnamed key.
Place = tuple[str | None, ...]


@dataclass(frozen=True)
class Operation:
    """A method and path of the API, and what its description says of it."""

    method: str
    path: str
    described: Schema

    @property
    def name(self) -> str:
        """What a test calls it."""
        return f"{self.method} {self.path}"

    @property
    def wants_token(self) -> bool:
        """Whether a token is wanted."""
        return "security" in self.described

    def takes(self, where: str, name: str) -> bool:
        """Tell whether there is a parameter of this name."""
        found = self.described.get("parameters", [])
        return any((each["in"], each["name"]) == (where, name) for each in found)


@dataclass(frozen=True)
class Slot:
    """A place for an id: in the path, the query, a header, a cookie or the body."""

    operation: Operation
    where: str
    place: Place

    @property
    def name(self) -> str:
        """What a test calls it."""
        return f"{self.operation.name} {self.where} {'.'.join(part or '*' for part in self.place)}"

    @property
    def key(self) -> str:
        """The last name on the way to it: it tells what the id is of."""
        return [part for part in self.place if part][-1]


def operations(described: Schema) -> list[Operation]:
    """Return all operations of a description."""
    return [
        Operation(method.upper(), path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def slots(described: Schema) -> list[Slot]:
    """Return every place of every operation that takes an id."""
    return [slot for operation in operations(described) for slot in _slots_of(operation, described)]


def _slots_of(operation: Operation, described: Schema) -> Iterator[Slot]:
    for parameter in operation.described.get("parameters", []):
        for place in id_places(parameter["schema"], described):
            yield Slot(operation, parameter["in"], (parameter["name"], *place))
    for content in operation.described.get("requestBody", {}).get("content", {}).values():
        for place in id_places(content["schema"], described):
            yield Slot(operation, "body", place)


def id_places(schema: Schema, root: Schema, seen: frozenset[str] = frozenset()) -> Iterator[Place]:
    """Find what is of the format uuid in a schema, at any depth."""
    if reference := schema.get("$ref"):
        if reference not in seen:
            yield from id_places(_follow(reference, root), root, seen | {reference})
        return
    if schema.get("format") == "uuid":
        yield ()
    for name, part in schema.get("properties", {}).items():
        yield from ((name, *place) for place in id_places(part, root, seen))
    for keyword in ("items", "additionalProperties"):
        if isinstance(part := schema.get(keyword), dict):
            yield from ((None, *place) for place in id_places(part, root, seen))
    for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for part in schema.get(keyword, []):
            yield from id_places(part, root, seen)


def _follow(reference: str, root: Schema) -> Schema:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def example_body(operation: Operation, described: Schema) -> dict[str, Any] | None:
    """Return the first example that the description has of a request; None without a body."""
    if "requestBody" not in operation.described:
        return None
    return copy.deepcopy(dict(_body_schema(operation, described)["examples"][0]))


def fields_of(operation: Operation, described: Schema) -> list[str]:
    """Return the names that a request's body knows."""
    return list(_body_schema(operation, described)["properties"])


def _body_schema(operation: Operation, described: Schema) -> Schema:
    schema = operation.described["requestBody"]["content"]["application/json"]["schema"]
    # A body that may be left out is this or null.
    reference = next(each["$ref"] for each in (schema, *schema.get("anyOf", [])) if "$ref" in each)
    return _follow(reference, described)


def put(target: dict[str, Any], place: Place, value: str) -> None:
    """Put an id into a body or into arguments, with lists and objects around it as needed."""
    built: Any = value
    for part in reversed(place[1:]):
        built = [built] if part is None else {part: built}
    target[str(place[0])] = built


@dataclass(frozen=True)
class Victim:
    """A user with something of everything, and words that are nowhere else."""

    user: SignedUp
    ids: dict[str, str]
    secrets: tuple[str, ...]

    def assert_untold(self, answer: httpx2.Response) -> None:
        """Expect that nothing of the victim's is in an answer, headers included."""
        told = f"{answer.headers}{answer.text}"
        assert [secret for secret in self.secrets if secret in told] == []


async def make_victim(client: httpx2.AsyncClient, user: SignedUp) -> Victim:
    """Give a user a task and a conversation."""
    title, details, said = (f"{word} {user.id[:8]}" for word in ("title", "details", "said"))
    task = await add_task(client, user.headers, title, description=details)
    answer = await client.post(CHAT, json={"message": f"add {said}"}, headers=user.headers)
    ids = {
        "user": user.id,
        "task": task["id"],
        "conversation": answer.json()["conversation_id"],
    }
    secrets = (title, details, said, user.email, user.token, user.cookie, *ids.values())
    return Victim(user, ids, secrets)


async def kept_of(app: FastAPI, user_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables that belong to a user, directly or by what belongs to him."""
    ids: dict[str, set[Any]] = {"user": {UUID(user_id)}}
    kept: dict[str, list[tuple[Any, ...]]] = {}
    async with app.state.taskflow.database.session() as session:
        for table in Base.metadata.sorted_tables:
            owners = [
                key.parent.in_(ids[key.column.table.name])
                for key in table.foreign_keys
                if key.column.table.name in ids
            ]
            if table.name == "user":
                owners = [table.c.id.in_(ids["user"])]
            if not owners:
                continue
            rows = (await session.execute(select(table).where(or_(*owners)))).all()
            kept[table.name] = sorted(map(tuple, rows), key=repr)
            if "id" in table.c:
                ids[table.name] = {row.id for row in rows}
    return kept


def without_owner() -> set[str]:
    """Return the tables whose rows belong to nobody, as far as their keys say."""
    owned = {"user"}
    for table in Base.metadata.sorted_tables:
        if _owners(table) & owned:
            owned.add(table.name)
    return set(Base.metadata.tables) - owned


def _owners(table: Table) -> set[str]:
    return {key.column.table.name for key in table.foreign_keys}
