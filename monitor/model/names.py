"""What people call that which facts hold by id."""

from __future__ import annotations

from typing import Protocol


class Names(Protocol):
    """Names of actors, countries and rules, and zones of places: the rules in force."""

    def name_of(self, actor_id: str) -> str: ...

    def country_name(self, code: str) -> str: ...

    def title_of(self, rule_id: str) -> str: ...

    def zone_of(self, place_id: str) -> str:
        """The IANA time zone of a place or `country:XX`."""
