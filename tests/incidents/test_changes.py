"""What changed, from what to what, by whom: the story of an incident as reports alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.incidents.changes import changes, differs, told_values
from monitor.incidents.fold import fold
from monitor.model.incident import Incident
from monitor.model.ledger import Change, ChangeReason, Grade, Report, Told, View
from monitor.model.place import Place
from monitor.model.report import Act, Level, Link, Voice
from tests.support.views import ASAD, CLAIM, ERBIL, MINISTRY, OTHER_TOLL, STRIKE, WIRE, WITHDRAWAL, incident, report

R = ChangeReason
#: a base somewhere in Iraq, as early reports tell it
IRAQ = Place(id="country:IQ", name="Iraq", role="target", precision="country", country="IQ")


def raises(view: View) -> tuple[Level, str]:
    return (Level.FLASH, "killed >= 1") if view.incident.killed else (Level.URGENT, "")


class Story:
    """An incident to which one report after another comes; a channel is told each change."""

    def __init__(self, about: Incident | None = None) -> None:
        self.incident = about or incident()
        self.reports: list[Report] = []
        self.view: View | None = None
        self.told: Told | None = None

    def hears(self, one: Report) -> Change | None:
        self.reports.append(one)
        after = fold(self.incident, self.reports, raises=raises)
        change = changes(self.view, after, one, told=[self.told] if self.told else [])
        self.incident = replace(after.incident, version=change.version if change else after.incident.version)
        self.view = replace(after, incident=self.incident)
        if change is not None and change.level.tells:
            assert self.told is None or differs(self.told, after), "told what was known"
            self.told = change.known
            assert differs(self.told, after) == ()
        return change

    def reasons(self, one: Report) -> tuple[ChangeReason, ...]:
        change = self.hears(one)
        return change.reasons if change is not None else ()


def test_the_story_of_the_issue() -> None:
    story = Story()
    first = story.hears(WIRE)
    assert first is not None
    assert (first.reasons, first.version, first.level) == ((R.FIRST,), 1, Level.URGENT)
    for n in range(5):
        copy = report(f"copy{n}", WIRE.title, hours=0.5, publisher=f"Paper {n}", origin="Wire", killed=0, wounded=0)
        assert story.hears(copy) is None
    toll = story.hears(MINISTRY)
    assert toll is not None
    assert (toll.reasons, toll.version, toll.level) == ((R.TOLL_UP, R.CONFIRMED, R.ESCALATED), 2, Level.FLASH)
    killed = toll.details[0]
    assert (killed.field, killed.before, killed.after, killed.by) == ("killed", "0", "3", "Ministry of Defence")
    claim = story.hears(CLAIM)
    assert claim is not None
    assert (claim.reasons, claim.version, claim.level, claim.details[0].after) == (
        (R.CLAIMED,), 3, Level.NOTICE, "group-y",
    )  # fmt: skip
    assert story.hears(OTHER_TOLL) is None
    assert story.view is not None
    assert (story.view.wounded.low, story.view.wounded.high, story.view.incident.wounded) == (0, 34, 34)
    strike = story.hears(STRIKE)
    assert strike is not None
    assert (strike.reasons, strike.level) == ((R.RETALIATION,), Level.DIGEST)
    back = story.hears(WITHDRAWAL)
    assert back is not None
    assert back.reasons == (R.TOLL_CORRECTED,)
    assert [(one.field, one.before, one.after, one.by) for one in back.details] == [
        ("killed", "0", "withdrawn", "Wire"), ("wounded", "0", "withdrawn", "Wire"),
    ]  # fmt: skip
    later = report("Z", "Number of brain injuries from Monday's attack rises to 109", hours=90, publisher="Paper",
                   brain_injuries=109, wounded=109, link=Link.TOLL, act=Act.TOLL)  # fmt: skip
    rise = story.hears(later)
    assert rise is not None
    assert (rise.reasons, rise.details[0].before, rise.details[0].after) == ((R.TOLL_UP,), "34", "109")
    assert rise.level is Level.FLASH


def test_the_withdrawal_of_the_number_that_was_told() -> None:
    story = Story()
    story.hears(report("a", "Three killed", killed=3))
    back = story.hears(report("b", "Wire withdraws report of three killed", hours=9, killed=3, withdrawn=("killed",),
                              link=Link.RETRACTION, act=Act.RETRACTION))  # fmt: skip
    assert back is not None
    assert (back.reasons, back.level) == ((R.TOLL_CORRECTED,), Level.URGENT)
    assert (back.details[0].before, back.details[0].after) == ("3", "")


def test_what_nobody_was_told_is_withdrawn_in_silence() -> None:
    story = Story()
    for one in (WIRE, MINISTRY, OTHER_TOLL):
        story.hears(one)
    back = replace(WITHDRAWAL, publisher="Shafaq", facts=replace(WITHDRAWAL.facts, withdrawn=("wounded",)))
    assert story.hears(back) is None


def test_a_source_that_takes_back_all_of_its_report_while_others_stand() -> None:
    story = Story()
    for n, name in enumerate(("Wire", "Paper", "Daily")):
        story.hears(report(name, f"Drones hit base ({name})", hours=n, publisher=name))
    story.told = told_values(story.view) if story.view else None
    back = story.hears(report("x", "Wire withdraws its report", hours=9, withdrawn=("*",), link=Link.RETRACTION,
                              act=Act.RETRACTION))  # fmt: skip
    assert back is not None
    assert (back.reasons, back.details[0].before, back.details[0].after) == ((R.RETRACTED,), "Wire", "2")


@pytest.mark.parametrize(
    ("one", "reason", "grade"),
    [
        (report("x", "It was a controlled detonation", hours=2, publisher="CENTCOM", voice=Voice.OFFICIAL,
                link=Link.RETRACTION, act=Act.RETRACTION, withdrawn=("*",)), R.RETRACTED, Grade.RETRACTED),
        (report("x", "It was a controlled detonation", hours=2, publisher="Paper", link=Link.RETRACTION,
                act=Act.RETRACTION), R.RETRACTED, Grade.RETRACTED),
        (report("x", "Pentagon denies that base was hit", hours=2, publisher="Paper", voice=Voice.OFFICIAL,
                denies="event", link=Link.DENIAL, act=Act.OTHER), R.DENIED, Grade.DENIED),
        (report("x", "Group Y denies a part", hours=2, publisher="Paper", denied_by=("group-y",), denies="involvement",
                link=Link.DENIAL, act=Act.OTHER), R.DENIED, Grade.REPORTED),
        (report("x", "Army confirms", hours=2, publisher="Army", voice=Voice.OFFICIAL), R.CONFIRMED, Grade.CONFIRMED),
    ],
)  # fmt: skip
def test_what_ends_it_or_makes_it_sure(one: Report, reason: ChangeReason, grade: Grade) -> None:
    story = Story()
    story.hears(WIRE)
    assert story.reasons(one) == (reason,)
    assert story.view is not None
    assert story.view.grade is grade
    assert story.reasons(replace(one, id="y", publisher="Other", origin=one.publisher)) == (), "told again"


def test_what_was_withdrawn_and_is_told_anew() -> None:
    story = Story()
    story.hears(WIRE)
    story.hears(report("x", "It was an exercise", hours=1, publisher="Paper", link=Link.RETRACTION, act=Act.RETRACTION))
    assert R.CONFIRMED in story.reasons(report("y", "Base was hit after all", hours=3, publisher="Daily"))


def test_a_second_paper_is_no_news() -> None:
    story = Story()
    story.hears(WIRE)
    assert story.hears(report("x", "Base in Iraq attacked by drones", hours=1, publisher="Paper")) is None


def test_a_place_that_is_named_and_one_that_is_added() -> None:
    story = Story(incident("2026-11-24-iraq", (IRAQ,)))
    story.hears(report("a", "Base in Iraq hit", places=(IRAQ,)))
    story.incident = replace(story.incident, place_id=ASAD.id, place_name=ASAD.name)
    assert story.reasons(report("b", "Ain al-Asad hit", hours=1, publisher="Paper")) == (R.PLACE_NAMED,)
    story.incident = replace(story.incident, more_places=(ERBIL,))
    assert story.reasons(report("c", "Erbil hit as well", hours=2, publisher="Daily")) == (R.PLACE_NAMED,)


def test_up_and_back_between_two_messages_is_no_news() -> None:
    one, two = report("a", "Two killed", killed=2), report("b", "Three killed", hours=1, killed=3)
    back = report("c", "Two killed", hours=2, killed=2)
    told = told_values(fold(incident(), [one], raises=raises))
    assert differs(told, fold(incident(), [one, two], raises=raises)) == (R.TOLL_UP,)
    assert differs(told, fold(incident(), [one, two, back], raises=raises)) == ()


def test_nobody_hurt_is_no_rise_and_a_number_after_nothing_is() -> None:
    told = told_values(fold(incident(), [report("a", "Base hit")], raises=raises))
    assert differs(told, fold(incident(), [report("a", "Base hit", killed=0)], raises=raises)) == ()
    assert differs(told, fold(incident(), [report("a", "Base hit", wounded=1)], raises=raises)) == (R.TOLL_UP,)


def test_what_was_told_before_there_were_grades_is_not_told_again_for_one() -> None:
    seen = fold(incident(), [replace(WIRE, voice=Voice.OFFICIAL)])
    assert differs(Told(killed=0, wounded=0, places=("ain-al-asad",), level=Level.URGENT), seen) == ()
