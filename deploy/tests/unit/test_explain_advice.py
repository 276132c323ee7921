"""What a helper suggests is read with care, marked, bounded, and never run."""

import json

import pytest

from taskflow_deploy.errors import UsageError
from taskflow_deploy.explain import gordon, helpers, kubectl_ai
from taskflow_deploy.explain.advice import Advice, AdviceError, Suggestion, read
from taskflow_deploy.explain.reading import only_reads
from taskflow_deploy.redaction import hide

_READS = [
    "kubectl get pods",
    "kubectl -n taskflow get pods,events -o wide",
    "kubectl --namespace=taskflow describe pod taskflow-backend-1",
    "kubectl logs deploy/taskflow-backend -c backend --previous -n taskflow",
    "kubectl logs -f taskflow-backend-1",
    "kubectl top pods",
    "kubectl events --for pod/taskflow-backend-1",
    "kubectl get events --sort-by=.lastTimestamp",
    "kubectl get all -n taskflow",
    "helm status taskflow -n taskflow",
    "helm history taskflow",
    "helm get values taskflow --revision 3",
    "helm get manifest taskflow",
    "docker ps -a",
    "docker images",
    "docker inspect taskflow",
    "docker logs taskflow --tail 50",
    "./taskflow status",
    "./taskflow logs backend --since 10m",
    "./taskflow kubectl get pods",
    "./taskflow helm history taskflow",
    "./taskflow cluster status",
    "taskflow evidence latest",
]
_MAY_CHANGE = [
    "",
    "kubectl",
    "kubectl delete pod taskflow-backend-1",
    "kubectl rollout restart deploy/taskflow-backend",
    "kubectl apply -f x.yaml",
    "kubectl exec taskflow-backend-1 -- env",
    "kubectl get pods; rm -rf /",
    "kubectl get pods && kubectl delete pods --all",
    "kubectl get pods | sh",
    "kubectl get pods > /etc/passwd",
    "kubectl get pods $(rm x)",
    "kubectl get pods `rm x`",
    "kubectl get pods\nkubectl delete ns taskflow",
    "kubectl get pods 'unclosed",
    "kubectl get secrets -o yaml",
    "kubectl get secret/taskflow-backend-secrets",
    "kubectl get pods,secrets",
    "kubectl describe secret taskflow-backend",
    "kubectl get --raw /api/v1/namespaces/taskflow/secrets",
    "kubectl get -f https://example.com/x.yaml",
    "kubectl get -fx.yaml",
    "kubectl --kubeconfig /root/.kube/config get pods",
    "kubectl get pods --context production",
    "kubectl get pods --as=system:admin",
    "kubectl -s https://example.com get pods",
    "KUBECONFIG=x kubectl get pods",
    "sudo kubectl get pods",
    "helm rollback taskflow 2",
    "helm uninstall taskflow",
    "helm get all taskflow",
    "helm history taskflow --kube-context production",
    "docker rm -f x",
    "docker run -it alpine",
    "docker -H tcp://example.com ps",
    "docker system prune",
    "./taskflow up",
    "./taskflow down --purge",
    "./taskflow kubectl delete pod x",
    "./taskflow helm rollback taskflow 1",
    "./taskflow evidence latest --pack x.tar.gz",
    "./taskflow explain --ai",
    "../taskflow status",
    "cat /etc/passwd",
    "kubectl-ai get pods",
]


@pytest.mark.parametrize("command", _READS)
def test_a_command_that_only_reads_is_known(command: str) -> None:
    assert only_reads(command)


@pytest.mark.parametrize("command", _MAY_CHANGE)
def test_whatever_else_may_change_something(command: str) -> None:
    assert not only_reads(command)


def _answer(*suggestions: object, summary: object = "It crashed.") -> str:
    return json.dumps({"summary": summary, "suggestions": list(suggestions)})


def test_an_answer_is_found_amid_other_words_and_colours() -> None:
    one = {"why": "It shows more.", "command": "kubectl get pods"}
    text = f"\x1b[1mHere {{is}} what I think:\x1b[0m\n```json\n{_answer(one)}\n```\nGood luck!"
    found = read("kubectl-ai", text)
    assert found == Advice(
        "kubectl-ai", "It crashed.", [Suggestion("It shows more.", "kubectl get pods")]
    )


def test_an_answer_that_a_terminal_has_wrapped_is_put_together() -> None:
    text = _answer({"why": "It shows more.", "command": "kubectl get pods"})
    assert read("x", text.replace("get pods", "get\n    pods")).suggestions[0].command == (
        "kubectl get pods"
    )


def test_what_is_no_suggestion_is_left_out_and_the_rest_is_bounded() -> None:
    hidden = hide("a-secret-that-was-told")
    good = {"why": "w" * 1000, "command": f"kubectl get pods {hidden}"}
    bad = [5, {}, {"why": 1, "command": "x"}, {"why": "x", "command": " "}, "text"]
    found = read("x", _answer(*bad, *[good] * 20, summary="s" * 5000))
    assert len(found.suggestions) == 8
    assert all(one.command == "kubectl get pods [redacted]" for one in found.suggestions)
    assert {len(one.why) for one in found.suggestions} == {400}
    assert len(found.summary) == 1200


def test_no_answer_gives_orders_to_the_terminal() -> None:
    one = {"why": "a\x1b]0;title\x07b\u202ec", "command": "kubectl\r get\u200b pods\x08"}
    found = read("x", _answer(one, summary="two\nlines\x1b[2J"))
    assert found.summary == "two lines [2J"
    assert found.suggestions == [Suggestion("a ]0;title b c", "kubectl get pods")]


@pytest.mark.parametrize("text", ["", "no", "{}", '{"summary": "x"}', "[1]", _answer(summary="")])
def test_an_answer_in_no_form_is_refused(text: str) -> None:
    with pytest.raises(AdviceError, match="its answer was"):
        read("x", text)


@pytest.mark.parametrize(
    ("name", "key", "there", "chosen"),
    [
        ("auto", "key", True, "claude"),
        ("auto", "", True, "kubectl-ai"),
        ("auto", "", False, ""),
        ("gordon", "key", True, "gordon"),
        ("kubectl-ai", "key", False, "kubectl-ai"),
    ],
)
def test_claude_is_asked_where_there_is_a_key_and_gordon_by_its_name_only(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str, there: bool, chosen: str
) -> None:
    monkeypatch.setattr(kubectl_ai, "is_there", lambda: there)
    monkeypatch.setattr(gordon, "is_there", lambda: there)
    assert helpers.choose(name, key) == chosen


def test_without_a_helper_it_is_said_what_to_do() -> None:
    found = helpers.ask("", "", "text")
    assert (found.helper, found.advice) == ("", None)
    assert "set ANTHROPIC_API_KEY, or install kubectl-ai" in found.trouble


def test_a_helper_that_there_is_not_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no AI helper 'hal'"):
        helpers.require_known("hal")


def test_a_fault_of_ours_with_a_helper_is_told_like_any_other_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_given: object) -> Advice:
        raise KeyError("deep inside")

    monkeypatch.setattr(kubectl_ai, "ask", fail)
    assert helpers.ask("kubectl-ai", "", "x").trouble == "a fault of TaskFlow's own: KeyError"
