"""A job where no view lives: one line of text, and the card that stays in a saved notebook. No script, no network.

What an untrusted notebook strips (`<style>`, attributes it does not know) is only ever an addition here: the card is
whole without it.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from urllib.parse import quote

from seedance_widgets.states import State

from .facts import JobLike, Surroundings
from .snapshot import snapshot
from .words import chips, moment, same_request, sendable, short

EMBEDS: Final = ("auto", "off", "poster", "full")
"""What a saved notebook holds of a video: all of it up to 4 MB and else its poster; nothing; its poster; all of it."""

_LONGEST_SIDE: Final = 480
"""Pixels: how large the video stands in the page."""

# Of the outputs that JupyterLab draws below each other, one is shown: the live view once it can show all that the card
# shows (it then has the class sdw-live), and until then, or where there is no kernel, the card in place of the error.
# The card appears a moment late, so that a cell that is run does not flash.
_STYLE: Final = """<style>
.jp-OutputArea-child:has(>:is(.lm-Panel,.jupyter-widgets)):has(+* .sdw-static):not(:has(.sdw-live)),
.jp-OutputArea-child:has(.sdw-live)+.jp-OutputArea-child:has(.sdw-static){display:none}
@media screen{.sdw-static{animation:sdw-static 1ms .5s backwards}}
@keyframes sdw-static{from,to{max-height:0;overflow:hidden}}
</style>"""

_ROOT: Final = "font-size:13px;line-height:20px;text-align:left;white-space:normal"
_CARD: Final = "padding:12px;margin:0 0 8px 0;border:1px solid rgba(128,128,128,0.4);border-radius:8px"
_LINE: Final = "margin:6px 0 0 0"
_PROMPT: Final = f"{_LINE};font-size:14px;line-height:22px;white-space:pre-wrap;overflow-wrap:anywhere"
_QUIET: Final = f"{_LINE};font-size:12px;opacity:0.75"
_MEDIA: Final = "display:block;max-width:100%;height:auto;border-radius:4px"

_AGAIN: Final = {
    State.COMPLETED: "Run the cell for live controls. 0 credits where this video is in history.",
    State.UNCERTAIN: "Run the cell to decide. Nothing is sent by itself.",
}
_PENDING: Final = "This was saved before the video was ready. Run the cell again to see it: nothing is sent twice."
_LOST: Final = (
    "Running the cell again looks for the video and sends nothing, for three days after it was lost;"
    " later it sends a new request."
)
_OVER: Final = "Running the cell again sends a new request."
_FORM: Final = "Run the cell for the form."
_FORM_TAKES: Final = f"{_FORM} The same request gives a take back from history for 0 credits."


@dataclass(frozen=True, slots=True)
class Kept:
    """A take, and what a file holds of its media."""

    job: JobLike
    video: bytes = b""
    """The whole video as MP4, where it is embedded."""
    poster: bytes = b""
    """A picture of it as JPEG, where the video is not embedded."""
    path: str = ""
    """Where its copy lies, relative to the notebook; empty where it has none there."""


def checked_embed(embed: str) -> str:
    """The same. ValueError for what is none of `EMBEDS`."""
    if embed not in EMBEDS:
        raise ValueError(f"embed is one of {', '.join(EMBEDS)}, not {embed!r}.")
    return embed


def text(job: JobLike, saved_as: str = "", *, reused: bool = False) -> str:
    """One line for `text/plain`, where nothing else can be shown. `reused`: a new video was asked for, and this take
    was given."""
    settings = ", ".join(chip["text"] for chip in chips(job.request))
    words = [f"{job.info.title}: {short(job.request.prompt, 60)} ({settings})"]
    if reused:
        words.append(f"{same_request(job.created, time.time())}, 0 credits")
    if job.error is not None:
        words.append(job.error.what)
    if saved_as:
        words.append(saved_as)
    return str(sendable(" - ".join(words)))


def static_text(takes: Sequence[Kept], *, form: bool = False) -> str:
    """The card as lines of text."""
    lines = [text(take.job, take.path) for take in takes]
    return "\n".join([*lines, _closing(takes, form=form)])


def static_html(takes: Sequence[Kept], *, form: bool = False) -> str:
    """What a saved notebook shows in place of a live view: its takes, the first of them its own unless it is a form's.

    The same takes give the same bytes, whenever and wherever: a notebook that is run again does not differ.
    """
    closing = _closing(takes, form=form)
    cards = [_card(take, closing if index == 0 and not form else "") for index, take in enumerate(takes)]
    if form:
        cards.append(_line(closing, _QUIET))
    return framed("".join(cards))


def framed(content: str, *, width: int = 760) -> str:
    """What is to stand in a saved notebook, as an output that hides while the widget lives. `width` in pixels."""
    # Prompts hold dollars: without these classes the notebook would set what is between two of them as mathematics.
    root = f"max-width:{width}px;{_ROOT}"
    return f'{_STYLE}<div class="sdw-static tex2jax_ignore mathjax_ignore" style="{root}">{content}</div>'


def static_table(table: str, closing: str) -> str:
    """The same for a widget that is kept as a table: HTML that is escaped already, and a line of text below it."""
    kept = f"{table}{_line(closing, _QUIET)}"
    return f'{_STYLE}<div class="sdw-static tex2jax_ignore mathjax_ignore" data-table>{kept}</div>'


def _card(take: Kept, closing: str) -> str:
    job = take.job
    shown = snapshot(job, Surroundings(now=job.created))
    ready = job.status == State.COMPLETED
    parts = (
        [_media(take, shown)] if ready else [_line(f"<strong>{escape(shown['title'])}</strong>", "margin:0", raw=True)]
    )
    parts += [_line(shown["prompt"], _PROMPT), _line(" · ".join(_facts(job, shown)), _QUIET)]
    if not ready:
        parts += [_line(words, _LINE) for words in _what_happened(shown)]
        if shown["generation_id"]:
            parts.append(_line(f"Generation ID <code>{escape(shown['generation_id'])}</code>", _LINE, raw=True))
    parts.append(_foot(take, closing))
    held = f' data-video="{escape(job.media_sha256 or job.id)}"' if ready else ""  # how the live view finds it
    return f'<div{held} style="{_CARD}">{"".join(parts)}</div>'


def _line(words: str, style: str, *, raw: bool = False) -> str:
    return f'<p dir="auto" style="{style}">{words if raw else escape(words)}</p>'


def _foot(take: Kept, closing: str) -> str:
    link = f'<a href="{_address(take.path)}" target="_blank">Open video</a>' if take.path else ""
    words = [part for part in (link, escape(closing)) if part]
    return _line(" · ".join(words), _QUIET, raw=True) if words else ""


def _media(take: Kept, shown: dict[str, Any]) -> str:
    width, height = _fitting(shown["width"], shown["height"])
    size = f'width="{width}" height="{height}" style="{_MEDIA}"'
    poster = data_address("image/jpeg", take.poster) if take.poster else ""
    if take.video:
        return f'<video controls preload="metadata" {size} src="{data_address("video/mp4", take.video)}"></video>'
    if take.path and poster:
        return f'<video controls preload="none" {size} poster="{poster}" src="{_address(take.path)}"></video>'
    if take.path:
        return f'<video controls preload="metadata" {size} src="{_address(take.path)}"></video>'
    return f'<img alt="First frame" {size} src="{poster}">' if poster else ""


def data_address(kind: str, content: bytes) -> str:
    """Bytes as an address."""
    return f"data:{kind};base64,{b64encode(content).decode()}"


def _address(path: str) -> str:
    return escape(quote(path))


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _LONGEST_SIDE / max(width, height))
    return round(width * scale), round(height * scale)


def _facts(job: JobLike, shown: dict[str, Any]) -> list[str]:
    """The settings, what they cost, and when: the times of the take, never of the run."""
    words = [chip["text"] if not chip["icon"] else chip["text"].lower() for chip in shown["chips"]]
    if job.take > 1:
        words.append(f"take {job.take}")
    if job.connection.free:
        words.append("sandbox, free")
    elif job.status == State.COMPLETED:
        words.append(f"{job.credits_used} credits" if job.credits_used is not None else "credits not known")
    made = "made " if job.status == State.COMPLETED else ""
    return [*words, made + moment(job.created)]


def _what_happened(shown: dict[str, Any]) -> list[str]:
    lines = [f"{row['label']}: {row['text']}" for row in shown["facts"]]
    for name in ("alert", "note", "credits", "countdown"):
        found = shown[name]
        if found:
            lines.append(" ".join(filter(None, (found.get("lead", ""), found["text"]))))
    return lines


def _closing(takes: Sequence[Kept], *, form: bool) -> str:
    if form:
        return _FORM_TAKES if takes else _FORM
    job = takes[0].job
    if "check_again" in job.info.actions:
        return _LOST
    return _AGAIN.get(State(job.status)) or (_PENDING if job.info.reusable else _OVER)
