"""All mutants of a recording, and the choice of some of them by a seed."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random

from taskflow_deploy.verifier.recording import Recording
from taskflow_deploy.verifier.scenario import Scenario
from tests.mutants import (
    of_answers,
    of_headers,
    of_history,
    of_lists,
    of_texts,
    of_tokens,
    of_values,
)
from tests.mutants.mutant import Mutant, Target

_CLASSES: Sequence[Callable[[Target, Random], Iterator[Mutant]]] = (
    of_answers.status, of_values.missing_key, of_values.extra_key, of_values.key_order,
    of_values.value_type, of_values.null_for_empty, of_values.precision, of_values.time_zone,
    of_headers.date_zone, of_values.letter_case, of_headers.header_case, of_headers.header_missing,
    of_headers.header_changed, of_headers.header_added, of_history.stale, of_history.another_user,
    of_lists.item_count, of_values.length, of_values.seconds, of_tokens.expiry, of_headers.max_age,
    of_lists.swapped_ids, of_lists.item_order, of_headers.cookie, of_answers.late,
    of_texts.truncated, of_texts.whitespace, of_texts.escapes, of_texts.duplicate_key,
    of_values.wording, of_tokens.token, of_answers.repeated_effect, of_history.accepted,
)  # fmt: skip


def all_mutants(scenario: Scenario, recording: Recording, seed: int) -> list[Mutant]:
    """Return every mutant of a recording; the seed decides their variations.

    Raises
    ------
    KeyError
        A step of the scenario was not recorded.
    """
    random = Random(seed)  # noqa: S311 - no secret
    targets: list[Target] = []
    found: list[Mutant] = []
    for step in scenario.all:
        target = Target(step, recording.answers[step.id], tuple(targets))
        for make in _CLASSES:
            found += make(target, random)
        targets.append(target)
    return found


def choose(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return some of them: of each class about as many, and spread over endpoints and fields.

    A class is asked in turn for the mutant whose endpoint, and then whose field and step, were
    chosen the least so far; a class of few is exhausted early.
    """
    left = _by_class(mutants, Random(seed))  # noqa: S311 - no secret
    chosen: list[Mutant] = []
    endpoints: Counter[str] = Counter()
    used: Counter[tuple[str, str]] = Counter()
    while left and len(chosen) < count:
        for kind in list(left):
            best = min(
                left[kind],
                key=lambda one: (
                    used[one.kind, one.step.endpoint], used[one.kind, one.field],
                    endpoints[one.step.endpoint], used[one.kind, one.how],
                ),
            )  # fmt: skip
            left[kind].remove(best)
            chosen.append(best)
            endpoints[best.step.endpoint] += 1
            for what in (best.step.endpoint, best.field, best.how):
                used[kind, what] += 1
            if not left[kind]:
                del left[kind]
    return chosen[:count]


def _by_class(mutants: Sequence[Mutant], random: Random) -> dict[str, list[Mutant]]:
    shuffled = list(mutants)
    random.shuffle(shuffled)
    kinds = dict.fromkeys(one.kind for one in mutants)
    return {kind: [one for one in shuffled if one.kind == kind] for kind in kinds}
