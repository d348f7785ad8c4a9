"""The three endpoints of the reference and the media they speak of."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from PIL import Image
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from seedance_widgets.capabilities import DEFAULT_MODEL

from .answers import JSON, RequestError, read_json
from .faulting import fault_of
from .order import read_order
from .place import EXAMPLE_IMAGE, IMAGES, OUTPUTS, clip_name, is_image_name, read_clip_name
from .pricing import price
from .state import State, state_of
from .store import Job

_JSON_BYTES_MAX: Final = 256 * 1024
_FORM_OVERHEAD: Final = 64 * 1024
"""Bytes of a multipart body that are not the image: boundaries, headers, small fields."""
_DRAIN_MAX: Final = 64 * 1024 * 1024
"""An upload over the limit is read on (and thrown away) up to here, so that its sender gets to see the 413."""
_FORMATS: Final = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
_TYPES: Final = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".mp4": "video/mp4"}
_EXAMPLE_HOST: Final = "media.ulazai.com"
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


def require_key(request: Request) -> None:
    """RequestError with 401 unless the request carries a Bearer key other than `bad-key`."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or key.strip() in ("", "bad-key"):
        raise RequestError(401, "Authentication failed (missing or invalid API key)")


# POST /seedance/upload/


async def upload(request: Request) -> Response:
    """Keep one guide image; its address is permanent."""
    require_key(request)
    state = state_of(request)
    file = await _uploaded_file(request)
    try:
        name, digest, size = _keep_image(file, state.home.images)
    finally:
        await file.close()
    state.store.add_upload(name, digest, size)
    return JSON({"success": True, "url": f"{origin(request)}/media/{IMAGES}/{name}", "filename": f"{IMAGES}/{name}"})


async def _uploaded_file(request: Request) -> UploadFile:
    if "multipart/form-data" not in request.headers.get("content-type", "").lower():
        raise RequestError(400, "Send the image as multipart/form-data in a field named file.")
    limit = DEFAULT_MODEL.image_bytes_max

    async def counted() -> AsyncIterator[bytes]:
        received = 0
        async for chunk in request.stream():
            received += len(chunk)
            if received > limit + _FORM_OVERHEAD:
                await _drain(request, _DRAIN_MAX - received)
                raise _too_large()
            yield chunk

    parser = MultiPartParser(request.headers, counted(), max_files=4, max_fields=32)  # type: ignore[arg-type]
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise RequestError(400, f"The form could not be read: {error.message}") from None
    except (ValueError, KeyError, LookupError, AssertionError, TypeError):  # what hostile headers cause in the parser
        raise RequestError(400, "The form could not be read.") from None
    files = [value for key, value in form.multi_items() if key == "file" and isinstance(value, UploadFile)]
    if len(files) != 1:
        await form.close()
        raise RequestError(400, "Send one image in a field named file.")
    if (files[0].size or 0) > limit:
        await form.close()
        raise _too_large()
    return files[0]


def _too_large() -> RequestError:
    return RequestError(413, f"The image is larger than {DEFAULT_MODEL.image_bytes_max // (1024 * 1024)} MB.")


async def _drain(request: Request, bytes_max: int) -> None:
    async for chunk in request.stream():
        bytes_max -= len(chunk)
        if bytes_max < 0:
            return


def _keep_image(file: UploadFile, folder: Path) -> tuple[str, str, int]:
    """Check that the bytes are an accepted image and keep them: name, SHA-256, size in bytes."""
    source = file.file
    unsupported = RequestError(415, "The file is not a JPG, PNG or WebP image.")
    try:
        with Image.open(source, formats=list(_FORMATS)) as image:
            media_type, extension = _FORMATS[image.format or ""]
            if media_type not in DEFAULT_MODEL.image_types:
                raise unsupported
            image.verify()
    except Image.DecompressionBombError:
        raise RequestError(400, "The image has too many pixels.") from None
    except RequestError:
        raise
    except Exception as error:  # a damaged file can raise almost anything in an image decoder
        source.seek(0)
        known = source.read(12)
        if known.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or known[8:12] == b"WEBP":
            raise RequestError(400, "The image is damaged and cannot be read.") from error
        raise unsupported from None
    source.seek(0)
    digest = hashlib.sha256()
    name = f"u1_{secrets.token_hex(6)}.{extension}"
    descriptor, part = tempfile.mkstemp(dir=folder, suffix=".part")
    size = 0
    with os.fdopen(descriptor, "wb") as target:
        while chunk := source.read(64 * 1024):
            digest.update(chunk)
            size += target.write(chunk)
    Path(part).replace(folder / name)
    return name, digest.hexdigest(), size


# POST /seedance/generate/


async def generate(request: Request) -> Response:
    """Check the request, charge for it and start it."""
    require_key(request)
    state = state_of(request)
    order = read_order(await read_json(request, _JSON_BYTES_MAX))
    images = tuple(_own_image(url, request) for url in order.input_urls)
    hashes = tuple(_hash_of(name, state) for name in images)
    cost = price(order.size, order.duration, audio=order.generate_audio, opted_in=order.prompt_directory_optin)
    outcome: dict[str, Any] = {}
    fault = fault_of(request.scope)
    if fault is not None and fault.kind == "fail_job":
        outcome = {"state": "doomed", "error": fault.params["error"], "refund": fault.params["refunded"]}
    elif fault is not None and fault.kind == "stuck_job":
        outcome = {"state": "stuck"}
    wait = state.settings.latency / state.settings.speed
    job = state.store.create(order, images, order.fingerprint(hashes), cost, wait=wait, **outcome)
    state.renders.wake()
    return JSON(
        {
            "success": True,
            "generation_id": job.id,
            "task_id": job.task_id,
            "credits_used": job.credits,
            "directory_discount_applied": order.prompt_directory_optin,
            "message": "Video generation started. This may take a few minutes.",
        }
    )


def _own_image(url: str, request: Request) -> str:
    """File name of the uploaded image `url` points to. Its port does not matter: a restarted server has another."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        folder, _, name = unquote(parts.path).rpartition("/")
    except ValueError:
        raise RequestError(400, "input_urls holds something that is not a URL.") from None
    own = _is_loopback(host) or host == _host_name(request)
    if name == EXAMPLE_IMAGE and folder.endswith(f"/{IMAGES}") and (own or host == _EXAMPLE_HOST):
        return name
    if parts.scheme not in ("http", "https") or not own or folder != f"/media/{IMAGES}" or not is_image_name(name):
        raise RequestError(400, "The sandbox is offline: input_urls can only hold images uploaded to this sandbox.")
    return name


def _hash_of(name: str, state: State) -> str:
    if name == EXAMPLE_IMAGE:
        return name
    digest = state.store.upload_hash(name)
    if digest is None or not (state.home.images / name).is_file():
        raise RequestError(400, f"input_urls: no image named {name} was uploaded to this sandbox.")
    return digest


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


# GET /seedance/status/{generation_id}/


async def status(request: Request) -> Response:
    """Where a job stands."""
    require_key(request)
    state = state_of(request)
    job = state.store.job(request.path_params["generation_id"])
    if job is None:
        raise RequestError(404, "Generation not found")
    if job.status == "failed":
        return JSON(
            {"success": True, "status": "failed", "error_message": job.error, "credits_refunded": job.refund},
        )
    if job.status == "processing":
        return JSON({"success": True, "status": "processing", "message": "Video is being generated..."})
    edition = job.edition
    if _is_expired(job, job.edition, state):
        if not job.renew:
            return JSON({"success": True, "status": "expired", "error_message": "The video has expired."})
        state.store.mint_edition(job.id)
        edition = job.expired_edition + 1
    url = f"{origin(request)}/media/{OUTPUTS}/{clip_name(job.id, edition)}"
    return JSON({"success": True, "status": "completed", "video_url": url})


def _is_expired(job: Job, edition: int, state: State) -> bool:
    """Whether the clip's address of that edition no longer works; notes in the store when its time ran out."""
    life = state.settings.media_seconds
    if life is not None and edition == job.edition and time.time() > max(job.ready_at, job.rendered_at or 0) + life:
        state.store.expire(job.id, renew=False)
        return True
    return edition <= job.expired_edition


# GET /media/...


async def image(request: Request) -> Response:
    """An uploaded guide image."""
    name = request.path_params["name"]
    path = state_of(request).home.images / name
    if not is_image_name(name) or not path.is_file():
        raise RequestError(404, "No such image")
    return _file(path)


async def clip(request: Request) -> Response:
    """A finished clip, or 410 once its address has expired."""
    state = state_of(request)
    known = read_clip_name(request.path_params["name"])
    job = state.store.job(known[0]) if known else None
    if known is None or job is None or job.state != "rendered" or known[1] > job.edition:
        raise RequestError(404, "No such video")
    fault = fault_of(request.scope)
    if fault is not None and fault.kind == "expire_media":
        state.store.expire(job.id, renew=fault.params["renew"])
        raise RequestError(fault.params["code"], "The video has expired")
    if _is_expired(job, known[1], state):
        raise RequestError(410, "The video has expired")
    path = state.home.clip(job.id)
    if not path.is_file():
        raise RequestError(404, "No such video")
    return _file(path)


def _file(path: Path) -> FileResponse:
    """The file with HTTP Range and an ETag; it never changes under its name."""
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=31536000, immutable"}
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=headers, stat_result=path.stat())


# Addresses


def origin(request: Request) -> str:
    """`http://host:port` as the client reached this server."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        host = "{}:{}".format(*request.scope["server"])
    return f"http://{host}"


def _host_name(request: Request) -> str:
    return (urlsplit(origin(request)).hostname or "").lower()
