"""The language that a document declares, from its bytes to the rules that ask for it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.parse.entries import spoken
from monitor.feeds.parse.parser import parse
from monitor.model.document import ParsedFeed
from monitor.store.store import Store
from newsroom import Newsroom, Story, english_rules

ATTACK = "Two drones hit Ain al-Asad air base in western Iraq"
TURKISH = "Hava üssüne saldırı düzenlendi"
ARABIC = "هجوم على القاعدة الجوية"


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("en-us", ATTACK, "en-us"),
        ("en-us", ARABIC, None),
        ("en", "Удар по базе в Ираке", None),
        ("ar", ARABIC, "ar"),
        ("ar", ATTACK, None),
        ("fa", ARABIC, "fa"),
        ("ru", f"NATO: {TURKISH}", None),
        ("ru", "В НАТО сообщили об ударе по базе", "ru"),
        ("en", f"“{ARABIC[:5]}”: what the word base means to them", "en"),
        ("tr", TURKISH, "tr"),
        ("sr", ARABIC, "sr"),
        ("sr-latn", TURKISH, "sr-latn"),
        ("en", "", "en"),
        ("ar", "F-16", "ar"),
        (None, ARABIC, None),
    ],
)
def test_a_declaration_in_another_alphabet_does_not_count(
    declared: str | None, text: str, language: str | None
) -> None:
    assert spoken(declared, text) == language


DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


@pytest.mark.parametrize(
    ("document", "languages"),
    [
        (f"<rss version='2.0'><channel><title>f</title><language>tr_TR</language><item><title>{TURKISH}</title></item>"
         f"<item><title>{ARABIC}</title></item></channel></rss>", ["tr-tr", None]),
        (f"<rss version='2.0' {DC}><channel><title>f</title><dc:language>tr</dc:language><item><title>{TURKISH}</title>"
         f"</item><item><dc:language>de</dc:language><title>{TURKISH}</title></item></channel></rss>", ["tr", "de"]),
        (f"<feed {ATOM} xml:lang='tr'><title>f</title><entry><title>{TURKISH}</title></entry><entry xml:lang='az'>"
         f"<title>{TURKISH}</title></entry><entry><title>{ARABIC}</title></entry></feed>", ["tr", "az", None]),
        (json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "f", "language": "tr", "items": [
            {"id": "1", "title": TURKISH}, {"id": "2", "title": TURKISH, "language": "en"},
            {"id": "3", "title": ARABIC}]}), ["tr", "en", None]),
        (f"<rss version='2.0'><channel><title>f</title><item><title>{TURKISH}</title></item></channel></rss>", [None]),
    ],
    ids=["rss", "dublin core", "atom", "json", "none"],
)  # fmt: skip
def test_the_entrys_own_then_the_documents(document: str, languages: list[str | None]) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    answer = parse(document.encode(), content_type=None, base_url="https://a.example/", now=now)
    assert isinstance(answer, ParsedFeed)
    assert [entry.language for entry in answer.entries] == languages


@pytest.mark.slow(15)
def test_a_rule_takes_the_language_of_the_document_before_that_of_the_feeds_file(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(english_rules(tmp_path / "english"), rules)
    for file in rules.glob("*.yaml"):
        file.unlink()
    rule = {"rule": "german", "title": "t", "why": "w", "level": "urgent", "language": ["de"], "send_to": ["alerts"]}
    (rules / "german.yaml").write_text(json.dumps(rule))
    with Newsroom(tmp_path, environment={"BASEWATCH_RULES": str(rules)}) as room:
        documents = {"declared": "de-AT", "declared-other": "fr", "silent": None}
        for name, declared in documents.items():
            feed = room.feed(name, [Story(f"{ATTACK} {name}", link=f"https://a.example/{name}")], language="de")
            if declared:
                body = room.server.put(f"/{name}.xml", _declaring(feed.stories[0], declared))
                assert body == feed.url
        room.call("poll", "--alert-backlog")
        languages, taken = {}, {}
        store = Store(f"sqlite:///{room.path('basewatch.db')}")
        with store.read() as tx:
            for stored in tx.items(datetime(2020, 1, 1, tzinfo=UTC)):
                languages[stored.item.feed] = stored.item.language
                taken[stored.item.feed] = stored.classification.rule if stored.classification else None
        store.close()
        assert languages == {"declared": "de-at", "declared-other": "fr", "silent": "de"}
        assert taken == {"declared": "german", "declared-other": None, "silent": "german"}


def _declaring(story: Story, language: str) -> str:
    return f"<rss version='2.0'><channel><title>f</title><language>{language}</language>{story.xml()}</channel></rss>"
