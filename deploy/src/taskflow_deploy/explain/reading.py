"""Tells a command that only reads from one that may do more.

Whatever is not plainly on the list may do more: a suggestion that is wrongly marked costs a
thought, one that is wrongly trusted may cost the data.
"""

import re
import shlex
from collections.abc import Sequence

# Without one of these, words are words whatever shell reads them.
_SHELL = re.compile(r"[|&;<>`$(){}*?\[\]~!#\n\\]")
_KUBECTL = {"get", "describe", "logs", "top", "events"}
_HELM = {("status",), ("history",), ("get", "values"), ("get", "manifest")}
_DOCKER: set[tuple[str, ...]] = {("ps",), ("images",), ("inspect",), ("logs",)}
_TASKFLOW = {
    ("status",), ("logs",), ("history",), ("explain",), ("evidence",), ("preflight",),
    ("cluster", "status"),
}  # fmt: skip
# Options that take objects from a file or an address, leave this cluster, or use another's name.
_KUBECTL_NEVER = {"--raw", "--filename", "--kustomize", "--kubeconfig", "--server", "--as",
                  "--token", "--context", "--cluster", "--user"}  # fmt: skip
_KUBECTL_NEVER_SHORT = ("-f", "-k", "-s")
_HELM_NEVER = {"--kubeconfig", "--kube-apiserver", "--kube-context", "--kube-token",
               "--kube-as-user"}  # fmt: skip
_TASKFLOW_NEVER = {"--pack", "--open", "--ai"}
_SECRETS = re.compile(r"(?i)(?:^|,)secrets?(?:[.,/]|$)")
_NAMESPACE = {"-n", "--namespace"}


def only_reads(command: str) -> bool:
    """Tell whether a command plainly only reads, and reads no Secret."""
    if _SHELL.search(command):
        return False
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    return _reads(words)


def _reads(words: Sequence[str]) -> bool:
    match words:
        case ["kubectl", *rest]:
            return _kubectl_reads(rest)
        case ["helm", *rest]:
            return _begins(rest, _HELM) and not _names(rest) & _HELM_NEVER
        case ["docker", *rest]:
            return _begins(rest, _DOCKER)
        case ["./taskflow" | "taskflow", ("kubectl" | "helm") as tool, *rest]:
            return _reads([tool, *rest])
        case ["./taskflow" | "taskflow", *rest]:
            return _begins(rest, _TASKFLOW) and not _names(rest) & _TASKFLOW_NEVER
        case _:
            return False


def _kubectl_reads(words: Sequence[str]) -> bool:
    rest = list(words)
    while rest and rest[0].startswith("-"):  # the namespace may stand before the verb
        name, sign, _ = rest.pop(0).partition("=")
        if name not in _NAMESPACE:
            return False
        if not sign and rest:
            rest.pop(0)
    if not rest or rest[0] not in _KUBECTL:
        return False
    verb, *rest = rest
    given = _names(rest) - ({"-f", "--follow"} if verb == "logs" else set())
    if given & _KUBECTL_NEVER or any(name.startswith(_KUBECTL_NEVER_SHORT) for name in given):
        return False
    return not any(_SECRETS.search(word) for word in rest)


def _begins(words: Sequence[str], known: set[tuple[str, ...]]) -> bool:
    return any(tuple(words[: len(one)]) == one for one in known)


def _names(words: Sequence[str]) -> set[str]:
    """Return the names of the options among words."""
    return {word.partition("=")[0] for word in words if word.startswith("-")}
