"""What users write: it reaches the fields it is meant for, and comes back as it was written."""

import json
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from tests.conftest import SignedUp
from tests.helpers import AUTH, CHAT, PASSWORD, TASKS, add_task, assert_error, list_tasks

SOMEBODY = str(uuid4())
LONG_AGO = "2001-01-01T00:00:00Z"


async def test_a_new_task_takes_nothing_but_title_and_description(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    more = {"id": SOMEBODY, "user_id": stranger.id, "created_at": LONG_AGO, "updated_at": LONG_AGO}
    task = await add_task(client, user.headers, "mine", completed=True, owner=stranger.id, **more)
    assert task["user_id"] == user.id
    assert task["completed"] is False
    assert task["id"] != SOMEBODY
    assert LONG_AGO not in (task["created_at"], task["updated_at"])
    assert await list_tasks(client, stranger.headers) == []


@pytest.mark.parametrize(
    "field", ["id", "user_id", "created_at", "updated_at", "user", "__class__", "__init__", "_id"]
)
async def test_a_change_reaches_no_other_field(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp, field: str
) -> None:
    task = await add_task(client, user.headers, "mine")
    path = f"{TASKS}/{task['id']}"
    alone = await client.put(path, json={field: stranger.id}, headers=user.headers)
    assert_error(alone, 400, "TASK_UPDATE_ERROR")
    body = {field: stranger.id, "title": "still mine"}
    answer = await client.put(path, json=body, headers=user.headers)
    assert answer.status_code == 200
    changed = {"title": "still mine", "updated_at": answer.json()["updated_at"]}
    assert answer.json() == {**task, **changed}
    assert await list_tasks(client, user.headers) == [answer.json()]


@pytest.mark.parametrize(
    "field", ["id", "user_id", "created_at", "password_hash", "is_admin", "role", "token"]
)
async def test_a_signup_takes_nothing_but_email_and_password(
    client: httpx2.AsyncClient, user: SignedUp, field: str
) -> None:
    given = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, field: user.id}
    answer = await client.post(f"{AUTH}/signup", json=given)
    assert answer.status_code == 201
    assert list(answer.json()["user"]) == ["id", "email", "created_at"]
    assert user.id not in answer.text


async def test_a_message_is_said_by_its_caller_whatever_it_names(
    client: httpx2.AsyncClient, user: SignedUp, stranger: SignedUp
) -> None:
    body = {"message": "add milk", "user_id": stranger.id, "role": "system", "tool_calls": ["x"]}
    answer = await client.post(CHAT, json=body, headers=user.headers)
    assert answer.status_code == 200
    assert [task["title"] for task in await list_tasks(client, user.headers)] == ["milk"]
    assert await list_tasks(client, stranger.headers) == []


TEXTS = [
    "'; DROP TABLE task; --", "' OR '1'='1", "\\'; SELECT pg_sleep(9); --", "$1 $$ $tag$ $tag$",
    "%s %(x)s :name {0} {x!r} ${x} #{x}", "\\x27 \\u0027 \\\\ \\", "100% _ % \\% \\_",
    "<script>alert(1)</script>", "{{7*7}} ${7*7} <%= 7*7 %>", "${jndi:ldap://127.0.0.1/a}",
    "=cmd|'/c calc'!A1", "`id` $(id) ; id | id && id", "../../etc/passwd", "a\r\nSet-Cookie: x=1",
    "\u202eright to left\u202c", "e\u0301 \u00e9 \ufb01 \u2126",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufeffbom", "a\u2028b\u2029c", "\x01\x1b[31m\x7f\x85", "\uffff\ufffe\U0010ffff", "null",
    '{"title": "x"}', "\u0130\u0131\u00df", "\t inner \t tab", "zero\u200bwidth",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_what_is_written_comes_back_letter_for_letter(
    client: httpx2.AsyncClient, user: SignedUp, text: str
) -> None:
    wanted = text.strip()
    task = await add_task(client, user.headers, text, description=text)
    assert (task["title"], task["description"]) == (wanted, text)
    changes = {"title": f"{text}!", "description": f"{text}!"}
    path = f"{TASKS}/{task['id']}"
    changed = (await client.put(path, json=changes, headers=user.headers)).json()
    assert (changed["title"], changed["description"]) == (f"{text}!".strip(), f"{text}!")
    assert await list_tasks(client, user.headers) == [changed]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_a_message_is_kept_letter_for_letter_and_runs_nothing(
    client: httpx2.AsyncClient, user: SignedUp, database_url: str, text: str
) -> None:
    answer = await client.post(CHAT, json={"message": text}, headers=user.headers)
    assert answer.status_code == 200, answer.text
    connection = await asyncpg.connect(database_url)
    try:
        kept = await connection.fetchval(
            "SELECT content FROM message WHERE conversation_id = $1 AND role = 'user'",
            answer.json()["conversation_id"],
        )
    finally:
        await connection.close()
    assert json.loads(kept) == [{"text": text, "type": "text"}]
    assert await list_tasks(client, user.headers) == []


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_credentials_are_data_too(
    client: httpx2.AsyncClient, user: SignedUp, text: str
) -> None:
    for email, password in ((text, PASSWORD), (user.email, text), (f"{user.email}{text}", text)):
        answer = await client.post(f"{AUTH}/login", json={"email": email, "password": password})
        assert_error(answer, 401, "INVALID_CREDENTIALS")
    new = {"email": f"{uuid4().hex}@example.com", "password": f"{text} long enough"}
    assert (await client.post(f"{AUTH}/signup", json=new)).status_code == 201
    assert (await client.post(f"{AUTH}/login", json=new)).status_code == 200
    almost = {**new, "password": f"{text} long enougH"}
    assert_error(await client.post(f"{AUTH}/login", json=almost), 401, "INVALID_CREDENTIALS")
