"""verify: compare a running system with a reference."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from taskflow_deploy.cli import fuzzing
from taskflow_deploy.cli.common import JsonOption
from taskflow_deploy.errors import (
    CalibrationError,
    ClusterNotRunningError,
    ContractError,
    DisagreementError,
    UsageError,
)
from taskflow_deploy.output import SCHEMA_VERSION, Output
from taskflow_deploy.paths import Paths, current_paths

if TYPE_CHECKING:
    from taskflow_deploy.clusters.base import Cluster
    from taskflow_deploy.contract.verify import Knowledge
    from taskflow_deploy.verifier.recording import Recording
    from taskflow_deploy.verifier.report import Report
    from taskflow_deploy.verifier.scenario import Scenario
    from taskflow_deploy.verifier.verify import Subject


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    url: Annotated[str, typer.Option(help="Where it answers; the deployed one if left out.")] = "",
    reference: Annotated[
        str, typer.Option(help="Compare with what answers at this address instead.")
    ] = "",
    origin: Annotated[str, typer.Option(help="The origin of the pages of --url, for CORS.")] = "",
    scenario: Annotated[Path | None, typer.Option(help="Ask the steps of this file.")] = None,
    recording: Annotated[Path | None, typer.Option(help="Compare with this recording.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Write down what answers, and compare nothing.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Write report.html, report.json and junit.xml into a folder."),
    ] = None,
    inside: Annotated[
        bool, typer.Option(help="Ask from the frontend's pod; prove that no other pod gets there.")
    ] = False,
    static: Annotated[
        bool, typer.Option(help="Ask nothing: look whether code, documents and chart agree.")
    ] = False,
    fuzz: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Ask --reference and --url N made-up requests each; every answer has to be alike.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="Of --fuzz: make the requests of that run.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that a running system answers exactly as the reference does, byte for byte."""
    others = {"--static": static, "--inside": inside, "--scenario": scenario, "--record": record,
              "--recording": recording}  # fmt: skip
    fuzzing.check(fuzz, seed, reference, others)
    if static:
        _agree(Output(as_json=as_json))
        return
    from taskflow_deploy.contract import verify as contract
    from taskflow_deploy.verifier.verify import verify as compare

    output, paths = Output(as_json=as_json), current_paths()
    for given in filter(None, (url, reference, origin)):
        _check_address(given)
    if fuzz is not None:
        target, known = _target(paths, url, origin)
        other = contract.subject(reference, contract.Knowledge(origin or None))
        fuzzing.fuzz(output, other, contract.subject(target, known), fuzz, seed, report)
        return
    asked = _read(scenario) if scenario else contract.asked()
    if inside and (url or reference):
        raise UsageError(
            "--inside asks the deployed system alone.", "Leave --url and --reference out."
        )
    target, known = _target(paths, url, origin)
    subject = _from_inside(paths, known) if inside else contract.subject(target, known)
    if record is not None:
        _calibrated(output, asked, subject).write(record)
        output.good(f"Recorded {target} in {record}.")
        return
    if reference:
        other = contract.subject(reference, contract.Knowledge(origin or None))
        compared, name = _calibrated(output, asked, other), reference
    elif recording is not None:
        compared, name = _read_recording(recording), str(recording)
    else:
        compared, name = contract.recorded(), contract.REFERENCE
    found = compare(asked, compared, subject, name)
    _tell(output, found, report)
    if inside:
        from taskflow_deploy.inside.isolation import only_the_frontend

        output.note("A pod that is not the frontend's tries to reach the backend.")
        output.good(only_the_frontend(_cluster(paths)))


def _agree(output: Output) -> None:
    from taskflow_deploy.contract.static.check import check

    checked = check(current_paths().repository)
    if output.as_json:
        told = [asdict(one) for one in checked.disagreements]
        output.data({"schema_version": SCHEMA_VERSION, "passed": not told, "disagreements": told})
        raise typer.Exit(DisagreementError.exit_code if told else 0)
    if checked.disagreements:
        first, *others = checked.disagreements
        raise DisagreementError(first.line, first.mend, [one.line for one in others])
    output.good(f"{checked.summary}.")


def _cluster(paths: Paths) -> "Cluster":
    from taskflow_deploy.clusters.select import select

    return select(paths, Output(), kind="auto", assume_yes=False)


def _from_inside(paths: Paths, known: "Knowledge") -> "Subject":
    from taskflow_deploy.contract import verify as contract
    from taskflow_deploy.inside.transport import Inside

    cluster = _cluster(paths)
    way = Inside(cluster)
    try:
        address = way.url
    finally:
        way.close()
    return contract.subject(address, known, lambda: Inside(cluster), "from the frontend's pod")


def _target(paths: Paths, url: str, origin: str) -> tuple[str, "Knowledge"]:
    """Return what is asked: the deployed system, of which more is known, or another."""
    from taskflow_deploy import deployed, records
    from taskflow_deploy.contract.verify import Knowledge

    verified = records.last_verified(paths)
    target = url or (verified.url if verified else "")
    if not target:
        raise ClusterNotRunningError("Nothing is deployed.", "Run ./taskflow up, or name a --url.")
    if verified is None or target != verified.url:
        return target, Knowledge(origin or None)
    cluster = _cluster(paths)
    if not cluster.status().running:
        raise ClusterNotRunningError("The cluster does not run.", "Run ./taskflow up.")
    cluster.make_reachable(urlsplit(target).port or 80)
    return target, deployed.knowledge(cluster, target)


def _calibrated(output: Output, asked: "Scenario", reference: "Subject") -> "Recording":
    """Record a reference, which has to be the same a second time.

    Raises
    ------
    CalibrationError
        It differs from itself, or cannot be recorded.
    """
    from taskflow_deploy.verifier.recording import RecordingError
    from taskflow_deploy.verifier.verify import calibrate

    output.note(f"Recording {reference.url}: a second between writes, half a minute in all.")
    try:
        made, itself = calibrate(asked, reference)
    except RecordingError as error:
        raise CalibrationError(str(error), "Look at the reference first.") from None
    if not itself.passed:
        raise CalibrationError(
            f"The reference differs from itself: {itself.first.endpoint}: {itself.first.line}",
            "What varies there has to be of a type that can be bound; see docs/verifier.md.",
            itself.explanation,
        )
    return made


def _tell(output: Output, found: "Report", folder: Path | None) -> None:
    from taskflow_deploy.verifier import reports

    if folder is not None:
        reports.write(found, folder, name="TaskFlow")
    if output.as_json:
        output.data({"schema_version": SCHEMA_VERSION, **found.to_json()})
    else:
        output.table(found.url, reports.COLUMNS, reports.rows(found))
        output.text(f"{found.figures}, in {found.seconds:.1f} s, {found.way}.")
    if found.passed:
        return
    if output.as_json:
        raise typer.Exit(ContractError.exit_code)
    raise ContractError(
        f"{found.first.endpoint}: {found.first.line}",
        "The lines above show it by hand." if found.first.curl else "",
        reports.first_difference(found),
    )


def _read(file: Path) -> "Scenario":
    from taskflow_deploy.verifier.scenario import ScenarioError, load

    try:
        return load(file)
    except ScenarioError as error:
        raise UsageError(str(error), "docs/verifier.md has the keys of a scenario.") from None


def _read_recording(file: Path) -> "Recording":
    from taskflow_deploy.verifier.recording import RecordingError, load

    try:
        return load(file)
    except RecordingError as error:
        raise UsageError(str(error), f"./taskflow verify --url ADDRESS --record {file}") from None


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{url!r} is not an address.", "Write it as http://HOST:PORT")
