"""The story of one incident as its messages tell it: the subjects, and the line that says what changed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import views
from monitor.alerts.digest import digest_alert
from monitor.alerts.message import incident_alert
from monitor.incidents.changes import changes
from monitor.incidents.fold import fold
from monitor.model.alert import Alert
from monitor.model.ledger import Change, ChangeReason, Detail, Told, View
from monitor.model.report import Act, Level, Link, Voice

R = ChangeReason
NAMES: Any = SimpleNamespace(
    name_of=lambda actor: {"group-y": "Group Y"}.get(actor, actor),
    country_name=lambda code: {"IQ": "Iraq", "QA": "Qatar"}.get(code, code),
    zone_of=lambda _: "Asia/Baghdad",
    title_of=lambda _: "Attack on a base",
)
CORRECTED = views.change(
    views.ANSWERED_VIEW, R.TOLL_CORRECTED, version=5, hours=34, level=Level.URGENT, report="F",
    details=(Detail(reason=R.TOLL_CORRECTED, field="killed", before="3", after="2", by="Wire", report="A"),),
)  # fmt: skip


def told(view: View, change: Change, style: str = "duty") -> Alert:
    return incident_alert(
        view, change, change.details, style=style, zone="Asia/Baghdad", names=NAMES, baseline=(), alert_id="a-1",
        now=change.at + timedelta(minutes=2), channels=("alerts",), audience="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("view", "change", "title", "line"),
    [
        (views.FIRST_VIEW, views.FIRST_CHANGE, "URGENT: drone attack reported at Ain al-Asad: no casualties – Wire",
         "“Drones hit Ain al-Asad, no casualties” – Wire, https://wire.example/A"),
        (views.TOLL_VIEW, views.TOLL_CHANGE,
         "FLASH: drone attack at Ain al-Asad: 3 killed, 34 wounded – officials",
         "Toll: 0 → 3 killed, 0 → 34 wounded (Ministry of Defence, 05:58 UTC / 08:58 Baghdad)"),
        (views.CLAIMED_VIEW, views.CLAIM_CHANGE,
         "NOTICE: drone attack at Ain al-Asad, Iraq claimed by Group Y: 3 killed",
         "Claimed: Group Y (via Channel Y, a claim, 06:58 UTC / 09:58 Baghdad)"),
        (views.ANSWERED_VIEW, CORRECTED, "URGENT: toll corrected: drones at Ain al-Asad: 3 killed (was 3) – Wire",
         "Toll corrected: 3 → 2 killed (Wire, 23 Nov 2026 23:40 UTC / 24 Nov 02:40 Baghdad)"),
        (views.RETRACTED_VIEW, views.change(views.RETRACTED_VIEW, R.RETRACTED, version=6),
         "NOTICE: withdrawn: drone attack at Ain al-Asad Air Base, Iraq", "Withdrawn: by Wire; nobody else reports it"),
    ],
)  # fmt: skip
def test_each_step_says_what_is_new(view: View, change: Change, title: str, line: str) -> None:
    alert = told(view, change)
    assert alert.title == title
    assert alert.body.splitlines()[0] == line


def test_the_story_from_its_reports() -> None:
    """What the ledger makes of the reports one after another, as it is told."""
    reports = (views.WIRE, views.MINISTRY, views.CLAIM, views.OTHER_TOLL, views.STRIKE, views.WITHDRAWAL)
    before: View | None = None
    known: list[Told] = []
    subjects = []
    about = views.incident()
    for number, report in enumerate(reports, start=1):
        view = fold(about, reports[:number])
        change = changes(before, view, report, told=known)
        about = replace(view.incident, version=about.version if change is None else change.version)
        before = replace(view, incident=about)
        if change is not None:
            known.append(change.known)
            subjects.append(told(before, change).title)
    assert subjects == [
        "URGENT: drone attack reported at Ain al-Asad: no casualties – Wire",
        "URGENT: drone attack at Ain al-Asad: 3 killed, 34 wounded – officials",
        "NOTICE: drone attack at Ain al-Asad, Iraq claimed by Group Y: 3 killed",
        "DIGEST: retaliation for drone attack at Ain al-Asad Air Base, Iraq",
        "URGENT: toll corrected by Wire: drone attack at Ain al-Asad: 3 killed",
    ]


def test_no_word_of_the_program_stands_under_why() -> None:
    body = told(views.TOLL_VIEW, views.TOLL_CHANGE).body
    why = next(one for one in body.splitlines() if one.startswith("Why: "))
    assert why == "Why: “Attack on a base” (rule attack-on-base); raised to flash: killed at least 1"


def test_a_claim_alone_and_a_salvo() -> None:
    claim = told(views.CLAIM_VIEW, views.change(views.CLAIM_VIEW, R.FIRST))
    assert "claimed by Group Y" in claim.title
    salvo = told(views.SALVO_VIEW, views.change(views.SALVO_VIEW, R.FIRST))
    for base in ("Al Udeid", "Ain al-Asad", "Erbil"):
        assert base in salvo.title
        assert base in salvo.body.partition("Place: ")[2].partition("\n")[0]


def test_the_week_of_the_story() -> None:
    body = digest_alert(
        "week", [views.ANSWERED_VIEW, views.SALVO_VIEW], (), zone="Asia/Baghdad", names=NAMES, alert_id="d",
        channels=(), now=views.after(130),
    ).body  # fmt: skip
    body = re.sub(r" +\|", " |", body)
    assert "24 Nov | Ain al-Asad Air Base, Iraq | drone attack | Group Y | 3 (0–3) | 34 (0–34) | confirmed by" in body
    assert "- asad-1124 was answered: “US strikes Group Y after attack on Ain al-Asad” – Paper" in body
    assert body.count("\n24 Nov | ") == 4


def test_a_denial_by_a_claimant_is_its_own() -> None:
    denied = views.change(
        views.CLAIMED_VIEW, R.DENIED, version=4, hours=8, level=Level.NOTICE, report="C",
        details=(Detail(reason=R.DENIED, field="denied_by", after="group-y", by="Group Y", voice=Voice.CLAIMANT,
                        report="C"),),
    )  # fmt: skip
    line = told(views.CLAIMED_VIEW, denied).body.splitlines()[0]
    assert line == "Denied: Group Y (via Channel Y, 06:58 UTC / 09:58 Baghdad)"


def test_a_journalist_reads_the_brief_and_no_sentence_twice() -> None:
    body = told(views.ANSWERED_VIEW, views.CLAIM_CHANGE, "journalist").body
    assert "\n\nPaper: “US strikes Group Y after attack on Ain al-Asad”\n\n" in body
    assert body.count("Three killed, 34 wounded at Ain al-Asad, ministry says") == 1


def test_a_toll_of_brain_injuries_says_so_in_its_subject() -> None:
    late = views.report(
        "Z", "Number of brain injuries from Monday's attack on Ain al-Asad rises to 109", hours=90, publisher="Wire",
        link=Link.TOLL, act=Act.TOLL, wounded=109, brain_injuries=109,
    )  # fmt: skip
    view = fold(views.incident(), [views.WIRE, views.MINISTRY, late])
    change = views.change(
        view, R.TOLL_UP, version=5, hours=90, level=Level.URGENT, report="Z",
        details=(Detail(reason=R.TOLL_UP, field="wounded", before="34", after="109", by="Wire", report="Z"),),
    )  # fmt: skip
    title = told(view, change).title
    assert "109 brain injuries" in title
    assert "wounded" not in title
    assert len(title) <= 70
    # of a toll of the same incident that is about others it is not the news
    other = views.change(view, R.TOLL_UP, version=6, hours=91, level=Level.URGENT, report="B")
    assert "109 wounded" in told(view, other).title
