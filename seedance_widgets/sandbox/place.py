"""Where the sandbox keeps its things: `SEEDANCE_HOME/sandbox`, one folder per kind of file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

IMAGES: Final = "seedance_images"
"""Folder of uploaded guide images, also in their public address, as on the service."""
OUTPUTS: Final = "seedance_outputs"
"""Folder of finished clips, also in their public address, as on the service."""
EXAMPLE_IMAGE: Final = "u1_abc123.jpg"
"""The image the reference names in its examples; it stands for a painted sample, so that they run as printed."""

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "::1")
"""The hosts by which a person on this machine reaches a sandbox."""

_IMAGE_NAME: Final = re.compile(r"u1_[0-9a-f]{6,32}\.(?:jpg|png|webp)")
_CLIP_NAME: Final = re.compile(r"([0-9a-f-]{36})(?:-(\d{1,6}))?\.mp4")


def default_home() -> Path:
    """The sandbox folder of this user: under `SEEDANCE_HOME`, else under the system's data folder."""
    from platformdirs import user_data_dir

    base = os.environ.get("SEEDANCE_HOME") or user_data_dir("seedance-widgets", appauthor=False)
    return Path(base).expanduser() / "sandbox"


def is_image_name(name: str) -> bool:
    """Whether `name` has the form of an uploaded image's file name (so it cannot point elsewhere)."""
    return _IMAGE_NAME.fullmatch(name) is not None


def clip_name(generation_id: str, edition: int) -> str:
    """File name of a clip in its public address; a renewed address has a higher edition."""
    return f"{generation_id}.mp4" if edition == 1 else f"{generation_id}-{edition}.mp4"


def read_clip_name(name: str) -> tuple[str, int] | None:
    """Generation id and edition from a clip's public file name, or None."""
    match = _CLIP_NAME.fullmatch(name)
    return (match[1], int(match[2] or 1)) if match else None


@dataclass(frozen=True, slots=True)
class SandboxFolder:
    """The folder of one sandbox. Several servers may share it."""

    root: Path

    def prepare(self) -> None:
        """Make the folders, readable by this user alone."""
        for folder in (self.root, self.images, self.outputs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "sandbox.sqlite3"

    @property
    def images(self) -> Path:
        """Where uploaded guide images lie."""
        return self.root / "media" / IMAGES

    @property
    def outputs(self) -> Path:
        """Where finished clips lie."""
        return self.root / "media" / OUTPUTS

    def clip(self, generation_id: str) -> Path:
        """Where the clip of a job lies once it is whole."""
        return self.outputs / f"{generation_id}.mp4"
