"""The pictures in notebook 04: runs it on the sandbox and keeps what its cells show in its file; `make screenshots`.

So it can be looked at where nobody runs it. What would differ from one run to the next, or from one machine to another,
is left out or made the same: views that live, the folders of this machine, times, ids.
"""

from __future__ import annotations

import base64
import copy
import io
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.kernel import WIDGET_VIEW  # noqa: E402
from tests.support.notebooks import NOTEBOOKS, Executed, execute  # noqa: E402

NOTEBOOK = NOTEBOOKS / "04_iterate.ipynb"

# A take in the file refers to its copy where that lies below the folder in which the kernel was started. Whoever looks
# at this file has no copies, so that a picture is to be there.
ELSEWHERE: Final = 'import os\nos.chdir("../elsewhere")'

JPEG_QUALITY: Final = 85

MOMENT: Final = re.compile(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC")
WHEN: Final = re.compile(r"\b\d\d [A-Z][a-z]{2} \d\d:\d\d\b")
RENDERED: Final = re.compile(r"[Rr]endered in(?:</?t[hd][^>]*>|</?tr>| |\d+:\d\d)+")
MINUTES: Final = re.compile(r"\d+:\d\d")
VIDEO: Final = re.compile(r' data-video="[0-9a-f]+"')
TAKE_ID: Final = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{6}\b")
FILE: Final = re.compile(r"\b([a-z0-9-]+?)-\d{4}(?:-\d+)?\.mp4\b")


def main(target: Path = NOTEBOOK) -> None:
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(with_pictures(run(Path(folder))), target)
    print(f"    {target} ({target.stat().st_size // 1000} kB)")


def run(folder: Path, **env: str) -> Executed:
    """The notebook run in `folder`, with a SEEDANCE_HOME there; once more where it was run there before."""
    place = folder / "notebooks"
    for made in (place, folder / "elsewhere"):
        made.mkdir(exist_ok=True)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(ELSEWHERE))
    nbformat.write(notebook, folder / NOTEBOOK.name)
    done = execute(folder / NOTEBOOK.name, place, folder / ".home", Path(sys.executable), **env)
    del done.notebook.cells[0]
    return done


def with_pictures(done: Executed) -> Any:
    """The notebook, with as much of what its cells have shown as its file is to hold."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    timeless = Timeless()
    for cell, ran in zip(Executed(notebook, done.folder).code_cells, done.code_cells, strict=True):
        cell.outputs = [timeless.copy(light(output)) for output in in_one([*filter(is_kept, ran.outputs)])]
        cell.execution_count = None
    return notebook


def is_kept(output: Any) -> bool:
    """Not what needs a kernel to be seen, nor what is said about the machine."""
    return WIDGET_VIEW not in output.get("data", {}) and output.get("name") != "stderr"


def in_one(outputs: list[Any]) -> list[Any]:
    """The same with what was printed in one piece, however the kernel sent it."""
    joined: list[Any] = []
    for output in copy.deepcopy(outputs):
        if joined and output.output_type == "stream" == joined[-1].output_type and output.name == joined[-1].name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def light(output: Any) -> Any:
    """The same with its pictures as JPEG, which take a quarter of the room, and with nothing said twice."""
    data, metadata = output.get("data", {}), output.get("metadata", {})
    if "text/html" in data:
        data.pop("text/plain", None)  # its columns are as wide as names that were chosen by the clock
    if "image/png" in data:
        with Image.open(io.BytesIO(base64.b64decode(data.pop("image/png")))) as picture:
            written = io.BytesIO()
            picture.convert("RGB").save(written, "JPEG", quality=JPEG_QUALITY, optimize=True)
        data["image/jpeg"] = base64.b64encode(written.getvalue()).decode()
        metadata["image/jpeg"] = metadata.pop("image/png", {})
    return output


class Timeless:
    """Copies what is shown, with times and ids that are the same whenever it is made. Two takes keep two ids, and two
    names of files."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._stems: Counter[str] = Counter()

    def copy(self, shown: Any) -> Any:
        """An output, or a part of one."""
        if isinstance(shown, dict):
            return nbformat.from_dict({name: self.copy(each) for name, each in shown.items()} | not_counted(shown))
        if isinstance(shown, list):
            return [self.copy(each) for each in shown]
        return self._text(shown) if isinstance(shown, str) else shown

    def _text(self, words: str) -> str:
        words = VIDEO.sub("", words)
        words = MOMENT.sub("22 Nov 2026, 12:00 UTC", words)
        words = WHEN.sub("22 Nov 12:00", words)
        words = RENDERED.sub(lambda found: MINUTES.sub("0:02", found[0]), words)
        words = TAKE_ID.sub(lambda found: self._id(found[0]), words)
        return FILE.sub(lambda found: self._file(found[0], found[1]), words)

    def _id(self, found: str) -> str:
        return self._ids.setdefault(found, f"20261122-120000-{len(self._ids) + 1:06x}")

    def _file(self, found: str, stem: str) -> str:
        if found not in self._files:
            self._stems[stem] += 1
            number = f"-{self._stems[stem]}" if self._stems[stem] > 1 else ""
            self._files[found] = f"{stem}-1200{number}.mp4"
        return self._files[found]


def not_counted(shown: Any) -> dict[str, None]:
    """Which execution it was, left open."""
    return {"execution_count": None} if "execution_count" in shown else {}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
