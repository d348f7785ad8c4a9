"""The database of the ledger lies where it is safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedance_widgets.ledger.database import on_network

MOUNTS = """/dev/vda / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
tmpfs /home/me/scratch tmpfs rw 0 0
//nas/films /mnt/my\\040films cifs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/var/lib/seedance/ledger.db", False),
        ("/home/me/.local/share/seedance-widgets/ledger.db", True),
        ("/home/me/scratch/ledger.db", False),
        ("/mnt/my films/ledger.db", True),
        ("//server/share/ledger.db", True),
    ],
)
def test_a_network_drive_is_told_from_a_local_one(path: str, network: bool) -> None:
    assert on_network(Path(path), MOUNTS) is network


def test_where_nothing_is_known_a_path_is_local() -> None:
    assert not on_network(Path("/anywhere/ledger.db"), "")
