"""Errors travel whole between processes, say what became of the money, and hold no key."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest

from seedance_widgets import errors
from seedance_widgets.errors import Money, Problem, SeedanceError

PROBLEMS = [Problem("prompt", "Too long.", "Take out 3."), Problem("duration", "5 s is not offered.")]
SPECIAL: dict[type[SeedanceError], tuple[tuple[Any, ...], dict[str, Any]]] = {
    errors.InvalidRequestError: ((PROBLEMS,), {}),
    errors.UncertainError: (
        ("The reply was lost.",),
        {"status": 502, "body": "oops", "request_id": "r-1", "generation_id": "abc-1"},
    ),
}
API: dict[str, Any] = {"status": 418, "body": "{}", "request_id": "r-1", "money": Money.SPENT, "todo": "Wait."}


def tree(root: type[SeedanceError]) -> Iterator[type[SeedanceError]]:
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from tree(kind)


ALL = list(tree(SeedanceError))


def example(kind: type[SeedanceError]) -> SeedanceError:
    if kind in SPECIAL:
        args, more = SPECIAL[kind]
        return kind(*args, **more)
    if issubclass(kind, errors.ApiError):
        return kind("It said no.", **API)
    return kind("It broke.", money=Money.REFUNDED, todo="Try again.")


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_can_be_pickled_with_all_it_knows(kind: type[SeedanceError], protocol: int) -> None:
    error = example(kind)
    error.retry_after = 2.5  # type: ignore[attr-defined]
    error.needed, error.balance = 18, 7  # type: ignore[attr-defined]
    error.add_note("while testing")
    for again in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error)):
        assert type(again) is kind
        assert vars(again) == vars(error)
        assert (str(again), again.args) == (str(error), error.args)


@pytest.mark.parametrize("kind", ALL)
def test_every_error_says_what_happened_and_what_of_the_money(kind: type[SeedanceError]) -> None:
    error = example(kind)
    assert error.what in str(error)
    assert isinstance(error.money, Money)
    if kind is not errors.InvalidRequestError:  # it is about what was typed, and there is no money in that
        assert error.money.sentence in str(error)
        assert error.todo in str(error)


def test_every_kind_of_money_has_its_sentence() -> None:
    assert len({money.sentence for money in Money}) == len(Money)


def test_an_uncertain_error_never_says_that_nothing_was_charged() -> None:
    assert errors.UncertainError("Lost.").money is Money.POSSIBLE


@pytest.mark.parametrize(
    ("kind", "usual"), [(errors.InvalidRequestError, ValueError), (errors.WaitTimeoutError, TimeoutError)]
)
def test_code_that_knows_only_pythons_own_errors_catches_them(
    kind: type[SeedanceError], usual: type[Exception]
) -> None:
    with pytest.raises(usual):
        raise example(kind)


def test_the_tree_in_the_documentation_is_the_tree() -> None:
    drawn = re.findall(r"^[ |`-]*(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(kind.__name__ for kind in ALL)
