"""The log-in page, the way out, and the files that pages are made with."""

from __future__ import annotations

import re
from dataclasses import replace

from monitor.text.clean import clean
from monitor.web.answers import EVENTS, Answer, see_other
from monitor.web.asking import Ask, Refusal
from monitor.web.gate import cookie
from monitor.web.pages.rendering import render
from monitor.web.site import Site
from monitor.web.staticfiles import by_address

#: a year; the address changes with the file
_FOR_EVER = "public, max-age=31536000, immutable"
#: a path of ours: nothing that a browser could take for another host, or that leads out of the board's base path
_PATH = re.compile(r"(?!.*/(\.|%2e){1,2}([/?]|$))/(?!/)[a-z0-9/._~!$&'()*+,;=:@%?-]*", re.IGNORECASE | re.ASCII)
_KEPT_NOWHERE = {"Cache-Control": "no-store"}


def ask_password(site: Site, ask: Ask) -> Answer:
    """`GET /login`"""
    ask.only("next")
    return _form(site, ask, _next(ask.one("next")))


def log_in(site: Site, ask: Ask) -> Answer:
    """`POST /login`"""
    target = _next(ask.one("next", form=True))
    name = clean(ask.one("name", form=True))[:100]
    token = site.gate.log_in(_typed(ask), name, ask.client, now=ask.now, before=ask.session)
    if token is None:
        return _form(site, ask, target, problem="This is not the password.", status=403)
    answer = see_other(target)
    set_cookie = cookie(token, path=site.base or "/", https=ask.https)
    headers = {**answer.headers, **_KEPT_NOWHERE, "Set-Cookie": set_cookie}
    return replace(answer, headers=headers)


def log_out(site: Site, ask: Ask) -> Answer:
    """`POST /logout`"""
    site.gate.log_out(ask.session)
    taken = cookie("", path=site.base or "/", https=ask.https)
    return Answer(status=303, headers={"Location": "/login", **_KEPT_NOWHERE, "Set-Cookie": taken})


def static_file(_site: Site, ask: Ask) -> Answer:
    """`/static/NAME.HASH.ext`"""
    found = by_address().get(ask.parts["name"])
    if found is None:
        raise Refusal(404, "there is no such file; the page that names it is an old one", "load the page again")
    return Answer(content_type=found.content_type, body=found.body, headers={"Cache-Control": _FOR_EVER},
                  etag=found.served_as)  # fmt: skip


def follow(_site: Site, ask: Ask) -> Answer:
    """`/live`"""
    ask.only()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Answer(content_type=EVENTS, live=True, headers=headers)


def _form(site: Site, ask: Ask, target: str, *, problem: str = "", status: int = 200) -> Answer:
    if not site.gate.rules.password:
        raise Refusal(404, "no password is set, so there is nothing to log in with", "set BASEWATCH_WEB_PASSWORD")
    made = render(site, ask, "login.html", status=status, target=target, problem=problem)
    return replace(made, headers={**made.headers, **_KEPT_NOWHERE})


def _typed(ask: Ask) -> str:
    """The password as it was typed, blanks and all."""
    return next(iter(ask.form.get("password", ())), "")


def _next(text: str) -> str:
    """Where to after the log-in: a path of ours, whatever was asked for."""
    return text if _PATH.fullmatch(text) else "/"
