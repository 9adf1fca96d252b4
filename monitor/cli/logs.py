"""Log lines on standard error: one event per line, a fixed sentence and key=value pairs, or the same as JSON.

A call says `log.info("polled feed=%s new=%d", name, 3)`. Both forms are made from that template and its values, not
from the finished text, so that a feed called `a b=c` cannot forge a key:

    time=2026-11-21T09:12:03Z level=info event=polled feed="a b=c" new=3
    {"time": "2026-11-21T09:12:03Z", "level": "info", "event": "polled", "feed": "a b=c", "new": 3}
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

#: libraries that speak at INFO about what our own lines already say
_CHATTY = ("httpx", "httpcore", "apscheduler", "alembic", "asyncio", "urllib3", "requests", "dateparser")
_CONVERSION = re.compile(r"(?:(?P<key>\w+)=)?%(?P<kind>[-#0 +]*\d*(?:\.\d+)?[srdifgex%])")
_PLAIN = re.compile(r"[\w@.:/+,*?!\-]+")
_CREDENTIALS = re.compile(r"(://)[^/@\s]+@")


def configure(*, level: int, form: str = "text", tracebacks: bool = False) -> None:
    """Sets the one handler of the process; `form` is `text` or `json`. May be called again."""
    handler = _Stderr()
    handler.setFormatter(_Formatter(as_json=form == "json", tracebacks=tracebacks))
    root = logging.getLogger()
    for old in [held for held in root.handlers if isinstance(held, _Stderr)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.raiseExceptions = False  # a full disk behind stderr must not make each line a traceback


class _Stderr(logging.Handler):
    """Writes to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            self.handleError(record)


class _Formatter(logging.Formatter):
    def __init__(self, *, as_json: bool, tracebacks: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._tracebacks = tracebacks

    def format(self, record: logging.LogRecord) -> str:
        event, pairs = event_and_pairs(record)
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        line: dict[str, Any] = {"time": moment, "level": record.levelname.lower(), "event": event, **pairs}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = f"{type(error).__name__}: {error}"
            frames = traceback.extract_tb(error.__traceback__)
            line["where"] = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
            if self._tracebacks:
                line["traceback"] = "".join(traceback.format_exception(error))
        # a safety net: credentials in an address never reach a log, whoever forgot them
        hidden = {key: _CREDENTIALS.sub(r"\1***@", v) if isinstance(v, str) else v for key, v in line.items()}
        if self._as_json:
            return json.dumps(hidden, ensure_ascii=False, default=str)
        return " ".join(f"{key}={_quoted(value)}" for key, value in hidden.items())


def event_and_pairs(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    """The sentence of a log call, and its `key=%s` pairs with their values as they were given."""
    args = record.args
    if not args:
        return " ".join(str(record.msg).split()), {}
    if not isinstance(args, tuple):  # `%(name)s` with a mapping
        return " ".join(record.getMessage().split()), {}
    values = iter(args)
    pairs: dict[str, Any] = {}

    def take(match: re.Match[str]) -> str:
        if match["kind"] == "%":
            return "%"
        value = next(values, "")
        if match["key"] is None:
            return f"%{match['kind']}" % value
        pairs[match["key"]] = value if isinstance(value, bool | int | float) or value is None else str(value)
        return ""

    try:
        event = _CONVERSION.sub(take, str(record.msg))
    except (TypeError, ValueError):  # a library's unusual template
        return record.getMessage(), {}
    return " ".join(event.split()), pairs


def _quoted(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
