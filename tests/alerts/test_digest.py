"""What was held in the night, the day, the week: every incident on a line, the block for machines, the pictures."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import replace
from datetime import timedelta

from monitor.alerts.digest import MAX_DIGEST, MAX_SUMMARY, digest_alert, in_period, summary_alert
from monitor.alerts.html import tables_as_text
from monitor.model.alert import Alert, AlertKind, Attachment
from monitor.model.ledger import Change, Grade, View
from monitor.model.report import Act, Level, Link, Voice
from toldviews import BASES, FIRST_VIEW, MORNING, NAMES, TOLL_VIEW, folded, incident, report, said

CLAIMED_VIEW = replace(
    FIRST_VIEW, grade=Grade.CLAIMED, level=Level.NOTICE, publishers=(),
    incident=incident(BASES[1], id="2026-11-16-al-udeid", act=Act.CLAIM, claimed_by=("iri",)),
    killed=folded(said(137, "Channel", voice=Voice.CLAIMANT)),
)  # fmt: skip
PICTURE = Attachment(name="week.png", mimetype="image/png", base64=base64.b64encode(b"\x89PNG").decode())


def digest(*views: View, pictures: tuple[Attachment, ...] = ()) -> Alert:
    return digest_alert(
        "week", views, pictures, zone="Asia/Baghdad", names=NAMES, alert_id="d-1", now=MORNING, channels=("duty",)
    )


def summary(*views: View, changes: int = 7) -> Alert:
    return summary_alert(
        "wake", views, changes=changes, zone="Europe/Berlin", names=NAMES, alert_id="s-1", now=MORNING,
        channels=("duty",),
    )  # fmt: skip


def test_what_changed_in_the_night() -> None:
    alert = summary(CLAIMED_VIEW, TOLL_VIEW)
    assert alert.title == "FLASH: 7 changes in 2 incidents while you slept"
    assert alert.body == (
        "7 changes in 2 incidents while messages were held for the night. As they stand now, "
        "17 Nov 2026 06:00 UTC (07:00 Berlin):\n"
        "\n"
        "- FLASH drone attack at Ain al-Asad Air Base, Iraq: 3 killed, 34 wounded; confirmed by officials (asad-1117)\n"
        "- NOTICE drone attack at Al Udeid Air Base, Qatar: 137 killed, 0 wounded as claimed; claimed by Islamic "
        "Resistance in Iraq; claimed (udeid-1116)\n"
        "\n"
        "incident: none\nversion: 0\nreason: HELD\nalert: s-1"
    )
    assert (alert.kind, alert.level, alert.incident_id) == (AlertKind.SUMMARY, Level.FLASH, None)


def test_many_are_counted() -> None:
    views = [replace(TOLL_VIEW, incident=incident(id=f"2026-11-17-x{number}")) for number in range(40)]
    alert = summary(*views, changes=1)
    shown = alert.body.count("- FLASH")
    assert 5 < shown < 40
    assert f"- {40 - shown} more: basewatch incidents" in alert.body
    assert alert.title == "FLASH: 1 change in 40 incidents while you slept"
    assert len(alert.body) <= MAX_SUMMARY


def test_a_week_is_a_table_with_pictures() -> None:
    strike = report(9, "Paper", "US strikes the group that hit Ain al-Asad", link=Link.RETALIATION)
    answered = replace(TOLL_VIEW, reports=(*TOLL_VIEW.reports, strike), answered_by=("r9",))
    alert = digest(answered, CLAIMED_VIEW, pictures=(PICTURE,))
    assert alert.title == "DIGEST: week to 17 Nov 2026: 2 incidents, 3 killed, 34 wounded"
    lines = alert.body.splitlines()
    assert lines[0] == "Incidents from 10 Nov 2026 to 17 Nov 2026, as of 17 Nov 2026 06:00 UTC (09:00 Baghdad)."
    assert [" | ".join(cell.strip() for cell in line.split("|")) for line in lines[2:5]] == [
        "Date | Location | Type of attack | Group claiming | Killed | Wounded | How sure",
        "17 Nov | Al Udeid Air Base, Qatar | drone attack | Islamic Resistance in Iraq | 137 (claimed) | 0 | claimed",
        "17 Nov | Ain al-Asad Air Base, Iraq | drone attack | – | 3 | 34 (25–34) | confirmed by officials",
    ]
    assert "Numbers that only the attackers give: udeid-1116" in lines
    assert len({tuple(at for at, sign in enumerate(line) if sign == "|") for line in lines[2:5]}) == 1  # aligned
    assert "- asad-1117: Example Wire: “Two drones struck the base at dawn.” https://news.example/1" in lines
    assert (
        "- asad-1117 was answered: “US strikes the group that hit Ain al-Asad” – Paper, https://news.example/9" in lines
    )
    assert "Pictures: week.png" in lines
    assert alert.body.endswith("\n\nincident: none\nversion: 0\nreason: DIGEST\nalert: d-1")
    assert alert.attachments == (PICTURE,)


def test_a_salvo_has_a_line_for_each_base_and_what_was_withdrawn_does_not_count() -> None:
    salvo = replace(FIRST_VIEW, incident=incident(*BASES[:3]))
    gone = replace(TOLL_VIEW, grade=Grade.RETRACTED, incident=incident(id="2026-11-16-gone"))
    alert = digest(salvo, gone)
    assert sum(" | drone attack " in line for line in alert.body.splitlines()) == 4
    assert alert.title == "DIGEST: week to 17 Nov 2026: 1 incident"
    assert " | retracted" in alert.body


def test_a_quiet_week_and_a_very_long_one() -> None:
    quiet = digest()
    assert quiet.title == "DIGEST: week to 17 Nov 2026: 0 incidents"
    assert "No incident is known of this time.\n" in quiet.body
    views = [
        replace(TOLL_VIEW, incident=incident(id=f"2026-11-17-x{number}", opened_at=MORNING + timedelta(minutes=number)))
        for number in range(400)
    ]
    long = digest(*views)
    assert len(long.body) <= MAX_DIGEST
    assert " more: basewatch incidents" in long.body
    assert long.body.endswith("alert: d-1")


def test_the_page_has_the_table_as_a_table_and_the_pictures_in_it() -> None:
    evil = replace(TOLL_VIEW, incident=incident(replace(BASES[0], name="<b>Asad</b> | x"), id="2026-11-17-x"))
    alert = digest(evil, CLAIMED_VIEW, pictures=(PICTURE,))
    assert alert.html.count("<table") == 1
    assert alert.html.count("<tr>") == 3
    assert "<td" in alert.html
    assert "&lt;b&gt;Asad&lt;/b&gt; / x" in alert.html
    assert '<img src="cid:week.png" alt="week"' in alert.html
    assert "reason: DIGEST" in alert.html
    # what a mail program shows that takes text alone
    text = tables_as_text(alert.html)
    (found,) = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
    lines = html.unescape(found).split("\n")
    assert len(lines) == 3
    assert len({tuple(at for at, sign in enumerate(line) if sign == "|") for line in lines}) == 1
    assert "<table" not in text


def test_what_waits_and_what_is_muted_is_counted() -> None:
    alert = digest_alert(
        "day", [TOLL_VIEW], (), zone="UTC", names=NAMES, alert_id="d", now=MORNING, channels=("duty",), held=2,
        muted={TOLL_VIEW.incident.id, "2026-01-01-other"},
    )  # fmt: skip
    assert "Not told now: 2 messages held; 1 incident muted (asad-1117)." in alert.body.splitlines()
    assert "Not told now" not in digest(TOLL_VIEW).body


def test_a_reply_stands_behind_the_answer_that_it_replies_to() -> None:
    strike = report(9, "Paper", "US strikes the group that hit Ain al-Asad", link=Link.RETALIATION)
    answered = replace(TOLL_VIEW, reports=(*TOLL_VIEW.reports, strike), answered_by=("r9",))
    reply = replace(FIRST_VIEW, incident=incident(BASES[1], id="2026-11-18-al-udeid", answers=(answered.incident.id,)))
    old = replace(FIRST_VIEW, incident=incident(BASES[2], id="2026-11-19-x", answers=("2026-10-01-harir",)))
    lines = digest(old, reply, answered).body.splitlines()
    begin = next(at for at, line in enumerate(lines) if line == "Answers:")
    assert [line.split(":")[0] for line in lines[begin + 1 : begin + 4]] == [
        "- asad-1117 was answered", "- udeid-1118 replies to the answer to asad-1117",
        "- x-1119 replies to the answer to harir-1001",
    ]  # fmt: skip


def test_imports_of_old_attacks_are_no_news() -> None:
    old = incident(id="2020-01-01-x", opened_at=MORNING - timedelta(days=2000), imported=True)
    lately = incident(id="2026-11-16-y", opened_at=MORNING - timedelta(hours=20), imported=True)
    gone = incident(id="2026-11-16-z", opened_at=MORNING - timedelta(hours=20), merged_into="2026-11-16-y")
    changes = [
        Change(incident_id=id, version=1, at=at, reasons=(), quiet=quiet)
        for id, at, quiet in (
            (old.id, MORNING, True), (lately.id, MORNING, True), ("news", MORNING - timedelta(hours=1), False),
            ("before", MORNING - timedelta(hours=25), False),
        )
    ]  # fmt: skip
    since = MORNING - timedelta(days=1)
    assert in_period(changes, [old, lately, gone], since=since, until=MORNING) == ("news", lately.id)
