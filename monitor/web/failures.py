"""What becomes of an error: a page or a problem for programs (RFC 9457), in plain words, never a traceback."""

from __future__ import annotations

import html
import json
import logging
import secrets
from http import HTTPStatus

from monitor.errors import BasewatchError, StoreError, UsageError, ValueRefused
from monitor.web.answers import HTML, PROBLEM, TEXT, Answer
from monitor.web.asking import Ask, Refusal, no_database
from monitor.web.needs import Kind
from monitor.web.pages.rendering import render
from monitor.web.site import Site

log = logging.getLogger(__name__)

#: how a database says that what was asked for is not there
_NOT_THERE = "there is no "


def refusal_of(error: Exception, *, where: str) -> Refusal:
    """The refusal that an error of a handler becomes; `where` is the route, for the log."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, StoreError):
        log.warning("the board could not use the database where=%s why=%r", where, str(error))
        return no_database(error)
    if isinstance(error, ValueRefused):
        return Refusal(409, str(error), "load the page again", kind="refused")
    if isinstance(error, UsageError | BasewatchError):
        message, _, hint = str(error).partition("; ")
        gone = "{" in where and message.startswith(_NOT_THERE)
        return Refusal(404 if gone else 400, message, hint, kind="not-found" if gone else "wrong-question")
    number = secrets.token_hex(4)
    log.error("a bug in the board reference=%s where=%s", number, where, exc_info=error)
    hint = f"tell whoever runs basewatch the reference {number}: the log says more beside it"
    return Refusal(500, "basewatch met a bug of its own while it made this answer", hint, kind="bug")


def told(site: Site, ask: Ask, refusal: Refusal, kind: Kind) -> Answer:
    """The refusal in the form of its route."""
    if kind is Kind.JSON:
        answer = Answer(status=refusal.status, content_type=PROBLEM, body=_problem(refusal))
    elif kind is Kind.TEXT:
        answer = Answer(status=refusal.status, content_type=TEXT, body=f"{_line(refusal)}\n".encode("utf-8", "replace"))
    else:
        answer = _page(site, ask, refusal)
    headers = {"Cache-Control": "no-store", **answer.headers, **refusal.headers}
    return Answer(status=answer.status, content_type=answer.content_type, body=answer.body, headers=headers)


def title_of(status: int) -> str:
    """`Not Found`."""
    return HTTPStatus(status).phrase


def _problem(refusal: Refusal) -> bytes:
    members = {
        "type": f"urn:basewatch:problem:{refusal.kind}" if refusal.kind else "about:blank",
        "title": title_of(refusal.status), "status": refusal.status, "detail": refusal.message,
        **({"hint": refusal.hint} if refusal.hint else {}),
    }  # fmt: skip
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _line(refusal: Refusal) -> str:
    return "; ".join(filter(None, (refusal.message, refusal.hint)))


def _page(site: Site, ask: Ask, refusal: Refusal) -> Answer:
    """A page like the others; where even that cannot be made, a bare one."""
    title = title_of(refusal.status)
    try:
        # a database that does not answer is not asked once more
        strip = {"strip": None} if refusal.kind in ("database", "busy") else {}
        return render(
            site, ask, "error.html", status=refusal.status, title=title, message=refusal.message, hint=refusal.hint,
            **strip,
        )  # fmt: skip
    except Exception:
        log.exception("the page of an error could not be made")
        said = "".join(f"<p>{html.escape(text)}</p>" for text in (refusal.message, refusal.hint) if text)
        bare = f'<!DOCTYPE html><html lang="en"><title>{title}</title><h1>{title}</h1>{said}</html>'
        return Answer(status=refusal.status, content_type=HTML, body=bare.encode("utf-8", "replace"))
