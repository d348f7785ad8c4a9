"""No input makes the sandbox answer 500, hang, or fall over."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedance_widgets.capabilities import DEFAULT_MODEL, SETTINGS
from seedance_widgets.sandbox.answers import RequestError
from seedance_widgets.sandbox.order import read_order
from seedance_widgets.sandbox.render.camera import read_move
from seedance_widgets.sandbox.render.mood import read_mood
from seedance_widgets.sandbox.render.overlay import slate

TEXT = st.text(alphabet=st.characters(), max_size=40)  # lone surrogates and null characters too
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
VALUES = JSON | st.sampled_from([*DEFAULT_MODEL.aspect_ratios, *DEFAULT_MODEL.resolutions, "4", 8, "A fine prompt"])
FIELDS = st.sampled_from(["model", "input", *SETTINGS, "input_urls"])
BODIES = JSON | st.dictionaries(FIELDS, VALUES) | st.dictionaries(FIELDS, VALUES).map(lambda inner: {"input": inner})
REFUSALS = {400, 402, 404, 405, 413, 415}


@given(BODIES)
@settings(max_examples=200)
def test_any_json_is_an_order_or_refused_with_a_reason(body):
    try:
        order = read_order(body)
    except RequestError as refused:
        answer = refused.answer()
    else:
        assert order.size in DEFAULT_MODEL.pixels.values()
        return
    assert answer.status_code == 400
    assert json.loads(answer.body)["error"]


@given(body=st.one_of(st.binary(max_size=200), BODIES.map(lambda value: json.dumps(value).encode()),
                      TEXT.map(lambda text: text.encode("utf-8", "surrogatepass"))))  # fmt: skip
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.parametrize(
    "path", ["/seedance/generate/", "/seedance/upload/", "/admin/faults", "/admin/credits", "/admin/settings"]
)
def test_no_body_gives_a_500(shared, path, body):
    shared.control.clear_faults()
    shared.control.add_fault("stuck_job")  # what happens to be a right request need not be rendered
    answer = shared.http.post(path, content=body, headers={"Content-Type": "application/json"})
    shared.control.clear_faults()
    if answer.status_code == 200:  # a fault, setting or job that happened to be right
        shared.control.set(speed=1000, latency=2, media_seconds=None)
        shared.control.set_credits(10**9)
    else:
        assert answer.status_code in REFUSALS
        assert answer.json()["success"] is False


@pytest.mark.parametrize("body", [
    b"[" * 100_000, b'{"prompt":' * 20_000, b"1" * 10_000, b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"",
    b'{"prompt": "\\ud800\\ud800 lone"}', b'{"prompt": "\\u0000"}',
    b'{"prompt": "a fox", "duration": 1e999}', b'{"prompt": "a fox", "duration": NaN}',
])  # fmt: skip
def test_odd_json_is_refused_with_400(shared, body):
    assert shared.http.post("/seedance/generate/", content=body).status_code == 400


def test_a_huge_body_is_413(shared):
    assert shared.http.post("/seedance/generate/", content=b" " * 2**20).status_code == 413


@pytest.mark.parametrize(
    "value", ["bytes=x", "bytes=", "lines=1-2", "bytes=5-1", "bytes=" + "0-1," * 200, "bytes=0-0,-1", "bytes=²-", "é"]
)
def test_an_odd_range_is_answered(shared, value):
    url = shared.finished(shared.create("A lake"))["video_url"]
    answer = shared.http.get(url, headers={"Range": value.encode("utf-8")})
    assert answer.status_code in {200, 206, 400, 416}


@pytest.mark.parametrize("content_type", [
    "multipart/form-data; boundary=", "multipart/form-data; boundary=é",
    "multipart/form-data; charset=nonsense; boundary=b",
    "multipart/form-data; boundary=" + "b" * 5000, "multipart/form-data; boundary=b; charset=utf-16",
    "MULTIPART/FORM-DATA",
])  # fmt: skip
def test_an_odd_form_is_refused(shared, content_type):
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xff\x00.png"\r\n\r\nx\r\n--b--\r\n'
    answer = shared.http.post("/seedance/upload/", content=body, headers={"Content-Type": content_type.encode()})
    assert answer.status_code in {400, 415}


@given(st.text(max_size=300))
@settings(max_examples=50)
def test_any_text_has_a_move_a_mood_and_a_slate(prompt):
    prompt = prompt.encode("utf-8", "ignore").decode()
    assert read_move(prompt, fixed_lens=True, seed=1).still
    read_move(prompt, fixed_lens=False, seed=1)
    read_mood(prompt, 1)
    slate((864, 496), prompt, "480p")
