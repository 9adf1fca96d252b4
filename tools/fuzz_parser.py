"""Looks for documents that the parser reads wrongly, slowly or not at all; run it when the parser has changed.

    python tools/fuzz_parser.py                          ten minutes of the documents that the tests have, mutated
    python tools/fuzz_parser.py --minutes 60 --seeds ~/feeds
    python tools/fuzz_parser.py --check FOUND            what is wrong with one document, once more
    python tools/fuzz_parser.py --shrink FOUND           the same with as little of it as still shows the fault

Where atheris is installed (`pip install atheris`) coverage of our code and of feedparser guides it; else chance alone.
Each fault is written into a folder (`--found`, build/fuzz by default), one document of each kind, with what was wrong
beside it. Make a case of it: a file in `tests/data/feeds/documents/`, which the next run begins with.

What must hold of every answer: it is a `ParsedFeed` or a `ParseFailed` whose problem is not CRASHED; no field above its
limit; no control character, no half of a character, no mark that turns the order of text round in any text; links lead
to http or https; the frames of a worker give it back as it was; the same document has the same answer; below 1 MiB it
takes less than two seconds; and where the fast reader was believed, the reference says the same.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import random
import re
import resource
import signal
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

try:
    import atheris
except ImportError:
    atheris = None  # type: ignore[assignment]

if atheris is not None and "--check" not in sys.argv and "--shrink" not in sys.argv and "--chance" not in sys.argv:
    with atheris.instrument_imports(include=["monitor.feeds.parse", "feedparser"]):
        from monitor.feeds.parse import parser
else:
    from monitor.feeds.parse import parser

from monitor.feeds.parse import entries as limits
from monitor.feeds.parse.charset import decode
from monitor.feeds.parse.frames import Job, pack_answer, pack_job, unpack_answer, unpack_job
from monitor.feeds.parse.jsonfeed import looks_like_json
from monitor.feeds.parse.kinds import other_kind
from monitor.feeds.parse.repair import mend, problem_of
from monitor.model.document import Entry, ParsedFeed, ParseFailed, ParseProblem
from monitor.model.feed import USUAL_LAYOUT, Layout, Selectors

HOME = Path(__file__).parent.parent
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
#: seconds of processor time for a document below one MiB, and those after which it is given up
SLOW, GIVEN_UP = 2.0, 20.0
#: seeds are cut to about so many bytes, or most of the time goes into reading the same kind of entry again
SEED = 24_000
LONGEST = 200_000

CONTENT_TYPES = (
    None, "application/rss+xml", "text/xml; charset=utf-8", "text/xml; charset=windows-1251", "text/html",
    "application/xml; charset=utf-16", "text/xml; charset=iso-2022-jp", "application/json; charset=gbk",
)  # fmt: skip
BASES = (
    "https://news.example/feed", "http://news.example", "https://news.google.com/rss/search?q=x",
    "https://api.gdeltproject.org/api/v2/doc/doc", "https://t.me/s/channel", "https://user:pass@h.example:8443/a/b/",
)  # fmt: skip
LANGUAGES = (None, "ru", "ja", "ar", "zh")
LAYOUTS = (
    USUAL_LAYOUT, USUAL_LAYOUT, USUAL_LAYOUT, Layout(publisher_from_item=True),
    Layout(select=Selectors(item="div, article, li, item")),
    Layout(select=Selectors(item="a@href", title="@title", link="@href", date="time@datetime", summary="p")),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What comes with a document; four bytes in front of it choose."""

    content_type: str | None
    base_url: str
    language: str | None
    layout: Layout

    @staticmethod
    def chosen(data: bytes) -> tuple[Ask, bytes]:
        head = data[:4].ljust(4, b"\0")
        ask = Ask(
            content_type=CONTENT_TYPES[head[0] % len(CONTENT_TYPES)],
            base_url=BASES[head[1] % len(BASES)],
            language=LANGUAGES[head[2] % len(LANGUAGES)],
            layout=LAYOUTS[head[3] % len(LAYOUTS)],
        )
        return ask, data[4:]

    def of(self, body: bytes) -> Job:
        return Job(body=body, now=NOW, **vars(self))


# ------------------------------------------------------------------------------------ what must hold


class GivenUp(BaseException):
    """The document took so long that nothing more is asked of it."""


def faults(data: bytes) -> list[str]:
    """What is wrong with the answer to one document, each as `kind: detail`; empty where nothing is."""
    ask, body = Ask.chosen(data)
    job = ask.of(body)
    signal.setitimer(signal.ITIMER_PROF, GIVEN_UP, GIVEN_UP)
    start = time.process_time()
    try:
        answer = parser.parse(**vars(job))
        took = time.process_time() - start
        found = list(_wrong(job, answer))
    except GivenUp:
        return [f"slow: given up after {GIVEN_UP:g} s"]
    except Exception as error:
        return [f"raised: {type(error).__name__} in {_place_of(error.__traceback__)}"]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if took > SLOW and len(body) < 1 << 20:
        found.append(f"slow: {took:.1f} s for {len(body):,} bytes")
    return found


def _wrong(job: Job, answer: object) -> Iterator[str]:
    if (why := _unmended(job)) is not None:
        yield f"unmended: {why}"
    if isinstance(answer, ParseFailed):
        if answer.problem is ParseProblem.CRASHED:
            yield f"crashed: {answer.detail} ({_crash(job)})"
        if not answer.detail or _unclean(answer.detail):
            yield f"detail: {answer.detail!r}"
        if any(map(_no_link, answer.feeds)):
            yield f"feeds: {answer.feeds}"
    elif isinstance(answer, ParsedFeed):
        yield from _wrong_in(answer)
        yield from _difference(job, answer)
    else:
        yield f"type: {type(answer).__name__}"
        return
    back = unpack_answer(pack_answer(answer))
    if back != answer or getattr(back, "doubt", None) != getattr(answer, "doubt", None):
        yield "frames: an answer does not come back as it was"
    head, body = pack_job(job)
    if unpack_job(head[8:], body) != job:
        yield "frames: a job does not come back as it was"
    yield from _wrong_in_broken_frames(pack_answer(answer))
    if parser.parse(**vars(job)) != answer:
        yield "unsteady: the same document has another answer"


def _wrong_in_broken_frames(frame: bytes) -> Iterator[str]:
    """What a worker that hostile bytes have taken over may answer: a value, or an error that `pool` expects."""
    mutator = Mutator(len(frame), [frame, b"[" * 100_000, b'{"a":' * 100_000])
    for _ in range(3):
        broken = mutator.mutated(frame)
        try:
            answer = unpack_answer(broken)
        except (ValueError, KeyError, TypeError):
            continue
        except Exception as error:
            yield f"broken frame: {type(error).__name__} in {_place_of(error.__traceback__)}"
            continue
        wrong = next(_wrong_types(answer), "")
        if wrong:
            yield f"broken frame: {wrong}"


def _wrong_types(answer: ParsedFeed | ParseFailed) -> Iterator[str]:
    if isinstance(answer, ParseFailed):
        if not isinstance(answer.detail, str) or not all(isinstance(feed, str) for feed in answer.feeds):
            yield "a failure whose words are none"
        return
    texts = [("title", answer.title), ("detail", answer.detail), *(("follow", url) for url in answer.follow)]
    texts += [(name, getattr(entry, name)) for entry in answer.entries for name in _MOST if name != "language"]
    for name, text in texts:
        if not isinstance(text, str):
            yield f"{name} is a {type(text).__name__}"
    if type(answer.dropped) is not int or type(answer.is_whole) is not bool:
        yield "dropped or is_whole is something else"
    for entry in answer.entries:
        if entry.published is not None and entry.published.tzinfo is None:
            yield "a date without a zone"


def _wrong_in(parsed: ParsedFeed) -> Iterator[str]:
    if len(parsed.entries) > limits.MOST_ENTRIES or parsed.dropped < 0:
        yield f"limit: {len(parsed.entries)} entries, {parsed.dropped} dropped"
    if len(parsed.title) > limits.TITLE or _unclean(parsed.title) or _unclean(parsed.detail):
        yield f"feed: title {parsed.title[:80]!r}, detail {parsed.detail[:80]!r}"
    if any(map(_no_link, parsed.follow)):
        yield f"follow: {parsed.follow}"
    for entry in parsed.entries:
        yield from _wrong_in_entry(entry)


_MOST = {
    "guid": limits.GUID, "url": 4096, "title": limits.TITLE, "summary": limits.SUMMARY, "body": limits.BODY,
    "publisher": limits.PUBLISHER, "language": 35,
}  # fmt: skip


def _wrong_in_entry(entry: Entry) -> Iterator[str]:
    for name, most in _MOST.items():
        value = getattr(entry, name)
        if value is not None and (len(value) > most or _unclean(value, lines=name in ("summary", "body"))):
            yield f"{name}: {len(value)} characters, {value[:200]!r}"
    if entry.url and _no_link(entry.url):
        yield f"url: {entry.url!r}"
    at = entry.published
    if at is not None and (at.tzinfo is None or not datetime(1994, 12, 31, tzinfo=UTC) < at <= NOW + timedelta(days=2)):
        yield f"published: {at!r} ({entry.date_mark})"
    if not (entry.title or entry.summary or entry.body or entry.url):
        yield "empty: an entry without anything to read"


def _unclean(text: str, *, lines: bool = False) -> bool:
    """True where a text holds what no reader may see: controls, halves of characters, turned order."""
    if text.isprintable():
        return False
    return any(
        unicodedata.category(sign) in ("Cc", "Cs") or sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        for sign in text
        if not (lines and sign == "\n")
    )


def _no_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return parts.scheme not in ("http", "https") or not parts.hostname or _unclean(url) or len(url) > 4096


def _difference(job: Job, answer: ParsedFeed) -> Iterator[str]:
    """Where the fast reader was believed: what the reference says otherwise."""
    text = decode(job.body, job.content_type, language=job.language).text
    if answer.doubt is not None or looks_like_json(text) or other_kind(text, job.layout):
        return
    reference = parser.read_reference(mend(text), base_url=job.base_url, now=job.now, layout=job.layout)
    if isinstance(reference, ParseFailed):
        yield f"differs: the reference says {reference.problem}"
        return
    for name in ("title", "language", "dropped", "is_whole"):
        if getattr(reference, name) != getattr(answer, name):
            yield f"differs in feed {name}: {getattr(answer, name)!r}, reference {getattr(reference, name)!r}"
    if len(reference.entries) != len(answer.entries):
        yield f"differs in count: {len(answer.entries)}, reference {len(reference.entries)}"
        return
    for ours, theirs in zip(answer.entries, reference.entries, strict=True):
        for name, value in vars(ours).items():
            if value != getattr(theirs, name):
                yield f"differs in {name}: {value!r:.300}, reference {getattr(theirs, name)!r:.300}"


def _unmended(job: Job) -> str | None:
    """What is still not well-formed in a feed that was mended, so that feedparser's reader of tag soup is asked."""
    text = decode(job.body, job.content_type, language=job.language).text
    if looks_like_json(text) or other_kind(text, job.layout):
        return None
    mended = mend(text)
    return problem_of(mended.text) if mended.is_feed else None


def _crash(job: Job) -> str:
    """Where the error came from that `parse` made a result of."""
    first: dict[str, str] = {}
    last = ""

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal last
        if event == "exception":
            place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
            last = f"{argument[0].__name__}: {argument[1]!s:.80}"
            first.setdefault(last, place)
        return trace

    sys.settrace(trace)
    try:
        parser.parse(**vars(job))
    finally:
        sys.settrace(None)
    return f"{last} at {first.get(last)}"


def _place_of(traceback: Any) -> str:
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"


# ------------------------------------------------------------------------------------------ documents


def seeds(folders: list[Path]) -> list[bytes]:
    """The documents of the tests, those kept as cases, and files of `folders`, each cut to a few entries."""
    found: dict[bytes, None] = {}
    for path in sorted((HOME / "tests/feeds").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                body = node.value if isinstance(node.value, bytes) else node.value.encode("utf-8", "replace")
                if len(body) > 20 and (b"<" in body or b"{" in body):
                    found[body] = None
    for folder in (HOME / "tests/data/feeds/documents", *folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".txt":
                found[shortened(path.read_bytes())] = None
    return list(found)


def shortened(body: bytes) -> bytes:
    """A document with its first entries only, and its end."""
    if len(body) <= SEED:
        return body
    ends = [found.end() for found in re.finditer(rb"</(?:item|entry|url)>", body)]
    fitting = [end for end in ends if end <= SEED] or ends[:1]
    if not fitting or fitting[-1] > 4 * SEED:
        return body[:SEED]
    return body[: fitting[-1]] + body[ends[-1] :][:SEED]


TOKENS = [
    *("<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0' encoding='utf-16'?>", "<?xml-stylesheet href='file:///'?>"),
    *("<!DOCTYPE rss [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>", "<!DOCTYPE r SYSTEM 'http://127.0.0.1:1/x.dtd'>", "&a;"),
    *("&b;", "&#0;", "&#xD800;", "&#xFFFE;", "&#1114112;", "&#x202E;", "&nbsp;", "&amp;amp;lt;", "&lt;b&gt;", "&copy="),
    *("\0", "\x1b$B", "\ufeff", "\u202e", "\u2028", "\x85", "\ue000", "\U000e0041", "\ud7ff", "\uffff", "İ", "ﷺ", "à"),
    *("<item>", "</item>", "<entry>", "</entry>", "<channel>", "</channel>", "<feed>", "</rss>", "<rss>", "<rdf:RDF>"),
    *("<title>", "</title>", "<title type='html'>", "<title type='xhtml'>", "<link/>", "<link>", "<link href='x'/>"),
    *("<guid isPermaLink='true'>", "<guid>", "</guid>", "<id>", "<pubDate>", "<dc:date>", "<updated>", "<published>"),
    *("<content:encoded>", "<content type='text'>", "<content src='x'/>", "<summary type='text'>", "<description/>"),
    *("<source url='x'>S</source>", "<media:title>m</media:title>", "<media:description>", "<author>"),
    *(" xml:base='http://[::1'", " xml:base='../a/'", " xml:lang='ar'", " type='html'", " type='base64'", " xmlns='x'"),
    *(" xmlns:dc='y'", " mode='escaped'", " href='javascript:1'", " href='//['", " rel='self'", " a='1' a='2'"),
    *("javascript:alert(1)", "http://[::1", "http://a b/", "//h/p", "?q", "file:///etc/passwd", "http://h:99999/"),
    *("Mon, 30 Feb 2026 25:61:61 +9999", "2026-11-28T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"),
    *("29 Feb 2027 10:00:00 GMT", "Sat, 28 Nov 2026 23:59:60 GMT", "1764331200", "20261128T120000Z", "vor 3 Tagen"),
    *('"\\ud800"', '"\\u0000"', "1e999", "NaN", "-0", "[[", "{}", '"items":[', '"id":1', "null", "true", '"id":[]'),
    *("<urlset>", "<news:title>", "<loc>", "<sitemap>", "<html>", "<!doctype html>", "<div class='tgme_channel_info'>"),
    *("<script>", "<style>", "<textarea>", "<plaintext>", "<svg><style>", "<math><mi>", "<template>", "<noscript>"),
]  # fmt: skip
_TAG = re.compile(rb"<[^<>]{1,200}>")
_CHARSETS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-7",
    "cp037",
    "cp1251",
    "shift_jis",
    "gb18030",
    "latin-1",
)


class Mutator:
    """Makes one document of others, by a chance that its seed decides."""

    def __init__(self, seed: int, corpus: list[bytes]) -> None:
        self._chance = random.Random(seed)
        self._corpus = corpus
        self._ways: list[Callable[[bytes], bytes]] = [
            self._flip, self._flip, self._insert, self._insert, self._insert, self._splice, self._cut, self._repeat_tag,
            self._repeat_tag, self._drop_tag, self._swap_tags, self._truncate, self._nest, self._charset, self._repeat,
            self._in_text, self._in_text, self._move, self._number,
        ]  # fmt: skip

    def mutated(self, body: bytes) -> bytes:
        for _ in range(self._chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
            body = self._chance.choice(self._ways)(body)[:LONGEST]
        return body

    def _at(self, body: bytes) -> int:
        return self._chance.randrange(len(body) + 1)

    def _token(self) -> bytes:
        return self._chance.choice(TOKENS).encode("utf-8", "replace")

    def _flip(self, body: bytes) -> bytes:
        data = bytearray(body or b"<")
        for _ in range(self._chance.choice((1, 1, 2, 8))):
            data[self._chance.randrange(len(data))] = self._chance.choice(
                (*b"<>&;\"'/![]\0\xff\x80\xc3", *range(0, 256, 5))
            )
        return bytes(data)

    def _insert(self, body: bytes) -> bytes:
        at = self._at(body)
        return body[:at] + self._token() + body[at:]

    def _in_text(self, body: bytes) -> bytes:
        """A token just behind or just before a tag, where it counts most."""
        tag = self._tag(body)
        at = (tag.end() if self._chance.random() < 0.7 else tag.start()) if tag else self._at(body)
        return body[:at] + self._token() + body[at:]

    def _splice(self, body: bytes) -> bytes:
        other = self._chance.choice(self._corpus)
        return body[: self._at(body)] + other[self._at(other) :]

    def _cut(self, body: bytes) -> bytes:
        at = self._at(body)
        return body[:at] + body[at + self._chance.choice((1, 3, 20, 200)) :]

    def _truncate(self, body: bytes) -> bytes:
        return body[: self._at(body)]

    def _tag(self, body: bytes) -> re.Match[bytes] | None:
        at = self._at(body)
        return _TAG.search(body, at) or _TAG.search(body)

    def _repeat_tag(self, body: bytes) -> bytes:
        tag = self._tag(body)
        if tag is None:
            return body
        times = self._chance.choice((1, 1, 1, 3, 200))
        return body[: tag.end()] + tag[0] * times + body[tag.end() :]

    def _drop_tag(self, body: bytes) -> bytes:
        tag = self._tag(body)
        return body[: tag.start()] + body[tag.end() :] if tag else body

    def _swap_tags(self, body: bytes) -> bytes:
        tag, other = self._tag(body), self._tag(body)
        if tag is None or other is None or tag.end() > other.start():
            return body
        return body[: tag.start()] + other[0] + body[tag.end() : other.start()] + tag[0] + body[other.end() :]

    def _move(self, body: bytes) -> bytes:
        start, end = sorted((self._at(body), self._at(body)))
        piece, rest = body[start : min(end, start + 2000)], body[:start] + body[min(end, start + 2000) :]
        at = self._at(rest)
        return rest[:at] + piece + rest[at:]

    def _nest(self, body: bytes) -> bytes:
        opening = self._chance.choice((b"<a>", b"<item>", b"<div>", b"[", b'{"a":', b"<b><i>", b"<![CDATA[", b"<!--"))
        at = self._at(body)
        return body[:at] + opening * self._chance.choice((3, 50, 3000)) + body[at:]

    def _repeat(self, body: bytes) -> bytes:
        start = self._at(body)
        piece = body[start : start + self._chance.choice((1, 2, 10, 100, 1000))]
        return body[:start] + piece * self._chance.choice((2, 5, 100, 2000)) + body[start + len(piece) :]

    def _number(self, body: bytes) -> bytes:
        numbers = list(re.finditer(rb"\d+", body))
        if not numbers:
            return body
        found = self._chance.choice(numbers)
        new = self._chance.choice((b"0", b"-1", b"9" * 20, b"9" * 5000, b"31", b"60", b"00", b"1e9", b"2027"))
        return body[: found.start()] + new + body[found.end() :]

    def _charset(self, body: bytes) -> bytes:
        name = self._chance.choice(_CHARSETS)
        if self._chance.random() < 0.5:  # says another
            said = f"encoding='{name}'".encode()
            return re.sub(rb"encoding=[\"'][^\"']*[\"']", said, body, count=1)
        return body.decode("utf-8", "replace").encode(name, "replace")


# ------------------------------------------------------------------------------------------------ the run


class Run:
    """Tries documents and keeps one of each kind of fault."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.tried = 0
        self.kinds: dict[str, int] = {}
        self.became: dict[str, int] = {}

    def one(self, data: bytes) -> None:
        self.tried += 1
        found = faults(data)
        for fault in found:
            kind = kind_of(fault)
            known = self.kinds.get(kind, 0)
            self.kinds[kind] = known + 1
            if known >= 3:
                continue
            name = re.sub(r"\W+", "-", kind)[:40] + "-" + hashlib.sha256(data).hexdigest()[:8]
            (self._folder / name).write_bytes(data)
            (self._folder / f"{name}.txt").write_text(fault + "\n", encoding="utf-8", errors="backslashreplace")
            print(f"{name}: {fault:.300}", flush=True)

    def told(self, seconds: float) -> str:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        kinds = json.dumps(self.kinds, ensure_ascii=False, indent=1)
        return f"{self.tried:,} documents in {seconds:,.0f} s, {memory} MiB at most; faults by kind: {kinds}"


def by_chance(run: Run, corpus: list[bytes], *, seconds: float, seed: int) -> None:
    """Mutates documents of the corpus by chance alone."""
    mutator, chance, start = Mutator(seed, corpus), random.Random(seed), time.monotonic()
    for body in corpus:
        run.one(bytes(4) + body)
    while time.monotonic() - start < seconds:
        run.one(chance.randbytes(4) + mutator.mutated(chance.choice(corpus)))
    print(run.told(time.monotonic() - start))


def by_coverage(run: Run, corpus: list[bytes], folder: Path, *, seconds: float, seed: int) -> None:
    """libFuzzer keeps what reaches new code; half of the mutations are ours, which know what a feed looks like."""
    folder.mkdir(parents=True, exist_ok=True)
    for body in corpus:
        (folder / hashlib.sha256(body).hexdigest()[:16]).write_bytes(bytes(4) + body)
    start = time.monotonic()

    def mutated(data: bytes, most: int, chosen: int) -> bytes:
        if chosen % 2:
            return bytes(atheris.Mutate(data, most))
        head = random.Random(chosen).randbytes(4) if chosen % 5 == 0 else data[:4]
        return (head + Mutator(chosen, corpus).mutated(data[4:]))[:most]

    def one(data: bytes) -> None:
        run.one(data)
        if time.monotonic() - start > seconds:
            print(run.told(time.monotonic() - start), flush=True)
            os._exit(0)

    options = [
        f"-seed={seed}",
        f"-max_len={LONGEST}",
        "-rss_limit_mb=4096",
        "-timeout=300",
        "-verbosity=0",
        "-len_control=20",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder)], one, custom_mutator=mutated)
    atheris.Fuzz()


def kind_of(fault: str) -> str:
    """The same for faults that are most likely one."""
    return re.sub(r"\d+", "#", fault.partition(": ")[0] if fault.startswith(("differs", "slow")) else fault)[:90]


def shrunk(data: bytes) -> bytes:
    """As little of `data` as has a fault of the same kind."""
    kinds = set(map(kind_of, faults(data)))
    size = len(data) // 2
    while size:
        at = 4
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if kinds & set(map(kind_of, faults(shorter))):
                data = shorter
            else:
                at += size
        size //= 2
    return data


def _give_up(*_: object) -> None:
    raise GivenUp


def main() -> None:
    """Reads the command line and runs."""
    parse = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parse.add_argument("--minutes", type=float, default=10)
    parse.add_argument("--seeds", type=Path, action="append", default=[], help="a folder of documents to begin with")
    parse.add_argument("--found", type=Path, default=HOME / "build/fuzz")
    parse.add_argument("--seed", type=int, default=random.randrange(1, 1 << 31))
    parse.add_argument("--chance", action="store_true", help="without atheris")
    parse.add_argument("--check", type=Path)
    parse.add_argument("--shrink", type=Path)
    chosen = parse.parse_args()
    signal.signal(signal.SIGPROF, _give_up)
    if chosen.check or chosen.shrink:
        data = (chosen.check or chosen.shrink).read_bytes()
        if chosen.shrink:
            data = shrunk(data)
            chosen.shrink.with_suffix(".short").write_bytes(data)
            print(Ask.chosen(data))
        print("\n".join(faults(data)) or "nothing is wrong with it")
        return
    corpus, run = seeds(chosen.seeds), Run(chosen.found)
    print(f"{len(corpus)} documents to begin with, seed {chosen.seed}", flush=True)
    if atheris is None or chosen.chance:
        by_chance(run, corpus, seconds=chosen.minutes * 60, seed=chosen.seed)
    else:
        by_coverage(run, corpus, chosen.found / "corpus", seconds=chosen.minutes * 60, seed=chosen.seed)


if __name__ == "__main__":
    main()
