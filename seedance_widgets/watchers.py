"""Those who want to be told that something has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Watchers:
    """A list of functions that are called at every change. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a widget that is collected while it is held lets go of its watcher
        self._watchers: list[Callable[[], object]] = []

    def add(self, watcher: Callable[[], object]) -> Callable[[], None]:
        """Call `watcher()` at every change, on whatever thread that was. Returns what ends it."""
        with self._lock:
            self._watchers.append(watcher)

        def end() -> None:
            with self._lock:
                if watcher in self._watchers:
                    self._watchers.remove(watcher)

        return end

    def tell(self) -> None:
        """Something has changed."""
        with self._lock:
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher()
