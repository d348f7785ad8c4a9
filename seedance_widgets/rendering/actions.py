"""What may be done with a job, as buttons: their words, their places, what they cost, what is asked before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from seedance_widgets.states import NOT_IN_HISTORY, State

from .facts import JobLike, Surroundings

_CREDITS_PAGE: Final = {"UlazAI": "https://ulazai.com"}
"""Where credits are added, by service: its own site, since the address of the page itself is not known."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How an action looks."""

    label: str
    place: str = "footer"
    costs: bool = False
    """What one more take costs stands beside it."""
    name: str = ""
    """What it is called where the label is shorter; it begins with the label."""


_LOOKS: Final[dict[str, _Look]] = {
    "cancel": _Look("Cancel", "header"),
    "check_now": _Look("Check now", "header"),
    "try_now": _Look("Try now", "header"),
    "send_now": _Look("Send now", "header"),
    "stop_watching": _Look("Stop watching"),
    "watch_again": _Look("Watch again"),
    "check_again": _Look("Check again"),
    "fetch_again": _Look("Fetch again"),
    "send_again": _Look("Send again…"),
    "download": _Look("Download"),
    "copy_url": _Look("Copy URL"),
    "add_credits": _Look("Add credits"),
    "use_key": _Look("Use another key"),
    "draft": _Look("Draft"),
    "rehearse": _Look("Run in sandbox, free"),
    "try_again": _Look("Try again", costs=True),
    "new_take": _Look("New take", costs=True),
    "render": _Look("Render", costs=True),
    "remix": _Look("Remix"),
    "use_last_frame": _Look("Use last frame", name="Use last frame as next first frame"),
    "edit": _Look("Edit and send"),
    "copy_report": _Look("Copy report"),
    "restore": _Look("Put back"),
    "star": _Look("Star", "header"),
    "copy_prompt": _Look("Copy prompt", "menu"),
    "copy_recipe": _Look("Copy recipe", "menu"),
    "note": _Look("Note…", "menu"),
    "forget": _Look("Erase this take…", "menu"),
}
"""`attach` is a field of its own. What is not in a row of `states` is added by `_always`."""

_TUCKED_AWAY: Final = ("download", "copy_url", "use_last_frame", "copy_report")
"""Goes into the menu where the card is a small one."""


def actions(job: JobLike, around: Surroundings) -> list[dict[str, Any]]:
    """The buttons of a job, in their order."""
    shown = []
    small = is_small(job, around)
    for name in (_instead(each, job, around) for each in (*job.info.actions, *_always(job))):
        look = _LOOKS.get(name)
        if look is None or not _is_offered(name, job, around):
            continue
        place = "menu" if small and name in _TUCKED_AWAY else look.place
        shown.append(
            {
                "id": name.replace("_", "-"),
                "label": _label(name, look, around),
                "name": look.name,
                "place": place,
                "cost": around.draft_cost if name == "draft" else around.cost if look.costs else "",
                "confirm": _confirm(name, job, around),
                "href": _CREDITS_PAGE.get(job.connection.label, "") if name == "add_credits" else "",
            }
        )
    return shown


def is_small(job: JobLike, around: Surroundings) -> bool:
    """Whether the card shows a picture to press, and no player until then: a take that was shown before."""
    return around.reused and around.media is not None and job.status == State.COMPLETED


def second_charge(job: JobLike, around: Surroundings) -> str:
    """What sending a request once more may cost."""
    if job.connection.free:
        return "Sending again may make it a second time. It is free."
    return f"Sending again may charge {around.cost or 'its credits'} a second time."


def _always(job: JobLike) -> tuple[str, ...]:
    """What is there in every state that is an end. A take that may have been charged is not to be lost from sight."""
    if job.reason in NOT_IN_HISTORY:
        return ()
    if job.status == State.UNCERTAIN:
        return ("copy_prompt", "copy_recipe", "note")
    if job.status == State.COMPLETED:
        return ("star", "copy_prompt", "copy_recipe", "note", "forget")
    return ("copy_prompt", "copy_recipe", "note", "forget") if job.info.terminal else ()


def _instead(name: str, job: JobLike, around: Surroundings) -> str:
    """A take of the sandbox is rendered where this session now talks to, not made again there by the way."""
    return "render" if name == "new_take" and job.connection.free and around.service else name


def _is_offered(name: str, job: JobLike, around: Surroundings) -> bool:
    if name == "copy_url":
        return bool(job.video_url)
    if name == "add_credits":
        return job.connection.label in _CREDITS_PAGE
    if name == "draft":
        return bool(around.draft)
    if name == "use_key":
        return bool(around.key_kept)
    if name == "rehearse":
        return not job.connection.free
    return name != "use_last_frame" or around.media is not None


def _label(name: str, look: _Look, around: Surroundings) -> str:
    words = {"draft": f"Draft at {around.draft}", "render": f"Render on {around.service}"}
    return words.get(name, look.label)


def _confirm(name: str, job: JobLike, around: Surroundings) -> dict[str, str] | None:
    if name == "send_again":
        text = f"The first request may have been accepted. {second_charge(job, around)} {around.figures}"
        sure = f"Send again, {around.cost}" if around.cost else "Send again"
        return _question("Send again?", text, sure, "Do not send")
    if name == "render":
        text = f"The rehearsal was free; this is a real render. {around.figures}"
        sure = f"Render, {around.cost}" if around.cost else "Render, cost not known"
        return _question(f"Render on {around.service}?", text, sure, "Cancel")
    if name == "forget":
        text = (
            "Its prompt, images and video are erased from this machine, for good, also the copy beside the notebook. "
            "What it cost stays in the history. Cells and outputs of notebooks are left as they are."
        )
        return _question("Erase this take?", text, "Erase", "Keep it")
    return None


def _question(title: str, text: str, label: str, cancel: str) -> dict[str, str]:
    return {"title": title, "text": text.rstrip(), "label": label, "cancel": cancel}
