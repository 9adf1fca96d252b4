"""What the daemon and a parse worker say to each other: frames of bytes with their length in front.

    job:     length of head | length of body | head as JSON | body
    answer:  length | whether the worker ends now | processor ms that it took | JSON

JSON and not pickle: the other side of the pipe has read hostile bytes, and its answer must not be able to run code.
Neither feedparser nor selectolax is imported here, so that the daemon never loads them.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from monitor.model.document import DateMark, Doubt, Entry, ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import USUAL_LAYOUT, Layout, Selectors

JOB_HEAD = struct.Struct(">II")
ANSWER_HEAD = struct.Struct(">I?I")
_FIELDS = tuple(field.name for field in fields(Entry))
_ROW = attrgetter(*_FIELDS)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One document to parse."""

    body: bytes
    content_type: str | None
    base_url: str
    now: datetime
    language: str | None = None
    layout: Layout = USUAL_LAYOUT
    #: a page of an article, of which the main text is wanted
    is_article: bool = False


def pack_job(job: Job) -> tuple[bytes, bytes]:
    """The frame in two parts, so that a large body is not copied."""
    said = [job.content_type, job.base_url, job.now.isoformat(), job.language, asdict(job.layout), job.is_article]
    head = json.dumps(said).encode()
    return JOB_HEAD.pack(len(head), len(job.body)) + head, job.body


def unpack_job(head: bytes, body: bytes) -> Job:
    """The job from its two parts, without the lengths."""
    content_type, base_url, now, language, layout, is_article = json.loads(head)
    select = Selectors(**layout.pop("select")) if layout["select"] else layout.pop("select")
    return Job(
        body=body, content_type=content_type, base_url=base_url, now=datetime.fromisoformat(now), language=language,
        layout=Layout(select=select, **layout), is_article=is_article,
    )  # fmt: skip


def pack_answer(answer: ParsedFeed | ParseFailed) -> bytes:
    """The JSON of an answer; an entry is a row of its fields."""
    data = vars(answer)
    if isinstance(answer, ParsedFeed):
        data = data | {"entries": [_ROW(entry) for entry in answer.entries]}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat).encode()


def unpack_answer(text: bytes) -> ParsedFeed | ParseFailed:
    """The answer in its JSON; ValueError, KeyError or TypeError where it is none, whoever wrote it."""
    try:
        data = json.loads(text)
    except RecursionError:
        raise ValueError("an answer nested as deep as none is") from None
    if "problem" in data:
        feeds = tuple(data["feeds"])
        _texts(data["detail"], *feeds)
        return ParseFailed(problem=ParseProblem(data["problem"]), detail=data["detail"], feeds=feeds)
    entries = tuple(map(_entry, data["entries"]))
    doubt = None if data["doubt"] is None else Doubt(data["doubt"])
    parsed = ParsedFeed(**data | {"entries": entries, "doubt": doubt, "follow": tuple(data["follow"])})
    _texts(parsed.title, parsed.detail, parsed.language or "", *parsed.follow)
    if type(parsed.dropped) is not int or type(parsed.is_whole) is not bool:
        raise TypeError("a number or a yes that is none")
    return parsed


def _entry(row: list[Any]) -> Entry:
    values = dict(zip(_FIELDS, row, strict=True))
    published, language = values.pop("published"), values.pop("language")
    date_mark = DateMark(values.pop("date_mark"))
    _texts(*values.values(), language or "")
    when = None if published is None else datetime.fromisoformat(published)
    if when is not None and when.tzinfo is None:
        raise ValueError("a moment without a zone")
    return Entry(**values, published=when, language=language, date_mark=date_mark)


def _texts(*values: Any) -> None:
    if not set(map(type, values)) <= {str}:
        raise TypeError("a text that is none")
