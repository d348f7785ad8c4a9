"""All that can be shown of an error."""

from __future__ import annotations

import pickle
import traceback
from types import TracebackType

from IPython.core.ultratb import VerboseTB


def everything_shown(error: BaseException) -> str:
    """All that print, a traceback with locals, IPython's verbose mode and a pickle show of an error, the frames of the
    test itself left out: they name the key in their own source."""
    ours = _without_tests(error.__traceback__)
    assert ours is not None
    error.__traceback__ = ours
    shown = [str(error), repr(error), repr(vars(error)), repr(error.args), repr(pickle.dumps(error))]
    shown += traceback.TracebackException.from_exception(error, capture_locals=True).format()
    shown.append(VerboseTB(theme_name="nocolor").text(type(error), error, ours))
    return "\n".join(shown)


def _without_tests(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and "seedance_widgets" not in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return trace
