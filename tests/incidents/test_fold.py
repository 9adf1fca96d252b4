"""One number out of what all sources say: whose stands, what does not count, and the story of the ladder."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.incidents.counts import ABSURD
from monitor.incidents.fold import fold
from monitor.model.ledger import Grade, Report, View
from monitor.model.place import Place
from monitor.model.report import Act, Level, Link, Voice
from tests.support.views import ASAD, ERBIL, UDEID, incident, report

OFFICIAL, CLAIMANT, ANONYMOUS = Voice.OFFICIAL, Voice.CLAIMANT, Voice.ANONYMOUS


def of(*reports: Report) -> View:
    return fold(incident(), reports)


def tolls(*said: tuple[int, str, Voice], link: Link = Link.REPORT) -> View:
    """Reports of so many wounded by these publishers, an hour apart."""
    return of(*(
        report(str(n), f"{value} wounded", hours=n, publisher=by, voice=voice, wounded=value, link=link)
        for n, (value, by, voice) in enumerate(said)
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("said", "best", "bounds"),
    [
        ([(0, "Wire", Voice.MEDIA), (3, "Paper", Voice.MEDIA)], 3, (0, 3)),
        ([(34, "Ministry", OFFICIAL), (25, "Paper", Voice.MEDIA)], 34, (25, 34)),
        ([(25, "Paper", Voice.MEDIA), (34, "Wire", Voice.MEDIA)], 34, (25, 34)),
        ([(34, "Wire", Voice.MEDIA), (25, "Paper", Voice.MEDIA)], 34, (25, 34)),
        # the source itself says less
        ([(34, "Wire", Voice.MEDIA), (25, "Wire", Voice.MEDIA)], 25, (25, 25)),
        # an official says less, or later
        ([(34, "Wire", Voice.MEDIA), (25, "Ministry", OFFICIAL)], 25, (25, 34)),
        ([(34, "Army", OFFICIAL), (50, "Ministry", OFFICIAL)], 50, (34, 50)),
        # that one official says nobody of its own was hurt takes no number from another
        ([(3, "Ministry", OFFICIAL), (0, "Pentagon", OFFICIAL)], 3, (0, 3)),
        # attackers and nobody by name come last
        ([(137, "Channel Y", CLAIMANT), (4, "Wire", Voice.MEDIA)], 4, (4, 137)),
        ([(4, "Wire", Voice.MEDIA), (137, "Channel Y", CLAIMANT)], 4, (4, 137)),
        ([(6, "Paper", ANONYMOUS), (0, "Pentagon", OFFICIAL)], 0, (0, 6)),
        # editions of one house are one source
        ([(9, "Rudaw", Voice.MEDIA), (7, "Rudaw English", Voice.MEDIA)], 7, (7, 7)),
    ],
)
def test_whose_number_stands(said: Sequence[tuple[int, str, Voice]], best: int, bounds: tuple[int, int]) -> None:
    wounded = tolls(*said).wounded
    assert wounded.best is not None
    assert (wounded.best.value, (wounded.low, wounded.high)) == (best, bounds)
    assert wounded.said[0] == wounded.best


def test_the_brain_injuries_of_weeks_later_are_counted_step_by_step() -> None:
    ladder = [0, 11, 34, 50, 64, 109, 110]
    officials = tolls(*((number, f"Paper {n}", OFFICIAL) for n, number in enumerate(ladder)), link=Link.TOLL)
    assert [one.value for one in officials.wounded.history] == ladder
    papers = tolls((34, "Pentagon", OFFICIAL), *((n, f"Paper {n}", Voice.MEDIA) for n in ladder[3:]), link=Link.TOLL)
    assert [one.value for one in papers.wounded.history] == ladder[2:]
    said = [report("a", "34 wounded", wounded=34, voice=OFFICIAL)]
    said += [
        report(f"b{n}", f"Brain injuries rise to {n}", hours=n, publisher="Paper", brain_injuries=n, wounded=n,
               link=Link.TOLL, act=Act.TOLL)
        for n in ladder[3:]
    ]  # fmt: skip
    seen = of(*said)
    assert (seen.incident.wounded, seen.brain_injuries.best and seen.brain_injuries.best.value) == (110, 110)
    assert (seen.wounded.low, seen.wounded.high) == (34, 110)


def test_brain_injuries_alone_are_wounded() -> None:
    seen = of(report("a", "no casualties", wounded=0), report("b", "109 brain injuries", hours=90, brain_injuries=109))
    assert seen.incident.wounded == 109


def test_a_correction_takes_the_place_of_all_before_it() -> None:
    seen = of(
        report("a", "Three killed", killed=3, voice=OFFICIAL),
        report("b", "Three killed", hours=1, publisher="Paper", killed=3),
        report("c", "Death toll corrected to two", hours=2, publisher="Daily", killed=2, corrects=True, link=Link.TOLL,
               act=Act.TOLL),
    )  # fmt: skip
    assert (seen.incident.killed, seen.killed.low, seen.killed.high) == (2, 2, 2)
    assert [one.value for one in seen.killed.history] == [3, 2]


def test_what_a_source_withdraws_counts_no_more_and_shows_when() -> None:
    first, second = report("a", "Three killed", killed=3, wounded=5), report("b", "One killed", hours=1, publisher="P",
                                                                           killed=1)  # fmt: skip
    back = report("c", "Agency withdraws report of three killed", hours=9, killed=3, withdrawn=("killed",),
                  link=Link.RETRACTION, act=Act.RETRACTION)  # fmt: skip
    seen = of(first, second, back)
    assert (seen.incident.killed, seen.incident.wounded) == (1, 5)
    assert (seen.reports[0].retracted, seen.reports[0].retracted_at) == (("killed",), back.seen_at)
    assert of(first, replace_publisher(back, "Other paper"), second).incident.killed == 1
    assert of(first, back).incident.killed is None


def replace_publisher(of_report: Report, publisher: str) -> Report:
    return report(of_report.id, of_report.title, hours=9, publisher=publisher, killed=3, withdrawn=("killed",),
                  link=of_report.link, act=of_report.act)  # fmt: skip


def test_a_copy_of_hours_ago_takes_nothing_back() -> None:
    seen = of(
        report("a", "No casualties", publisher="AP", killed=0),
        report("b", "Three killed", hours=6, publisher="AP", killed=3),
        report("c", "No casualties", hours=7, publisher="Paper", origin="AP", killed=0),
        report("d", "No casualties", hours=8, publisher="Other", killed=0, link=Link.COPY),
    )
    assert (seen.incident.killed, seen.killed.low, seen.publishers) == (3, 3, ("AP",))


@pytest.mark.parametrize(
    ("more", "killed"),
    [
        ([], 2),
        ([report("c", "Million killed", publisher="Third", hours=2, killed=900_000)], 1_000_000),
        ([report("c", "Two killed", publisher="Third", hours=2, killed=2)], 2),
    ],
)
def test_a_number_that_cannot_be_waits_for_a_second_source(more: list[Report], killed: int) -> None:
    seen = of(
        report("a", "Two killed", killed=2),
        report("b", "1,000,000 killed", hours=1, publisher="Odd", killed=1_000_000),
        *more,
    )
    assert seen.incident.killed == killed
    assert (ABSURD in seen.reports[1].doubts) == (killed == 2)
    assert len(seen.reports) == 2 + len(more)
    assert fold(incident(), seen.reports).incident.killed == killed


def test_an_official_is_believed_and_a_small_number_is_no_oddity() -> None:
    assert of(report("a", "600 killed", killed=600, voice=OFFICIAL)).incident.killed == 600
    assert of(
        report("a", "No casualties", killed=0), report("b", "34 killed", publisher="P", killed=34)
    ).incident.killed


def test_it_is_foiled_only_while_nobody_tells_of_a_hit() -> None:
    foiled = report("a", "Drone shot down", act=Act.FOILED)
    claim = report("b", "Group claims", act=Act.CLAIM, link=Link.CLAIM, claimed_by=("group-y",), voice=CLAIMANT)
    hit = report("c", "Drone hits base", hours=1, publisher="Paper", act=Act.ATTACK)
    assert of(claim).incident.act is Act.CLAIM
    assert of(foiled, claim).incident.act is Act.FOILED
    assert of(foiled, claim, hit).incident.act is Act.ATTACK


def test_who_denies_a_part_does_not_claim_it() -> None:
    seen = of(
        report("a", "Group Y claims", claimed_by=("group-y",), attributed_to=("group-z",)),
        report("b", "Group Y denies involvement", hours=1, denied_by=("group-y",), denies="involvement",
               link=Link.DENIAL, act=Act.OTHER),
    )  # fmt: skip
    assert (seen.incident.claimed_by, seen.denied_by, seen.grade) == ((), ("group-y",), Grade.REPORTED)


def test_a_salvo_has_a_row_for_each_base() -> None:
    about = incident("s", (UDEID, ASAD, ERBIL))
    seen = fold(about, [
        report("a", "Missiles at three bases, 5 wounded", places=(UDEID, ASAD, ERBIL), wounded=5),
        report("b", "One killed at Al Udeid", hours=1, publisher="Paper", places=(UDEID,), killed=1,
               weapons=("missile",)),
    ])  # fmt: skip
    rows = {row.place.id: row for row in seen.by_place}
    assert [row.place for row in seen.by_place] == list(about.places)
    assert [best.value for row in seen.by_place if (best := row.wounded.best)] == [5, 5, 5]
    assert (rows["al-udeid"].weapons, rows["ain-al-asad"].weapons) == (("missile",), ("missile", "drone"))


def test_an_incident_older_than_its_reports_keeps_what_none_of_them_speaks_of() -> None:
    old = incident(killed=4, claimed_by=("group-y",), intercepted=2)
    seen = fold(old, [report("a", "25 wounded", wounded=25, weapons=())])
    assert (seen.incident.killed, seen.incident.wounded, seen.incident.intercepted) == (4, 25, 2)
    assert (seen.incident.claimed_by, seen.incident.weapons) == (("group-y",), ("drone",))


def test_the_level_is_what_the_rules_say_of_the_whole() -> None:
    def raises(view: View) -> tuple[Level, str]:
        return (Level.FLASH, "killed") if view.incident.killed else (Level.NOTICE, "")

    seen = fold(incident(), [report("a", "Three killed", killed=3)], raises=raises)
    assert (seen.level, seen.incident.level, seen.why_level) == (Level.FLASH, Level.FLASH, "killed")


def test_a_place_without_a_toll_of_its_own_has_that_of_all() -> None:
    one = Place(id="x", name="X", role="target", country="IQ")
    seen = fold(incident("s", (one,)), [report("a", "Two killed", places=(one,), killed=2)])
    assert [row.killed for row in seen.by_place] == [seen.killed]
