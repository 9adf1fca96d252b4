"""Answers of the API: pages of a list, marks for who has an answer already, what is posted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from monitor.queries.jsonvalues import plain
from monitor.web.answers import JSON, Answer, as_json
from monitor.web.asking import Ask, Refusal
from monitor.web.headers import has_already

#: of JSON that is posted
MOST_BYTES = 1024 * 1024
#: what programs read is asked for anew, with the mark of what they have
REVALIDATED = {"Cache-Control": "private, no-cache"}


def listed(
    ask: Ask, noun: str, rows: Sequence[Any], *, following: str, total: int | None = None, etag: str = ""
) -> Answer:
    """A page of a list: `{noun: rows, "next": cursor or null, "total": n or null, "as_of": moment}`."""
    headers = dict(REVALIDATED)
    if following:
        query = [(name, value) for name, values in ask.query.items() for value in values if name != "cursor"]
        address = f"{ask.base}{ask.path}?{urlencode([*query, ('cursor', following)])}"
        headers["Link"] = f'<{address}>; rel="next"'
    values = plain(list(rows))
    etag = etag or mark(noun, values, following, total)
    page = {noun: values, "next": following or None, "total": total, "as_of": seconds(ask.now)}
    return as_json(page, etag=etag, headers=headers)


def seconds(now: datetime) -> str:
    """A moment without its parts of a second."""
    return str(plain(now.replace(microsecond=0)))


def mark(*parts: Any) -> str:
    """A weak entity tag: another one wherever one of these is another one."""
    told = json.dumps(parts, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    return f'W/"{blake2b(told, digest_size=12).hexdigest()}"'


def asked_by(ask: Ask) -> list[tuple[str, list[str]]]:
    """The address with its parameters, for a mark."""
    return [(ask.path, []), *sorted((name, list(values)) for name, values in ask.query.items())]


def known_already(ask: Ask, etag: str) -> Answer | None:
    """An empty answer under this mark, where the visitor has it already: nothing has to be made for the 304."""
    if has_already(ask.headers.get("if-none-match", ""), etag.removeprefix("W/")):
        return Answer(content_type=JSON, etag=etag, headers=REVALIDATED)
    return None


def posted_object(ask: Ask, known: Iterable[str], *, needed: Iterable[str] = ()) -> Mapping[str, str]:
    """A posted object whose values are texts. An empty body is an empty object."""
    if len(ask.body) > MOST_BYTES:
        raise Refusal(413, f"the body has {len(ask.body):,} bytes; at most {MOST_BYTES:,}", kind="too-large")
    try:
        given = json.loads(ask.body.decode("utf-8")) if ask.body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"the body is not JSON in UTF-8: {str(error)[:200]}", kind="body") from None
    names = tuple(known)
    if not isinstance(given, dict):
        raise Refusal(400, "the body holds no object", f"write {{{', '.join(names)}}}", kind="body")
    for name, value in given.items():
        if name not in names:
            raise Refusal(400, f"there is no key {name[:60]!r} here", f"known are: {', '.join(names)}", kind="body")
        if value is not None and not isinstance(value, str):
            raise Refusal(400, f"{name} must be text", kind="body")
    for name in needed:
        if not (given.get(name) or "").strip():
            raise Refusal(400, f"the key {name} is missing or empty", kind="body")
    texts = {name: (value or "").strip() for name, value in given.items()}
    if any("\x00" in value or not _is_whole(value) for value in texts.values()):
        raise Refusal(400, "the body holds characters that no text has", kind="body")
    return texts


def _is_whole(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
