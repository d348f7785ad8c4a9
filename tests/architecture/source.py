"""The package's sources as data: which unit a file belongs to, and what it imports, lazily or not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.environment import PACKAGE

NAME = PACKAGE.name


@dataclass(frozen=True)
class Import:
    """One imported module or name, absolute: `seedance_widgets.models.GenerationRequest`, `asyncio`."""

    target: str
    line: int

    @property
    def unit(self) -> str | None:
        """The unit of this package it leads to; None where it leads elsewhere."""
        parts = self.target.split(".")
        if parts[0] != NAME:
            return None
        return parts[1] if len(parts) > 1 else "__init__"

    @property
    def root(self) -> str:
        return self.target.split(".")[0]


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.py")))


def unit_of(path: Path) -> str:
    """A unit is a module, or a folder, right below the package: `jobs`, `client`."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def where(path: Path, line: int | None = None) -> str:
    place = path.relative_to(PACKAGE.parent).as_posix()
    return place if line is None else f"{place}:{line}"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


@cache
def imports(path: Path) -> tuple[Import, ...]:
    """Every import statement, those inside functions and under TYPE_CHECKING too."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[Import]:
    package = [NAME, *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            lead = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(f"{lead}.{alias.name}", node.lineno)
