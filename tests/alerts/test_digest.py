"""What was held in the night, the day, the week: every incident on a line, the block for machines, the pictures."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

from monitor.alerts.digest import MAX_DIGEST, MAX_SUMMARY, digest_alert, summary_alert
from monitor.model.alert import Alert, AlertKind, Attachment
from monitor.model.ledger import Grade, View
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
    assert lines[2:5] == [
        "Date | Location | Type of attack | Group claiming | Killed | Wounded | How sure",
        "17 Nov | Al Udeid Air Base, Qatar | drone attack | Islamic Resistance in Iraq | 137 (claimed) | 0 | claimed",
        "17 Nov | Ain al-Asad Air Base, Iraq | drone attack | – | 3 | 34 (25–34) | confirmed by officials",
    ]
    assert "Numbers that only the attackers give: udeid-1116" in lines
    assert "- asad-1117: “Three killed, 34 wounded at Ain al-Asad” – Iraq News, https://news.example/2" in lines
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
    assert sum(" | drone attack | " in line for line in alert.body.splitlines()) == 4
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
