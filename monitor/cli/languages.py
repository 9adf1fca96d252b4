"""Feeds in a language that no list reads, as `check` and `feeds` tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.cli.begin import database, utc_now
from monitor.errors import BasewatchError, Problem

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.model.feed import Feed

#: of the stored items, those of this long are asked for their language
_LATELY = timedelta(days=7)


def languages_not_read(found: Settings, feeds: Sequence[Feed]) -> list[Problem]:
    """A warning for each such language: of feeds.yaml, and of what the stored items say of themselves."""
    from monitor.config.feedlanguages import languages_read, unread_languages

    return unread_languages(found.config, feeds, languages_read(found.rules), _stored())


def _stored() -> dict[str, str]:
    """The language of each feed's latest items; nothing where no database can be asked."""
    try:
        with database() as store:
            if store is None:
                return {}
            with store.read() as tx:
                return tx.feed_languages(utc_now() - _LATELY)
    except BasewatchError:  # told by whoever asks for the database itself
        return {}
