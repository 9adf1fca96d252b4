"""Forms and writes of programs by those who may act, with wrong fields: a sentence says what was wrong, and nothing in
the database changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from boards import Board, held
from hostiletexts import stored
from ledgers import ASAD, ERBIL, IRAQ, NOW, incident_at, put, report_of
from monitor.model.attention import Matchers
from monitor.queries.attention import acknowledge
from monitor.queries.deeds import undo
from monitor.queries.rulings import merge, split
from monitor.queries.silences import add_silence, end_silence

ONE, OTHER, GONE, LONE = "2026-11-23-ain-al-asad", "2026-11-23-erbil", "2026-11-23-iraq", "2026-11-22-erbil"
ITEM = "0000000000001"
TOKEN = "t" * 40
HOUR = timedelta(hours=1)
FORM = "application/x-www-form-urlencoded"
#: text fields of forms; what is right in the others
FIELDS: dict[str, dict[str, str]] = {
    f"/incidents/{ONE}/ack": {"note": "on it", "by": "Karim"},
    f"/incidents/{ONE}/merge": {"other": OTHER, "keep": "this", "by": "Karim"},
    f"/incidents/{ONE}/split": {"report": "r2", "by": "Karim"},
    "/silences": {"incident": ONE, "for": "1h", "note": "a drill", "by": "Karim"},
    "/try/said": {"item": ITEM, "opinion": "right", "by": "Karim"},
}
NUMBERS = ("-1", "1e309", "NaN", "99999999999999999999999", "٣", "²", "0x1", "1 2")
TIMES = (
    "yesterday", "-1 h", "-1h", "until 25:00", "25:00", "9999999999 h", "9999999999h", "0h", "9999-12-31", "0001-01-01",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01", "NaN", "1e309", "∞", "2 fortnights",
)  # fmt: skip
WRONG_IDS = ("none", "D99", "S9", "2026-11-23", "x" * 400, "<b>", "%", "' OR 1=1--", "\u202e", "-1", "🛩")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder: Path = tmp_path_factory.mktemp("wrong")
    with Board(folder, clock=lambda: NOW, environment={"BASEWATCH_WEB_TOKEN": TOKEN}) as made:
        with made.store.transaction() as tx:
            tx.sync_feeds(made.configuration.feeds, now=NOW)
            one, other, gone, lone = (
                incident_at(ASAD), incident_at(ERBIL), incident_at(IRAQ), replace(incident_at(ERBIL), id=LONE),
            )  # fmt: skip
            put(tx, one, *(report_of(f"r{n}", one, hours=n) for n in (1, 2, 3)))
            put(tx, other, report_of("e1", other), report_of("e2", other, hours=1))
            put(tx, gone, report_of("g1", gone))
            put(tx, lone, report_of("l1", lone))
            tx.add_items([stored(ITEM, "Drones hit Ain al-Asad", "en", 0, 6, ONE)])
            merge(tx, LONE, GONE, by="Lina", now=NOW - 9 * HOUR)  # D1
            acknowledge(tx, ONE, by="Lina", now=NOW - 8 * HOUR)  # D2
            undo(tx, 2, by="Lina", now=NOW - 7 * HOUR)  # D3
            acknowledge(tx, OTHER, by="Lina", now=NOW - 6 * HOUR)  # D4
            acknowledge(tx, OTHER, by="Karim", note="again", now=NOW - 5 * HOUR)  # D5: D4 is changed since
            ends = NOW + HOUR
            add_silence(tx, Matchers(publisher="Wire"), ends=ends, by="Lina", note="x", now=NOW - 4 * HOUR)  # D6, S1
            end_silence(tx, 1, by="Lina", now=NOW - 3 * HOUR)  # D7
            late = NOW - HOUR
            add_silence(tx, Matchers(publisher="Post"), ends=late, by="Lina", note="x", now=NOW - 2 * HOUR)  # D8, S2
            split(tx, ONE, ["r3"], by="Lina", now=NOW - HOUR)  # D9
        yield made


def send(board: Board, path: str, body: bytes | str, kind: str = FORM) -> httpx.Response:
    headers = {"Content-Type": kind, "Origin": board.url("").rstrip("/")}
    headers |= {"Authorization": f"Bearer {TOKEN}"} if path.startswith("/api") else {}
    return board.client.post(path, content=body, headers=headers)


def csrf(board: Board) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', board.get(f"/incidents/{ONE}/mend").text)
    assert found is not None
    return found[1]


def form(token: str, fields: Any) -> str:
    pairs = [*fields.items()] if isinstance(fields, dict) else [*fields]
    return urlencode([("csrf", token), *pairs])


def wrong_fields(token: str) -> Iterator[tuple[str, bytes | str]]:
    for path, right in FIELDS.items():
        for name in right:
            rest = {key: value for key, value in right.items() if key != name}
            if name in ("other", "report", "item", "opinion", "for") or (name == "note" and path == "/silences"):
                yield path, form(token, rest)
                yield path, form(token, {**rest, name: ""})
                yield path, form(token, {**rest, name: "   "})
            if name != "report":
                yield path, form(token, [*right.items(), (name, right[name])])
            yield path, form(token, {**rest, name: "x" * 5_000})
            yield path, form(token, {**rest, name: "x" * 1_040_000})
            encoded = form(token, rest)
            yield path, f"{encoded}&{name}=a%00b"
            yield path, f"{encoded}&{name}=%ff%fe"
            yield path, f"{encoded}&{name}=%ed%a0%80"
            yield path, f"{encoded}&{name}=".encode() + b"\xff\xfe"
        yield path, f"csrf={quote_plus(token)}&" + "a=1&" * 200
        yield path, f"csrf={quote_plus(token)}&nothing"


def wrong_values(token: str) -> Iterator[tuple[str, str]]:
    merged, taken = f"/incidents/{ONE}/merge", f"/incidents/{ONE}/split"
    for other in (*WRONG_IDS, *NUMBERS, ONE):
        yield merged, form(token, {"other": other})
    yield f"/incidents/{GONE}/merge", form(token, {"other": LONE})
    yield f"/incidents/{LONE}/merge", form(token, {"other": GONE})
    yield merged, form(token, {"other": OTHER, "keep": "both"})
    yield taken, form(token, {})
    yield taken, form(token, [("report", "r1"), ("report", "r2")])
    for id in ("e1", "r3", *WRONG_IDS):
        yield taken, form(token, [("report", "r1"), ("report", id)])
    yield f"/incidents/{ONE}/unack", form(token, {})
    for id in WRONG_IDS:
        for word in ("ack", "unack", "merge", "split"):
            yield f"/incidents/{quote_plus(id)}/{word}", form(token, {"other": OTHER, "report": "r1"})
        for path in ("/silences/{}/end", "/log/{}/undo"):
            yield path.replace("{}", quote_plus(id)), form(token, {})
        yield "/try/said", form(token, {"item": id, "opinion": "right"})
        for name in ("incident", "rule", "place", "country", "level", "channel"):
            yield "/silences", form(token, {name: id, "for": "1h", "note": "x"})
    for when in (*TIMES, *NUMBERS):
        yield "/silences", form(token, {"incident": ONE, "for": "other", "until": when, "note": "x"})
        yield "/silences", form(token, {"incident": ONE, "for": when, "note": "x"})
    yield "/silences", form(token, {"level": "urgent", "for": "1h", "note": "x"})
    yield "/silences", form(token, {"publisher": "Wire", "for": "other", "until": "31d", "note": "x"})
    for silence in ("S1", "S2", *NUMBERS):
        yield f"/silences/{quote_plus(silence)}/end", form(token, {})
    # undone already, an undo itself, changed since, over, gone
    for deed in ("D2", "D3", "D4", "D6", "D8", "D99", *NUMBERS):
        yield f"/log/{quote_plus(deed)}/undo", form(token, {})
    for fields in ({"killed": "-1"}, {"killed": "1e309"}, {"killed": "many"}, {"wounded": "9" * 30}, {"act": "dance"},
                   {"place": "atlantis"}, {"incident": "none-such"}, {"opinion": "maybe"}):  # fmt: skip
        yield "/try/said", form(token, {"item": ITEM, "opinion": "wrong", **fields})


def wrong_for_programs() -> Iterator[tuple[str, bytes | str, str]]:
    for word in ("mute", "ack"):
        path = f"/api/v1/incidents/{ONE}/{word}"
        right = {"until": "2h"} if word == "mute" else {}
        for body in (b"[", b"[]", b'"x"', b"NaN", b"\xff", b"\xed\xa0\x80", b"[" * 100_000, b"{}{}", b"x" * 1_040_000):
            yield path, body, "application/json"
        for name in ("note", "by"):
            for value in (1, -1, 1e308, float("nan"), True, [], {}, "a\x00b", "\ud800", "x" * 5_000):
                yield path, json.dumps({**right, name: value}), "application/json"
        yield path, json.dumps({**right, "what": "x"}), "application/json"
        yield path, urlencode(right or {"note": "x"}), FORM
        for id in WRONG_IDS:
            yield f"/api/v1/incidents/{quote_plus(id)}/{word}", json.dumps(right), "application/json"
    for when in (*TIMES, *NUMBERS, "", " ", 2, None):
        yield f"/api/v1/incidents/{ONE}/mute", json.dumps({"until": when}), "application/json"


def other_kinds(token: str) -> Iterator[tuple[str, bytes | str, str]]:
    for path, right in FIELDS.items():
        yield path, json.dumps({"csrf": token, **right}), "application/json"
        yield path, form(token, right), "text/plain"
        yield path, form(token, right), ""
        yield (
            path,
            f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--x--',
            "multipart/form-data; boundary=x",
        )


def fault(board: Board, path: str, answer: httpx.Response) -> str:
    """What is wrong with a refusal; empty: nothing is."""
    if not 400 <= answer.status_code < 500:
        return f"{answer.status_code} {answer.headers.get('location', '')}"
    if path.startswith("/api"):
        return "" if answer.json()["detail"] else "no reason"
    page = LexborHTMLParser(answer.text)
    said = page.css_first(".refusal, main h1 + p")
    return "" if said is not None and len(said.text(strip=True)) > 10 else "no reason on the page"


def test_what_is_wrong_is_said_and_changes_nothing(board: Board) -> None:
    token = csrf(board)
    asked: list[tuple[str, bytes | str, str]] = [(path, body, FORM) for path, body in wrong_fields(token)]
    asked += [(path, body, FORM) for path, body in wrong_values(token)]
    asked += [*wrong_for_programs(), *other_kinds(token)]
    before, faults = held(board), []
    for path, body, kind in asked:
        answer = send(board, path, body, kind)
        if why := fault(board, path, answer):
            faults.append(f"{path} {kind} {body[-160:]!r}: {why}")
            now = held(board)
            if now != before:
                faults[-1] += " CHANGED " + str([name for name in now if now[name] != before[name]])
                before = now
    print(f"\n{len(asked)} wrong forms and writes")
    assert not faults, "\n".join(faults)
    assert held(board) == before
