"""evidence: what is kept of failed deployments."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taskflow_deploy.cli import completions
from taskflow_deploy.cli.common import JsonOption
from taskflow_deploy.errors import UsageError
from taskflow_deploy.output import SCHEMA_VERSION, Output
from taskflow_deploy.paths import current_paths

if TYPE_CHECKING:
    from taskflow_deploy.evidence.folder import Kept


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(evidence)


def evidence(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="One of those listed, or latest; all of them if left out.",
            autocompletion=completions.evidence,
        ),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open its page in a browser.")] = False,
    archive: Annotated[
        Path | None,
        typer.Option("--pack", metavar="FILE.tar.gz", help="Write it into one file, to share it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is kept of failed deployments; secrets are taken out of it.

    Example: ./taskflow evidence latest --open
    """
    from taskflow_deploy.evidence import folder

    output, paths = Output(as_json=as_json), current_paths()
    if open_page and archive is not None:
        raise UsageError("--open and --pack do not go together.", "Run the command once for each.")
    if name is None and not open_page and archive is None:
        _list(output, folder.kept(paths))
        return
    one = folder.find(paths, name or folder.LATEST)
    if archive is not None:
        folder.pack(one, archive)
        _packed(output, one, archive)
    elif open_page:
        _open(output, one)
    else:
        _show(output, one)


def _list(output: Output, kept: "list[Kept]") -> None:
    if output.as_json:
        output.data({"schema_version": SCHEMA_VERSION, "evidence": [_data(one) for one in kept]})
        return
    rows = [
        [one.name, "?" if one.exit_code is None else str(one.exit_code), _size(one.bytes),
         one.error, one.outcome or "not known"]
        for one in kept
    ]  # fmt: skip
    title = "Evidence, the newest last" if rows else "There is no evidence: nothing has failed."
    output.table(title, ["name", "exit code", "size", "error", "how it ended"], rows)


def _show(output: Output, one: "Kept") -> None:
    if output.as_json:
        output.data({"schema_version": SCHEMA_VERSION, **_data(one), "record": one.record})
        return
    output.text(str(one.folder))
    output.text(one.error)
    cause = one.record["first_cause"]["sentence"] if one.record else ""
    if cause not in {"", one.error}:
        output.text(f"First cause: {cause}")
    output.text(f"How it ended: {one.outcome or 'not known'}")
    told = {file["name"]: file for file in one.record.get("files", ())}
    rows = [
        [file.name, _size(file.stat().st_size), _note(told.get(file.name, {}))]
        for file in one.files
    ]
    output.table(f"Taken {one.at}", ["file", "size", ""], rows)


def _packed(output: Output, one: "Kept", archive: Path) -> None:
    size = archive.stat().st_size
    if output.as_json:
        output.data({"schema_version": SCHEMA_VERSION, "name": one.name,
                     "archive": str(archive.absolute()), "bytes": size})  # fmt: skip
        return
    output.good(f"The evidence of {one.name} is packed, {_size(size)}:")
    output.text(str(archive))


def _open(output: Output, one: "Kept") -> None:
    """Open the page, and print where it is; without a browser that has to do."""
    import webbrowser

    if not one.report.exists():
        raise UsageError(
            f"{one.name} has no page: taking it was cut short, or is long ago.",
            f"Its files are in {one.folder}",
        )
    opened = webbrowser.open(one.report.as_uri())
    if not opened:
        output.warn("There is no browser here. Open this file in one:")
    if output.as_json:
        output.data({"schema_version": SCHEMA_VERSION, "name": one.name,
                     "page": str(one.report), "opened": opened})  # fmt: skip
    else:
        output.text(str(one.report))


def _data(one: "Kept") -> dict[str, Any]:
    return {
        "name": one.name,
        "at": one.at,
        "error": one.error,
        "exit_code": one.exit_code,
        "outcome": one.outcome or None,
        "bytes": one.bytes,
        "folder": str(one.folder),
    }


def _note(file: dict[str, Any]) -> str:
    """Return what the reader of a file should know."""
    if not file.get("had", True):
        return "says why it is not to be had"
    return f"{_size(file['cut'])} cut" if file.get("cut") else ""


def _size(count: int) -> str:
    return f"{count} B" if count < 1000 else f"{count / 1000:,.0f} kB"
