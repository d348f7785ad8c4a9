"""The sandbox's application: routes, errors, and the life of its parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from . import admin, api
from .answers import JSON, RequestError
from .faulting import Faulty
from .place import IMAGES, OUTPUTS, SandboxFolder
from .renders import Renders
from .state import Settings, State
from .store import Store

_Endpoint = Callable[[Request], Awaitable[Response]]
_ROUTES: tuple[tuple[str, str, _Endpoint], ...] = (
    ("POST", "/seedance/upload", api.upload),
    ("POST", "/seedance/generate", api.generate),
    ("GET", "/seedance/status/{generation_id}", api.status),
    ("GET", f"/media/{IMAGES}/{{name}}", api.image),
    ("GET", f"/media/{OUTPUTS}/{{name}}", api.clip),
    ("POST", "/admin/faults", admin.add_fault),
    ("GET", "/admin/faults", admin.list_faults),
    ("DELETE", "/admin/faults", admin.clear_faults),
    ("DELETE", "/admin/faults/{fault_id}", admin.remove_fault),
    ("GET", "/admin/jobs", admin.list_jobs),
    ("GET", "/admin/stats", admin.stats),
    ("POST", "/admin/credits", admin.set_credits),
    ("POST", "/admin/settings", admin.set_settings),
    ("POST", "/admin/reset", admin.reset),
)


def make_app(home: SandboxFolder, speed: float) -> ASGIApp:
    """The application over one home, with simulated time running `speed` times as fast as real time."""
    home.prepare()
    store = Store(home.database)
    state = State(home, store, Renders(home, store), Settings(speed=speed))

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        async with state.renders:
            yield
        store.close()

    # Both spellings are routes of their own: a redirect would make some clients drop the body or the key.
    routes = [
        Route(path + slash, endpoint, methods=[method]) for method, path, endpoint in _ROUTES for slash in ("", "/")
    ]
    app = Starlette(
        routes=routes,
        lifespan=life,
        exception_handlers={RequestError: _refused, HTTPException: _http_error, Exception: _broken},  # type: ignore[dict-item]
    )
    app.router.redirect_slashes = False
    app.state.sandbox = state
    return Faulty(app, state)


async def _refused(_request: Request, error: RequestError) -> Response:
    return error.answer()


async def _http_error(_request: Request, error: HTTPException) -> Response:
    return JSON({"success": False, "error": error.detail}, status_code=error.status_code, headers=error.headers)


async def _broken(_request: Request, _error: Exception) -> Response:
    return JSON({"success": False, "error": "Internal server error"}, status_code=500)
