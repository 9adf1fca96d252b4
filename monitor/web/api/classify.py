"""`POST /api/v1/classify`: what an item reports, with the answers of `basewatch classify`. It writes nothing."""

from __future__ import annotations

import io
import json

from monitor.evaluation import Ledger
from monitor.queries.contract import LineError, answer_of, classify_lines, read_item
from monitor.web.answers import JSON, Answer, as_json
from monitor.web.api.answering import MOST_BYTES
from monitor.web.api.described import Operation
from monitor.web.api.schemas import TEXT, maybe, reference, whole
from monitor.web.asking import Ask, Refusal
from monitor.web.site import Site

JSON_LINES = "application/x-ndjson"
#: each takes a few milliseconds of the processor that polls need as well
MOST_ITEMS = 500
_LINES = ("ndjson", "jsonl", "json-lines", "jsonlines")

ITEM = whole(
    {
        "id": {"type": ["string", "integer"]}, "title": TEXT, "summary": maybe(TEXT), "body": maybe(TEXT),
        "url": maybe(TEXT), "source": maybe(TEXT), "published": maybe(TEXT), "lang": maybe(TEXT),
    },
    maybe_missing=("title", "summary", "body", "url", "source", "published", "lang"),
)  # fmt: skip
CLASSIFY = Operation(
    summary=f"What an item reports, and whether it would alert: one object, or at most {MOST_ITEMS} JSON lines, "
    "answered in their order.",
    takes={JSON: ITEM, JSON_LINES: {"type": "string"}},
    answers={
        200: ("One answer, or a line for each line; one that cannot be read says so.", JSON, reference("Classified"))
    },
    refuses=(400, 413),
    conditional=False,
)


def show(site: Site, ask: Ask) -> Answer:
    """`POST /api/v1/classify`"""
    CLASSIFY.given(ask)
    if len(ask.body) > MOST_BYTES:
        raise Refusal(413, f"the body has {len(ask.body):,} bytes; at most {MOST_BYTES:,}", kind="too-large")
    if not ask.body.strip():
        raise Refusal(400, "the body is empty", 'write {"id": …, "title": …}, or such lines', kind="body")
    told_as = ask.headers.get("content-type", "").lower()
    if any(word in told_as for word in _LINES) or _is_lines(ask.body):
        return _lines(site, ask)
    try:
        asked = read_item(ask.body.strip(), clock=lambda: ask.now)
    except LineError as error:
        why = str(error).replace("the line", "the body")
        raise Refusal(400, why, 'write {"id": …, "title": …}, or such lines', kind="body") from None
    return as_json(answer_of(asked.id, Ledger().add(asked.item, site.configuration().rules)))


def _is_lines(body: bytes) -> bool:
    """Several lines, and the first of them is whole by itself."""
    first, _, rest = body.strip().partition(b"\n")
    try:
        return bool(rest.strip()) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _lines(site: Site, ask: Ask) -> Answer:
    lines = sum(bool(line.strip()) for line in ask.body.split(b"\n"))
    if lines > MOST_ITEMS:
        raise Refusal(413, f"the body has {lines:,} lines; at most {MOST_ITEMS}", kind="too-large")
    answers = io.BytesIO()
    classify_lines(io.BytesIO(ask.body), answers, site.configuration().rules, clock=lambda: ask.now)
    return Answer(content_type=JSON_LINES, body=answers.getvalue())
