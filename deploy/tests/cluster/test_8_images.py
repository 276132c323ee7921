"""The images that run: the same when built again, and nothing in them that need not be."""

import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from taskflow_deploy.clusters.embedded import builder
from taskflow_deploy.clusters.embedded.configuration import Configuration
from taskflow_deploy.images import sbom
from taskflow_deploy.images.archive import ImageArchive
from taskflow_deploy.images.deployed import base_of
from taskflow_deploy.output import Output
from taskflow_deploy.paths import current_paths
from taskflow_deploy.programs.compiler import ensure_programs
from taskflow_deploy.sources import Sent
from tests.cluster import image_builds as builds
from tests.cluster.checkout import Checkout
from tests.cluster.image_files import File, differences, files, holding
from tests.cluster.image_packages import modules_of, of_the_distribution, pins_of

_NAMES = ("taskflow-backend", "taskflow-frontend")
_ELF = b"\x7fELF"
# Below these may be anything of ours; above them nothing but what is named.
_PLACES = {
    "taskflow-backend": r"opt/venv/(bin|lib/python3\.11/site-packages)/.+"
    r"|opt/venv/(pyvenv\.cfg|lib64)|app/(alembic\.ini|(migrations|src)/.+)",
    "taskflow-frontend": r"app/(serve\.mjs|package\.json|public/.+|node_modules/.+"
    r"|\.next/([\w-]+\.json|BUILD_ID|(server|static)/.+))",
}
_LEFT_OVER = {
    "taskflow-backend": r"(^|/)(pip[\d.]*|setuptools|wheel|uv|ensurepip|python-wheels|gcc|cc|tests)"
    r"(-[\d.]+\.dist-info)?(/|$)|/\.?cache/.",
    "taskflow-frontend": r"(^|/)(npm|npx|yarn|corepack)(/|$)|^app/(src|e2e|tests|\.next/cache)/"
    r"|node_modules/(\.|typescript|sharp|@img|@types|@?tailwindcss|vitest|jsdom|@biomejs|@next/swc)"
    r"|^app/(?!node_modules/).*\.(tsx?|map)$",
}
# What other processes took of the processor is no part of a start.
_START = """
import subprocess, sys, time, urllib.request
began = time.monotonic()
server = subprocess.Popen([*sys.argv[1:], "--port", "8123"], stdout=subprocess.DEVNULL)
while True:
    try:
        urllib.request.urlopen("http://127.0.0.1:8123/health").read()
        break
    except OSError:
        assert server.poll() is None and time.monotonic() < began + 60
        time.sleep(0.005)
seconds = time.monotonic() - began
with open(f"/proc/{server.pid}/schedstat") as file:
    print(seconds - int(file.read().split()[1]) / 1e9)
server.terminate()
"""


@pytest.fixture(scope="module")
def node(checkout: Checkout) -> Configuration:
    return builds.configuration(checkout)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("images")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def deployed(checkout: Checkout, node: Configuration, work: Path) -> dict[str, ImageArchive]:
    """The images that run."""
    found: dict[str, ImageArchive] = {}
    for name, image in builds.specs(checkout.folder).items():
        archive = work / f"{name}.tar"
        builder.export_archive(node, image.reference, archive)
        found[name] = ImageArchive(archive)
    return found


@pytest.fixture(scope="module")
def rebuilt(
    checkout: Checkout, node: Configuration, work: Path, times: dict[str, float]
) -> dict[str, ImageArchive]:
    """The same images, built once more: elsewhere, from nothing, with secrets lying about."""
    bundle = work / "ca.crt"
    bundle.write_text(f"{_machines_bundle()}\n# {builds.CANARY}\n", encoding="utf-8")
    elsewhere = builds.copy_with_secrets(checkout, work / "elsewhere")
    wanted = builds.specs(elsewhere)
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        running = [
            pool.submit(builds.build_from_nothing, node, image, work / f"{name}-2.tar", bundle)
            for name, image in wanted.items()
        ]
        for build in running:
            build.result()
    times["both images built from nothing"] = time.monotonic() - began
    return {name: ImageArchive(work / f"{name}-2.tar") for name in wanted}


@pytest.fixture(scope="module")
def inside(deployed: dict[str, ImageArchive]) -> dict[str, dict[str, File]]:
    """What a container of each image sees."""
    return {name: files(image) for name, image in deployed.items()}


@pytest.fixture(scope="module")
def listed(checkout: Checkout, deployed: dict[str, ImageArchive], work: Path) -> dict[str, Any]:
    """The SBOM of each image."""
    syft = ensure_programs(current_paths().cache, sbom.SYFT, Output()) / "syft"
    archives = {name: work / f"{name}.tar" for name in deployed}
    return {name: sbom.write(syft, path, work / "sbom") for name, path in archives.items()}


def _machines_bundle() -> str:
    return builder._CA_BUNDLE.read_text(encoding="utf-8") if builder._CA_BUNDLE.exists() else ""


@pytest.mark.parametrize("name", _NAMES)
def test_it_is_the_same_when_it_is_built_again(
    deployed: dict[str, ImageArchive], rebuilt: dict[str, ImageArchive], name: str, shown: list[str]
) -> None:
    assert differences(deployed[name], rebuilt[name]) == []
    assert rebuilt[name].id == deployed[name].id
    shown.append(f"{name} is built on {base_of(deployed[name])}: twice {deployed[name].id}")


@pytest.mark.parametrize("name", _NAMES)
def test_no_secret_is_in_any_layer(
    checkout: Checkout, deployed: dict[str, ImageArchive], rebuilt: dict[str, ImageArchive],
    name: str,
) -> None:  # fmt: skip
    assert holding(rebuilt[name], [builds.CANARY.encode()]) == []
    secret = (checkout.state / "better-auth-secret").read_bytes().strip()
    assert holding(deployed[name], [secret, b"sk-ant-api"]) == []
    # What looks finds what is there.
    assert holding(rebuilt[name], [b'"CMD [', b"USER 10001:10001"])


@pytest.mark.parametrize("name", _NAMES)
def test_the_builder_is_sent_the_sources_alone(
    checkout: Checkout, node: Configuration, rebuilt: dict[str, ImageArchive], work: Path, name: str
) -> None:
    # Of the copy in which secrets lie about.
    image = builds.specs(work / "elsewhere")[name]
    sent = builds.what_the_builder_is_sent(node, image, work / f"sent-{name}")
    ignored = image.dockerfile.with_name(f"{image.dockerfile.name}.dockerignore")
    clean = checkout.folder / image.context.name
    wanted = {path.relative_to(clean).as_posix() for path in Sent.by(ignored).files(clean)}
    assert sent == wanted
    assert "package-lock.json" in sent or "requirements.txt" in sent


@pytest.mark.parametrize("name", _NAMES)
def test_ours_is_in_few_places_and_only_root_may_change_it(
    inside: dict[str, dict[str, File]], name: str
) -> None:
    own = {path: file for path, file in inside[name].items() if file.own}
    ours = {path: file for path, file in own.items() if path.startswith(("app/", "opt/"))}
    allowed = re.compile(_PLACES[name])
    contents = [path for path, file in ours.items() if file.is_file or file.leads_to]
    assert [path for path in contents if not allowed.fullmatch(path)] == []
    assert {file.owner for file in ours.values()} == {(0, 0)}
    assert {oct(file.mode) for file in ours.values() if not file.leads_to} <= {"0o644", "0o755"}
    # Beside that, only the base's records of its packages were written, and nothing was added.
    others = {path for path, file in own.items() if file.is_file} - ours.keys()
    assert {path for path in others if not path.startswith("var/lib/dpkg/")} == set()


@pytest.mark.parametrize("name", _NAMES)
def test_nothing_of_the_build_is_left(inside: dict[str, dict[str, File]], name: str) -> None:
    left_over = re.compile(_LEFT_OVER[name])
    seen = [path for path, file in inside[name].items() if file.is_file and not _of_debian(path)]
    assert [path for path in seen if left_over.search(path)] == []
    assert len(seen) > 1000


def _of_debian(path: str) -> bool:
    """Tell what says which packages Debian has, and which it had."""
    return path.startswith(("var/lib/dpkg/", "usr/share/", "var/cache/"))


def test_all_python_is_compiled_and_never_checked_again(
    inside: dict[str, dict[str, File]],
) -> None:
    seen = inside["taskflow-backend"]
    sources = [path for path, file in seen.items() if file.own and path.endswith(".py")]
    assert len(sources) > 2000
    for source in sources:
        folder, _, last = source.rpartition("/")
        compiled = seen[f"{folder}/__pycache__/{last.removesuffix('.py')}.cpython-311.pyc"]
        # Flags: by a hash of the source, and without reading it at run time.
        assert compiled.content[4:8] == b"\x01\0\0\0", source


def test_the_frontend_runs_on_any_c_library_and_holds_no_key(
    inside: dict[str, dict[str, File]],
) -> None:
    own = {path: file for path, file in inside["taskflow-frontend"].items() if file.own}
    assert [path for path, file in own.items() if file.content.startswith(_ELF)] == []
    written = b"".join(
        file.content for path, file in own.items() if re.match(r"app/\.next/[^c]", path)
    )
    preview = re.findall(rb'"previewMode\w+": *"([^"]*)"', written)
    actions = re.findall(rb'encryptionKey\\?": *\\?"([^"\\]*)', written)
    assert len(preview) >= 3
    assert set(preview) == {rb"\ud800"}
    assert len(actions) >= 2
    assert set(actions) == {b""}


@pytest.mark.parametrize("name", _NAMES)
def test_labels_say_what_it_is(
    checkout: Checkout, deployed: dict[str, ImageArchive], name: str
) -> None:
    image, spec = deployed[name], builds.specs(checkout.folder)[name]
    prefix = "org.opencontainers.image."
    labels = {key.removeprefix(prefix): value for key, value in image.labels.items()}
    described, based = labels.pop("description"), labels.pop("base.name")
    [(argument, base)] = builds.used_bases(spec).items()
    assert labels.pop("base.digest", None) == base.digest
    assert based in {base.description, f"docker.io/library/{spec.bases[argument]}"}
    assert described.startswith("TaskFlow's ")
    assert labels == {
        "title": name, "licenses": "MIT", "version": "1.0.0",
        # The copy of a checkout is no repository of git.
        "revision": spec.tag, "created": "1970-01-01T00:00:00Z",
    }  # fmt: skip
    assert image.configuration["config"]["User"] == "10001:10001"
    assert image.configuration["created"] == labels["created"]


def test_the_backend_starts_in_time(checkout: Checkout, times: dict[str, float]) -> None:
    server = ["python", "-m", "src.server", "--host", "127.0.0.1"]
    words = ["exec", "deploy/taskflow-backend", "-c", "backend", "--", "python", "-c", _START]
    seconds = min(
        float(checkout.taskflow("kubectl", *words, *server).out.split()[-1]) for _ in range(3)
    )
    times["backend, process start to first answer, in its container"] = seconds
    assert seconds < 1.5


@pytest.mark.parametrize("name", _NAMES)
def test_the_sbom_has_every_package_and_no_other(
    checkout: Checkout, inside: dict[str, dict[str, File]], listed: dict[str, Any], name: str
) -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for component in listed[name]["components"]:
        entry = (component["name"], component.get("version", ""))
        found.setdefault(sbom.kind(component), set()).add(entry)
    assert found.pop("operating-system")
    seen = inside[name]
    kind, truth = of_the_distribution(seen)
    assert found.pop(kind) == truth
    if name == "taskflow-backend":
        locked = pins_of((checkout.folder / "backend" / "requirements.txt").read_text("utf-8"))
        wheels = {(canonicalize_name(package), version) for package, version in found.pop("pypi")}
        assert wheels == locked
        python = {package for package, _ in truth | found.pop("generic", set())}
        assert python & {"python3.11", "python"}
    else:
        assert found.pop("npm") == modules_of(seen)
        [(package, version)] = found.pop("generic")
        assert (package, version.split(".")[0]) == ("node", "24")
    assert found == {}


def test_the_same_image_has_the_same_sbom(
    checkout: Checkout, listed: dict[str, Any], work: Path
) -> None:
    syft = ensure_programs(current_paths().cache, sbom.SYFT, Output()) / "syft"
    sbom.write(syft, work / "taskflow-frontend.tar", work / "again")
    again = sorted((work / "again").iterdir())
    assert len(again) == 2
    for file in again:
        assert file.read_bytes() == (work / "sbom" / file.name).read_bytes()
