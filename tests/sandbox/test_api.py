"""The HTTP contract: routes, bodies and refusals as the reference has them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import uuid

import httpx
import pytest
from PIL import Image

from seedance_widgets.capabilities import DEFAULT_MODEL
from tests.sandbox.clips import encoded, photograph
from tests.support.sandbox import KEY

PNG = encoded(photograph((320, 320), 1))
PROMPT = "A cinematic close-up of a chef flipping noodles in slow motion"
GENERATED = {"success", "generation_id", "task_id", "credits_used", "directory_discount_applied", "message"}


@pytest.fixture(scope="module")
def curl(tmp_path_factory):
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    folder = tmp_path_factory.mktemp("curl")
    (folder / "image.jpg").write_bytes(encoded(photograph((400, 300), 3), "JPEG"))

    def run(*arguments: str) -> dict:
        command = ["curl", "-sS", "--fail-with-body", *arguments]
        return json.loads(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)

    return run


def test_the_three_calls_of_the_reference_get_the_documented_bodies(shared, curl):
    key = f"Authorization: Bearer {KEY}"
    uploaded = curl("-X", "POST", f"{shared.url}/seedance/upload/", "-H", key, "-F", "file=@image.jpg")
    assert uploaded.keys() == {"success", "url", "filename"}
    assert re.fullmatch(rf"{shared.url}/media/seedance_images/u1_[0-9a-f]+\.jpg", uploaded["url"])
    assert uploaded["url"].endswith(f"/media/{uploaded['filename']}")

    body = {
        "prompt": PROMPT,
        "input_urls": ["https://media.ulazai.com/seedance_images/u1_abc123.jpg"],
        "aspect_ratio": "16:9",
        "resolution": "1080p",
        "duration": "4",
        "fixed_lens": True,
        "generate_audio": False,
        "prompt_directory_optin": True,
    }
    json_type = ("-H", "Content-Type: application/json")
    started = curl("-X", "POST", f"{shared.url}/seedance/generate/", "-H", key, *json_type, "-d", json.dumps(body))
    assert started.keys() == GENERATED
    assert started["success"] is True
    assert started["credits_used"] == 40
    assert started["directory_discount_applied"] is True
    assert started["message"] == "Video generation started. This may take a few minutes."
    assert str(uuid.UUID(started["generation_id"])) == started["generation_id"]

    status = curl(f"{shared.url}/seedance/status/{started['generation_id']}/", "-H", key)
    assert status.keys() in ({"success", "status", "message"}, {"success", "status", "video_url"})
    status = shared.finished(started["generation_id"])
    assert status == {"success": True, "status": "completed", "video_url": status["video_url"]}
    assert status["video_url"].startswith(f"{shared.url}/media/seedance_outputs/")
    assert httpx.get(status["video_url"]).content[4:8] == b"ftyp"


def test_the_model_input_style_is_the_same_request(unrendered):
    settings = {"prompt": PROMPT, "aspect_ratio": "1:1", "resolution": "480p", "duration": 8, "generate_audio": True}
    simple = unrendered.http.post("/seedance/generate/", json=settings).json()
    explicit = unrendered.http.post("/seedance/generate/", json={"model": DEFAULT_MODEL.id, "input": settings}).json()
    assert simple.keys() == explicit.keys() == GENERATED
    assert simple["credits_used"] == explicit["credits_used"]


@pytest.mark.parametrize("path", ["/seedance/upload", "/seedance/generate", "/seedance/status/x"])
def test_a_path_works_with_and_without_its_last_slash(shared, path):
    method = "GET" if "status" in path else "POST"
    answers = [shared.http.request(method, path + slash, json={}) for slash in ("", "/")]
    assert [answer.status_code for answer in answers] == [404 if "status" in path else 400] * 2


def test_prices_grow_with_pixels_and_seconds_and_double_with_sound(unrendered):
    def price(**settings):
        body = {"prompt": PROMPT, "resolution": "1080p", "aspect_ratio": "16:9", "duration": "4", **settings}
        return unrendered.http.post("/seedance/generate/", json=body).json()["credits_used"]

    assert (price(), price(prompt_directory_optin=True), price(generate_audio=True)) == (50, 40, 100)
    assert price(duration="12") == 150
    assert price(resolution="480p") < price(resolution="720p") < price()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bad-key"}, {"Authorization": "Bearer"},
                                     {"Authorization": "Basic abc"}, {"Authorization": KEY}])  # fmt: skip
@pytest.mark.parametrize("route", ["POST /seedance/upload/", "POST /seedance/generate/", "GET /seedance/status/x/"])
def test_a_missing_or_bad_key_is_401(shared, headers, route):
    method, path = route.split()
    answer = httpx.request(method, shared.url + path, headers=headers, json={"prompt": PROMPT})
    assert answer.status_code == 401
    assert answer.json() == {"success": False, "error": "Authentication failed (missing or invalid API key)"}


@pytest.mark.parametrize(("change", "reason"), [
    ({"prompt": None}, "prompt"), ({"prompt": "ab"}, "3 to 2500"), ({"prompt": "a" * 2501}, "3 to 2500"),
    ({"prompt": "   "}, "3 to 2500"), ({"prompt": 7}, "prompt"), ({"aspect_ratio": "2:1"}, "21:9"),
    ({"resolution": "4k"}, "1080p"), ({"duration": "5"}, "4, 8, 12"), ({"duration": 4.5}, "4, 8, 12"),
    ({"duration": True}, "4, 8, 12"), ({"duration": 10**400}, "4, 8, 12"), ({"fixed_lens": "true"}, "fixed_lens"),
    ({"generate_audio": 1}, "generate_audio"), ({"prompt_directory_optin": None}, "prompt_directory_optin"),
    ({"input_urls": "x"}, "list"), ({"input_urls": [1]}, "list"), ({"input_urls": ["a", "b", "c"]}, "at most 2"),
    ({"input_urls": ["https://example.org/a.png"]}, "offline"), ({"input_urls": ["file:///etc/passwd"]}, "offline"),
    ({"input_urls": ["http://[bad"]}, "URL"),
    ({"input_urls": ["http://127.0.0.1/media/seedance_images/../../sandbox.sqlite3"]}, "offline"),
    ({"input_urls": ["http://127.0.0.1/media/seedance_images/u1_abcdef.png"]}, "was uploaded"),
    ({"model": "other/model"}, "model"), ({"model": []}, "model"), ({"input": []}, "input"),
])  # fmt: skip
def test_what_is_wrong_with_a_request_is_400_with_the_reason(shared, change, reason):
    answer = shared.http.post("/seedance/generate/", json={"prompt": PROMPT} | change)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert reason in answer.json()["error"]


def test_all_reasons_are_given_at_once(shared):
    answer = shared.http.post("/seedance/generate/", json={"prompt": "", "duration": 1, "resolution": "8k"})
    assert all(name in answer.json()["error"] for name in ("prompt", "duration", "resolution"))


def test_unknown_fields_are_ignored_and_defaults_filled_in(unrendered):
    answer = unrendered.http.post("/seedance/generate/", json={"prompt": PROMPT, "seed": 7, "resolution": "480p"})
    assert answer.status_code == 200


def test_a_refused_request_costs_nothing_and_makes_no_job(shared):
    before = shared.stats()
    shared.http.post("/seedance/generate/", json={"prompt": "x"})
    after = shared.stats()
    assert (after["jobs"]["created"], after["credits"]["charged"]) == (
        before["jobs"]["created"],
        before["credits"]["charged"],
    )


def test_without_credits_it_is_402_with_both_figures(shared):
    shared.control.set_credits(7)
    try:
        answer = shared.http.post("/seedance/generate/", json={"prompt": PROMPT, "resolution": "1080p"})
    finally:
        shared.control.set_credits(10**9)
    assert answer.status_code == 402
    assert answer.json() == {
        "success": False, "error": "Insufficient credits. Need 50, have 7", "credits_needed": 50, "credits_balance": 7,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_image_is_known_by_its_bytes_not_by_its_name(shared, kind):
    data = encoded(photograph((300, 300), 4), kind)
    answer = shared.http.post("/seedance/upload/", files={"file": ("wrong.txt", data, "text/plain")}).json()
    kept = httpx.get(answer["url"])
    assert kept.content == data
    assert kept.headers["content-type"] == f"image/{kind.lower()}"
    assert kept.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"GIF89a" + bytes(50), b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_accepted_image_is_415(shared, data):
    assert shared.http.post("/seedance/upload/", files={"file": ("photo.png", data, "image/png")}).status_code == 415


def test_a_damaged_image_is_400_or_fails_its_job_with_the_reason(shared):
    assert shared.http.post("/seedance/upload/", files={"file": ("a.png", PNG[:40])}).status_code == 400
    url = shared.upload(encoded(photograph((300, 300), 5), "JPEG")[:4000], "cut.jpg")
    status = shared.finished(shared.create(PROMPT, input_urls=[url]))
    assert status == {
        "success": True, "status": "failed", "error_message": "A guide image could not be read.",
        "credits_refunded": True,
    }  # fmt: skip


def test_an_image_above_the_limit_is_413_and_one_at_the_limit_is_not(shared):
    limit = DEFAULT_MODEL.image_bytes_max
    exact, above = PNG + bytes(limit - len(PNG)), PNG + bytes(limit + 1 - len(PNG))
    assert shared.http.post("/seedance/upload/", files={"file": ("a.png", exact)}).status_code == 200
    assert shared.http.post("/seedance/upload/", files={"file": ("a.png", above)}).status_code == 413
    assert shared.http.post("/seedance/upload/", files={"file": ("a.png", above + bytes(10**7))}).status_code == 413


@pytest.mark.parametrize("request_parts", [
    {"content": b"x"}, {"files": {"other": PNG}}, {"data": {"file": "text"}},
    {"files": [("file", PNG), ("file", PNG)]},
    {"content": b"--b\r\n\r\n", "headers": {"Content-Type": "multipart/form-data"}},
    {"content": b"--b\r\n\xff\xfe", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
])  # fmt: skip
def test_a_form_without_its_one_file_is_400(shared, request_parts):
    assert shared.http.post("/seedance/upload/", **request_parts).status_code == 400


def test_an_unknown_generation_is_404(shared):
    answer = shared.http.get(f"/seedance/status/{uuid.uuid4()}/")
    assert (answer.status_code, answer.json()["success"]) == (404, False)


def test_a_guide_image_is_found_whatever_port_its_address_has(shared):
    url = re.sub(r":\d+/", ":9/", shared.upload(PNG))
    assert shared.finished(shared.create("Push in", input_urls=[url]))["status"] == "completed"


def test_media_can_be_read_in_ranges_without_a_key(shared):
    url = shared.finished(shared.create(PROMPT))["video_url"]
    whole = httpx.get(url)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    part = httpx.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    assert httpx.get(url, headers={"Range": "bytes=-50"}).content == whole.content[-50:]
    beyond = httpx.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")
    same, other = ({"Range": "bytes=0-9", "If-Range": tag} for tag in (whole.headers["etag"], '"other"'))
    assert (httpx.get(url, headers=same).status_code, httpx.get(url, headers=other).status_code) == (206, 200)


@pytest.mark.parametrize("name", ["nothing.mp4", "..%2f..%2fsandbox.sqlite3", "%00.mp4", "u1_abcdef123456.png"])
@pytest.mark.parametrize("folder", ["seedance_images", "seedance_outputs"])
def test_media_outside_the_two_folders_cannot_be_reached(shared, folder, name):
    assert httpx.get(f"{shared.url}/media/{folder}/{name}").status_code == 404


def test_addresses_are_built_from_the_host_the_request_came_to(shared):
    port = shared.url.rsplit(":", 1)[1]
    generation = shared.create(PROMPT)
    shared.finished(generation)
    for host, built in ((f"localhost:{port}", f"http://localhost:{port}/"), ("evil\"'<>", f"{shared.url}/")):
        status = shared.http.get(f"/seedance/status/{generation}/", headers={"Host": host}).json()
        assert status["video_url"].startswith(built)


def test_the_limits_come_from_the_table_of_capabilities():
    """Where the table changes, the sandbox changes with it."""
    for width, height in DEFAULT_MODEL.pixels.values():
        assert Image.new("L", (width, height)).size == (width, height)
        assert width % 2 == height % 2 == 0  # 4:2:0 video needs even sides
