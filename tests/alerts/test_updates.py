"""Messages about an incident that changed: what changed, from what to what, by whom; three styles; the exact block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.message import MAX_BODY, incident_alert
from monitor.model.alert import Alert
from monitor.model.ledger import Change, ChangeReason, Detail, Folded, Grade, View
from monitor.model.report import Act, Facts, Level, Link, Voice
from toldviews import (
    BASES,
    FIRST_VIEW,
    MORNING,
    NAMES,
    NOW,
    TOLL_DETAILS,
    TOLL_VIEW,
    change,
    folded,
    incident,
    report,
    said,
)

R = ChangeReason
TOLL_UP = change(R.TOLL_UP, R.ESCALATED, level=Level.FLASH, version=2, report="r2", details=TOLL_DETAILS)


def told(
    view: View, of: Change, details: Sequence[Detail] = (), *, style: str = "duty", zone: str = "Europe/Berlin",
    baseline: Sequence[str] = (), template: str = "", later: int = 5,
) -> Alert:  # fmt: skip
    return incident_alert(
        view, of, details, style=style, zone=zone, names=NAMES, baseline=baseline, alert_id="al-7",
        now=(NOW if of.version == 1 else MORNING) + timedelta(minutes=later), channels=("alerts",), audience="a",
        template=template,
    )  # fmt: skip


def test_the_first_message() -> None:
    alert = told(FIRST_VIEW, change(R.FIRST))
    assert alert.title == "URGENT: drone attack at Ain al-Asad: no casualties – Example Wire"
    assert alert.body == (
        "“Drones hit Ain al-Asad, no casualties” – Example Wire, https://news.example/1\n"
        "“Two drones struck the base at dawn.”\n"
        "\n"
        "Place: Ain al-Asad Air Base, Iraq\n"
        "Date of the attack: 17 Nov 2026\n"
        "Toll: 0 killed, 0 wounded – Example Wire\n"
        "How sure: reported by one\n"
        "Says: Example Wire\n"
        "Reported: 16 Nov 2026 23:40 UTC (17 Nov 02:40 Baghdad, 17 Nov 00:40 Berlin)\n"
        "Link: https://news.example/1\n"
        "Sources:\n"
        "- Example Wire – https://news.example/1\n"
        "Why: “Attack on a base” (rule attack-on-base)\n"
        "Short name: asad-1117\n"
        "\n"
        "incident: 2026-11-17-ain-al-asad\n"
        "version: 1\n"
        "reason: FIRST\n"
        "alert: al-7"
    )
    assert (alert.incident_id, alert.version, alert.rule) == ("2026-11-17-ain-al-asad", 1, "attack-on-base")
    assert (alert.audience, alert.style, alert.also, alert.channels) == ("a", "duty", (), ("alerts",))


def test_a_toll_that_rises_says_from_what_to_what_by_whom_and_when() -> None:
    alert = told(TOLL_VIEW, TOLL_UP, TOLL_DETAILS, baseline=("third at this base this month",))
    lines = alert.body.splitlines()
    assert lines[0] == "Toll: 0 → 3 killed, 0 → 34 wounded (Defence Ministry, via Iraq News, 06:00 UTC / 07:00 Berlin)"
    assert lines[1] == "Level: urgent → flash; raised to flash: somebody was killed"
    assert lines[3:5] == [
        "“Three killed, 34 wounded at Ain al-Asad” – Iraq News, https://news.example/2",
        "“Two drones struck the base at dawn.” – Example Wire, https://news.example/1",
    ]
    assert "Toll: 3 killed, 34 wounded (25–34) – Defence Ministry" in lines
    assert "Sources differ: wounded: Defence Ministry 34, Shafaq 25" in lines
    assert "How sure: confirmed by officials, 2 independent publishers" in lines
    assert "Also in the ledger: third at this base this month" in lines
    assert alert.body.endswith(
        "\n\nalso: ESCALATED\nincident: 2026-11-17-ain-al-asad\nversion: 2\nreason: TOLL_UP\nalert: al-7"
    )
    assert (alert.reason, alert.also) == ("TOLL_UP", ("ESCALATED",))
    assert sum(line.startswith("“") for line in lines) == 2


@pytest.mark.parametrize(
    ("reason", "detail", "view", "line"),
    [
        (R.TOLL_CORRECTED, {"field": "killed", "before": "34", "after": "33", "by": "AP"}, TOLL_VIEW,
         "Toll corrected: 34 → 33 killed (AP, via Example Wire, 16 Nov 2026 23:40 UTC / 17 Nov 00:40 Berlin)"),
        (R.TOLL_CORRECTED, {"field": "killed", "before": "3", "by": "Example Wire"}, TOLL_VIEW,
         "Toll corrected: 3 killed no longer holds (Example Wire, 16 Nov 2026 23:40 UTC / 17 Nov 00:40 Berlin)"),
        (R.TOLL_CORRECTED, {"field": "killed", "before": "34", "after": "withdrawn", "by": "Example Wire"}, TOLL_VIEW,
         "Toll corrected: 34 killed withdrawn (Example Wire, 16 Nov 2026 23:40 UTC / 17 Nov 00:40 Berlin)"),
        (R.RETRACTED, {"field": "report", "before": "Wire", "after": "3"}, TOLL_VIEW,
         "Withdrawn: Wire takes its report back; 3 others stand (Example Wire, 16 Nov 2026 23:40 UTC / "
         "17 Nov 00:40 Berlin)"),
        (R.RETALIATION, {"field": "answered", "after": "US <b>strikes</b>\nback", "by": "Example Wire"}, TOLL_VIEW,
         "Answered: “US <b>strikes</b> back” (Example Wire, 16 Nov 2026 23:40 UTC / 17 Nov 00:40 Berlin)"),
        (R.DENIED, {"field": "denied_by", "before": "iri", "after": "kataib-hezbollah", "by": "Telegram"}, TOLL_VIEW,
         "Denied: Kataib Hezbollah (Telegram, via Example Wire, 16 Nov 2026 23:40 UTC / 17 Nov 00:40 Berlin)"),
        (R.CLAIMED, {"field": "claimed_by", "after": "iri", "by": "Telegram", "voice": Voice.CLAIMANT}, TOLL_VIEW,
         "Claimed: Islamic Resistance in Iraq (Telegram, via Example Wire, a claim, 16 Nov 2026 23:40 UTC / "
         "17 Nov 00:40 Berlin)"),
        (R.PLACE_NAMED, {"field": "place", "before": "Iraq", "after": "ain-al-asad"}, TOLL_VIEW,
         "Place: Iraq → Ain al-Asad Air Base (Example Wire, 16 Nov 2026 23:40 UTC / 17 Nov 00:40 Berlin)"),
        (R.CONFIRMED, {"field": "grade", "before": "reported by one", "after": "confirmed by officials",
                       "by": "Pentagon"}, TOLL_VIEW,
         "Confirmed: reported by one → confirmed by officials (Pentagon, via Example Wire, 16 Nov 2026 23:40 UTC / "
         "17 Nov 00:40 Berlin)"),
        (R.RETRACTED, None, TOLL_VIEW, "Withdrawn: by Example Wire; 2 others stand"),
        (R.DENIED, None, replace(TOLL_VIEW, denied_by=("kataib-hezbollah",)), "Denied: by Kataib Hezbollah"),
        (R.CLAIMED, None, replace(TOLL_VIEW, incident=incident(claimed_by=("iri",))),
         "Claimed: by Islamic Resistance in Iraq"),
        (R.TOLL_UP, None, TOLL_VIEW, "Toll: now 3 killed, 34 wounded (25–34) – Defence Ministry"),
        (R.RETALIATION, None, TOLL_VIEW, "Answered: “Drones hit Ain al-Asad, no casualties”"),
    ],
)  # fmt: skip
def test_each_reason_has_its_line(reason: R, detail: dict[str, str] | None, view: View, line: str) -> None:
    details = () if detail is None else (Detail(reason=reason, report="r1", **detail),)  # type: ignore[arg-type]
    assert told(view, change(reason, version=3), details).body.splitlines()[0] == line


def test_a_claim_of_its_authors_is_never_a_fact() -> None:
    view = replace(
        FIRST_VIEW, grade=Grade.CLAIMED, incident=incident(act=Act.CLAIM, claimed_by=("iri",)),
        killed=folded(said(137, "Channel", voice=Voice.CLAIMANT)),
    )  # fmt: skip
    body = told(view, change(R.FIRST)).body
    assert "Toll: 137 killed, 0 wounded (as claimed by Islamic Resistance in Iraq, not confirmed)\n" in body
    assert "Claimed by: Islamic Resistance in Iraq (a claim, not a confirmation)\n" in body


def test_a_salvo_names_every_base() -> None:
    body = told(replace(FIRST_VIEW, incident=incident(*BASES[:4])), change(R.FIRST)).body
    place = next(line for line in body.splitlines() if line.startswith("Place: "))
    assert all(base.name in place for base in BASES[:4])


def test_sources_are_listed_once_and_what_was_withdrawn_says_so() -> None:
    copy = report(3, "Copy Paper", "Drones hit Ain al-Asad", link=Link.COPY)
    gone = replace(report(4, "Rumour Daily", "Ten dead at Ain al-Asad"), retracted_at=MORNING)
    body = told(replace(TOLL_VIEW, reports=(*TOLL_VIEW.reports, copy, gone)), TOLL_UP, TOLL_DETAILS).body
    listed = body.partition("Sources:\n")[2].partition("Why:")[0].splitlines()
    assert listed == [
        "- Rumour Daily – https://news.example/4 – withdrawn",
        "- Iraq News – https://news.example/2",
        "- Example Wire – https://news.example/1",
    ]
    assert "“Ten dead" not in body


def test_odd_dates_interceptions_and_numbers_in_words_are_told() -> None:
    facts = Facts(places=(BASES[0],), killed_words="dozens", interception=True)
    odd = replace(report(1, "Wire", "Dozens killed", facts=facts), reported_at=NOW - timedelta(days=9))
    body = told(replace(FIRST_VIEW, reports=(odd,), killed=Folded(), wounded=Folded()), change(R.FIRST)).body
    assert "Toll: dozens killed\n" in body
    assert "Fired: some intercepted or missed\n" in body
    assert "Reported: 7 Nov 2026 23:40 UTC (8 Nov 02:40 Baghdad, 8 Nov 00:40 Berlin); first seen 16 Nov 2026\n" in body


def test_a_journalist_reads_sources_and_claims_first() -> None:
    body = told(TOLL_VIEW, TOLL_UP, TOLL_DETAILS, style="journalist").body
    assert body.index("How sure: ") < body.index("Sources differ: ") < body.index("Place: ")


def test_families_read_plain_words_and_confirmed_numbers_alone() -> None:
    confirmed = told(TOLL_VIEW, TOLL_UP, TOLL_DETAILS, style="family").body
    assert "3 killed, 34 wounded as of 06:05 UTC / 07:05 Berlin (officials).\n" in confirmed
    rumour = replace(
        TOLL_VIEW, grade=Grade.REPORTED, killed=folded(said(3, "Shafaq")), wounded=folded(said(9, "Shafaq"))
    )
    body = told(rumour, TOLL_UP, TOLL_DETAILS, style="family").body
    assert "Nothing is confirmed about casualties as of 06:05 UTC / 07:05 Berlin.\n" in body
    none = replace(TOLL_VIEW, killed=folded(said(0, "x", voice=Voice.OFFICIAL)), wounded=FIRST_VIEW.brain_injuries)
    assert (
        "No casualties reported as of 06:05 UTC / 07:05 Berlin (officials).\n"
        in told(none, TOLL_UP, style="family").body
    )
    for text in (confirmed, body):
        for word in ("drone", "rocket", "“", "Shafaq", "Iraq News", "9 wounded"):
            assert word not in text


def test_a_template_of_ones_own_makes_subject_and_body() -> None:
    template = "# mine\nSubject: {level} {short}\n{place}\nBlamed: {attributed}\nToll: {toll}\n"
    alert = told(TOLL_VIEW, TOLL_UP, style="newsroom", template=template)
    assert (alert.title, alert.style) == ("FLASH asad-1117", "newsroom")
    text = "Ain al-Asad Air Base, Iraq\nToll: 3 killed, 34 wounded (25–34) – Defence Ministry"
    assert alert.body.partition("\n\n")[0] == text


def test_mail_gets_the_same_as_mark_up() -> None:
    alert = told(FIRST_VIEW, change(R.FIRST))
    assert '<a href="https://news.example/1" rel="nofollow noreferrer">' in alert.html
    assert "incident: 2026-11-17-ain-al-asad<br>version: 1<br>reason: FIRST<br>alert: al-7</p>" in alert.html


TEXT = st.text(st.characters(codec="utf-8"), max_size=700)


@given(
    titles=st.lists(TEXT, min_size=1, max_size=12), publisher=TEXT, url=st.text(max_size=500), lines=st.lists(TEXT),
    style=st.sampled_from(["duty", "journalist", "family"]),
    reasons=st.lists(st.sampled_from(list(R)), min_size=1, max_size=5, unique=True),
)  # fmt: skip
def test_lengths_are_bounded_and_the_block_is_whole(
    titles: list[str], publisher: str, url: str, lines: list[str], style: str, reasons: list[R]
) -> None:
    reports = tuple(
        report(number, f"{publisher}{number}", title, quote=f"{title} {number}", url=f"https://x.example/{url}")
        for number, title in enumerate(titles)
    )
    details = tuple(
        Detail(reason=reason, field="killed", before=text[:50], after=text, by=text, report="r0")
        for reason in reasons for text in lines[:3]
    )  # fmt: skip
    view = replace(TOLL_VIEW, reports=reports, damage=publisher, denied_by=tuple(lines))
    alert = told(view, change(*reasons, version=7), details, style=style, baseline=lines)
    assert len(alert.body) <= MAX_BODY
    assert len(alert.title) <= 70
    end = f"incident: 2026-11-17-ain-al-asad\nversion: 7\nreason: {reasons[0]}\nalert: al-7"
    assert alert.body.endswith(end)
    assert alert.body.count("\nincident: ") == 1
    assert alert.body.count("\nreason: ") == 1
