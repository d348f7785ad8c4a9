"""The budget of a session, from the magics: the sandbox stands in for a paid service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.kernel import Kernel
from tests.support.sandbox import KEY, RunningSandbox, running_sandbox


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path / "service", "--speed", "20") as sandbox:
        yield sandbox


def test_a_line_over_the_budget_sends_nothing_and_says_how_to_raise_it(
    new_kernel: Callable[..., Kernel], service: RunningSandbox
) -> None:
    kernel = new_kernel({"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": KEY})
    kernel.run("%load_ext seedance_widgets\n%config SeedanceMagics.budget = 15")
    kernel.run("%seedance A red fox trots -r 480p --wait")
    dry = kernel.run("%seedance A grey owl sits -r 480p --dry-run")
    assert (
        "About 10 credits. Estimate from your last run. Session: 10 of 15 credits used. It would be refused: about 10"
        " credits, and 10 of the session's 15 are used. Nothing was sent." in dry.stdout
    )
    dry = kernel.run("%seedance A grey owl sits -r 480p --max-credits 5 --dry-run")
    assert "It would be refused: about 10 credits, and 5 is the most you allow. Nothing was sent." in dry.stdout
    dry = kernel.run("%seedance A red fox trots -r 480p --dry-run")  # the take is there already
    assert "refused" not in dry.stdout
    wrong = kernel.run("%seedance A grey owl sits -r 480p --save owl.json", check=False)
    assert "The recipe goes to the .json beside the video" in wrong.stderr
    refused = kernel.run("%seedance A grey owl sits -r 480p", check=False)
    assert "this session has used 10 of its 15 credits" in refused.stderr
    assert "SeedanceMagics.budget = 1000" in refused.stderr
    assert service.stats()["jobs"]["created"] == 1
    kernel.run("%seedance A red fox trots -r 480p")  # the take is there already
    kernel.run("%config SeedanceMagics.budget = 1000\n%seedance A grey owl sits -r 480p --wait")
    assert service.stats()["jobs"]["created"] == 2
    raised = kernel.run(
        "from seedance_widgets.studio import default\n%config SeedanceMagics.budget = 2000\nprint(default().budget)"
    )
    assert raised.stdout == "2000\n"  # at once: a form that asked may be waiting for it


def test_the_limit_for_one_take_binds_every_take_of_the_session(
    new_kernel: Callable[..., Kernel], service: RunningSandbox
) -> None:
    kernel = new_kernel({"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": KEY})
    kernel.run("%load_ext seedance_widgets\n%config SeedanceMagics.max_credits = 9")
    first = kernel.run("from seedance_widgets import generate\ngenerate('A grey owl', resolution='480p')", check=False)
    assert "9 is the most you allow for one take" in first.error  # also before a magic has made the studio
    dry = kernel.run("%seedance A grey owl sits -r 480p --dry-run")
    assert "It would be refused: about 10 credits, and 9 is the most you allow for one take." in dry.stdout
    line = kernel.run("%seedance A grey owl sits -r 480p --max-credits 100", check=False)  # the smaller of both
    assert "9 is the most you allow for one take" in line.stderr
    assert "SeedanceMagics.max_credits = 10, or Studio.max_credits" in line.stderr
    kernel.run("%config SeedanceMagics.max_credits = 10\n%seedance A grey owl sits -r 480p --wait")
    smaller = kernel.run("%seedance A fox -r 480p --max-credits 9", check=False)
    assert "9 is the most you allow." in smaller.stderr
    assert service.stats()["jobs"]["created"] == 1


def test_what_is_set_in_python_is_not_undone_by_the_magics(
    new_kernel: Callable[..., Kernel], service: RunningSandbox
) -> None:
    kernel = new_kernel({"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": KEY})
    kernel.run("%load_ext seedance_widgets\nfrom seedance_widgets import studio\nstudio.default().budget = 3")
    assert "of its 3 credits" in kernel.run("%seedance A red fox trots -r 480p", check=False).stderr
