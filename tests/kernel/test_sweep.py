"""Sweeps and templates by their magics, in a real kernel on the embedded sandbox."""

from __future__ import annotations

import json

from tests.support.kernel import Kernel

SWEEP = "%%seedance --sweep move=static,orbit --sweep duration=4,8 -r 480p --name grid {options}\nA {{hero}}, {{move}}"

RARELY = "from seedance_widgets.widgets import companion\ncompanion._BEHIND = 10_000.0"
"""A table that is kept in the file is not renewed by itself."""


def test_a_sweep_shows_its_cost_and_is_sent_once_it_is_confirmed(kernel: Kernel) -> None:
    kernel.run(f"%load_ext seedance_widgets\nhero = 'red fox'\n{RARELY}")
    asked = kernel.run(SWEEP.format(options=""))
    assert (len(asked.widgets), asked.stdout) == (1, "")
    assert "4 takes, 4 to make. Free in the sandbox. Nothing is sent yet." in asked.displays[-1]["text/plain"]
    assert kernel.value("(grid.batch, len(grid._maker().history()))") == [None, 0]
    sent = kernel.run(SWEEP.format(options="--yes --wait"))
    assert (len(sent.widgets), sent.stdout) == (1, "")
    assert sent.displays[-1]["text/plain"].startswith("4 of 4 settled: 4 ready.")  # when its cell ends
    assert kernel.value("dict(grid.batch.tally)") == {"ready": 4}
    prompts = "sorted(job.request.prompt for job in grid.takes)[::2]"
    assert kernel.value(prompts) == ["A red fox, orbit", "A red fox, static"]
    (*_, kept) = kernel.run("grid").displays
    assert kept["text/plain"].startswith("4 of 4 settled: 4 ready. Free in the sandbox.")
    assert kept["text/html"].count("<tr>") == 5
    kernel.run(SWEEP.format(options=""))  # what is there costs nothing: there is nothing to confirm
    assert kernel.value("(dict(grid.batch.wait().tally), len(grid._maker().history()))") == [{"from history": 4}, 4]
    a_batch_is_shown_live_as_the_value_of_a_cell(kernel)
    path = kernel.value("str(grid.contact_sheet('sheet'))")
    assert str(path).endswith("sheet.png")
    assert "there is no --sweep here" in kernel.run("%seedance A fox --yes", check=False).stderr
    dry = kernel.run(SWEEP.format(options="--new --dry-run"))
    assert dry.stdout == "Nothing was sent. This would render 4 videos. Free in the sandbox. Add --yes to send it.\n"


def a_batch_is_shown_live_as_the_value_of_a_cell(kernel: Kernel) -> None:
    """Also before it is begun; of takes that are there."""
    kernel.run("from seedance_widgets import generate_many\nfrom IPython.display import display")
    waiting = kernel.run("batch = generate_many([job.request for job in grid.takes[:2]], start=False)\nbatch")
    (before,) = waiting.widgets
    assert kernel.models[before].state["sweep"]["run"]["settled"] == "Nothing is sent yet"
    begun = kernel.run("display(batch.start())\n_ = batch.wait()")
    (view,) = begun.widgets
    kernel.until(
        lambda: kernel.models[before].state["sweep"]["run"]["settled"] == "2 of 2 settled", "its start in the other"
    )
    assert begun.displays[-1]["text/plain"].startswith("2 of 2 settled: 2 from history.")  # when its cell ends
    assert "sdw-static" in begun.displays[-1]["text/html"]
    kernel.until(lambda: kernel.models[view].state["sweep"]["run"]["over"], "its end in the page")
    takes = kernel.models[view].state["sweep"]["run"]["takes"]
    assert [take["place"] for take in takes] == kernel.value("[job.request.prompt for job in batch.jobs]")
    assert (len(kernel.run("batch").widgets), kernel.run("batch = batch").displays) == (1, [])


def test_a_template_takes_its_variables_from_the_notebook_and_its_settings_from_the_line(kernel: Kernel) -> None:
    kernel.run(
        "%load_ext seedance_widgets\nfrom seedance_widgets.studio import default\n"
        "default().templates.save('portrait', '{subject} looks up, {light}', light='at dusk', resolution='480p')\n"
    )

    def sent(line: str) -> tuple[str, str, str]:
        said = kernel.run(line).stdout
        body = json.loads(said[said.index("{\n") : said.rindex("}\n") + 1])
        return body["prompt"], body["resolution"], body["duration"]

    assert sent("subject = 'A fox'\n%seedance --template portrait -d 8 --dry-run") == (
        "A fox looks up, at dusk",
        "480p",
        "8",
    )
    again = sent("light = 'at noon'\n%seedance --template portrait -r 720p --dry-run")
    assert again == ("A fox looks up, at noon", "720p", "4")
    typed = sent('%seedance --template portrait subject="An owl" light="at \'one\' --sharp" -d 8 --dry-run')
    assert typed == ("An owl looks up, at 'one' --sharp", "480p", "8")
    swept = kernel.run("%seedance --template portrait --sweep resolution=480p,720p --sweep light=a,b --dry-run").stdout
    assert "This would render 4 videos" in swept
    for line, why in (
        ("%seedance --template nobody", "There is no template “nobody”. Nothing was charged. There are: “portrait”."),
        ("%seedance An owl --template portrait", "--template brings its own prompt"),
        (
            "%seedance --template portrait mood=calm",
            "mood is no placeholder of the template “portrait”. It has subject, light",
        ),
        ('%seedance --template portrait light="dusk', "is never closed"),
        ("%seedance --template portrait light=a --sweep light=b,c", "light is given twice"),
        ("%seedance_templates portrait", "takes nothing after it"),
        ("del subject\n%seedance --template portrait", "{subject} has no value"),
    ):
        assert why in kernel.run(line, check=False).stderr
    (listed,) = kernel.run("%seedance_templates").displays
    assert "portrait" in listed["text/plain"]
    assert "resolution: 480p" in listed["text/html"]
    kernel.run("subject = 'A hare'\ndel light")
    kernel.run("%seedance_form --template portrait light={braces}")
    form = "__import__('gc').get_objects()"
    prompts = kernel.value(f"[each.prompt for each in {form} if type(each).__name__ == 'SeedanceForm']")
    assert prompts == ["{subject} looks up, {{braces}}"]  # variables stay, to be seen and changed
