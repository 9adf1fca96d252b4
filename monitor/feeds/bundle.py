"""Messages of a mailbox as one body, from the fetch to the parse worker: a number and a length before each. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterable

#: the message's number in the folder, and its length in bytes
_HEAD = struct.Struct(">II")
CONTENT_TYPE = "application/vnd.basewatch.messages"


def pack_messages(messages: Iterable[tuple[int, bytes]]) -> bytes:
    """Messages with their numbers as one body, in this order."""
    return b"".join(part for number, raw in messages for part in (_HEAD.pack(number, len(raw)), raw))


def unpack_messages(body: bytes) -> list[tuple[int, bytes]]:
    """What was packed; `ValueError` where the body ends in the middle of a message."""
    messages: list[tuple[int, bytes]] = []
    at = 0
    while at < len(body):
        if len(body) - at < _HEAD.size:
            raise ValueError("the bundle of messages is cut")
        number, size = _HEAD.unpack_from(body, at)
        at += _HEAD.size
        if len(body) - at < size:
            raise ValueError("the bundle of messages is cut")
        messages.append((number, body[at : at + size]))
        at += size
    return messages
