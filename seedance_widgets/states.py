"""Every state of a job as a table: is it over, what of the money, may it be reused, what may be done, in which words.

Job, ledger, views and rendering read this table; none of them branches on states by itself.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Final, Literal

from .errors import Money


class State(enum.StrEnum):
    """Where a job is."""

    DRAFT = "draft"
    UPLOADING = "uploading"
    SUBMITTING = "submitting"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Reason(enum.StrEnum):
    """Why it is there, where the state alone does not say."""

    RATE_LIMITED = "rate_limited"
    OFFLINE = "offline"
    SERVER_TROUBLE = "server_trouble"
    RESUMED = "resumed"
    NOT_WATCHING = "not_watching"
    DOWNLOADING = "downloading"
    NOT_SAVED = "not_saved"
    REUSED = "reused"
    NO_CREDITS = "no_credits"
    BAD_KEY = "bad_key"
    REFUSED = "refused"
    MODEL_GONE = "model_gone"
    NOT_FOUND = "not_found"
    INTERNAL = "internal"
    GONE = "gone"
    """Never in a row: said of a take that is completed and whose file is not on this machine any more."""
    FORGOTTEN = "forgotten"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class StateInfo:
    """One row of the table."""

    title: str
    """The heading of the job cell."""
    over: bool = False
    """Nothing more happens by itself: a wait ends here."""
    terminal: bool = False
    """Nothing more can happen at all."""
    active: bool = False
    """Someone should be following it: a restart picks it up."""
    money: Money = Money.NOTHING
    reusable: bool = False
    """The same request may be answered with this take. Of one that can be checked again: for a while (see
    `ledger.SECOND_LOOK`)."""
    actions: tuple[str, ...] = ()
    """What a person may do, by the names of `jobs.Job`'s methods and of the views' intents."""
    note: str = ""
    """What it means, in a sentence or two. `{service}` is the name of the connection."""
    note_unsaved: str | None = None
    """The same for a take that the history does not keep, where that makes a difference."""


_WATCHING = ("check_now", "stop_watching")
_AGAIN = ("edit", "copy_report")

_TABLE: Final[dict[tuple[State, Reason | None], StateInfo]] = {
    (State.DRAFT, None): StateInfo(
        "Preparing", active=True, reusable=True, actions=("cancel",), note="Nothing is charged yet."
    ),
    (State.UPLOADING, None): StateInfo(
        "Uploading images", active=True, reusable=True, actions=("cancel",), note="Nothing is charged yet."
    ),
    (State.UPLOADING, Reason.RATE_LIMITED): StateInfo(
        "Too many requests",
        active=True,
        reusable=True,
        actions=("cancel", "send_now"),
        note="{service} asked for a pause. Nothing was sent to be rendered, so nothing was charged.",
    ),
    (State.UPLOADING, Reason.OFFLINE): StateInfo(
        "No connection",
        active=True,
        reusable=True,
        actions=("cancel", "try_now"),
        note="The images have not arrived. Nothing is charged yet.",
    ),
    (State.SUBMITTING, None): StateInfo(
        "Sending request",
        active=True,
        money=Money.POSSIBLE,
        reusable=True,
        note="Saved to history first, then sent once. It cannot be stopped from here after this.",
        note_unsaved="Sent once. It cannot be stopped from here after this.",
    ),
    (State.SUBMITTING, Reason.RATE_LIMITED): StateInfo(
        "Too many requests",
        active=True,
        reusable=True,
        actions=("cancel", "send_now"),
        note="{service} asked for a pause. The request was not accepted, so nothing was charged.",
    ),
    (State.SUBMITTING, Reason.OFFLINE): StateInfo(
        "No connection",
        active=True,
        reusable=True,
        actions=("cancel", "try_now"),
        note="The request has not left this machine, so nothing was charged.",
    ),
    (State.PROCESSING, None): StateInfo(
        "Rendering",
        active=True,
        money=Money.SPENT,
        reusable=True,
        actions=_WATCHING,
        note="Runs on {service}. Safe to restart the kernel or close the notebook.",
        note_unsaved="Runs on {service}. Not in the history: keep this kernel running until it is ready.",
    ),
    (State.PROCESSING, Reason.RATE_LIMITED): StateInfo(
        "Rendering",
        active=True,
        money=Money.SPENT,
        reusable=True,
        actions=_WATCHING,
        note="{service} asked to be left alone for a moment. The job goes on.",
    ),
    (State.PROCESSING, Reason.OFFLINE): StateInfo(
        "No connection",
        active=True,
        money=Money.SPENT,
        reusable=True,
        actions=("try_now", "stop_watching"),
        note="Nothing is lost: the job runs on {service} and its ID is saved.",
        note_unsaved="The job runs on {service}. Not in the history: keep this kernel running.",
    ),
    (State.PROCESSING, Reason.SERVER_TROUBLE): StateInfo(
        "Rendering",
        active=True,
        money=Money.SPENT,
        reusable=True,
        actions=_WATCHING,
        note="{service} did not give a usable answer just now. Nothing is lost: its ID is saved.",
        note_unsaved="{service} did not give a usable answer just now. The job goes on.",
    ),
    (State.PROCESSING, Reason.RESUMED): StateInfo(
        "Rendering",
        active=True,
        money=Money.SPENT,
        reusable=True,
        actions=_WATCHING,
        note="Picked up from history. Nothing was sent again.",
    ),
    (State.PROCESSING, Reason.DOWNLOADING): StateInfo(
        "Fetching the video",
        active=True,
        money=Money.SPENT,
        reusable=True,
        note="The video is rendered and on its way.",
    ),
    (State.PROCESSING, Reason.NOT_WATCHING): StateInfo(
        "Not watching",
        over=True,
        money=Money.SPENT,
        reusable=True,
        actions=("watch_again",),
        note="The job may still finish and cost credits.",
    ),
    (State.PROCESSING, Reason.BAD_KEY): StateInfo(
        "Key not accepted",
        over=True,
        money=Money.SPENT,
        reusable=True,
        actions=("use_key", "watch_again"),
        note="The job goes on at {service}, and cannot be seen without a valid key. Set it, then watch again.",
    ),
    (State.PROCESSING, Reason.NOT_SAVED): StateInfo(
        "Rendered, not saved yet",
        over=True,
        money=Money.SPENT,
        reusable=True,
        actions=("watch_again", "copy_url"),
        note="The video is ready at {service}, and could not be fetched.",
    ),
    (State.COMPLETED, None): StateInfo(
        "Ready",
        over=True,
        terminal=True,
        money=Money.SPENT,
        reusable=True,
        actions=("download", "copy_url", "new_take", "remix", "use_last_frame"),
    ),
    (State.COMPLETED, Reason.REUSED): StateInfo(
        "Ready",
        over=True,
        terminal=True,
        reusable=True,
        actions=("download", "copy_url", "new_take", "remix", "use_last_frame"),
        note="Found beside the notebook, where it was made before. Nothing was sent or charged.",
    ),
    (State.COMPLETED, Reason.GONE): StateInfo(
        "Video not on this machine",
        over=True,
        money=Money.SPENT,
        reusable=True,
        actions=("fetch_again", "copy_url", "new_take", "remix"),
        note="Its file was removed here. It can be fetched again, at no cost, for as long as {service} has it.",
    ),
    (State.FAILED, None): StateInfo(
        "Failed",
        over=True,
        terminal=True,
        money=Money.NOT_KNOWN,
        actions=_AGAIN,
        note="Change the prompt or the images and send it again.",
    ),
    (State.FAILED, Reason.NO_CREDITS): StateInfo(
        "Not enough credits",
        over=True,
        terminal=True,
        actions=("add_credits", "draft", "rehearse", "edit", "try_again"),
        note="Not created, not charged. Add credits, or choose a lower resolution or a shorter clip.",
    ),
    (State.FAILED, Reason.BAD_KEY): StateInfo(
        "Key not accepted",
        over=True,
        terminal=True,
        actions=("use_key", "rehearse", "try_again"),
        note="Nothing was created or charged. Set SEEDANCE_API_KEY or run %seedance_login, then try again.",
    ),
    (State.FAILED, Reason.REFUSED): StateInfo(
        "Refused",
        over=True,
        terminal=True,
        actions=_AGAIN,
        note="Nothing was created or charged. Change what the reason names and send it again.",
    ),
    (State.FAILED, Reason.MODEL_GONE): StateInfo(
        "Model not offered",
        over=True,
        terminal=True,
        actions=_AGAIN,
        note="{service} no longer offers this model. Nothing was charged.",
    ),
    (State.FAILED, Reason.RATE_LIMITED): StateInfo(
        "Too many requests",
        over=True,
        terminal=True,
        actions=("try_again", "edit"),
        note="{service} kept asking for a pause. The request was not accepted, so nothing was charged.",
    ),
    (State.FAILED, Reason.OFFLINE): StateInfo(
        "No connection",
        over=True,
        terminal=True,
        actions=("try_again", "edit"),
        note="The request never left this machine, so nothing was charged.",
    ),
    (State.FAILED, Reason.NOT_FOUND): StateInfo(
        "Not found",
        over=True,
        terminal=True,
        money=Money.NOT_KNOWN,
        reusable=True,
        actions=("check_again", "new_take", "edit", "copy_report"),
        note="{service} does not know this job any more. For three days the same request looks for it once more and"
        " sends nothing; New take makes another.",
    ),
    (State.FAILED, Reason.INTERNAL): StateInfo(
        "Stopped by a fault of this package",
        over=True,
        terminal=True,
        actions=("try_again", "edit", "copy_report"),
        note="This should not happen. Nothing was created or charged. Please report it, then try again.",
    ),
    (State.UNCERTAIN, None): StateInfo(
        "Uncertain",
        over=True,
        money=Money.POSSIBLE,
        reusable=True,
        actions=("attach", "send_again"),
        note="The reply was lost. A job may have been created and charged. Not sent again.",
    ),
    (State.CANCELLED, None): StateInfo(
        "Cancelled", over=True, terminal=True, actions=("try_again", "edit"), note="Nothing was sent or charged."
    ),
    (State.EXPIRED, None): StateInfo(
        "Expired",
        over=True,
        terminal=True,
        money=Money.SPENT,
        reusable=True,
        actions=("check_again", "new_take", "edit"),
        note="The video was made, but its address has expired and it was not saved here. For three days the same"
        " request looks for it once more and sends nothing; New take makes another.",
    ),
}

_FORGOTTEN = StateInfo(
    "Forgotten",
    over=True,
    terminal=True,
    note="Its prompt, images and video were erased from this machine. What it cost is kept.",
)
_TABLE.update(
    {
        (state, Reason.FORGOTTEN): replace(_FORGOTTEN, money=_TABLE[state, None].money)
        for state in (
            State.PROCESSING,
            State.COMPLETED,
            State.FAILED,
            State.UNCERTAIN,
            State.CANCELLED,
            State.EXPIRED,
        )
    }
)
_REMOVED = StateInfo(
    "Removed",
    over=True,
    terminal=True,
    actions=("restore",),
    note="It is out of the history and can be put back. After 30 days in the trash it may be erased.",
)
_TABLE.update({(state, Reason.REMOVED): replace(_REMOVED, money=_TABLE[state, None].money) for state in State})

NOT_IN_HISTORY: Final = (Reason.FORGOTTEN, Reason.REMOVED)
"""Why a take is in no list, answers no request and is followed by nobody: erased, or in the trash."""


def describe(state: State | str, reason: Reason | str | None = None) -> StateInfo:
    """The row for a state and reason; a reason without a row of its own (one from a newer version) is left out."""
    state = State(state)
    try:
        known = Reason(reason) if reason else None
    except ValueError:
        known = None
    return _TABLE.get((state, known)) or _TABLE[state, None]


def rows() -> dict[tuple[State, Reason | None], StateInfo]:
    """The whole table, for those who list it."""
    return dict(_TABLE)


ACTIVE_STATES: Final = tuple(sorted({state for (state, _), info in _TABLE.items() if info.active}))
"""States a restart must look at."""

Kind = Literal["ready", "running", "failed", "uncertain"]
"""How a take stands, as people sort them."""

KINDS: Final[dict[Kind, tuple[State, ...]]] = {
    "ready": (State.COMPLETED,),
    "running": ACTIVE_STATES,
    "failed": (State.FAILED, State.CANCELLED, State.EXPIRED),
    "uncertain": (State.UNCERTAIN,),
}
"""Each state is of one kind."""

FETCHES: Final = frozenset({"watch_again", "check_again", "fetch_again"})
"""What a take that is over may need before it answers whoever asks for the same."""
