"""Past prompts in the form: listed from the real ledger, put into the fields, and nothing that was typed is lost."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets import images as guides
from seedance_widgets.ledger import Record
from seedance_widgets.states import State
from seedance_widgets.widgets import SeedanceForm
from tests.support.environment import ROOT
from tests.widgets.conftest import say, settle, until
from tests.widgets.test_protocol import members

HOSTILE = "<img src=x onerror=alert(1)>\0 \u202egnp.exe \U0001f98a{not a variable}"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(home=tmp_path / "home", place=None)
    yield made
    made.close()


@pytest.fixture
def form(studio: Studio, listen: Any) -> Any:
    made: Any = SeedanceForm(studio=studio)
    made.line = listen(made)
    return made


@pytest.fixture
def new_form(studio: Studio, listen: Any) -> Callable[..., Any]:
    def make(**settings: Any) -> Any:
        made: Any = SeedanceForm(studio=studio, **settings)
        made.line = listen(made)
        return made

    return make


@pytest.fixture
def keep(studio: Studio) -> Callable[..., str]:
    """A function that enters a take into the ledger and gives its id; each is a second newer than the one before."""
    count = iter(range(1000))

    def enter(prompt: str, *, label: str = "Sandbox", state: State = State.COMPLETED, **settings: Any) -> str:
        request = GenerationRequest(prompt, **settings)
        number = next(count)
        when = 1_790_000_000.0 + number
        row = Record(
            id=f"take-{number:03}",
            connection=label.lower(),
            label=label,
            model=request.model.id,
            request=request.to_dict(),
            fingerprint=request.fingerprint,
            created=when,
            updated=when,
            state=state,
        )
        studio.ledger.begin(row, reuse=False)
        return row.id

    return enter


def png(colour: str = "navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 360), colour).save(out, "PNG")
    return out.getvalue()


def ask(form: Any, find: str = "", after: Any = None) -> dict[str, Any]:
    """Ask for past prompts as the page does; the answer."""
    before = len(form.line.of("past-prompts"))
    say(form, {"kind": "past-prompts", "id": f"p{before}", "find": find, "after": after})
    until(lambda: len(form.line.of("past-prompts")) > before, "past prompts")
    told: dict[str, Any] = form.line.of("past-prompts")[-1]
    assert told["id"] == f"p{before}"
    return told


def shown(form: Any, **changes: Any) -> dict[str, Any]:
    """What the page shows, as it sends it along."""
    names = ("prompt", "aspect_ratio", "resolution", "duration", "fixed_lens", "generate_audio")
    fields = {name: getattr(form, name) for name in (*names, "prompt_directory_optin")}
    return {"fields": {**fields, **changes}, "typed_values": dict(form.typed_values)}


def use(form: Any, entry: str, *, walking: bool = False, **changes: Any) -> dict[str, Any]:
    """Choose a past prompt as the page does; the answer."""
    before = len(form.line.of("answer"))
    message = {"kind": "use-past", "id": f"u{before}", "entry": entry, "walking": walking}
    say(form, message | shown(form, **changes))
    until(lambda: len(form.line.of("answer")) > before, "the answer")
    answer: dict[str, Any] = form.line.of("answer")[-1]
    return answer


def texts(told: dict[str, Any]) -> list[str]:
    return [row["text"] for row in told["rows"]]


# The list


def test_prompts_of_every_connection_are_listed_with_what_became_of_them(form: Any, keep: Any) -> None:
    keep("A red fox", label="UlazAI", duration=8, resolution="1080p", generate_audio=True)
    keep("A grey owl", state=State.FAILED)
    told = ask(form)
    assert texts(told) == ["A grey owl", "A red fox"]
    owl, fox = told["rows"]
    assert (fox["title"], fox["tone"], fox["connection"]) == ("Ready", "good", "UlazAI")
    assert fox["about"].endswith("16:9 · 1080p · 8 s · Sound")
    assert (owl["tone"], owl["connection"]) == ("bad", "Sandbox")
    assert (told["next"], told["count"], told["problem"]) == (None, 2, "")


def test_what_is_told_has_the_members_the_page_reads(form: Any, keep: Any) -> None:
    source = (ROOT / "js/src/past_protocol.ts").read_text("utf-8")
    keep("A red fox")
    told = ask(form)
    assert set(told) == members("PastPrompts", source)
    assert set(told["rows"][0]) == members("PastRow", source)
    use(form, told["rows"][0]["id"])
    assert set(form.line.of("filled")[0]) == members("Filled", source)


def test_they_come_a_screenful_at_a_time(form: Any, keep: Any) -> None:
    for number in range(45):
        keep(f"Fox number {number}")
    pages = [ask(form)]
    while pages[-1]["next"]:
        pages.append(ask(form, after=json.loads(json.dumps(pages[-1]["next"]))))
    assert [len(page["rows"]) for page in pages] == [20, 20, 5]
    assert [text for page in pages for text in texts(page)] == [f"Fox number {n}" for n in range(44, -1, -1)]
    assert texts(ask(form, find="NUMBER 31")) == ["Fox number 31"]


def test_a_hostile_prompt_is_listed_as_text_and_put_in_as_it_was_sent(form: Any, keep: Any) -> None:
    take = keep(HOSTILE)
    (row,) = ask(form)["rows"]
    assert row["text"] == HOSTILE
    assert use(form, take)["ok"]
    assert form.request.prompt == HOSTILE


def test_half_a_character_stops_no_message(form: Any, keep: Any) -> None:
    keep("A fox \ud83e")
    assert texts(ask(form)) == ["A fox ?"]


@pytest.mark.parametrize("after", ["x", [1], [None, "a"], [1, 2], [float("nan"), "a"], {"a": 1}])
def test_a_place_that_is_none_is_the_beginning_or_nothing(form: Any, keep: Any, after: Any) -> None:
    keep("A red fox")
    assert texts(ask(form, after=after)) in (["A red fox"], [])


# Choosing


def test_choosing_one_sets_prompt_settings_and_parent(form: Any, studio: Studio, keep: Any) -> None:
    take = keep("A {red} fox", duration=12, resolution="480p", aspect_ratio="9:16", fixed_lens=True)
    assert use(form, take)["ok"]
    assert form.prompt == "A {{red}} fox"
    assert (form.duration, form.resolution, form.aspect_ratio, form.fixed_lens) == (12, "480p", "9:16", True)
    assert form._parent is studio.job(take)
    (filled,) = form.line.of("filled")
    assert (filled["fields"]["prompt"], filled["fields"]["duration"], filled["shown"]) == ("A {{red}} fox", 12, False)
    assert form.line.of("focus") == [{"kind": "focus", "field": "prompt"}]


def test_what_was_in_the_form_is_the_first_entry_and_comes_back_whole(form: Any, keep: Any) -> None:
    take = keep("A grey owl", duration=12)
    form.images = [png()]
    # What was typed last has not come to Python by itself yet.
    use(form, take, prompt="A {colour} fox, unfinished", duration=8)
    assert (form.prompt, form.duration, form.images) == ("A grey owl", 12, [])
    told = ask(form)
    assert [row["title"] for row in told["rows"]] == ["What you had", "Ready"]
    assert told["count"] == 2
    assert use(form, told["rows"][0]["id"])["ok"]
    assert (form.prompt, form.duration, len(form.images)) == ("A {colour} fox, unfinished", 8, 1)
    assert form._parent is None


def test_what_was_typed_stays_on_offer_while_past_prompts_are_tried(form: Any, keep: Any) -> None:
    takes = [keep(f"Owl {number}") for number in range(7)]
    form.prompt = "A fox, unfinished"
    for take in takes:
        use(form, take)
    assert ask(form)["rows"][0]["insert"] == "A fox, unfinished"


def test_what_is_in_the_form_still_or_was_never_touched_is_no_entry(form: Any, new_form: Any, keep: Any) -> None:
    take = keep("A grey owl")
    form.prompt = "A fox"
    use(form, take)
    form.prompt = "A fox in snow"
    assert [row["title"] for row in ask(form)["rows"]] == ["Ready"]
    from_code = new_form(prompt="Written in the cell")
    use(from_code, take)
    assert [row["title"] for row in ask(from_code)["rows"]] == ["Ready"]


def test_a_guide_image_comes_back_from_its_copy(form: Any, studio: Studio, keep: Any) -> None:
    kept = [studio.library.keep_image(guides.load(png(colour), f"{colour}.png")) for colour in ("navy", "red")]
    take = keep("A pier", images=(kept[0].cut_at(0.5, 0.2), kept[1]))
    assert use(form, take)["ok"]
    assert [image.info.name for image in form.images] == ["navy.png", "red.png"]
    assert form.images[0].info.crop == (0.5, 0.2)


def test_a_picture_without_a_copy_is_named_and_nothing_is_sent_without_it(form: Any, studio: Studio, keep: Any) -> None:
    kept = [studio.library.keep_image(guides.load(png(colour), f"{colour}.png")) for colour in ("navy", "red")]
    take = keep("A pier", images=kept)
    Path(str(kept[0].path)).unlink()
    assert use(form, take)["ok"]
    assert [slot["state"] for slot in form.slots] == ["missing", "waiting"]
    assert form.slots[0]["message"] == "navy.png is not on this machine any more. Add it again."
    assert form.images == []
    say(form, {"kind": "submit", "id": "s", **shown(form), "seen": {}})
    until(lambda: form.problems, "the problem")
    assert form.problems[0]["message"] == "navy.png is missing."
    assert studio.history() == [] or studio.history()[0].id == take
    data = png()
    facts = {"id": "c", "slot": "first", "name": "again.png", "index": 0, "count": 1, "size": len(data)}
    say(form, {"kind": "image-chunk", **facts}, memoryview(data))
    until(lambda: len(form.images) == 2, "both pictures")
    assert [image.info.name for image in form.images] == ["again.png", "red.png"]


def test_a_missing_picture_can_be_done_without(form: Any, studio: Studio, keep: Any) -> None:
    kept = [studio.library.keep_image(guides.load(png(colour), f"{colour}.png")) for colour in ("navy", "red")]
    take = keep("A pier", images=kept)
    Path(str(kept[0].path)).unlink()
    use(form, take)
    say(form, {"kind": "remove-image", "id": "r", "slot": "first"})
    until(lambda: form.images, "the other picture")
    assert [slot["state"] for slot in form.slots] == ["filled", "empty"]


@pytest.mark.parametrize("entry", ["", "no such take", "draft-99"])
def test_an_entry_that_is_gone_changes_nothing(form: Any, entry: str) -> None:
    form.prompt = "A fox"
    answer = use(form, entry)
    assert not answer["ok"]
    assert "not in the history any more" in answer["message"]
    assert (form.prompt, form.line.of("filled")) == ("A fox", [])


def test_a_forgotten_take_is_not_given(form: Any, studio: Studio, keep: Any) -> None:
    take = keep("secret fox")
    job = studio.job(take)
    assert job is not None
    studio.forget(job)
    assert ask(form)["rows"] == []
    assert not use(form, take)["ok"]


def test_a_history_that_cannot_be_read_says_so(form: Any, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from seedance_widgets.errors import StorageError

    def fail(**_options: Any) -> None:
        raise StorageError("The history is busy.")

    monkeypatch.setattr(studio.ledger, "prompts", fail)
    assert "The history is busy." in ask(form)["problem"]


# A cell that is run again


def test_the_draft_of_a_form_that_ended_is_on_offer_in_the_next(new_form: Any, keep: Any) -> None:
    keep("A grey owl")
    first = new_form()
    first.prompt, first.duration, first.images = "A {colour} fox", 12, [png()]
    first.typed_values = {"colour": "red"}
    other = new_form()
    assert [row["title"] for row in ask(other)["rows"]] == ["Ready"]  # the first is there still
    first.close()
    second = new_form()
    row = ask(second)["rows"][0]
    assert (row["title"], row["insert"], row["whole"]) == ("What you had", "A {colour} fox", True)
    use(second, row["id"], walking=True)
    assert (second.duration, second.typed_values, len(second.images)) == (12, {"colour": "red"}, 1)
    assert "prompt" not in second.line.of("filled")[0]["fields"]  # the page walks, and writes it
    assert second.line.of("focus") == []


def test_walking_in_a_form_that_has_something_brings_words_alone(new_form: Any) -> None:
    first = new_form()
    first.prompt = "A fox"
    first.close()
    second = new_form()
    second.duration = 12
    assert not ask(second)["rows"][0]["whole"]


def test_a_form_that_was_not_touched_leaves_no_draft(new_form: Any) -> None:
    new_form(prompt="Written in the cell").close()
    assert ask(new_form())["rows"] == []


def test_what_gives_way_to_a_walk_is_kept(form: Any, keep: Any) -> None:
    keep("A grey owl")
    say(form, {"kind": "keep-draft", "id": "k", **shown(form, prompt="A fox, unfinished")})
    until(lambda: form.line.of("answer"), "the answer")
    settle()
    assert form.prompt == ""  # what the page shows is the page's to say
    assert ask(form)["rows"][0]["insert"] == "A fox, unfinished"
    form.close()
    assert len(ask(form)["rows"]) == 2
