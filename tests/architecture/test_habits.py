"""Habits that keep the code readable, each held by a test because it is easily lost one line at a time."""

from __future__ import annotations

import ast
import inspect
import subprocess

import pytest

import seedance_widgets
from tests.architecture.source import imports, modules, tree, unit_of, where
from tests.support.environment import ROOT

MOST_LINES = 400

# Who may start threads and loops, with the reason.
OWN_THREADS = {
    "runtime": "the one background loop of the kernel",
    "sandbox": "a process of its own",
    "client": "its blocking twin runs the async client on a loop of its own",
}
STARTS_A_THREAD_OR_LOOP = {
    "Thread",
    "ThreadPoolExecutor",
    "Timer",
    "new_event_loop",
    "run_coroutine_threadsafe",
    "set_event_loop",
    "start_blocking_portal",
}  # not asyncio.to_thread, which lends a blocking call to a loop that is there already

PRINTS = {
    "magics": "what a person asked for by name, under the cell in which they did",
    "progress": "what a person asked for who waits for many takes",
    "sandbox": "a command: where it serves, or why it does not",
}


def tracked(*patterns: str) -> list[str]:
    """Files of the project by pattern, those not committed yet too, git-ignored ones not."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted({name for name in listed if (ROOT / name).is_file()})


def test_no_file_is_longer_than_a_reader_keeps_in_mind():
    long = {
        name: lines
        for name in tracked("*.py", "*.ts", "*.css", "*.mjs")
        if (lines := len((ROOT / name).read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert not long


@pytest.mark.parametrize("path", [path for path in modules() if unit_of(path) not in OWN_THREADS], ids=where)
def test_only_the_runtime_starts_threads_and_loops(path):
    called = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    started = [
        f"{where(path, name.lineno)} {ast.unparse(name)}"
        for name in called
        if (name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")) in STARTS_A_THREAD_OR_LOOP
        or ast.unparse(name) == "asyncio.run"
    ]
    assert not started, "\n".join(started)


@pytest.mark.parametrize("path", [path for path in modules() if unit_of(path) not in PRINTS], ids=where)
def test_nothing_is_printed_behind_peoples_backs(path):
    printed = [
        where(path, node.lineno)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printed


@pytest.mark.parametrize("path", modules(), ids=where)
def test_heavy_modules_are_imported_where_they_are_used(path):
    """Loading the extension stays light because these are imported inside functions."""
    heavy = {"av", "numpy", "sqlalchemy", "nest_asyncio2", "keyring"}
    if unit_of(path) in {"ledger", "sandbox"}:  # themselves imported at first use
        heavy = set()
    top = {id(node) for node in tree(path).body}
    lines = {
        node.lineno
        for node in ast.walk(tree(path))
        if id(node) in top and isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not [where(path, each.line) for each in imports(path) if each.root in heavy and each.line in lines]


@pytest.mark.parametrize("name", seedance_widgets.__all__)
def test_every_public_name_says_what_it_is(name):
    documented = getattr(seedance_widgets, name)
    assert inspect.getdoc(documented)
    if inspect.isclass(documented):
        own = [member for key, member in vars(documented).items() if not key.startswith("_") and callable(member)]
        assert [member.__name__ for member in own if not inspect.getdoc(member)] == []
