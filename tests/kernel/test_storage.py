"""What is not saved, in a real kernel, from the magics, with the embedded sandbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from tests.support.disks import read_only
from tests.support.kernel import Kernel


def test_a_line_over_a_damaged_history_makes_its_take_and_says_once_what_is_not_saved(
    new_kernel: Callable[..., Kernel], home: Path
) -> None:
    home.mkdir()
    file = home / "ledger.db"
    file.write_bytes(b"no database at all " * 500)
    before = hashlib.sha256(file.read_bytes()).digest()
    kernel = new_kernel()
    first = kernel.run("%load_ext seedance_widgets\nfox = %seedance A red fox trots -r 480p --wait")
    assert first.stdout.count("The history at") == 1
    assert f"{file} cannot be used: the file is damaged." in first.stdout
    assert "Move the file away" in first.stdout
    view = first.widgets[0]
    assert kernel.models[view].state["snapshot"]["state"] == "completed"
    assert "kept in memory" in kernel.models[view].state["snapshot"]["alert"]["text"]
    again = kernel.run("%seedance A red fox trots -r 480p\nprint(fox.path.is_file(), fox.placed.is_file())")
    assert "The history" not in again.stdout
    assert again.stdout.startswith("True True")
    assert hashlib.sha256(file.read_bytes()).digest() == before


def test_a_line_in_a_home_that_is_read_only_makes_its_take_elsewhere(
    new_kernel: Callable[..., Kernel], home: Path, tmp_path: Path
) -> None:
    home.mkdir(mode=0o700)
    (tmp_path / "temporary").mkdir()
    with read_only(home):
        kernel = new_kernel({"TMPDIR": str(tmp_path / "temporary")})
        said = kernel.run(
            "%load_ext seedance_widgets\nfox = %seedance A red fox trots -r 480p --wait\nprint(fox.status, fox.path)"
        )
        assert "it is read-only. Takes made in this session are kept in memory" in said.stdout
        assert f"completed {tmp_path / 'temporary' / 'seedance-'}" in said.stdout
        assert list(home.iterdir()) == []
        kernel.shutdown()
