"""The import graph: arrows point down only. A new module needs a row here: somebody decides where it belongs."""

from __future__ import annotations

import graphlib

import pytest

from tests.architecture.source import imports, modules, unit_of, where

PURE = {
    "axes",
    "capabilities",
    "crops",
    "errors",
    "estimate",
    "first_use",
    "models",
    "polling",
    "prompts",
    "recipes",
    "rendering",
    "settings",
    "states",
    "storage",
    "sweep",
    "validation",
    "wire",
}
BELOW_JOBS = PURE | {"client", "footage", "homes", "images", "ledger", "library", "pixels", "runtime"}
BELOW_KEEPING = BELOW_JOBS | {"archive", "trash", "frame", "jobs", "lineage"}
BELOW_STUDIO = BELOW_KEEPING | {"beside", "budget", "connector", "keeping", "submitting", "templates"}
BELOW_BATCH = BELOW_STUDIO | {"progress", "rows", "sheet", "studio", "takes"}
BELOW_PEOPLE = BELOW_BATCH | {"batch", "batch_run", "many"}

MAY_IMPORT: dict[str, set[str]] = {
    # Decide, and touch nothing: no files, no network, no threads, no notebook.
    **{unit: PURE - {unit} for unit in PURE},
    # Each knows one part of the world, and none of them another's.
    "pixels": PURE,
    "images": PURE | {"footage", "pixels"},
    "client": PURE | {"images"},
    "ledger": PURE | {"watchers"},
    "footage": PURE | {"pixels"},
    "homes": PURE,
    "library": PURE | {"homes", "images"},
    "runtime": PURE,
    # Takes in the folder beside the notebook, and their way into history and library.
    "beside": PURE | {"ledger", "library"},
    # Who is told of a change.
    "watchers": set(),
    # What carries a take from upload to file.
    "jobs": BELOW_JOBS,
    # Where requests go, and with which key; it also starts the embedded sandbox.
    "connector": PURE | {"client", "runtime", "sandbox", "watchers"},
    # What a session may use, counted from its jobs.
    "budget": PURE | {"jobs", "watchers"},
    # What is done with takes once they are made: forgotten, pruned (in the sandbox's folder too), listed as a table,
    # told as a tree.
    "archive": PURE | {"ledger", "library", "sandbox", "trash"},
    # Takes that were removed, and the way of their files there and back.
    "trash": PURE | {"ledger", "library"},
    "frame": PURE | {"jobs"},
    "lineage": PURE | {"jobs"},
    "keeping": BELOW_KEEPING,
    # From a request to a row, with what it may cost.
    "submitting": BELOW_KEEPING | {"beside", "budget", "connector"},
    # Named prompts, in files of their own.
    "templates": PURE | {"images"},
    # The one object that ties the rest.
    "studio": BELOW_STUDIO,
    # Many requests from a file or a table.
    "rows": PURE,
    # Many takes at once, with what is shown of them where no widget is.
    "takes": PURE | {"frame", "jobs"},
    "progress": PURE | {"jobs"},
    "sheet": PURE | {"takes"},
    "batch_run": BELOW_BATCH,
    "batch": BELOW_BATCH | {"batch_run"},
    "many": BELOW_BATCH | {"batch"},
    # What people touch. A magic shows widgets; no widget knows of magics.
    "widgets": BELOW_PEOPLE,
    "magics": BELOW_PEOPLE | {"widgets"},
    # The sandbox of a studio, for people who rehearse.
    "rehearsal": BELOW_PEOPLE | {"sandbox"},
    # A service of its own, which happens to live in this package: it shares the limits, and nothing else.
    "sandbox": {"capabilities", "errors", "models"},
    # The curated names.
    "__init__": BELOW_PEOPLE | {"magics", "rehearsal", "widgets"},
}

DOING_IO = {
    "asyncio",
    "concurrent",
    "http",
    "io",
    "multiprocessing",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "urllib.request",
}
LIBRARIES = {
    "IPython",
    "PIL",
    "anywidget",
    "av",
    "httpx",
    "ipywidgets",
    "keyring",
    "numpy",
    "platformdirs",
    "sqlalchemy",
}


@pytest.mark.parametrize("path", modules(), ids=where)
def test_a_module_imports_only_what_lies_below_it(path):
    unit = unit_of(path)
    assert unit in MAY_IMPORT, f"{unit} is new: give it a row in MAY_IMPORT"
    wrong = [
        f"{where(path, each.line)} imports {each.target}"
        for each in imports(path)
        if each.unit not in {None, unit, *MAY_IMPORT[unit]}
    ]
    assert not wrong, "\n".join(wrong)


def test_every_row_stands_for_a_module():
    assert set(MAY_IMPORT) - {unit_of(path) for path in modules()} == set()


@pytest.mark.parametrize("path", [path for path in modules() if unit_of(path) in PURE], ids=where)
def test_a_pure_module_has_no_way_to_the_outside(path):
    wrong = [
        f"{where(path, each.line)} imports {each.target}"
        for each in imports(path)
        if each.root in DOING_IO | LIBRARIES or each.target.startswith(tuple(f"{name}." for name in DOING_IO))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_two_units_need_each_other():
    graph = {unit: set[str]() for unit in MAY_IMPORT}
    for path in modules():
        graph[unit_of(path)] |= {each.unit for each in imports(path) if each.unit} - {unit_of(path), "__init__"}
    graphlib.TopologicalSorter(graph).prepare()  # CycleError names the circle
