"""What the daemon and a parse worker say to each other: frames of bytes with their length in front.

    job:     length of head | length of body | head as JSON | body
    answer:  length | whether the worker ends now | JSON

JSON and not pickle: the other side of the pipe has read hostile bytes, and its answer must not be able to run code.
Neither feedparser nor selectolax is imported here, so that the daemon never loads them.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.model.document import DateMark, Entry, ParsedFeed, ParseFailed, ParseProblem

JOB_HEAD = struct.Struct(">II")
ANSWER_HEAD = struct.Struct(">I?")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One document to parse."""

    body: bytes
    content_type: str | None
    base_url: str
    now: datetime
    language: str | None = None


def pack_job(job: Job) -> tuple[bytes, bytes]:
    """The frame in two parts, so that a large body is not copied."""
    head = json.dumps([job.content_type, job.base_url, job.now.isoformat(), job.language]).encode()
    return JOB_HEAD.pack(len(head), len(job.body)) + head, job.body


def unpack_job(head: bytes, body: bytes) -> Job:
    """The job from its two parts, without the lengths."""
    content_type, base_url, now, language = json.loads(head)
    moment = datetime.fromisoformat(now)
    return Job(body=body, content_type=content_type, base_url=base_url, now=moment, language=language)


def pack_answer(answer: ParsedFeed | ParseFailed) -> bytes:
    """The JSON of an answer."""
    if isinstance(answer, ParseFailed):
        data: Any = {"problem": str(answer.problem), "detail": answer.detail}
    else:
        rows = [_row(entry) for entry in answer.entries]
        data = {
            "title": answer.title,
            "language": answer.language,
            "dropped": answer.dropped,
            "detail": answer.detail,
            "is_whole": answer.is_whole,
            "entries": rows,
        }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def unpack_answer(text: bytes) -> ParsedFeed | ParseFailed:
    """The answer in its JSON; ValueError, KeyError or TypeError where it is none."""
    data = json.loads(text)
    if "problem" in data:
        return ParseFailed(problem=ParseProblem(data["problem"]), detail=data["detail"])
    return ParsedFeed(
        title=data["title"],
        language=data["language"],
        dropped=data["dropped"],
        detail=data["detail"],
        is_whole=data["is_whole"],
        entries=tuple(_entry(*row) for row in data["entries"]),
    )


def _row(entry: Entry) -> list[str | None]:
    published = None if entry.published is None else entry.published.isoformat()
    return [
        *(entry.guid, entry.url, entry.title, entry.summary, entry.body, entry.publisher),
        *(entry.language, str(entry.date_mark), published),
    ]


def _entry(
    guid: str,
    url: str,
    title: str,
    summary: str,
    body: str,
    publisher: str,
    language: str | None,
    date_mark: str,
    published: str | None,
) -> Entry:
    return Entry(
        guid=guid,
        url=url,
        title=title,
        summary=summary,
        body=body,
        publisher=publisher,
        language=language,
        date_mark=DateMark(date_mark),
        published=None if published is None else datetime.fromisoformat(published),
    )
