"""The mail that a reader opens at three in the morning, as a real mail server took it; and what waits for certainty.

What users missed in it: who sends it, the time in their own zone and in UTC, the lead's sentence, every source, whether
it was stopped or is only claimed, headers for machines and threads, and words of the program under Why.
"""

from __future__ import annotations

import email
import email.policy
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from monitor.config.settings import Settings
from monitor.configuration import Configuration, policies_of
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules
from newsroom import CHECKOUT, Newsroom, PublishedFeed, Story, incident_lines

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
BAGHDAD = {"defaults": {"zone": "Asia/Baghdad"}, "policies": [{"channel": "alerts"}]}
#: words of the program that mean nothing to a reader
INTERNAL = ("attack-", "@", "_", "(toward)", "onto", "act:", "NO_", ">=", "score", "None", "pattern", "frame")


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


class Desk(Newsroom):
    """A newsroom with three publishers, and the mails that each article brings."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.of: dict[str, PublishedFeed] = {}

    def open(self) -> Desk:
        for name in ("wire", "paper", "agency"):
            sport = Story(f"Sport: the cup final goes to extra time ({name})", published=at(0) - timedelta(days=3))
            self.of[name] = self.feed(name, [sport], publisher=name.title())
        self.poll(now=at(0) - timedelta(days=2))
        return self

    def brings(self, when: datetime, feed: str, title: str, summary: str = "") -> list[EmailMessage]:
        before = len(self.mail.taken)
        self.of[feed].add(Story(title, summary, published=when))
        self.poll(now=when + timedelta(minutes=1))
        return [parsed(taken.raw) for taken in self.mail.taken[before:]]

    def policies(self, policies: dict[str, Any]) -> None:
        self.path("policies.yaml").write_text(yaml.safe_dump(policies))


def parsed(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(raw, policy=email.policy.default))


def part(mail: EmailMessage, kind: str) -> str:
    """The text of the part of this type, of which there is one."""
    (found,) = [one for one in mail.walk() if one.get_content_type() == kind]
    return str(found.get_content()).replace("\r\n", "\n")


def line(text: str, label: str) -> str:
    return next(one for one in text.splitlines() if one.startswith(f"{label}: "))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as desk:
        desk.policies(BAGHDAD)
        yield desk.open()


def test_the_mail_of_an_attack(desk: Desk) -> None:
    lead = "Two hangars burned and a guard was hurt, the coalition said. The runway was not damaged."
    (mail,) = desk.brings(at(2, 55), "wire", "Rockets hit Ain al-Asad air base in Iraq", lead)
    assert str(mail["From"]).startswith("basewatch <")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "list"
    assert (mail["X-Priority"], mail["Importance"]) == ("1", "high")
    assert mail["X-Basewatch-Level"] == "urgent"
    assert mail["X-Basewatch-Incident"] == "2026-11-23-ain-al-asad"
    assert mail.get_content_type() == "multipart/alternative"
    text = part(mail, "text/plain")
    assert "Two hangars burned and a guard was hurt, the coalition said." in text
    assert "02:55 UTC" in text
    assert "05:55 Baghdad" in text
    assert dict(incident_lines(text))["reason"] == "FIRST"


def test_one_thread_with_every_source(desk: Desk) -> None:
    (first,) = desk.brings(at(3), "wire", "Drones hit Camp Buehring in Kuwait")
    assert desk.brings(at(4), "paper", "US camp Buehring in Kuwait struck by several drones overnight") == []
    (second,) = desk.brings(at(6), "agency", "Drone attack on Camp Buehring kills two, Kuwait's army says")
    for name in ("References", "In-Reply-To"):
        assert first[name] == second[name]
    assert first["Message-ID"] != second["Message-ID"]
    assert second["X-Basewatch-Level"] == "flash"
    text = part(second, "text/plain")
    for publisher in ("Wire", "Paper", "Agency"):
        assert re.search(rf"^- {publisher} – https://news.example/\d+$", text, re.MULTILINE)


def test_text_and_html_say_the_same(desk: Desk) -> None:
    (mail,) = desk.brings(at(3), "wire", 'Drones hit Camp Buehring in Kuwait, <b>"no injuries"</b> & no damage')
    text, html = part(mail, "text/plain"), part(mail, "text/html")
    assert "<b>no" not in html
    assert 'href="https://news.example/' in html
    assert "<script" not in html
    assert "<img" not in html
    for label in ("Place", "Toll", "How sure", "Reported"):
        said = line(text, label).removeprefix(f"{label}: ")
        assert f"<b>{label}:</b>" in html
        assert said.split("“")[0].strip() in html


def test_why_has_no_word_of_the_program(desk: Desk) -> None:
    mails = desk.brings(at(3), "wire", "Ballistic missiles hit Al Udeid air base in Qatar, three killed")
    mails += desk.brings(at(4), "paper", "Sirens at Camp Buehring in Kuwait as rockets land inside the base")
    assert len(mails) == 2
    for mail in mails:
        why = line(part(mail, "text/plain"), "Why")
        assert "“Attack on a base" in why
        # the name of the rule is what its author finds it by
        told = re.sub(r"\(rule [a-z-]+\)", "", why)
        assert not [word for word in INTERNAL if word in told], why


@pytest.mark.parametrize(
    ("title", "lead", "words", "never"),
    [
        ("Drone shot down over Harir air base in Iraq", "", ["drone attack intercepted", "Harir"], ["reported"]),
        (
            "Sirens wail as C-RAM opens up at Victoria base in Baghdad",
            "Air defences shot down two drones over the base, a security official said.",
            ["intercepted", "Victoria"],
            ["reported"],
        ),
        (
            "US base in Erbil comes under drone attack",
            "Three drones were intercepted before they could reach the base. Nobody was hurt.",
            ["drone attack intercepted", "Erbil"],
            ["reported"],
        ),
        (
            "Missile attack on Al Udeid air base",
            "Qatar said its air defences intercepted all the missiles.",
            ["missile attack intercepted", "Al Udeid"],
            ["reported"],
        ),
        (
            "Drone attack on Camp Buehring in Kuwait",
            "Two drones were shot down and a third hit a warehouse.",
            ["drone attack", "Camp Buehring"],
            ["intercepted at"],
        ),
        ("Assault on Camp Simba in Kenya repelled", "", ["foiled", "Camp Simba"], ["reported"]),
        ("Kataib Hezbollah claims drone attack on Harir base", "", ["claimed", "Harir"], ["reported"]),
        (
            "US base attacked with rockets",
            "The rockets fell beside the base in northern Jordan on Monday.",
            ["rocket attack", "in Jordan"],
            ["place not", "at Jordan"],
        ),
        (
            "Peacekeepers' base hit by shells, two wounded",
            "The shells landed in the base in the south of Lebanon.",
            ["in Lebanon", "2 wounded"],
            ["place not", "at Lebanon"],
        ),
    ],
)
def test_the_subject_has_what_decides(desk: Desk, title: str, lead: str, words: list[str], never: list[str]) -> None:
    (mail,) = desk.brings(at(3), "wire", title, lead)
    subject = str(mail["Subject"])
    assert all(word in subject for word in words), subject
    assert not any(word in subject for word in never), subject
    assert lead.split(".")[0] in part(mail, "text/plain")


def test_a_claim_of_the_next_day_is_an_answer_in_the_thread(desk: Desk) -> None:
    (first,) = desk.brings(at(20), "wire", "Rockets hit Harir air base in Iraq")
    (claim,) = desk.brings(at(9, day=1), "paper", "Kataib Hezbollah says it fired the rockets at Harir base on Monday")
    assert "claimed by Kataib Hezbollah" in str(claim["Subject"])
    assert claim["In-Reply-To"] == first["In-Reply-To"]
    assert (claim["X-Priority"], claim["Importance"]) == ("3", "normal")


# ------------------------------------------------------------------------------ rules and policies that wait


RULES = """
rule: family-buehring
title: Attack on the base of our son
why: The family hears only what is certain.
level: notice
act: [attack, foiled, claim]
where: {any: [camp-buehring]}
send_to: [family]
---
rule: sure-harir
title: Harir, once officials and two publishers say so
why: The desk prints nothing before.
level: urgent
act: [attack, foiled, claim]
where: {any: [harir]}
only_if: [confirmed by officials, publishers >= 2]
send_to: [desk]
---
rule: rising-asad
title: Asad, urgent when the toll rises
why: The first toll is never the last.
level: notice
act: [attack, foiled, claim]
where: {any: [ain-al-asad]}
raise_to_urgent_if: [toll rises]
send_to: [desk]
"""


@cache
def own_rules(folder: Path) -> RuleSet:
    """The shipped rules without their own alerts, and these."""
    shutil.copytree(CHECKOUT / "rules", folder, ignore=shutil.ignore_patterns("schema"))
    for file in folder.glob("*.yaml"):
        if file.read_text("utf-8").find("\nsend_to:") > 0:
            file.unlink()
    for number, text in enumerate(RULES.split("---")):
        (folder / f"own-{number}.yaml").write_text(text)
    return load_rules(folder)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return own_rules(tmp_path_factory.mktemp("waiting") / "rules")


class Waiting(Desk):
    """With rules of one's own, and two channels."""

    rules: RuleSet

    def configuration(self, settings: Settings | None = None) -> Configuration:
        found = super().configuration(settings)
        policies = policies_of(settings, self.rules, found.channels) if settings is not None else found.policies
        return replace(found, rules=self.rules, policies=policies)


@pytest.fixture
def waiting(tmp_path: Path, rules: RuleSet) -> Iterator[Waiting]:
    with Waiting(tmp_path) as room:
        room.rules = rules
        room.channels({tag: [room.mail.url(f"{tag}@example.org")] for tag in ("family", "desk")})
        yield cast(Waiting, room.open())


FAMILY = {"policies": [{"channel": "family", "style": "family", "grade": "confirmed", "publishers": 2}]}


def test_a_family_hears_what_officials_and_two_publishers_say(waiting: Waiting) -> None:
    waiting.policies(FAMILY)
    assert waiting.brings(at(3), "wire", "Drones hit Camp Buehring in Kuwait, one soldier wounded") == []
    assert waiting.brings(at(4), "paper", "Camp Buehring in Kuwait struck by drones, two reported hurt") == []
    (mail,) = waiting.brings(at(6), "agency", "Drone attack on Camp Buehring wounded one soldier, Pentagon says")
    assert mail["To"] == "family@example.org"
    text = part(mail, "text/plain")
    assert "1 wounded" in text
    assert "confirmed by officials" in text
    assert "2 wounded" not in text


def test_an_official_alone_is_one_publisher(waiting: Waiting) -> None:
    waiting.policies(FAMILY)
    assert waiting.brings(at(3), "wire", "Drones hit Camp Buehring in Kuwait, the Pentagon says") == []
    claim = "Kataib Hezbollah claims drone attack on Camp Buehring in Kuwait"
    assert waiting.brings(at(4), "agency", claim) == []
    (mail,) = waiting.brings(at(6), "paper", "Camp Buehring in Kuwait was struck by drones in the night")
    assert dict(incident_lines(part(mail, "text/plain")))["reason"] == "FIRST"


def test_a_rule_waits_for_officials_and_two_publishers(waiting: Waiting) -> None:
    assert waiting.brings(at(3), "wire", "Rockets hit Harir air base in Iraq") == []
    assert waiting.brings(at(4), "paper", "Harir air base in Iraq came under rocket fire overnight") == []
    (mail,) = waiting.brings(at(6), "agency", "Coalition confirms rocket attack on Harir air base, no casualties")
    assert str(mail["Subject"]).startswith("URGENT")
    assert waiting.brings(at(7), "wire", "Coalition says rockets struck Harir air base") == []


def test_a_rule_is_raised_by_a_later_toll(waiting: Waiting) -> None:
    (first,) = waiting.brings(at(3), "wire", "Rockets hit Ain al-Asad air base in Iraq, one soldier wounded")
    assert str(first["Subject"]).startswith("NOTICE")
    (raised,) = waiting.brings(at(9), "paper", "Four soldiers wounded in rocket attack on Ain al-Asad, ministry says")
    assert str(raised["Subject"]).startswith("URGENT")
    assert "ESCALATED" in part(raised, "text/plain")
    assert "1 → 4 wounded" in part(raised, "text/plain")
