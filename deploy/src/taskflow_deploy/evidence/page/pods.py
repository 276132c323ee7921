"""The pods, their events and their images, as Kubernetes told them."""

from collections.abc import Iterator, Mapping
from typing import Any

from taskflow_deploy.evidence.page import markup
from taskflow_deploy.evidence.page.reading import Reading
from taskflow_deploy.evidence.timeline import event_count, event_time, moment_of

_MOST_EVENTS = 100
_ID_LETTERS = 12
_STATUSES = (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses"))
_SAID = {"same": "as built", "different": "not what was built", "unknown": "not compared"}
_MOODS = {"same": "good", "different": "bad"}


def pods(evidence: Reading) -> str:
    """Return a row for each container of each pod."""
    verdicts = {place["where"]: place["verdict"] for place in evidence.record["images"]}
    rows = [row for pod in evidence.items("pods.json") for row in _containers(pod, verdicts)]
    if not rows:
        why = "There was no pod." if evidence.had("pods.json") else "The pods could not be had."
        return f"<p>{why} See {markup.link('pods.json')}.</p>"
    columns = ["pod", "container", "state", "restarts", "image", "its id"]
    told = f"<p>All that is known of them is in {markup.link('pods.txt')}.</p>"
    return markup.table("Each container", columns, rows) + told


def _containers(pod: Mapping[str, Any], verdicts: Mapping[str, str]) -> Iterator[list[str]]:
    name, status = pod["metadata"]["name"], pod.get("status", {})
    told: dict[str, Mapping[str, Any]] = {}
    for _, key in _STATUSES:
        told |= {container["name"]: container for container in status.get(key, ())}
    for kind, _ in _STATUSES:
        for container in pod.get("spec", {}).get(kind, ()):
            own = told.get(container["name"], {})
            image_id, verdict = own.get("imageID", ""), verdicts.get(f"{name}/{container['name']}")
            what = markup.code(container["name"]) + (" (init)" if kind == "initContainers" else "")
            yield [
                markup.code(name), what, _state(own, status), _restarts(own),
                markup.code(container.get("image", "")), _image_id(image_id, verdict),
            ]  # fmt: skip


def _state(container: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    state = container.get("state", {})
    if "waiting" in state:
        return markup.badge(state["waiting"].get("reason", "waiting"), "bad")
    if "terminated" in state:
        code = state["terminated"].get("exitCode", 0)
        reason = state["terminated"].get("reason", "ended")
        return markup.badge(f"{reason}, code {code}", "bad" if code else "good")
    if "running" in state:
        ready = container.get("ready", False)
        return markup.badge(
            "ready" if ready else "running, not ready", "good" if ready else "warned"
        )
    return markup.badge(status.get("reason") or "no state yet", "warned")


def _restarts(container: Mapping[str, Any]) -> str:
    count = container.get("restartCount", 0)
    ended = container.get("lastState", {}).get("terminated", {})
    if not ended:
        return markup.safe(count)
    why = f"{ended.get('reason', 'ended')}, code {ended.get('exitCode', '?')}"
    return f'{markup.safe(count)} <span class="aside">(before: {markup.safe(why)})</span>'


def _image_id(image_id: str, verdict: str | None) -> str:
    if not image_id:
        return "none"
    if verdict not in _MOODS:
        return _short(image_id)
    return f"{_short(image_id)} {markup.badge(_SAID[verdict], _MOODS[verdict])}"


def _short(image_id: str) -> str:
    """Return the beginning of an id; the whole is shown where it is pointed at."""
    place, _, digest = image_id.rpartition("sha256:")
    if len(digest) <= _ID_LETTERS:
        return markup.code(image_id)
    short = f"{place}sha256:{digest[:_ID_LETTERS]}\u2026"
    return f'<code title="{markup.safe(image_id)}">{markup.safe(short)}</code>'


def events(evidence: Reading) -> str:
    """Return the events, the newest first."""
    found = list(reversed(evidence.items("events.json")))
    if not found:
        why = "There was none." if evidence.had("events.json") else "They could not be had."
        return f"<p>{why} See {markup.link('events.json')}.</p>"
    rows = [_event(evidence, event) for event in found[: evidence.most(_MOST_EVENTS)]]
    left = len(found) - len(rows)
    more = f"{left:,} older ones, and the rest of each, are" if left else "All of each is"
    told = f"<p>{more} in {markup.link('events.json')}.</p>"
    columns = ["time", "type", "about", "reason", "message"]
    return markup.table("The newest first", columns, rows) + told


def _event(evidence: Reading, event: Mapping[str, Any]) -> list[str]:
    at, count = event_time(event), event_count(event)
    about = event.get("involvedObject") or event.get("regarding") or {}
    kind = str(event.get("type", ""))
    often = f' <span class="aside">({count} times)</span>' if count > 1 else ""
    said = str(event.get("message") or event.get("note") or "").strip()
    return [
        f"{moment_of(at):%H:%M:%S}" if at else "",
        markup.badge(kind, "warned" if kind == "Warning" else ""),
        markup.code(f"{about.get('kind', '?')}/{about.get('name', '?')}"),
        markup.safe(event.get("reason", "")),
        markup.safe(evidence.short(said)) + often,
    ]


def images(evidence: Reading) -> str:
    """Return each image where it is, beside what was built."""
    rows = [
        [markup.code(place["image"]), markup.safe(place["where"]),
         markup.badge(_SAID[place["verdict"]], _MOODS.get(place["verdict"], "")),
         _short(place["id"] or "none")]
        for place in evidence.record["images"]
    ]  # fmt: skip
    if not rows:
        return ""
    columns = ["image", "where", "compared", "id"]
    whole = f"<p>Their ids are whole in {markup.link('images.txt')}.</p>"
    return markup.table("Built, in the node and in pods", columns, rows) + whole
