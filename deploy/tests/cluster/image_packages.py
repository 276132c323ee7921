"""Which packages an image has, by what the packages themselves say and not by an SBOM."""

import json
import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.cluster.image_files import File


def of_the_distribution(seen: dict[str, File]) -> tuple[str, set[tuple[str, str]]]:
    """Return the kind of packages that the base is made of, and the packages it knows of."""
    if "lib/apk/db/installed" in seen:
        text = seen["lib/apk/db/installed"].content.decode()
        return "apk", set(re.findall(r"^P:(.+)\n(?:.+\n)*?V:(.+)$", text, re.MULTILINE))
    text = seen["var/lib/dpkg/status"].content.decode()
    stanzas = [
        dict(re.findall(r"^(\w+): (.*)$", part, re.MULTILINE)) for part in text.split("\n\n")
    ]
    return "deb", {
        (stanza["Package"], stanza["Version"])
        for stanza in stanzas
        if stanza.get("Status", "").endswith(" installed")
    }


def pins_of(text: str) -> set[tuple[str, str]]:
    """Return the packages of a requirements file that apply on Linux."""
    lines = [line.removesuffix("\\").strip() for line in text.splitlines() if "==" in line]
    pins = [Requirement(line) for line in lines]
    return {
        (canonicalize_name(pin.name), str(pin.specifier).removeprefix("=="))
        for pin in pins
        if pin.marker is None or pin.marker.evaluate({"python_version": "3.11"})
    }


def modules_of(seen: dict[str, File]) -> set[tuple[str, str]]:
    """Return what every package.json of ours is called, those that Next.js carries as well."""
    described = [
        json.loads(file.content)
        for path, file in seen.items()
        if file.own and path.endswith("/package.json")
    ]
    return {(each["name"], each.get("version", "UNKNOWN")) for each in described if "name" in each}
