"""Named prompts, and where they are kept."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedance_widgets import GenerationRequest
from seedance_widgets.errors import InvalidRequestError, SeedanceError, StorageError
from seedance_widgets.images import ImageSource, load
from seedance_widgets.templates import FOLDER, Template, Templates

PROMPT = "{subject} looks up, {light}, a sign says {{now}}"


@pytest.fixture
def templates(home: Path) -> Templates:
    return Templates(home)


def test_a_template_that_is_saved_is_there_in_the_next_kernel(templates: Templates, home: Path) -> None:
    assert (templates.list(), repr(templates)) == ((), "No templates yet.")
    assert not home.exists()
    saved = templates.save("portrait", PROMPT, light="soft light", resolution="1080p", duration="8")
    templates.save("Another", "A fox")
    later = Templates(home)
    assert later.get(" portrait ") == saved
    assert [each.name for each in later] == ["Another", "portrait"]
    assert saved.variables == ["subject", "light"]
    assert "portrait" in str(later)
    templates.save("portrait", "An owl")  # in its place
    assert later.get("portrait").prompt == "An owl"
    templates.delete("portrait")
    assert [each.name for each in later] == ["Another"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home / FOLDER).iterdir()] == [0o600]


def test_a_template_is_filled_with_what_is_given_else_with_its_defaults(templates: Templates) -> None:
    template = templates.save("portrait", PROMPT, light="soft light", resolution="1080p")
    filled = template.fill(subject="A fox", duration=8, images=["a.png"])
    assert filled == GenerationRequest(
        "A fox looks up, soft light, a sign says {now}", resolution="1080p", duration=8, images=["a.png"]
    )
    assert template.fill(subject=7, light="dusk", resolution="480p").prompt.startswith("7 looks up, dusk")
    assert [point.coordinates for point in template.expand(subject="A fox", light=["dusk", "dawn"])] == [
        {"light": "dusk"},
        {"light": "dawn"},
    ]
    with pytest.raises(InvalidRequestError, match=r"\{subject\} has no value"):
        template.fill()
    with pytest.raises(TypeError, match="takes no seed"):
        template.fill(subject="A fox", seed=1)
    with pytest.raises(TypeError, match="texts or numbers"):
        template.fill(subject=["A fox", "An owl"])


@pytest.mark.parametrize(
    ("name", "prompt", "defaults", "error"),
    [
        ("", "A fox", {}, ValueError),
        ("a\nb", "A fox", {}, ValueError),
        ("a" * 81, "A fox", {}, ValueError),
        ("\ud800", "A fox", {}, ValueError),
        (None, "A fox", {}, ValueError),
        ("fox", 7, {}, TypeError),
        ("fox", "x", {}, InvalidRequestError),
        ("fox", "A fox", {"mood": "calm"}, TypeError),
        ("fox", "A fox", {"images": ["nowhere.png"]}, InvalidRequestError),
        ("fox", "A fox", {"images": [b"no picture"]}, InvalidRequestError),
        ("fox", "A fox", {"images": [b"", b"", b""]}, InvalidRequestError),
        ("x" * 300, "A fox", {}, ValueError),
        ("fox", "A {mood} fox", {"mood": float("nan")}, TypeError),
        ("fox", "A {mood} fox", {"mood": ["calm"]}, TypeError),
        ("fox", "A fox", {"duration": 5}, InvalidRequestError),
    ],
)
def test_what_could_never_be_sent_is_not_kept(
    templates: Templates, home: Path, name: Any, prompt: Any, defaults: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        templates.save(name, prompt, **defaults)
    assert not home.exists()


@given(st.text(min_size=1, max_size=80).filter(lambda name: name.strip() and name.isprintable()))
def test_no_name_chooses_a_path(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    home = tmp_path_factory.mktemp("home")
    templates = Templates(home)
    templates.save(name, "A fox")
    assert templates.get(name).name == name.strip()
    (path,) = (home / FOLDER).iterdir()
    assert len(path.stem) == 32
    assert [each.name for each in home.iterdir()] == [FOLDER]
    templates.delete(name)
    assert list((home / FOLDER).iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "con.json", "a/b", "~"])
def test_hostile_names_are_only_names(templates: Templates, home: Path, name: str) -> None:
    templates.save(name, "A fox")
    assert [each.name for each in templates] == [name]
    assert {path.parent for path in home.rglob("*.json")} == {home / FOLDER}


def test_there_being_none_says_which_there_are(templates: Templates) -> None:
    with pytest.raises(SeedanceError, match=r"There is no template “x”.*save"):
        templates.get("x")
    templates.save("fox", "A fox")
    for ask in (templates.get, templates.delete):
        with pytest.raises(SeedanceError, match="There are: “fox”"):
            ask("x")


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"name": "fox", "prompt": 7, "defaults": {}}', b"{}"]
)
def test_a_damaged_file_hides_no_other(templates: Templates, home: Path, damage: bytes) -> None:
    templates.save("fox", "A fox")
    (path,) = (home / FOLDER).iterdir()
    templates.save("owl", "An owl")
    path.write_bytes(damage)
    assert [each.name for each in templates] == ["owl"]
    with pytest.raises(SeedanceError):
        templates.get("fox")
    templates.save("fox", "A fox")
    assert len(templates.list()) == 2


def test_a_file_under_another_name_is_not_taken_for_a_template(templates: Templates, home: Path) -> None:
    templates.save("fox", "A fox")
    copy = home / FOLDER / "copy.json"
    copy.write_text(json.dumps({"name": "owl", "prompt": "An owl", "defaults": {}}))
    assert [each.name for each in templates] == ["fox"]


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StorageError, match="could not be kept"):
        Templates(tmp_path / "home").save("fox", "A fox")


def test_a_table_of_templates_escapes_what_it_shows(templates: Templates) -> None:
    templates.save("<b>fox</b>", "A <i>fox</i>", duration=8)
    shown = templates._repr_html_()
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "duration: 8" in shown
    assert isinstance(templates.get("<b>fox</b>"), Template)


def picture(path: Path, colour: str) -> Path:
    Image.new("RGB", (640, 360), colour).save(path)
    return path


def test_guide_images_are_kept_as_copies(templates: Templates, home: Path, tmp_path: Path) -> None:
    first, last = picture(tmp_path / "hero.png", "#cc0000"), picture(tmp_path / "end.png", "#0000cc")
    colours = first.read_bytes(), last.read_bytes()
    template = templates.save("fox", "A {mood} fox", images=[first, colours[1]], duration=8)
    first.unlink()
    last.unlink()
    (found,) = Templates(home)
    assert found == template
    request = found.fill(mood="calm")
    assert [Path(image.path).read_bytes() for image in request.images] == list(colours)
    assert [Path(image.path).parent for image in request.images] == [home / FOLDER] * 2
    assert load(request.images[0]).info.sha256 == request.images[0].sha256  # it is judged anew before it is sent
    assert "images: hero.png + image" in repr(templates)
    assert [len(point.request.images) for point in found.expand(mood=["calm", "wild"])] == [2, 2]
    assert found.fill(mood="calm", images=()).images == ()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (home / FOLDER).iterdir()} == {0o600}


def test_copies_go_with_the_last_template_that_has_them(templates: Templates, home: Path, tmp_path: Path) -> None:
    red, blue = picture(tmp_path / "red.png", "#cc0000"), picture(tmp_path / "blue.png", "#0000cc")

    def copies() -> int:
        return len(list((home / FOLDER).glob("*.png")))

    templates.save("fox", "A fox", images=[red, blue])
    templates.save("owl", "An owl", images=red)
    assert copies() == 2
    templates.rename("fox", "vixen")
    assert (copies(), len(templates.get("vixen").defaults["images"])) == (2, 2)
    templates.save("vixen", "A fox")
    assert copies() == 1
    templates.delete("owl")
    assert copies() == 0
    assert [path.suffix for path in (home / FOLDER).iterdir()] == [".json"]


def test_an_address_is_fetched_once_and_its_picture_kept(home: Path, tmp_path: Path) -> None:
    data = picture(tmp_path / "red.png", "#cc0000").read_bytes()
    asked = []

    def fetch(url: str) -> ImageSource:
        asked.append(url)
        return ImageSource("red.png", data=data)

    Templates(home, fetch).save("fox", "A fox", images="https://example.org/red.png")
    (image,) = Templates(home).get("fox").fill().images
    assert (asked, image.name) == (["https://example.org/red.png"], "red.png")
    assert Path(image.path).read_bytes() == data


def test_a_copy_that_is_gone_is_said_before_anything_is_sent(templates: Templates, home: Path, tmp_path: Path) -> None:
    templates.save("fox", "A fox", images=picture(tmp_path / "hero.png", "#cc0000"))
    next((home / FOLDER).glob("*.png")).unlink()
    (image,) = templates.get("fox").fill().images
    with pytest.raises(InvalidRequestError, match=r"hero\.png: its file is no longer here"):
        load(image)


def test_a_file_that_names_a_path_for_an_image_is_left_out(templates: Templates, home: Path, tmp_path: Path) -> None:
    templates.save("fox", "A fox", images=picture(tmp_path / "hero.png", "#cc0000"))
    (path,) = (home / FOLDER).glob("*.json")
    data = json.loads(path.read_text())
    data["defaults"]["images"][0]["sha256"] = "../../secret"
    path.write_text(json.dumps(data))
    assert templates.list() == ()
    data["defaults"]["images"] = "hero.png"
    path.write_text(json.dumps(data))
    assert templates.list() == ()


def test_a_template_is_called_otherwise(templates: Templates) -> None:
    templates.save("fox", "A {mood} fox", mood="calm")
    templates.save("owl", "An owl")
    assert templates.rename("fox", " ../red fox ").prompt == "A {mood} fox"
    assert [each.name for each in templates] == ["../red fox", "owl"]
    assert templates.get("../red fox").values == {"mood": "calm"}
    assert templates.rename("owl", "owl").name == "owl"
    with pytest.raises(SeedanceError, match="There is a template “owl” already"):
        templates.rename("../red fox", "owl")
    with pytest.raises(SeedanceError, match="There is no template “fox”"):
        templates.rename("fox", "hare")
    with pytest.raises(ValueError, match="1 to 80"):
        templates.rename("owl", "x" * 300)
    assert len(templates.list()) == 2
