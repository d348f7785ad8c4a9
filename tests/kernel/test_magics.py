"""The magics in real kernels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.kernel import Kernel

LOAD = "%load_ext seedance_widgets"


@pytest.fixture
def loaded(kernel: Kernel) -> Kernel:
    kernel.run(LOAD)
    return kernel


@pytest.fixture(scope="module")
def reader(kernel_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for all the tests that only read what a line means: starting one takes seconds."""
    folder = tmp_path_factory.mktemp("reader")
    kernel = Kernel(kernel_python, folder, folder / "home")
    kernel.start()
    kernel.run(LOAD)
    yield kernel
    kernel.shutdown()


def sent(kernel: Kernel, line: str, setup: str = "") -> dict[str, object]:
    """What would be sent, by --dry-run."""
    cell = kernel.run(f"{setup}\n{line}")
    start, end = cell.stdout.index("{\n"), cell.stdout.rindex("}\n") + 1
    body = json.loads(cell.stdout[start:end])
    assert isinstance(body, dict)
    return body


def takes(kernel: Kernel) -> int:
    """How many takes the history has."""
    return int(kernel.value("len(__import__('seedance_widgets').Studio().history())"))


def test_loading_sends_nothing_and_prints_nothing(kernel: Kernel, home: Path) -> None:
    cell = kernel.run(LOAD)
    assert cell.stdout == ""
    assert not home.exists()


def test_a_line_makes_a_video_with_the_settings_asked_for(loaded: Kernel) -> None:
    cell = loaded.run("fox = %seedance A red fox trots --duration 8 -r 480p -a 1:1 --audio --no-fixed-lens")
    assert len(cell.widgets) == 1
    names = ("prompt", "duration", "resolution", "aspect_ratio", "generate_audio", "fixed_lens")
    assert loaded.value(f"[getattr(fox.request, name) for name in {names}]") == [
        "A red fox trots",
        8,
        "480p",
        "1:1",
        True,
        False,
    ]


def test_a_job_is_not_shown_twice_by_the_cell_that_made_it(loaded: Kernel) -> None:
    assert len(loaded.run("%seedance A red fox trots -r 480p").widgets) == 1
    assert len(loaded.run("fox = %seedance A red fox trots -r 480p\nfox").widgets) == 1
    assert len(loaded.run("fox").widgets) == 1


@pytest.mark.parametrize(
    "prompt",
    [
        "It's a dog's life",
        'She says "come -- now" and leaves',
        "A fox -- quick and sly -- jumps",
        "Who is there?",
        "Who is there??",
        "A price of $5 for {{braces}}",
        "A 🦊 in the ❄️, naïve café",
        "A path C:\\new\\table and a tab",
        "%d percent of %s",
        "Semicolons; and # hashes ! bangs",
    ],
)
def test_a_prompt_arrives_as_it_was_typed(reader: Kernel, prompt: str) -> None:
    expected = prompt.replace("{{", "{").replace("}}", "}")
    assert sent(reader, f"%seedance --dry-run {prompt}")["prompt"] == expected
    assert sent(reader, f"%%seedance --dry-run\n{prompt}")["prompt"] == expected


def test_the_body_of_a_cell_is_the_prompt_line_breaks_and_all(reader: Kernel) -> None:
    body = 'Shot 1: a fox.\n\nShot 2: "Who is --there?"\n  --duration 12'
    assert sent(reader, f"%%seedance --dry-run -d 8\n{body}")["prompt"] == body
    assert sent(reader, f"%%seedance --dry-run -d 8\n{body}")["duration"] == "8"


def test_one_pair_of_quotes_around_the_whole_is_taken_off(reader: Kernel) -> None:
    assert sent(reader, '%seedance "A sign reads --stop" --dry-run')["prompt"] == "A sign reads --stop"
    assert sent(reader, '%seedance --dry-run "One" and "two"')["prompt"] == '"One" and "two"'


def test_variables_of_the_notebook_are_filled_in_and_nothing_is_evaluated(reader: Kernel) -> None:
    setup = "subject = 'a {nested} fox'"
    body = sent(reader, "%seedance --dry-run See {subject} and {1+1} and {subject.upper()}", setup)
    assert body["prompt"] == "See a {nested} fox and {1+1} and {subject.upper()}"


def test_variables_of_a_function_are_filled_in(reader: Kernel) -> None:
    code = "def make(animal):\n    %seedance --dry-run A {animal} in the snow\nmake('hare')"
    assert '"prompt": "A hare in the snow"' in reader.run(code).stdout


BAD_LINES = [
    ("%seedance ab", "at least 3 characters"),
    ("%seedance A fox --duration 5", "Choose 4 s, 8 s or 12 s"),
    ("%seedance A fox --resolution 4k -a 2:1", "Aspect ratio '2:1' is not offered"),
    ("%seedance A fox --duraton 8", "Did you mean --duration?"),
    ("%seedance A fox --seed 5", "takes no seed"),
    ("%seedance A fox --duration", "--duration needs a value"),
    ("%seedance A {nobody} runs", "{nobody} has no value"),
    ("%seedance A fox --image nowhere.png", "nowhere.png was not found"),
    ("%seedance A fox --image nobody", "nobody is neither a variable of this notebook nor a file"),
    ("%seedance A fox -i a.png -i b.png -i c.png", "2 is the most"),
    ("%seedance A fox --name 2fox", "cannot be the name of a variable"),
    ("%seedance A fox --max-credits many", "whole number"),
    ("%seedance A fox --save ~nobody-here/fox.mp4", "not a usable path"),
    ("%seedance A fox -d8", "Write -d 8"),
    ("%%seedance A fox\nruns", "takes options only"),
    ("%%seedance\n  \n", "at least 3 characters"),
    ("%seedance_history many", "whole number"),
    ("%seedance_login sk-123", "Do not write the key into the notebook"),
    ("%seedance_login", "cannot ask for input"),
]


def test_bad_input_is_a_usage_error_in_one_line_and_sends_nothing(loaded: Kernel) -> None:
    for line, says in BAD_LINES:
        cell = loaded.run(line, check=False)
        assert cell.status == "error", line
        said = cell.stderr.strip()
        assert said.startswith("UsageError: "), line
        assert says in said
        assert len(said.splitlines()) == 1, said
        assert cell.traceback == "", line
    assert takes(loaded) == 0


def test_an_image_is_a_path_or_a_variable(reader: Kernel) -> None:
    Image.new("RGB", (640, 360), "navy").save(reader.folder / "my hero.png")
    setup = "from PIL import Image\nlast = Image.new('RGB', (320, 320), 'red')"
    body = sent(reader, "%seedance --dry-run A fox -i 'my hero.png' --image last", setup)
    assert body["input_urls"] == ["<address of my hero.png once uploaded>", "<address of picture.png once uploaded>"]


def test_defaults_come_from_config(loaded: Kernel) -> None:
    body = sent(
        loaded,
        "%seedance --dry-run A fox",
        "%config SeedanceMagics.duration = 12\n%config SeedanceMagics.fixed_lens = True",
    )
    assert (body["duration"], body["fixed_lens"], body["prompt_directory_optin"]) == ("12", True, False)
    assert "SeedanceMagics" in loaded.run("%config").stdout
    loaded.run("%config SeedanceMagics.embed = 'poster'\n%seedance --dry-run A fox")
    assert loaded.value("__import__('seedance_widgets.studio').studio.default().embed") == "poster"


def test_wait_and_save_leave_the_finished_video_where_it_was_asked_for(loaded: Kernel) -> None:
    loaded.run("%seedance A red fox trots -r 480p --wait --save clips/fox.mp4 --name fox")
    assert (loaded.folder / "clips" / "fox.mp4").read_bytes()[4:8] == b"ftyp"
    again = loaded.run("%seedance A red fox trots -r 480p --save clips/fox.mp4", check=False)
    assert "exists already" in again.stderr


def test_a_copy_that_cannot_be_saved_is_told_to_who_waits_and_shown_to_who_does_not(loaded: Kernel) -> None:
    (loaded.folder / "taken").write_text("a file, and no folder")
    line = "%seedance A red fox trots -r 480p --save taken/fox.mp4"
    waited = loaded.run(f"{line} --wait", check=False)
    assert "The video was not saved to" in waited.stderr
    assert "It is kept at" in waited.stderr
    assert "Traceback" not in waited.stderr
    (shown,) = loaded.run(line).widgets

    def said() -> bool:
        summary = loaded.models[shown].state["snapshot"].get("summary", [])
        return any(row["lead"] == "Not saved to" and "fox.mp4: " in row["text"] for row in summary)

    loaded.until(said, "a word in the cell")


def test_the_same_line_gives_back_its_take_and_new_makes_another(loaded: Kernel) -> None:
    line = "%seedance A red fox trots -r 480p"
    loaded.run(f"first = {line}\nsecond = {line}\nthird = {line} --new")
    assert loaded.value("[first is second, first is third]") == [True, False]


def test_help_shows_every_option(reader: Kernel) -> None:
    text = reader.run("%seedance --help").stdout
    for option in ("--duration", "--aspect-ratio", "--share-prompt", "--max-credits", "--dry-run"):
        assert option in text
    reader.run("%pinfo seedance")


def test_completion_knows_options_and_their_values(reader: Kernel) -> None:
    def matches(line: str) -> list[str]:
        reply = reader.client.complete(line, reply=True, timeout=30)
        return list(reply["content"]["matches"])

    assert "--duration" in matches("%seedance A fox --du")
    assert matches("%seedance A fox --duration ")[:3] == ["12", "4", "8"] or set(
        matches("%seedance A fox --duration ")
    ) >= {"4", "8", "12"}
    assert "1080p" in matches("%seedance A fox -r 1")
    assert "9:16" in matches("%%seedance -a 9")


def test_the_form_shows_for_a_bare_line(reader: Kernel) -> None:
    bare, filled = reader.run("%seedance"), reader.run("%seedance_form A red {hero} -d 12 --audio")
    assert bare.widgets
    assert filled.widgets
    state = reader.models[filled.widgets[0]].state
    # The form shows what stands for the variable, or asks for it.
    assert (state["prompt"], state["duration"], state["generate_audio"]) == ("A red {hero}", 12, True)


def test_history_lists_takes_newest_first(loaded: Kernel) -> None:
    assert "No takes yet" in loaded.run("%seedance_history").stdout
    loaded.run("%seedance A red fox trots -r 480p --wait\n%seedance A grey owl sits -r 480p --wait")
    live, shown = loaded.run("%seedance_history").displays
    assert "application/vnd.jupyter.widget-view+json" in live
    assert shown["text/html"].index("grey owl") < shown["text/html"].index("red fox")
    lines = shown["text/plain"].splitlines()
    assert "owl" in lines[1]
    assert "fox" in lines[2]
    assert "Ready" in lines[1]


def test_unloading_puts_everything_back(kernel: Kernel) -> None:
    look = """
ip = get_ipython()
def look():
    lines, cells = (sorted(ip.magics_manager.magics[kind]) for kind in ("line", "cell"))
    completers = [pattern.pattern for pattern in ip.strdispatchers["complete_command"].regexs]
    configurables = [type(item).__name__ for item in ip.configurables]
    manager = ip.input_transformer_manager
    transformers = list(map(str, [*manager.cleanup_transforms, *manager.token_transformers]))
    return [lines, cells, completers, configurables, transformers, sorted(ip.magics_manager.registry)]
before = look()
"""
    kernel.run("%load_ext storemagic")  # IPython registers its own magics for extensions at the first
    kernel.run(look)
    kernel.run(LOAD)
    assert kernel.value("look() != before")
    kernel.run(LOAD)
    kernel.run("%unload_ext seedance_widgets")
    assert kernel.value("look() == before")
    kernel.run("%load_ext seedance_widgets")
    assert kernel.run("%seedance --dry-run A fox").stdout
