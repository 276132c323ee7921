"""The app's sources: those that were asked for, and the same from the first to the last step."""

from pathlib import Path

from taskflow_deploy import sources
from taskflow_deploy.checkpoints.deployment import Deployment
from taskflow_deploy.errors import CommandError, SourcesError, ToolMissingError, UsageError
from taskflow_deploy.runner import run

_APP = ("backend", "frontend", "docker", "helm")


def is_the_tags(deployment: Deployment) -> str:
    """Compare the app's sources with a tag's, where that was asked for.

    Raises
    ------
    SourcesError
        They differ.
    UsageError
        There is no such tag.
    """
    tag = deployment.wishes.frozen
    if not tag:
        return "as they are; --frozen TAG asks for those of a tag"
    changed = _changed_since(deployment.paths.repository, tag)
    if changed:
        raise SourcesError(
            f"The app's sources are not those of {tag}: {_first(changed)} differ.",
            f"See git diff {tag} -- {' '.join(_APP)}; deploy the tag itself, or drop --frozen.",
            changed,
            mend=f"git stash && git checkout {tag}",
        )
    return f"those of {tag}"


def _changed_since(repository: Path, tag: str) -> list[str]:
    try:
        run(["git", "rev-parse", "--verify", "--quiet", f"{tag}^{{commit}}"], cwd=repository)
        changed = run(["git", "diff", "--name-only", tag, "--", *_APP], cwd=repository).stdout
        new = run(["git", "ls-files", "--others", "--exclude-standard", "--", *_APP],
                  cwd=repository).stdout  # fmt: skip
    except (CommandError, ToolMissingError) as error:
        raise UsageError(
            f"--frozen {tag}: there is no such tag or commit here.",
            "git tag lists the tags; a shallow clone has none: git fetch --tags",
            error.details,
            mend="git fetch --tags",
        ) from None
    return [*changed.splitlines(), *new.splitlines()]


def _first(names: list[str]) -> str:
    more = len(names) - 2
    return ", ".join(names[:2]) + (f" and {more} more" if more > 0 else "")


def is_still_the_same(deployment: Deployment) -> str:
    """Compare the sources with what was built: code does not change while it is deployed.

    Raises
    ------
    SourcesError
        A file was changed in between.
    """
    now = {image.name: image.reference for image in sources.images(deployment.paths.repository)}
    for name, image in deployment.images.items():
        if now[name] != image.reference:
            raise SourcesError(
                f"The sources of {name} were changed while it was built.",
                "Run ./taskflow up again, and save nothing meanwhile.",
                [f"built as {image.reference}", f"now they are {now[name]}"],
                mend="./taskflow up",
            )
    return "the same before and after the build"
