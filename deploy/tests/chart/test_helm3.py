"""Helm 3, which many still have, makes of the chart what Helm 4 makes of it."""

import pytest

from tests.chart.helm import Helm, Rendered
from tests.chart.renderings import SETS, render, words
from tests.chart.tools import program


@pytest.fixture(scope="module")
def helm3() -> Helm:
    """The last Helm of the third generation."""
    return Helm(program("helm3"))


@pytest.mark.parametrize("name", SETS)
def test_it_renders_the_same_documents(
    helm3: Helm, renderings: dict[str, Rendered], name: str
) -> None:
    made = documents(render(helm3, name).text)
    assert len(made) == len(renderings[name].objects)
    assert made == documents(renderings[name].text)


@pytest.mark.parametrize("name", SETS)
def test_both_lint_without_a_word(helm: Helm, helm3: Helm, name: str) -> None:
    for each in (helm, helm3):
        done = each.lint({}, *words(name))
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        for level in ("[WARNING]", "[ERROR]", "level=WARN", "level=ERROR"):
            assert level not in said


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "secrets are missing: give backend.secrets.databaseUrl"),
        ({"backend.surprise": 1}, "additional properties 'surprise' not allowed"),
    ],
    ids=["by the templates", "by the schema"],
)
def test_it_refuses_what_helm_4_refuses(
    helm: Helm, helm3: Helm, values: dict[str, object], message: str
) -> None:
    for each in (helm, helm3):
        assert message in each.refusal(values)


def documents(text: str) -> list[str]:
    """Return the documents of a render, byte for byte; only Helm 4 ends each with an empty line."""
    return [document.rstrip("\n") for document in text.split("---\n") if document]
