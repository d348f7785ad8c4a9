"""Takes and what was made from them, as a tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import GenerationRequest, GuideImage
from .rendering import Link, lineage_html, lineage_text

if TYPE_CHECKING:
    from .jobs import Job


@dataclass(frozen=True, eq=False, repr=False)
class Lineage:
    """A take, and the takes that were made from it. It prints as an indented tree."""

    job: Job
    link: Link
    """How it came from its parent: "remix of" or "from last frame of"; empty where it has none."""
    children: tuple[Lineage, ...] = ()
    """Oldest first."""

    def __iter__(self) -> Iterator[Lineage]:
        """This one and all below it, each followed by its own children."""
        return (node for _, node in self._walk())

    def _walk(self) -> Iterator[tuple[int, Lineage]]:
        waiting = [(0, self)]
        while waiting:
            depth, node = waiting.pop()
            yield depth, node
            waiting += [(depth + 1, child) for child in reversed(node.children)]

    def __repr__(self) -> str:
        return lineage_text((depth, node.link, node.job) for depth, node in self._walk())

    def _repr_html_(self) -> str:
        return lineage_html((depth, node.link, node.job) for depth, node in self._walk())


def tree(jobs: Sequence[Job], job: Job) -> Lineage:
    """The tree a job belongs to, of the jobs that are given, from its oldest forebear that is among them.

    A damaged history may name parents that are not there, or lead in a circle: each take is in the tree once, and the
    job always is.
    """
    by_id = {each.id: each for each in (*jobs, job)}
    children: defaultdict[str | None, list[Job]] = defaultdict(list)
    for each in by_id.values():
        children[each.parent].append(each)
    root, climbed = job, {job.id}
    while root.parent in by_id and root.parent not in climbed:
        root = by_id[root.parent]
        climbed.add(root.id)
    order, seen = [root], {root.id}
    for each in order:  # it grows while it is walked through
        made = [child for child in children[each.id] if child.id not in seen]
        seen.update(child.id for child in made)
        order += made
    below: defaultdict[str | None, list[Lineage]] = defaultdict(list)
    node = Lineage(root, "")
    for each in reversed(order):  # the last first: children are there before their parents, however deep it goes
        oldest_first = sorted(below[each.id], key=lambda child: (child.job.created, child.job.id))
        node = Lineage(each, link_of(each.request, each.parent), tuple(oldest_first))
        below[each.parent].append(node)
    return node


def link_of(request: GenerationRequest, parent: str | None) -> Link:
    """How a take came from its parent, a take's id."""
    if parent is None:
        return ""
    first = next(iter(request.images), None)
    origin = first.origin if isinstance(first, GuideImage) else None
    goes_on = origin is not None and (origin.take, origin.frame) == (parent, "last")  # a remix keeps an older one
    return "from last frame of" if goes_on else "remix of"
