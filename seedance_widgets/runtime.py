"""The one background loop: the only module that knows threads and event loops.

A daemon thread runs one event loop for the whole kernel. A task on the kernel's own loop would freeze while a cell
runs, and which thread a front-end message arrives on differs between kernels; work handed over here does neither.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, thread
from typing import Any, Final, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

_LOOKS_AT_ONCE: Final = 8
"""Requests of the poll scheduler in flight at most: below the HTTP pool's size, whose own queue is what gets slow."""

_UPDATE_GAP: Final = 0.1
"""Seconds between two updates of one view at least: Jupyter drops floods for good."""

_STOPPED: Final = "The interpreter is ending, and the background loop has stopped. Nothing more is done."
"""What whoever waits for the loop is told once it has `stopped`."""

_STOP_SECONDS: Final = 1.0
"""Seconds that the end of the interpreter waits for the loop at most: a long call on it holds no script up."""

_THREADS: Final = "seedance-thread"
"""How the names of the loop's threads for what blocks begin."""

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_thread: threading.Thread | None = None
_stopped = False


def ending() -> bool:
    """Whether the interpreter is on its way out: the last line has run, and no pool takes work any more. What goes on
    here is not waited for, and may be cut at any moment."""
    refused = getattr(thread, "_shutdown", False)  # the flag by which a pool refuses: there is no public one
    return bool(refused) or not threading.main_thread().is_alive()


def leaving() -> bool:
    """Whether the interpreter is `ending` and waits for no thread any more but those of the loop: nobody would be there
    to take the reply to what is sent now."""
    main = threading.main_thread()
    others = (each for each in threading.enumerate() if each is not main and not each.daemon)
    return ending() and all(each.name.startswith(_THREADS) for each in others)


def stopped() -> bool:
    """Whether the loop has been stopped for good, as it is when all that a script does at its end is done: what is
    still asked of it is not done, and to wait for that raises RuntimeError. What is on the loop is on it to the end."""
    return _stopped and not on_loop()


class _Threads(ThreadPoolExecutor):
    """For what blocks. While the interpreter is ending it is done at once, on the loop's own thread: what is under way
    then goes on until it is cut, and fails in no way of its own."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        try:
            return super().submit(fn, *args, **kwargs)
        except RuntimeError:
            if not ending():
                raise
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  told to whoever waits, as a thread would
            future.set_exception(error)
        return future


def loop() -> asyncio.AbstractEventLoop:
    """The background loop, started at first use."""
    global _loop, _thread  # noqa: PLW0603  one loop a process is the point
    with _lock:
        if _loop is None or _thread is None or not _thread.is_alive():
            _loop = asyncio.new_event_loop()
            _loop.set_default_executor(_Threads(thread_name_prefix=_THREADS))
            _thread = threading.Thread(target=_serve, args=(_loop,), name="seedance-runtime", daemon=True)
            _thread.start()
        return _loop


def _serve(own: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(own)
    own.run_forever()


def _forget() -> None:
    """In a forked child the thread is gone; the next use starts another."""
    global _loop, _thread, _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _loop = _thread = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _stop() -> None:
    """Let the loop's thread wait for ever, before the interpreter is taken apart: one that comes out of C code after
    that finds nothing it could go on with, and the process dies of it.

    It waits within the loop. A loop that has ended would take with it what is under way there: asyncio complains of
    each task, and each would clean up after itself at a time when nothing works any more.
    """
    global _stopped  # noqa: PLW0603
    _stopped = True
    if _loop is None or _thread is None or not _thread.is_alive():
        return
    waits, for_ever = threading.Event(), threading.Lock()
    for_ever.acquire()

    def wait() -> None:
        waits.set()
        for_ever.acquire()

    _loop.call_soon_threadsafe(wait)
    waits.wait(_STOP_SECONDS)


atexit.register(_stop)  # the first registered is called last: what a script registers later may still use the loop


def on_loop() -> bool:
    """Whether the caller is on the background loop's own thread."""
    return _thread is not None and threading.current_thread() is _thread


def submit(work: Coroutine[Any, Any, _T]) -> Future[_T]:
    """Hand a coroutine to the background loop, from any thread; returns at once. Where it has `stopped`, the future
    has failed: RuntimeError for whoever waits."""
    if stopped():
        work.close()
        refused: Future[_T] = Future()
        refused.set_exception(RuntimeError(_STOPPED))
        return refused
    return asyncio.run_coroutine_threadsafe(work, loop())


def call_soon(function: Callable[[], object], answer: Future[Any] | None = None) -> None:
    """Call a function on the background loop, from any thread; returns at once. Where it has `stopped`, the function
    is not called; with the `answer` that somebody waits for it to give, it is called here, and where it gives none
    then, RuntimeError is the answer."""
    if not stopped():
        loop().call_soon_threadsafe(function)
    elif answer is not None:
        function()
        if not answer.done():
            answer.set_exception(RuntimeError(_STOPPED))


def block(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on the background loop and wait for it. An interrupt cancels it.

    RuntimeError on the background loop itself, which would wait for itself for ever, and where it has `stopped`.
    """
    if on_loop():
        work.close()
        raise RuntimeError("This call waits for the background loop and cannot be made on it. Await instead.")
    future = submit(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def hop(future: Future[_T]) -> _T:
    """Await a future of the background loop on whatever loop the caller is on.

    A loop that only waits for another thread does not notice an interrupt until it wakes: so it wakes often.
    """
    wrapped = asyncio.wrap_future(future)
    while not wrapped.done():
        await asyncio.wait({wrapped}, timeout=0.25)
    return wrapped.result()


def run(coro: Awaitable[_T]) -> _T:
    """Block on your own coroutine (or job), also where an event loop is running already, as in every notebook cell.

        from seedance_widgets import AsyncSeedance, run

        async def main(): ...
        run(main())

    nest-asyncio2 is applied at the first such call, never at import.
    """

    async def main() -> _T:
        return await coro

    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(main())
    import nest_asyncio2

    nest_asyncio2.apply(running)
    # The iteration that runs this cell counted its ready callbacks before it began, and takes that many from the queue.
    # A nested run empties the queue, and the kernel dies of it (IndexError). What was there is given back as nothing.
    owed = len(running._ready)  # type: ignore[attr-defined]  # noqa: SLF001  no public way to see it
    try:
        return running.run_until_complete(main())
    finally:
        for _ in range(owed):
            running.call_soon(_nothing)


def _nothing() -> None:
    pass


class PollScheduler:
    """Looks at many jobs, each when it is due, few at a time. Belongs to the background loop."""

    def __init__(self) -> None:
        self._timers: dict[Hashable, asyncio.TimerHandle] = {}
        self._looks: dict[Hashable, Callable[[], Awaitable[float | None]]] = {}
        self._busy: dict[Hashable, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_LOOKS_AT_ONCE)

    def follow(self, key: Hashable, look: Callable[[], Awaitable[float | None]], delay: float = 0.0) -> None:
        """Call `look` after `delay` seconds and again after as many seconds as it returns; None ends it."""
        self._looks[key] = look
        self._at(key, delay)

    def nudge(self, key: Hashable) -> None:
        """Look now instead of later."""
        if key in self._looks and key not in self._busy:
            self._at(key, 0.0)

    def drop(self, key: Hashable) -> None:
        """Look no more. A look under way is not cut short; it is the last."""
        self._looks.pop(key, None)
        if timer := self._timers.pop(key, None):
            timer.cancel()

    async def close(self) -> None:
        """Look at nothing any more; looks under way are cut short."""
        for key in tuple(self._looks):
            self.drop(key)
        tasks = tuple(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def forked(self) -> None:
        """For a forked child: the loop of all that is planned or under way is its parent's."""
        self._timers, self._looks, self._busy = {}, {}, {}
        self._slots = asyncio.Semaphore(_LOOKS_AT_ONCE)

    def __len__(self) -> int:
        return len(self._looks)

    def _at(self, key: Hashable, delay: float) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()
        self._timers[key] = asyncio.get_running_loop().call_later(delay, self._start, key)

    def _start(self, key: Hashable) -> None:
        self._timers.pop(key, None)
        look = self._looks.get(key)
        if look is not None and key not in self._busy:
            self._busy[key] = asyncio.get_running_loop().create_task(self._look(key, look))

    async def _look(self, key: Hashable, look: Callable[[], Awaitable[float | None]]) -> None:
        delay: float | None = None
        try:
            async with self._slots:
                delay = await look()
        finally:
            del self._busy[key]
            if self._looks.get(key) is look:
                if delay is None:
                    self.drop(key)
                else:
                    self._at(key, delay)
            elif key in self._looks and key not in self._timers:  # followed anew while this look was under way
                self._at(key, 0.0)


class Throttle:
    """Calls a function at most ten times a second however often it is asked to, and always once after the last ask.

    Ask from any thread; the function runs on the background loop.
    """

    def __init__(self, function: Callable[[], object], gap: float = _UPDATE_GAP) -> None:
        self._function = function
        self._gap = gap
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")

    def __call__(self) -> None:
        """Ask for a call."""
        call_soon(self._ask)

    def _ask(self) -> None:
        if self._timer is None:
            now = asyncio.get_running_loop().time()
            self._timer = asyncio.get_running_loop().call_at(max(now, self._last + self._gap), self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._last = asyncio.get_running_loop().time()
        self._function()
