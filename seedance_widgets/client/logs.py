"""httpx and httpcore log what a server sends in its headers as it came. One that quotes the key must not get it into a
log file that way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from seedance_widgets.settings import ApiKey

_LOGGERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""A filter sees what its own logger is given, not what loggers below it are."""

_key: ContextVar[ApiKey | None] = ContextVar("seedance_key", default=None)


class _WithoutKey(logging.Filter):
    """Lets everything pass, less the key of the exchange that is under way here."""

    def filter(self, record: logging.LogRecord) -> bool:
        key = _key.get()
        if key is not None:
            record.msg, record.args = key.hide_in(record.getMessage()), ()
        return True


_WITHOUT_KEY: Final = _WithoutKey()


@contextmanager
def without(key: ApiKey) -> Iterator[None]:
    """What httpx and httpcore log of exchanges in this block is logged without the key."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_WITHOUT_KEY)  # a second time changes nothing
    before = _key.set(key)
    try:
        yield
    finally:
        _key.reset(before)
