"""A secret in every place of the configuration that can hold one: the board of a real daemon shows none, nor does its
log."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from monitor.web.routes import ROUTES
from newsroom import Newsroom, Story, rss
from serving import free_port, until_served

#: every one has its number, so that a find tells where it came from
WORDS = [f"S3CRet+{number:02}x" for number in range(40)]


def spellings(word: str) -> set[bytes]:
    bare = word.replace("+", "")
    coded = {base64.b64encode(("x" * shift + word).encode()).decode().strip("=")[4:-4] for shift in range(3)}
    found = {word, bare, bare.lower(), word.replace("+", " "), html.escape(word), json.dumps(word).strip('"'), *coded}
    return {one.encode() for one in found | {quote(word, safe=""), quote(quote(word, safe=""), safe="")}}


def found_in(data: bytes) -> list[str]:
    return [word for word in WORDS for one in spellings(word) if len(one) > 6 and one in data]


@pytest.mark.slow(40)
def test_no_secret_is_shown_anywhere(tmp_path: Path) -> None:
    words = iter(WORDS)
    secret = lambda: quote(next(words), safe="")  # noqa: E731
    port = free_port()
    token, reading, password = (f"{re.sub('[^A-Za-z0-9]', '', next(words))}{'z' * 12}" for _ in range(3))
    given = {
        "BASEWATCH_WEB_PASSWORD": password, "BASEWATCH_WEB_TOKEN": token, "BASEWATCH_WEB_READ_TOKEN": reading,
        "BASEWATCH_PING_URL": f"http://127.0.0.1:9/{secret()}?key={secret()}",
        "BASEWATCH_MAIL_LOGINS": f"127.0.0.1 reader {next(words)}",
        "BASEWATCH_SEND_TIMEOUT": "2s",
    }  # fmt: skip
    with Newsroom(tmp_path, environment=given) as room:
        room.server.put("/hook", b"no", status=500)
        own = f"127.0.0.1:{room.server.port}"
        room.channels({
            "alerts": [
                f"json://me:{secret()}@{own}/hook/{secret()}?+X-Key={secret()}", f"jsons://127.0.0.1:9/{secret()}",
                f"mailto://me:{secret()}@127.0.0.1:9?from=a@b.example&to=c@d.example&smtp=127.0.0.1",
                f"ntfy://tk_{re.sub('[^A-Za-z0-9]', '', next(words)).lower()}zz@127.0.0.1:9/topic",
                f"ntfy://{secret()}@127.0.0.1:9/topic?auth=token", f"gotify://127.0.0.1:9/{secret()}",
                f"matrix://me:{secret()}@127.0.0.1:9/#room", f"xml://me:{secret()}@127.0.0.1:9/{secret()}",
                f"form://127.0.0.1:9/{secret()}?:field={secret()}", f"rocket://me:{secret()}@127.0.0.1:9/#room",
                f"mmost://127.0.0.1:9/{re.sub('[^A-Za-z0-9]', '', next(words))}{'z' * 12}",
            ],
            "operator": [room.hook.url("operator")],
        })  # fmt: skip
        stories = [Story("Sport: lions win")]
        room.server.put("/wire.xml", rss(stories))
        room.server.put("/gone", b"", status=500)
        room.server.redirect("/moved", f"/wire.xml?token={secret()}", status=301)
        paths = [f"/wire.xml?key={secret()}", f"/gone?apikey={secret()}", f"/moved?access_token={secret()}"]
        feeds = [{"name": f"f{number}", "url": room.server.url(path)} for number, path in enumerate(paths)]
        feeds += [{"name": "dead", "url": f"http://127.0.0.1:9/?sig={secret()}"},
                  {"name": "mails", "url": "imaps://127.0.0.1:9/INBOX"}]  # fmt: skip
        room.path("feeds.yaml").write_text(json.dumps({"defaults": {"interval": "10s"}, "feeds": feeds}))
        room.spawn("--web", f"127.0.0.1:{port}")
        until_served(port)
        room.until(lambda: room.polls("f0"), "a first poll")
        stories.append(Story("Two drones hit Ain al-Asad air base in western Iraq, killing three soldiers"))
        room.server.put("/wire.xml", rss(stories))
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            seen = {"log-in": client.get("/login").content, "refused": client.get("/?token=" + token).content}
            client.headers["Authorization"] = f"Bearer {token}"
            room.until(lambda: _failed(client) >= 5, "failed deliveries", seconds=40)
            known = client.get("/api/v1/incidents").json()["incidents"][0]["id"]
            for route in ROUTES:
                for part in (known, "f0", "f2", "dead", "csv", "json", "geojson", "md"):
                    path = re.sub(r"\{.*?\}", part, route.pattern)
                    if route.method == "GET" and path != "/live" and path not in seen:
                        answer = client.get(path)
                        seen[path] = answer.content + str(answer.headers.raw).encode()
                    elif route.method == "POST":
                        seen[f"POST {path}"] = client.post(path, json={}).content
            wrong = client.get("/feed.atom", headers={"Authorization": f"Bearer {token}x"})
            seen["wrong token"] = wrong.content
        log = room.stop()
    print(f"\n{len(seen)} answers, {sum(map(len, seen.values())):,} bytes; log {len(log):,}")
    assert "Traceback" not in log
    shown = {where: found for where, data in {**seen, "log": log.encode()}.items() if (found := found_in(data))}
    assert shown == {}
    whole = b"".join([*seen.values(), log.encode()])
    assert not any(one.encode() in whole for one in (token, reading, password))


def _failed(client: httpx.Client) -> int:
    deliveries = [one for alert in client.get("/api/v1/alerts").json()["alerts"] for one in alert["deliveries"]]
    return sum(bool(one.get("error") or one.get("attempts")) for one in deliveries)
