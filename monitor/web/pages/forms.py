"""What pages with forms have in common: who acts, what was typed, and the page again where it cannot be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.errors import BasewatchError, StoreError
from monitor.text.clean import clean
from monitor.web.asking import Ask, Refusal, no_database

T = TypeVar("T")

#: characters of a name that is typed
_MOST_NAME = 100


def author(ask: Ask) -> str:
    """Who does it: the name of the log-in, or what was typed where nobody is known."""
    typed = clean(ask.one("by", form=True))
    if ask.visitor.name or ask.visitor.by != "loopback":
        return ask.visitor.name
    if len(typed) > _MOST_NAME:
        raise Refusal(400, f"the name has {len(typed):,} characters; at most {_MOST_NAME}", kind="parameter")
    return typed


def typed(ask: Ask, form: str) -> dict[str, str]:
    """What was typed into a form, to be shown in it again; `form` names it."""
    given = {name: values[0] for name, values in ask.form.items() if values and name != "csrf"}
    return {**given, "form": form}


def refusal_of(error: BasewatchError | Refusal) -> Refusal:
    """What is wrong, to be told on the page of the form."""
    if isinstance(error, StoreError):
        return no_database(error)
    return error if isinstance(error, Refusal) else Refusal(400, str(error))


@dataclass(frozen=True, kw_only=True)
class Rows(Generic[T]):
    """Some rows of a list that is short enough to be held: pages by their number."""

    rows: Sequence[T]
    total: int
    size: int
    #: from 1
    number: int

    @property
    def begins(self) -> int:
        """How many rows stand before."""
        return (self.number - 1) * self.size

    @property
    def more(self) -> bool:
        return self.begins + len(self.rows) < self.total


def rows_of(found: Sequence[T], ask: Ask, name: str, size: int) -> Rows[T]:
    """The page of `found` that the parameter `name` asks for; the last one where there are fewer."""
    pages = max(1, -(-len(found) // size))
    number = min(ask.number(name, 1, least=1, most=100_000), pages)
    return Rows(rows=found[(number - 1) * size : number * size], total=len(found), size=size, number=number)
