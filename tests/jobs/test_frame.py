"""The history as a table."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest
from seedance_widgets.errors import ConfigurationError
from seedance_widgets.estimate import Estimate
from seedance_widgets.takes import Take, frame
from tests.support.faulty import FaultyServer, says

from .test_job import WAIT, reaches
from .test_money import Kernels, write

pd = pytest.importorskip("pandas")


def test_every_fact_of_a_take_is_in_a_plain_column(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, tmp_path: Path
) -> None:
    studio = kernel()
    Image.new("RGB", (400, 400), "teal").save(tmp_path / "hero.png")
    job = studio.submit(fox.replace(images=[tmp_path / "hero.png"], duration=8)).wait(WAIT)
    job.star()
    job.note = "calm"
    service.plan("generate", says(400, {"success": False, "error": "not like this"}))
    refused = studio.submit(fox, parent=job)
    reaches(refused, lambda job: job.over)
    table = studio.history(as_frame=True)
    assert list(table.index) == [refused.id, job.id]
    assert table.index.name == "id"
    row = table.loc[job.id]
    image = job.request.images[0]
    assert (row.prompt, row.aspect_ratio, row.resolution, row.duration) == (fox.prompt, "16:9", "480p", 8)
    assert not row[["fixed_lens", "generate_audio", "prompt_directory_optin"]].any()
    assert (row.state, row["take"], row.starred, row.note) == ("completed", 1, True, "calm")
    assert (row.connection, row.generation_id, row.credits_used) == (
        job.record.connection,
        job.generation_id,
        job.credits_used,
    )
    assert (row.path, row.placed, row.sha256, row.media) == (
        str(job.path),
        str(job.placed),
        job.media_sha256,
        job.record.media,
    )
    assert (row.first_frame, row.first_frame_sha256) == (image.path, image.sha256)
    assert pd.isna(row.last_frame)
    assert pd.isna(row.reason)
    assert row.created.to_pydatetime() == datetime.fromtimestamp(job.created, UTC)
    assert row.created <= row.sent <= row.finished <= row.updated
    row = table.loc[refused.id]
    assert (row.state, row.reason, row.parent, row.error_kind) == ("failed", "refused", job.id, "RefusedError")
    assert "not like this" in row.error
    assert pd.isna(row.sent)
    assert pd.isna(row.credits_used)
    assert table.credits.sum() == table[table.starred].credits_used.sum() == job.credits_used
    assert row.credits == 0


def test_a_sum_of_credits_counts_what_was_paid_and_not_the_sandbox(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    first = kernel()
    paid, free = (first.submit(fox.replace(duration=duration)).wait(WAIT) for duration in (4, 8))
    assert first.history(as_frame=True).credits.tolist() == [40, 40]
    write(home, f"UPDATE jobs SET connection = 'sandbox' WHERE id = '{free.id}'")
    studio = kernel()
    table = studio.history(as_frame=True)
    assert (table.credits.sum(), table.loc[paid.id].credits, table.loc[free.id].credits) == (40, 40, 0)
    assert table.loc[free.id].credits_used == 40  # as the sandbox said
    takes = [Take(number, fox, Estimate(50, ""), job=studio.job(job.id)) for number, job in enumerate((paid, free), 1)]
    assert frame(takes)[["credits", "expected"]].sum().tolist() == [40, 100]


def test_an_empty_history_and_a_damaged_row_give_the_same_columns(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    studio = kernel()
    empty = studio.history(as_frame=True)
    assert len(empty) == 0
    studio.submit(fox).wait(WAIT)
    write(home, "UPDATE jobs SET created = 1e300, request = json_set(request, '$.duration', 'long')")
    table = kernel().history(limit=None, as_frame=True)
    assert list(table.dtypes.items()) == list(empty.dtypes.items())
    assert isinstance(table.created.dtype, pd.DatetimeTZDtype)
    assert pd.isna(table.created.iloc[0])
    assert pd.isna(table.duration.iloc[0])


def test_without_pandas_one_line_says_how_to_get_it(kernel: Kernels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigurationError, match="pip install pandas"):
        kernel().history(as_frame=True)
