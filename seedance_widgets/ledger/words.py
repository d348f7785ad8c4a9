"""The search for words in prompts, as SQLite calls it."""

from __future__ import annotations

import json


def prompt_holds(request: object, words: object) -> int:
    """For SQLite: whether the prompt of a request has these words in it, whatever their case. Its own JSON ends a text
    at a null, and knows the case of English letters alone."""
    try:
        return int(str(words) in json.loads(str(request))["prompt"].casefold())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return 0
