"""Who may do what: every route of the table against every kind of visitor, and the tricks of strangers."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from monitor.web.access import (
    Caller,
    Rules,
    Session,
    client_of,
    is_https,
    permit,
    refuse_host,
    refuse_other_sites,
    visitor_of,
)
from monitor.web.access import _digest as digest
from monitor.web.asking import Refusal, Visitor
from monitor.web.needs import Kind, Needs
from monitor.web.routes import ROUTES, Route

LOOPBACK, STRANGER, PROXY = ip_address("127.0.0.1"), ip_address("203.0.113.9"), ip_address("10.0.0.2")
ACT, READ = "act-token-of-the-duty-room", "read-token-of-the-duty-room"
OPEN = Rules()
PASSWORD = Rules(password=True, act_token=digest(ACT), read_token=digest(READ))
BEHIND = Rules(proxy_header="remote-user", proxies=(ip_network("10.0.0.0/24"),))
TOKENS = Rules(act_token=digest(ACT), read_token=digest(READ))


def caller(peer: object = LOOPBACK, method: str = "GET", **headers: str) -> Caller:
    shaped = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Caller(method=method, peer=peer, here="127.0.0.1", headers={"host": ["127.0.0.1:8470"], **shaped})  # type: ignore[arg-type]


def bearer(token: str) -> Caller:
    return caller(authorization=f"Bearer {token}")


def may(route: Route, asked: Caller, rules: Rules, session: Session | None = None) -> bool:
    asked = replace(asked, method=route.method)
    try:
        if route.needs is not Needs.NOTHING or route.method == "POST":
            refuse_other_sites(asked, rules)
        visitor = visitor_of(asked, rules, session)
        permit(visitor, route.needs, route.kind, rules)
    except Refusal as refusal:
        return refusal.status not in (401, 403)
    return True


#: visitor → what they ask with, the rules in force, and which of (read page, act on page, read program, act program)
VISITORS = {
    "loopback": (caller(), OPEN, None, (True, True, True, False)),
    "loopback, tokens set": (caller(), TOKENS, None, (True, True, False, False)),
    "stranger": (caller(STRANGER), OPEN, None, (False, False, False, False)),
    "nobody, password set": (caller(), PASSWORD, None, (False, False, False, False)),
    "session": (caller(), PASSWORD, Session(name="Karim", csrf="t"), (True, True, True, False)),
    "read token": (bearer(READ), PASSWORD, None, (True, False, True, False)),
    "act token": (bearer(ACT), PASSWORD, None, (True, True, True, True)),
    "wrong token": (bearer("x" * 20), PASSWORD, None, (False, False, False, False)),
    "empty token, none set": (bearer(""), PASSWORD, None, (False, False, False, False)),
    "proxy": (caller(PROXY, remote_user="karim"), BEHIND, None, (True, True, True, False)),
    "proxy without a name": (caller(PROXY), BEHIND, None, (False, False, False, False)),
    "forged proxy header": (caller(STRANGER, remote_user="karim"), BEHIND, None, (False, False, False, False)),
    "forged on loopback": (caller(remote_user="karim"), BEHIND, None, (False, False, False, False)),
    "cross-site": (caller(sec_fetch_site="cross-site", sec_fetch_mode="no-cors"), OPEN, None, (False,) * 4),
    "cross-site form": (caller(sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest="document"),
                        OPEN, None, (True, False, True, False)),
    "forwarded": (caller(x_forwarded_for="203.0.113.9"), OPEN, None, (False, False, False, False)),
}  # fmt: skip
SAMPLES = (
    Route("GET", "/page", None), Route("POST", "/page", None, Needs.ACT),  # type: ignore[arg-type]
    Route("GET", "/api/read", None, kind=Kind.JSON), Route("POST", "/api/act", None, Needs.ACT, Kind.JSON),  # type: ignore[arg-type]
)  # fmt: skip


def expected(route: Route, rights: tuple[bool, ...]) -> bool:
    if route.needs is Needs.NOTHING:
        return True
    return rights[2 * (route.kind is not Kind.PAGE) + (route.needs is Needs.ACT)]


@pytest.mark.parametrize("name", VISITORS)
def test_every_route_of_the_table_lets_in_whom_it_should(name: str) -> None:
    asked, rules, session, rights = VISITORS[name]
    for route in (*ROUTES, *SAMPLES):
        if route.needs is Needs.NOTHING:
            continue  # the gate makes anybody of who is refused there; see test_gate
        reads_by_post = route.method == "POST" and route.needs is Needs.READ and name.startswith("cross-site")
        allowed = False if reads_by_post else expected(route, rights)
        assert may(route, asked, rules, session) is allowed, f"{name}: {route.method} {route.pattern}"


def test_only_the_shell_and_health_need_nothing() -> None:
    free = {route.pattern for route in ROUTES if route.needs is Needs.NOTHING}
    assert free <= {"/static/{name}", "/login", "/logout", "/health"}
    assert all(route.needs is Needs.ACT for route in ROUTES if route.method not in ("GET", "POST"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8470", "LOCALHOST", "127.0.0.1:8470", "[::1]:1", "board.lan"])
def test_our_own_names(host: str) -> None:
    refuse_host(caller(host=host), Rules(hosts=frozenset({"board.lan"})))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "127.0.0.1@evil.example", "0.0.0.0",
     "[::]", "127.0.0.1:8470:1", "127.1", "2130706433", "board.lan.evil", "x/127.0.0.1", "127.0.0.1 evil"],
)  # fmt: skip
def test_names_that_are_not_ours(host: str) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_host(caller(host=host), Rules(hosts=frozenset({"board.lan"})))
    assert refused.value.status == 403
    assert "BASEWATCH_WEB_HOSTS" in refused.value.hint


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "http://127.0.0.1:1", "http://127.0.0.1:8470.x", "x"]
)
def test_a_form_of_another_site_is_refused_without_fetch_metadata(origin: str) -> None:
    with pytest.raises(Refusal):
        refuse_other_sites(caller(method="POST", origin=origin), OPEN)
    refuse_other_sites(caller(method="POST", origin="http://127.0.0.1:8470"), OPEN)
    refuse_other_sites(caller(method="POST"), OPEN)
    with pytest.raises(Refusal):
        refuse_other_sites(caller(method="POST", sec_fetch_site="same-site"), OPEN)


def test_a_refusal_names_the_address_that_is_not_trusted() -> None:
    with pytest.raises(Refusal, match=r"203\.0\.113\.9"):
        visitor_of(caller(STRANGER, remote_user="karim"), BEHIND, None)


def test_the_proxys_header_stands_there_once() -> None:
    for values in (["a", "b"], [""], ["x" * 101], ["a\x1bb"]):
        asked = replace(caller(PROXY), headers={"host": ["127.0.0.1"], "remote-user": values})
        with pytest.raises(Refusal):
            visitor_of(asked, BEHIND, None)


def test_the_client_and_https_are_believed_of_a_trusted_proxy_alone() -> None:
    more = {"x_forwarded_for": "198.51.100.7, 203.0.113.5, 10.0.0.9", "x_forwarded_proto": "https"}
    assert client_of(caller(PROXY, **more), BEHIND) == ip_address("203.0.113.5")
    assert client_of(caller(STRANGER, **more), BEHIND) == STRANGER
    assert client_of(caller(PROXY, x_forwarded_for="rubbish"), BEHIND) == PROXY
    assert client_of(caller(PROXY, x_forwarded_for="::ffff:203.0.113.5"), BEHIND) == ip_address("203.0.113.5")
    # whoever may open a Unix socket is a proxy, also where people give a password
    assert client_of(caller(None, **more), PASSWORD) == ip_address("10.0.0.9")
    assert is_https(caller(None, **more), PASSWORD)
    assert is_https(caller(PROXY, **more), BEHIND)
    assert not is_https(caller(STRANGER, **more), BEHIND)
    public = Rules(url="https://watch.example")
    assert is_https(caller(host="watch.example"), public)
    assert not is_https(caller(), public)


def test_a_visitor_shows_no_secret() -> None:
    shown = repr(
        (Visitor(csrf="SECRET"), Session(csrf="SECRET"), PASSWORD, caller(), Caller(peer=None, token="SECRET"))
    )
    assert "SECRET" not in shown
    assert ACT not in shown
