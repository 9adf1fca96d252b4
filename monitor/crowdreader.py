"""The texts of a crowd are read beside the store, not inside of it.

A document may hold 10,000 entries that nobody has seen, and each of them is classified, held or not, because none may
hide an attack. That takes ten seconds of a processor, and nothing else could be read or written meanwhile if the thread
of the database did it. So `judge_poll` reads a few texts itself and names the others (`PollChanges.unread`); they are
read here, a slice at a time and one crowd at a time. The poll of the crowd waits for all of them: what an urgent rule
takes is told by the poll that brought it, never by a later one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from monitor.model.report import Classification
from monitor.polls import PollChanges, Text, read_text, with_readings
from monitor.store.ids import new_id
from monitor.topics.attacks.topic import RuleSet

#: texts that are read in one go: 0.1 s of a processor, half a second where all are as long as texts are read
AT_ONCE = 100


class CrowdReader:
    """Reads many texts in a thread of its own; the event loop and the database go on."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()

    async def read(self, changes: PollChanges, rules: RuleSet) -> PollChanges:
        """The poll with all of its texts read. A stop waits for the slice in hand alone."""
        found: dict[Text, Classification] = {}
        async with self._one_at_a_time:
            for begin in range(0, len(changes.unread), AT_ONCE):
                found |= await asyncio.to_thread(_read, changes.unread[begin : begin + AT_ONCE], rules)
            return await asyncio.to_thread(with_readings, changes, found, new_id=new_id)


def _read(texts: Sequence[Text], rules: RuleSet) -> dict[Text, Classification]:
    return {text: read_text(text, rules) for text in texts}
