"""What a job looks like: the one fold from a job to words. Pure: no files, no network.

`snapshot` is what a live view shows, `comparison` what differs between takes; `text` is for where no view lives; the
history is a table, a lineage a tree. The snapshot carries plain text, which the page never reads as markup; whatever is
HTML is escaped here.
"""

from __future__ import annotations

from .batch import BatchLike, TakeLike, batch_html, batch_line, batch_text
from .cards import TWO_LINES, Tally, card, day_card, not_one_take, remove_question, removed_text, shelf_title, since
from .comparison import LETTERS, comparison, comparison_html, comparison_text, offer
from .facts import JobLike, Media, Surroundings
from .history import history_html, history_text
from .layout import Layout, batch_head, batch_layout, sweep_layout
from .lineage import Link, lineage_html, lineage_text
from .questions import cost, figures, one_more, over_budget
from .snapshot import look_of, snapshot, tone_of
from .static import EMBEDS, Kept, checked_embed, static_html, static_table, static_text, text
from .sweep import batch_still, offers, send_again, sweep_head, sweep_plan, sweep_run, sweep_still
from .templates import TemplateLike, templates_html, templates_text
from .words import chips, minutes, short, told_apart, value_words

__all__ = [
    "EMBEDS",
    "LETTERS",
    "TWO_LINES",
    "BatchLike",
    "JobLike",
    "Kept",
    "Layout",
    "Link",
    "Media",
    "Surroundings",
    "TakeLike",
    "Tally",
    "TemplateLike",
    "batch_head",
    "batch_html",
    "batch_layout",
    "batch_line",
    "batch_still",
    "batch_text",
    "card",
    "checked_embed",
    "chips",
    "comparison",
    "comparison_html",
    "comparison_text",
    "cost",
    "day_card",
    "figures",
    "history_html",
    "history_text",
    "lineage_html",
    "lineage_text",
    "look_of",
    "minutes",
    "not_one_take",
    "offer",
    "offers",
    "one_more",
    "over_budget",
    "remove_question",
    "removed_text",
    "send_again",
    "shelf_title",
    "short",
    "since",
    "snapshot",
    "static_html",
    "static_table",
    "static_text",
    "sweep_head",
    "sweep_layout",
    "sweep_plan",
    "sweep_run",
    "sweep_still",
    "templates_html",
    "templates_text",
    "text",
    "told_apart",
    "tone_of",
    "value_words",
]
