"""The fold from a job to all that a live view shows: `Snapshot` in js/src/protocol.ts."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from seedance_widgets.errors import Money
from seedance_widgets.states import NOT_IN_HISTORY, Reason, State, rows

from .actions import actions, is_small, second_charge
from .facts import EventLike, JobLike, Media, Surroundings
from .words import chips, clock_time, hour, minutes, same_request, sendable

_LOOKS: Final[dict[tuple[State, Reason | None], tuple[str, str]]] = {
    (State.DRAFT, None): ("busy", ""),
    (State.UPLOADING, None): ("busy", ""),
    (State.UPLOADING, Reason.RATE_LIMITED): ("warn", "timer"),
    (State.UPLOADING, Reason.OFFLINE): ("warn", "offline"),
    (State.SUBMITTING, None): ("busy", ""),
    (State.SUBMITTING, Reason.RATE_LIMITED): ("warn", "timer"),
    (State.SUBMITTING, Reason.OFFLINE): ("warn", "offline"),
    (State.PROCESSING, None): ("busy", ""),
    (State.PROCESSING, Reason.OFFLINE): ("warn", "offline"),
    (State.PROCESSING, Reason.NOT_WATCHING): ("quiet", "eye-off"),
    (State.PROCESSING, Reason.NOT_SAVED): ("warn", "warning"),
    (State.PROCESSING, Reason.BAD_KEY): ("bad", "key"),
    (State.COMPLETED, None): ("good", "check"),
    (State.COMPLETED, Reason.GONE): ("quiet", "hourglass"),
    (State.FAILED, None): ("bad", "error"),
    (State.FAILED, Reason.NO_CREDITS): ("bad", "wallet"),
    (State.FAILED, Reason.BAD_KEY): ("bad", "key"),
    (State.FAILED, Reason.RATE_LIMITED): ("warn", "timer"),
    (State.FAILED, Reason.OFFLINE): ("warn", "offline"),
    (State.UNCERTAIN, None): ("warn", "question"),
    (State.CANCELLED, None): ("quiet", "stop"),
    (State.EXPIRED, None): ("warn", "hourglass"),
    **{key: ("quiet", "stop") for key in rows() if key[1] in NOT_IN_HISTORY},
}
"""Tone and icon of a state; without an icon it is under way, and a ring turns."""

_NOT_SAVED: Final = "Not saved to"


def tone_of(state: State, reason: str | None) -> str:
    """How a state feels: good, bad, warn, busy or quiet."""
    return look_of(state, reason)[0]


def look_of(state: State, reason: str | None) -> tuple[str, str]:
    """The same, and its icon; without one a ring turns."""
    known = Reason(reason) if reason in tuple(Reason) else None
    return _look(state, known)


def _look(state: State, reason: Reason | None) -> tuple[str, str]:
    return _LOOKS.get((state, reason)) or _LOOKS.get((state, None)) or ("busy", "")


def snapshot(job: JobLike, around: Surroundings) -> dict[str, Any]:
    """All that a live view shows, as plain JSON. Every word is made here."""
    state, reason = State(job.status), _reason(job)
    info, request = job.info, job.request
    tone, icon = _look(state, reason)
    title, detail = info.title, _detail(job, state, reason)
    if around.reused and state is State.COMPLETED and reason not in (Reason.GONE, *NOT_IN_HISTORY):
        tone, icon = "info", "again"
        title, detail = same_request(job.created, around.now), "shown again"
    elif around.reused and info.active:
        detail = detail or f"{same_request(job.created, around.now)}, 0 credits"
    width, height = request.size or (16, 9)
    note = _note(job)
    forgotten = reason is Reason.FORGOTTEN
    uncertain, not_saved = "attach" in info.actions, job.not_saved
    shown = {
        "job_id": job.id,
        "state": state.value,
        "reason": job.reason or "",
        "tone": tone,
        "icon": icon,
        "title": title,
        "detail": detail,
        "announcement": job.error.what if job.error and tone in ("bad", "warn") else "",
        "clock": _clock(job, state, reason),
        "next_check": job.next_check if "check_now" in info.actions else None,
        "now": around.now,
        "badge": job.connection.label if job.connection.free else "",
        "prompt": request.prompt,
        "chips": chips(request),
        "width": width,
        "height": height,
        "duration": float(request.duration) if isinstance(request.duration, int) else 0.0,
        "alert": _alert(f"{note if uncertain else ''} {not_saved}".strip()),
        "countdown": _countdown(job, state, reason, note),
        "usual": _usual(job, state, reason),
        "uploads": _uploads(job) if state is State.UPLOADING else [],
        "credits": _credits(job, note),
        "facts": _facts(job, note, around),
        **_rescue(job, around),
        "note": None,
        "summary": _summary(job, around) if state is State.COMPLETED else [],
        "actions": actions(job, around),
        "key_kept": around.key_kept,
        "media": media_of(job, around.media) if state is State.COMPLETED else None,
        "copy": media_of(job, around.copy) if state is State.COMPLETED else None,
        "small": is_small(job, around),
        "starred": job.starred,
        "remark": "" if forgotten else job.note,
        "recipe": json.dumps(job.recipe(), indent=2, ensure_ascii=False) if info.over and not forgotten else "",
        "video_url": job.video_url or "",
        "generation_id": job.generation_id or "",
    }
    if note and not uncertain and not any(shown[name] for name in ("countdown", "credits", "facts")):
        shown["note"] = {"lead": "", "text": note}
    if shown["small"]:  # one line, beside the buttons
        cost, *rest = shown["summary"]
        shown["note"] = {"lead": cost["lead"], "text": cost["text"]}
        shown["summary"] = [row for row in rest if row["lead"] == _NOT_SAVED]
    cleaned: dict[str, Any] = sendable(shown)
    return cleaned


def _reason(job: JobLike) -> Reason | None:
    try:
        return Reason(job.reason) if job.reason else None
    except ValueError:  # from a newer version
        return None


def _last(job: JobLike) -> EventLike | None:
    return job.events[-1] if job.events else None


def _detail(job: JobLike, state: State, reason: Reason | None) -> str:
    event = _last(job)
    if state is State.UPLOADING and reason is None and event:
        images = _rows(event)
        done = event.detail.get("done")
        return f"{int(done) + 1} of {len(images)}" if len(images) > 1 and isinstance(done, int) else ""
    if reason is Reason.RATE_LIMITED and event and isinstance(event.detail.get("try"), int):
        return f"try {event.detail['try']}"
    if reason is Reason.NOT_WATCHING and event and job.sent:
        return f"stopped at {minutes(event.time - job.sent)}"
    if state is State.PROCESSING and reason is Reason.OFFLINE:
        seen = [e.time for e in job.events if e.state is State.PROCESSING and e.reason != Reason.OFFLINE]
        return f"last seen rendering at {hour(seen[-1])}" if seen else ""
    if state is State.COMPLETED and job.finished:
        return clock_time(job.finished, time.time())
    if state is State.UNCERTAIN:
        sent = next((e.time for e in reversed(job.events) if e.state is State.SUBMITTING), None)
        return f"sent {hour(sent, seconds=True)}, no reply" if sent else "sent, no reply"
    if state is State.FAILED and job.sent and job.finished:
        return f"after {minutes(job.finished - job.sent)}"
    return ""


def _clock(job: JobLike, state: State, reason: Reason | None) -> dict[str, Any] | None:
    event = _last(job)
    if state is State.SUBMITTING and reason is None and event:
        return {"since": event.time, "style": "seconds"}
    still = (Reason.OFFLINE, Reason.NOT_WATCHING, Reason.NOT_SAVED, Reason.BAD_KEY)
    if state is State.PROCESSING and reason not in still and job.sent:
        return {"since": job.sent, "style": "minutes"}
    return None


def _note(job: JobLike) -> str:
    unsaved = job.info.note_unsaved if job.not_saved else None
    return (job.info.note if unsaved is None else unsaved).replace("{service}", job.connection.label)


def _alert(words: str) -> dict[str, str] | None:
    lead, _, rest = words.partition(". ")
    return {"lead": f"{lead}." if rest else words, "text": rest} if words else None


def _countdown(job: JobLike, state: State, reason: Reason | None, note: str) -> dict[str, Any] | None:
    event = _last(job)
    if event is None or reason not in (Reason.RATE_LIMITED, Reason.OFFLINE):
        return None
    until = job.next_check if state is State.PROCESSING else event.detail.get("retry_at")
    if not isinstance(until, (int, float)) or job.info.terminal:
        return None
    if state is State.PROCESSING and reason is Reason.RATE_LIMITED:
        return None  # it goes on rendering: only the looking pauses
    label = "Sends again in" if reason is Reason.RATE_LIMITED else "Trying again in"
    return {"since": event.time, "until": float(until), "label": label, "text": note}


def _usual(job: JobLike, state: State, reason: Reason | None) -> dict[str, Any] | None:
    if job.usual is None or _clock(job, state, reason) is None or state is not State.PROCESSING:
        return None
    if reason is Reason.DOWNLOADING:
        return None
    low, high = job.usual
    runs = f"your last {job.usual_runs} runs"
    sound = ", sound" if job.request.generate_audio else ""
    such = f"{job.request.resolution}, {job.request.duration} s{sound}"
    return {
        "low": low,
        "high": high,
        "text": f"Usually {minutes(low)}\N{EN DASH}{minutes(high)} for {such}. From {runs}.",
        "late": f"Longer than {runs}. Still rendering; nothing for you to do.",
    }


def _rows(event: EventLike) -> list[Mapping[str, Any]]:
    rows = event.detail.get("images")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []


def _uploads(job: JobLike) -> list[dict[str, Any]]:
    event = _last(job)
    done = event.detail.get("done") if event else None
    if event is None or not isinstance(done, int):
        return []
    shown = []
    for index, row in enumerate(_rows(event)):
        size = row.get("size")
        known = size if isinstance(size, int) else 0
        label = str(row.get("frame", "image")).capitalize()
        entry = {"label": label, "name": str(row.get("name", "")), "size": known, "done": index < done}
        shown.append({**entry, "sent": known if index < done else 0 if index > done else None})
    return shown


def _credits(job: JobLike, note: str) -> dict[str, Any] | None:
    needed, have = getattr(job.error, "needed", None), getattr(job.error, "balance", None)
    if job.reason != Reason.NO_CREDITS or not isinstance(needed, int) or not isinstance(have, int):
        return None
    return {"needed": needed, "have": have, "text": note}


def _facts(job: JobLike, note: str, around: Surroundings) -> list[dict[str, str]]:
    """What happened, what it cost, what to do: where a person has to decide."""
    error = job.error
    if error is None or not job.info.over or job.status == State.UNCERTAIN or _credits(job, note):
        return []
    rows = [
        ("Reason", error.what),
        ("Credits", _money(job, error.money)),
        ("What to do", _todo(job, around) or error.todo or note),
    ]
    return [{"label": label, "text": words} for label, words in rows if words]


def _todo(job: JobLike, around: Surroundings) -> str:
    """What to do where a key can be entered in the cell itself."""
    if not around.key_kept:
        return ""
    return f"Use another key, then {'watch' if job.status == State.PROCESSING else 'try'} again."


def _money(job: JobLike, money: Money) -> str:
    if job.connection.free:
        return "The sandbox is free."
    if job.credits_used and money is Money.NOT_KNOWN:
        return f"{job.credits_used} taken at the start. Whether they come back is not known."
    return money.sentence


def _rescue(job: JobLike, around: Surroundings) -> dict[str, Any]:
    if "attach" not in job.info.actions:
        return {"attach": None, "resend": None}
    return {
        "attach": _attach(job),
        "resend": {"title": "If it is not there", "text": second_charge(job, around)},
    }


def _attach(job: JobLike) -> dict[str, str]:
    """Where to say which job it is. What reads like its ID in the answer is suggested, and never attached by itself."""
    found = getattr(job.error, "generation_id", None)
    suggestion = found if isinstance(found, str) else ""
    hint = "From the reply. Look whether your dashboard shows it before you attach it." if suggestion else ""
    title = f"If the job is in your {job.connection.label} dashboard"
    return {"title": title, "suggestion": suggestion, "hint": hint}


def _summary(job: JobLike, around: Surroundings) -> list[dict[str, str]]:
    if around.reused:
        cost = ("0 credits.", "Nothing was sent.")
    elif job.reason == Reason.REUSED:
        cost = ("0 credits.", "Found beside the notebook.")
    elif job.connection.free:
        cost = ("Free.", "An animatic with the same timing and settings. Not a Seedance render.")
    elif job.credits_used is None:
        cost = ("", "Credits not known.")
    else:
        cost = (f"{job.credits_used} credits", "used")
    rows = [{"kind": "credits", "lead": cost[0], "text": cost[1]}]
    if job.sent and job.finished and not around.reused:
        rows.append({"kind": "time", "lead": "", "text": f"Rendered in {minutes(job.finished - job.sent)}"})
    if job.note and not around.reused:
        rows.append({"kind": "note", "lead": "Note:", "text": job.note})
    if around.saved_as:
        rows.append({"kind": "path", "lead": "Saved to", "text": around.saved_as})
    if around.not_copied:
        rows.append({"kind": "path", "lead": _NOT_SAVED, "text": around.not_copied})
    return rows


def media_of(job: JobLike, media: Media | None) -> dict[str, Any] | None:
    """A saved video of a job as the page knows it: `Media` in js/src/job_protocol.ts."""
    if media is None:
        return None
    facts = {"token": media.token, "name": media.name, "size": media.size, "type": media.type}
    return {**facts, "audio": bool(job.request.generate_audio), "fps": job.request.model.fps}
