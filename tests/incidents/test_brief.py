"""The brief: sentences of the reports, and nothing that no report says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.incidents.brief import Brief, account, brief
from monitor.incidents.fold import fold
from monitor.model.ledger import Report, View
from monitor.model.report import Act, Level, Link, Voice
from tests.support.views import (
    ANSWERED_VIEW,
    CLAIM,
    MINISTRY,
    OTHER_TOLL,
    RANGE_VIEW,
    STRIKE,
    TOLL_VIEW,
    WIRE,
    WITHDRAWAL,
    incident,
    report,
)  # fmt: skip

#: what a reader takes for a fact: a number, a name, a date
_FACT = re.compile(r"\d+|\b[A-Z][\w-]+")


class Named:
    """Names that are ids."""

    def name_of(self, actor_id: str) -> str:
        return actor_id

    def country_name(self, code: str) -> str:
        return code

    def title_of(self, rule_id: str) -> str:
        return rule_id

    def zone_of(self, place_id: str) -> str:
        return "UTC"


def made(view: View, sentences: int = 3) -> Brief:
    return brief(view, sentences=sentences, names=Named())


def words_of(one: Report) -> str:
    return f"{one.title} {one.quote} {one.lead} {one.publisher} {one.speaker} {one.origin}"


def check_faithful(view: View, found: Brief) -> None:
    reports = {one.id: one for one in view.reports}
    for sentence, ids in found.sentences:
        assert ids
        cited = words_of(reports[ids[0]])
        assert set(_FACT.findall(sentence)) <= set(_FACT.findall(cited)), sentence
    for line, ids in zip(found.disagreements, found.between, strict=True):
        said = [reports[id] for id in ids]
        assert said
        numbers = {str(number) for one in said for number in (one.facts.killed, one.facts.wounded)}
        assert set(re.findall(r": (\d+)", line)) <= numbers
        assert {who for one in said for who in (one.speaker or one.publisher,)} >= set(
            re.findall(r"(\w[\w ]+): \d", line)
        )
        told = {str(v) for one in view.reports for v in (one.facts.killed, one.facts.wounded) if v is not None}
        assert set(re.findall(r": (\d+)", line)) <= told


def test_it_says_what_stands_and_who_says_so() -> None:
    found = made(TOLL_VIEW)
    assert found.sentences[0][0] == (
        "Ministry of Defence: “Three killed, 34 wounded at Ain al-Asad, ministry says”"
    )  # fmt: skip
    assert found.sentences[0][1] == ("B",)
    said = [sentence for sentence, _ in made(ANSWERED_VIEW).sentences]
    assert [one.partition(":")[0] for one in said] == ["Ministry of Defence", "Channel Y", "Paper"]


def test_where_sources_disagree_each_has_its_number() -> None:
    assert made(RANGE_VIEW).disagreements == (
        "Ministry of Defence: 3 killed; Wire: 0", "Ministry of Defence: 34 wounded; Shafaq: 25; Wire: 0",
    )  # fmt: skip


def test_what_was_withdrawn_is_not_quoted() -> None:
    seen = fold(incident(), [WIRE, MINISTRY, WITHDRAWAL])
    assert "no casualties”" not in " ".join(
        sentence for sentence, _ in made(seen).sentences if "Wire: “Drones" in sentence
    )
    over = fold(incident(), [WIRE, report("x", "It was a controlled detonation", hours=1, publisher="Army",
                                          voice=Voice.OFFICIAL, link=Link.RETRACTION, act=Act.RETRACTION)])  # fmt: skip
    assert made(over).sentences == (("Army: “It was a controlled detonation”", ("x",)),)


def test_two_wordings_of_one_thing_are_one_sentence_with_both_sources() -> None:
    copy = replace(WIRE, id="Z", publisher="Paper")
    assert made(fold(incident(), [WIRE, copy])).sentences == ((f"Wire: “{WIRE.title}”", ("A", "Z")),)


def test_no_mark_up_gets_in() -> None:
    found = made(fold(incident(), [report("a", "Drones\r\nhit\x07 base\u202e", publisher="P\r\nQ")]))
    assert not re.search(r"[\r\n\x07\u202e]", found.sentences[0][0])


@given(
    st.lists(st.sampled_from([WIRE, MINISTRY, CLAIM, OTHER_TOLL, STRIKE, WITHDRAWAL]), max_size=8),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from("ABCDE"), st.sampled_from(list(Voice))), max_size=6),
    st.integers(0, 5),
)
@settings(max_examples=150, deadline=None)
def test_every_number_and_name_stands_in_the_report_that_is_cited(
    told: list[Report], tolls: list[tuple[int, str, Voice]], sentences: int
) -> None:
    reports = [replace(one, id=f"{one.id}{n}") for n, one in enumerate(told)]
    reports += [
        report(f"t{n}", f"{value} hurt near Base {by}", hours=n, publisher=f"Paper {by}", voice=voice, wounded=value)
        for n, (value, by, voice) in enumerate(tolls)
    ]
    view = fold(incident(), reports)
    found = made(view, sentences)
    assert len(found.sentences) <= sentences
    check_faithful(view, found)


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([WIRE, MINISTRY, CLAIM, OTHER_TOLL, STRIKE, WITHDRAWAL]), min_size=1, max_size=6),
            st.integers(1, 28),
            st.integers(0, 60),
        ),
        max_size=9,
    ),
    st.integers(0, 14),
)
@settings(max_examples=100, deadline=None)
def test_an_account_of_a_period_says_nothing_that_no_report_of_the_incident_says(
    of: list[tuple[list[Report], int, int]], sentences: int
) -> None:
    views = []
    for number, (told, day, wounded) in enumerate(of):
        about = incident(f"2026-11-{day:02}-x-{number}", date=date(2026, 11, day))
        reports = [replace(one, id=f"{number}{one.id}{n}", incident_id=about.id) for n, one in enumerate(told)]
        reports += [
            report(f"{number}t", f"{wounded} hurt on Monday near Base Q", publisher=f"P{number}", wounded=wounded)
        ]
        views.append(fold(about, reports))
    found = account(views, names=Named(), sentences=sentences)
    assert sum(len(one.sentences) for _, one in found) <= sentences
    assert [view.incident.date for view, _ in found] == sorted(view.incident.date for view, _ in found)
    assert len(found) == len({view.incident.id for view, _ in found})
    if len(views) <= sentences:  # every incident of which there is something to say gets a word
        assert {view.incident.id for view, _ in found} >= {one.incident.id for one in views if made(one, 1).sentences}
    for view, one in found:
        check_faithful(view, one)


def test_the_weightiest_get_more_room_and_the_least_none() -> None:
    heavy = replace(TOLL_VIEW, level=Level.FLASH)
    light = [
        replace(TOLL_VIEW, level=Level.NOTICE, incident=incident(f"2026-11-{day}-y", date=date(2026, 11, day)))
        for day in (25, 26, 27)
    ]
    found = account([*light, heavy], names=Named(), sentences=3)
    assert len(found) == 3
    assert heavy.incident.id in [view.incident.id for view, _ in found]
    (alone,) = account([ANSWERED_VIEW], names=Named())
    assert len(alone[1].sentences) == 3
