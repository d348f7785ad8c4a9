"""Whatever goes wrong, nobody pays twice and nothing paid is lost: schedules of faults, drawn, on the real sandbox."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .line import Trouble
from .world import IMAGES, World, brisk, hasty

Step = tuple[Any, ...]

THOROUGH = settings().max_examples >= 2000
EXAMPLES = 2000 if THOROUGH else 60
"""A third of a second each, on a free machine with two cores."""

kernels = st.integers(0, 1)
jobs = st.integers(0, 3)
what = st.sampled_from([0, 0, 1, 1, *range(2, len(IMAGES))])
times = st.integers(1, 3)
pauses = st.sampled_from([0, 0.02, 0.05])

troubles = st.builds(
    Trouble,
    st.sampled_from(["request", "reply"]),
    st.sampled_from(["reset", "end", "stall"]),
    st.one_of(st.integers(0, 700), st.just(10**9)),
)


def faults(kind: str, route: str, **params: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just("fault"), st.just(kind), st.just(route), times, st.fixed_dictionaries(params))


bad_gateway = st.sampled_from([500, 502, 503, 504])
anywhere = ("upload", "generate", "status", "media")
any_fault = st.one_of(
    faults("status", "generate", code=bad_gateway, processed=st.booleans()),
    faults("status", "generate", code=st.just(429), retry_after=pauses),
    faults("status", "generate", code=st.sampled_from([400, 401, 402, 409, 413, 422])),
    faults("status", "generate", code=st.sampled_from([408, 425]), processed=st.booleans()),
    faults("status", "status", code=st.sampled_from([401, 429, 500, 503]), retry_after=pauses),
    faults("status", "media", code=st.sampled_from([403, 429, 500, 503])),
    faults("status", "upload", code=st.sampled_from([400, 401, 413, 429, 500, 503]), processed=st.booleans()),
    st.just(("fault", "status", "status", 8, {"code": 404})),  # longer than a "not found" is doubted
    st.just(("fault", "status", "media", 20, {"code": 403})),  # longer than an address is believed in
    *[faults("garbage", route, processed=st.booleans()) for route in ("upload", "generate", "status")],
    faults("garbage", "media"),
    faults("fail_job", "generate", refunded=st.booleans()),
    st.just(("fault", "expire_media", "media", 1, {"renew": True})),
    *[
        fault
        for route in anywhere
        for fault in (
            faults("drop_before", route, after_bytes=st.sampled_from([None, 1, 100])),
            faults("drop_after", route),
            faults("truncate", route, keep=st.floats(0, 0.99)),
            faults("drip", route, seconds=st.sampled_from([0.1, 1.0])),
            faults("latency", route, seconds=st.sampled_from([0.05, 0.8])),
            faults("redirect", route, location=st.just("http://127.0.0.1:9/elsewhere")),
        )
    ],
)
people: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.sampled_from(["submit", "double_submit"]), kernels, what, st.booleans()),
    st.tuples(st.just("race"), what),
    st.tuples(
        st.sampled_from(
            ["send_again", "send_again", "attach", "attach", "cancel", "check_now", "stop_watching", "watch_again"]
        ),
        kernels,
        jobs,
    ),
    st.tuples(st.just("send_again_everywhere"), jobs),
    st.tuples(st.just("resume"), kernels),
)
weather: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("die"), kernels),
    st.sampled_from([("down",), ("up",), ("render",)]),
    *[st.just(("settle",))] * 2,
)
lines = st.tuples(st.just("trouble"), st.sampled_from(["generate", "generate", "status", "media", "upload"]), troubles)
first = st.one_of(
    st.tuples(st.sampled_from(["submit", "double_submit"]), kernels, what, st.booleans()),
    st.tuples(st.just("race"), what),
)


def one_kind(steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    """As one branch: `one_of` would flatten it, and most steps would be faults."""
    return steps.map(tuple)


schedules = st.tuples(
    st.lists(st.one_of(one_kind(lines), one_kind(any_fault), st.just(("down",))), max_size=4),
    first,
    st.lists(st.one_of(*[one_kind(kind) for kind in (people, people, weather, lines, any_fault)]), max_size=12),
    st.sampled_from([[("settle",)], []]),
).map(lambda parts: [*parts[0], parts[1], *parts[2], *parts[3]])


def run(world: World, schedule: list[Step]) -> None:
    with contextlib.closing(world), world.overheard():
        with hasty():
            for name, *arguments in schedule:
                getattr(world, name)(*arguments)
            world.calm()
        with brisk():
            world.check()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the sockets of kernels that died
@pytest.mark.timeout(3600 if THOROUGH else 400)
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(schedule=schedules, instant=st.booleans())
def test_nobody_pays_twice_and_nothing_paid_is_lost(
    new_world: Callable[..., World], schedule: list[Step], instant: bool
) -> None:
    run(new_world(instant=instant), schedule)
