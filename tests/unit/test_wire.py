"""Requests to the wire and answers from it: nothing is lost on the way, and no answer makes the reader stumble."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import wire
from seedance_widgets.models import GenerationRequest
from tests.unit.strategies import anything, requests, urls

READERS = [wire.read_upload, wire.read_generate, wire.read_status]


@given(requests(), st.sampled_from(["simple", "model"]), st.lists(urls, max_size=2))
def test_a_request_arrives_as_it_was_written(
    request_: GenerationRequest, style: wire.Style, addresses: list[str]
) -> None:
    try:
        request_.prompt.encode()
    except UnicodeEncodeError:
        return  # refused by validation: no JSON in UTF-8 holds half a character
    body = json.loads(json.dumps(wire.to_wire(request_, addresses, style)))
    assert wire.from_wire(body) == (request_.replace(images=()), addresses)


def test_every_field_is_sent_in_both_styles() -> None:
    fields = {
        "prompt",
        "aspect_ratio",
        "resolution",
        "duration",
        "fixed_lens",
        "generate_audio",
        "prompt_directory_optin",
    }
    simple = wire.to_wire(GenerationRequest("A red fox"))
    model = wire.to_wire(GenerationRequest("A red fox"), style="model")
    assert set(simple) == set(model["input"]) == fields
    assert set(model) == {"model", "input"}
    assert model["model"] == "bytedance/seedance-1.5-pro"


def test_a_prompt_is_not_shared_unless_asked() -> None:
    assert wire.to_wire(GenerationRequest("A red fox"))["prompt_directory_optin"] is False


def test_the_body_of_the_reference_is_what_is_sent() -> None:
    request = GenerationRequest(
        "A cinematic close-up of a chef flipping noodles in slow motion",
        resolution="1080p",
        duration=4,
        fixed_lens=True,
        prompt_directory_optin=True,
    )
    url = "https://media.ulazai.com/seedance_images/u1_abc123.jpg"
    assert wire.to_wire(request, [url]) == {
        "prompt": "A cinematic close-up of a chef flipping noodles in slow motion",
        "input_urls": [url],
        "aspect_ratio": "16:9",
        "resolution": "1080p",
        "duration": "4",
        "fixed_lens": True,
        "generate_audio": False,
        "prompt_directory_optin": True,
    }


@pytest.mark.parametrize("body", [None, [], "text", {"input": 3}, {"input_urls": "https://x"}, {"input_urls": [1]}])
def test_a_body_of_another_shape_is_a_value_error(body: Any) -> None:
    with pytest.raises(ValueError, match="not"):
        wire.from_wire(body)


@given(anything)
def test_no_json_of_a_server_crashes_a_reader(data: Any) -> None:
    for reader in READERS:
        with contextlib.suppress(wire.UnreadableReplyError):
            reader(data)
    text = wire.error_text(data)
    assert text is None or (0 < len(text) <= 2000 and text.isprintable())
    assert all(n is None or n >= 0 for n in wire.credits_short(data))


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_no_bytes_of_a_server_crash_the_parser(body: bytes | str) -> None:
    with contextlib.suppress(wire.UnreadableReplyError):
        wire.parse_json(body)
    if isinstance(body, bytes):
        wire.salvage_generation_id(body)
        wire.hinted_generation_id(body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, b"\xff\xfe", b"", b"nul"])
def test_a_body_made_to_break_a_parser_is_only_unreadable(body: bytes) -> None:
    with pytest.raises(wire.UnreadableReplyError):
        wire.parse_json(body)


@pytest.mark.parametrize("wrapper", [None, "data", "job", "generation"])
def test_answers_are_read_bare_or_wrapped(wrapper: str | None) -> None:
    def wrap(fields: dict[str, Any]) -> dict[str, Any]:
        return {"success": True, wrapper: fields} if wrapper else {"success": True, **fields}

    assert wire.read_upload(wrap({"url": "https://m/a.jpg"})).url == "https://m/a.jpg"
    made = wire.read_generate(wrap({"generation_id": "abc", "credits_used": 40, "directory_discount_applied": 1}))
    assert (made.generation_id, made.credits_used, made.directory_discount_applied) == ("abc", 40, True)
    done = wire.read_status(wrap({"status": "completed", "video_url": "https://m/v.mp4"}))
    assert (done.progress, done.video_url) == (wire.Progress.DONE, "https://m/v.mp4")


STATUS_WORDS = {
    wire.Progress.LIVE: ["pending", "queued", "processing", "generating", "running", "dreaming"],
    wire.Progress.DONE: ["completed", "succeeded", "success"],
    wire.Progress.DEAD: ["failed", "error", "cancelled", "canceled", "expired"],
}


@pytest.mark.parametrize(("progress", "word"), [(p, w) for p, words in STATUS_WORDS.items() for w in words])
@pytest.mark.parametrize("change", [str, str.upper, str.title, lambda w: f" {w}\n"])
def test_status_words_are_known_in_any_case_and_new_ones_are_live(
    progress: wire.Progress, word: str, change: Any
) -> None:
    assert wire.read_status({"status": change(word), "success": progress is wire.Progress.DEAD}).progress is progress


def test_an_http_code_at_top_level_does_not_hide_the_status_below() -> None:
    reply = wire.read_status({"status": 200, "data": {"status": "completed", "video_url": "https://m/v.mp4"}})
    assert reply.progress is wire.Progress.DONE
    assert reply.status == "completed"


def test_a_failed_job_says_why_and_whether_credits_came_back() -> None:
    body = {
        "success": True,
        "job": {"status": "failed", "error_message": "Blocked by a filter", "credits_refunded": True},
    }
    reply = wire.read_status(body)
    assert (reply.progress, reply.error, reply.credits_refunded) == (wire.Progress.DEAD, "Blocked by a filter", True)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"video_url": "https://m/1", "result_urls": ["https://m/2"], "url": "https://m/3"}, "https://m/1"),
        ({"result_urls": ["https://m/2", "https://m/9"], "url": "https://m/3"}, "https://m/2"),
        ({"url": "https://m/3"}, "https://m/3"),
        ({"video_url": "javascript:alert(1)", "url": "file:///etc/passwd"}, None),
        ({"video_url": "https://m/a b"}, None),
        ({"result_urls": []}, None),
        ({"video_url": {"href": "https://m/1"}}, None),
    ],
)
def test_the_video_address_is_looked_for_in_order(fields: dict[str, Any], expected: str | None) -> None:
    assert wire.read_status({"status": "completed", **fields}).video_url == expected


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": "No"}, "No"),
        ({"error": {"code": "bad", "message": "Worse"}}, "Worse"),
        ({"error": {"code": "bad"}}, "bad"),
        ({"error_message": "Late", "message": "Other"}, "Late"),
        ({"message": "Said"}, "Said"),
        ({"data": {"error": "Deep"}}, "Deep"),
        ("Plain", "Plain"),
        ({"error": "a\x1b[31mred\u202ecod\x00"}, "a [31mred cod"),
        ({"success": False}, None),
    ],
)
def test_what_went_wrong_is_found_and_harmless_to_print(body: Any, text: str | None) -> None:
    assert wire.error_text(body) == text


@pytest.mark.parametrize("bad", [None, "", "  ", "..", "a\nb", "é", "x" * 201, True, {"id": 1}, 10**31])
def test_an_id_that_cannot_be_asked_about_is_no_id(bad: Any) -> None:
    with pytest.raises(wire.UnreadableReplyError):
        wire.read_generate({"generation_id": bad})


def test_an_id_is_saved_from_a_reply_that_broke_off_after_it() -> None:
    body = b'{"success": true, "generation_id": "abc12345-1234", "task_id": "seedan'
    whole = body.index(b'",', 20) + 1
    assert wire.salvage_generation_id(body) == "abc12345-1234"
    assert all(wire.salvage_generation_id(body[:n]) is None for n in range(whole))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"error": "Internal", "generation_id": "abc12345-1234"}', "abc12345-1234"),
        (b'{"detail": {"job": {"generationId": "abc12345_1234"}}}', "abc12345_1234"),
        (rb'{"error": "upstream said {\"generation_id\": \"abc12345-1234\"}"}', "abc12345-1234"),
        (b"<html><p>Bad gateway. Generation ID: abc12345-1234</p>", "abc12345-1234"),
        (b"generation_id=00112233 status=timeout", "00112233"),
        (b'{"generation_id": 4815162342}', "4815162342"),
        (b'{"error": "generation_id: missing field"}', None),
        (b'{"generation_id": ""}', None),
        (b'{"generation_id": "abc12345-12', None),  # cut off
        (b'{"generation_id": "../../admin/1"}', None),
        (b'{"generation_id": "<img src=x onerror=alert(1)>"}', None),
        (b'{"generation_id": "' + b"a1" * 40 + b'"}', None),
        ('{"generation_id": "ab\u043012345"}'.encode(), None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_what_reads_like_an_id_in_an_answer_that_is_none_is_found_and_nothing_else(
    body: bytes, found: str | None
) -> None:
    assert wire.hinted_generation_id(body) == found
