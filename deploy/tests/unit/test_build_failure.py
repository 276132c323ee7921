"""Why an image could not be built, in one line, from what BuildKit prints."""

import pytest

from taskflow_deploy.clusters.build_failure import reason

_STEP = """\
#13 [runner 1/5] RUN pip install nothing
#13 0.282 Collecting nothing
#13 0.300 ERROR: No matching distribution found for nothing
#13 0.301 \x1b[31mbye\x1b[0m
#13 ERROR: process "/bin/sh -c pip install nothing" did not complete successfully: exit code: 1
------
 > [runner 1/5] RUN pip install nothing:
0.300 ERROR: No matching distribution found for nothing
0.301 \x1b[31mbye\x1b[0m
------
backend.Dockerfile:39
--------------------
  39 | >>> RUN pip install nothing
--------------------
error: failed to solve: process "/bin/sh -c pip install nothing" did not complete successfully: \
exit code: 1
"""
_SYNTAX = """\
#1 transferring dockerfile: 3.33kB done
backend.Dockerfile:45
--------------------
  45 | >>> WORKDIRECTORY /app
--------------------
error: failed to solve: dockerfile parse error on line 45: unknown instruction: WORKDIRECTORY
"""


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (_STEP, "backend.Dockerfile:39: exit code: 1, after “ERROR: No matching distribution found "
                "for nothing”"),
        (_STEP.replace("ERROR: No", "No").replace("found", "there"),
         "backend.Dockerfile:39: exit code: 1, after “bye”"),
        (_SYNTAX, "backend.Dockerfile:45: dockerfile parse error on line 45: unknown instruction: "
                  "WORKDIRECTORY"),
        ("ERROR: failed to build: failed to solve: no space left\n", "no space left"),
        ("#9 ERROR: it ended\n\n", "#9 ERROR: it ended"),
        ("", "the builder does not say why"),
    ],
    ids=["a step", "a step that names no error", "Dockerfile", "no place", "cut off", "nothing"],
)  # fmt: skip
def test_the_reason_is_told_in_one_line(printed: str, told: str) -> None:
    assert reason(printed.splitlines()) == told
