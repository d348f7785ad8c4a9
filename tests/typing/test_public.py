"""The public API is typed: a strict checker accepts right programs and refuses wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.environment import ROOT

api = pytest.importorskip("mypy.api", reason="the type checker belongs to the lint group")

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["program.py", "mistakes.py"])
def test_a_users_program_type_checks(name: str, tmp_path: Path) -> None:
    settings = ["--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    said, _, _ = api.run([*settings, str(HERE / name)])
    ours = [line for line in said.splitlines() if name in line and ": error:" in line]
    assert not ours, "\n".join(ours)
    assert "Success" in said or "seedance_widgets" in said, said  # it did check something


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "seedance_widgets" / "py.typed").is_file()
