"""What follows when a rule takes a report: level, channels, trial, `never`, `based_on`; and several rules at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from classifying import evaluated
from languages import NOW, asked, item, live, rules_of, small, taken, write
from monitor.errors import ConfigError
from monitor.evaluation import Evaluation
from monitor.model.alert import DecisionReason
from monitor.model.incident import Incident
from monitor.model.report import Act, Level, RuleTaken
from monitor.topics.attacks.topic import RuleSet
from monitor.topics.loading import load_rules

ATTACK = "Two drones hit Hill Base"
ELSEWHERE = "Two drones hit Dale Base"
NOWHERE = "Rockets hit US base"


def judged(rules: RuleSet, told: Any, incidents: list[Incident] | None = None) -> Evaluation:
    return evaluated(item(told), incidents or [], rules)


def incident(place: str, day: date, country: str = "IQ") -> Incident:
    return Incident(
        id=f"{day}-{place}", place_id=place, place_name=place, country=country, date=day, opened_at=NOW, told=True
    )


# ------------------------------------------------------------------------------------------- several rules


def test_every_rule_that_takes_a_report_tells_its_channels(tmp_path: Path) -> None:
    some = [live("calm"), live("loud", "urgent", send_to=["duty", "calm-room"]), live("jordan", where={"any": ["JO"]})]
    found = judged(small(tmp_path, *some), ATTACK)
    assert (found.classification.rule, found.classification.level) == ("loud", Level.URGENT)
    assert [one.rule for one in found.classification.taken] == ["loud", "calm"]
    assert found.decision.tell
    assert sorted(found.decision.send_to) == ["calm-room", "duty"]


def test_a_digest_is_not_told_with_the_others(tmp_path: Path) -> None:
    found = judged(small(tmp_path, live("calm"), live("paper", "digest")), ATTACK)
    assert set(taken(found.classification)) == {"calm", "paper"}
    assert found.decision.send_to == ("calm-room",)


def test_a_digest_alone_tells_nobody(tmp_path: Path) -> None:
    found = judged(small(tmp_path, live("paper", "digest")), ATTACK)
    assert (found.decision.tell, found.decision.reason) == (False, DecisionReason.BELOW_LEVEL)
    assert not found.classification.alert


def test_an_unknown_place_has_the_level_that_the_rule_names(tmp_path: Path) -> None:
    some = [live("iraq", "urgent", where={"any": ["@bases-iraq"], "if_unknown": "digest"})]
    rules = small(tmp_path, *some)
    assert judged(rules, ATTACK).classification.level is Level.URGENT
    found = judged(rules, NOWHERE)
    assert (found.classification.level, found.decision.tell) == (Level.DIGEST, False)


# ------------------------------------------------------------------------------------------- raised levels

HARM = "Three US service members killed, 25 injured in drone attack on Tower 22 in Jordan"
BLOW = "Two drones hit Ain al-Asad air base"
CLAIM = "Kataib Hezbollah claims responsibility for attack on Victoria base"
#: text, condition, whether it raises
CONDITIONS = [
    (HARM, "killed >= 1", True),
    (HARM, "killed >= 3", True),
    (HARM, "killed >= 4", False),
    (HARM, "killed > 2", True),
    (HARM, "killed > 3", False),
    (HARM, "killed = 3", True),
    (HARM, "killed = 2", False),
    (HARM, "wounded>=25", True),
    (HARM, "wounded  >  25", False),
    (HARM, "intercepted >= 0", False),
    ("Coalition forces shoot down two drones near Harir air base", "intercepted >= 2", True),
    (BLOW, "killed >= 0", False),
    (BLOW, "weapon is drone", True),
    (BLOW, "weapon is rocket", False),
    (BLOW, "claimed", False),
    (CLAIM, "claimed", True),
    (CLAIM, "claimed by kataib-hezbollah", True),
    (CLAIM, "claimed by @kataib-hezbollah", True),
    (CLAIM, "claimed by harakat-nujaba", False),
    ("Drone attack on Ain al-Asad attributed to Kataib Hezbollah", "attributed to kataib-hezbollah", True),
    (BLOW, "attributed", False),
]
SEVERAL = {
    "raise_to_notice_if": ["weapon is drone"],
    "raise_to_urgent_if": ["killed >= 9", "wounded >= 20"],
    "raise_to_flash_if": ["killed >= 3"],
}
FIRST = "first here in 30 days"


@pytest.fixture(scope="session")
def raising(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """The shipped words with a rule `on-N` for each condition, and some for several conditions at once."""
    written = list(dict.fromkeys([condition for _, condition, _ in CONDITIONS] + [FIRST]))
    some = [live(f"on-{i}", raise_to_flash_if=[condition]) for i, condition in enumerate(written)]
    some += [
        live("several", "digest", **SEVERAL),
        live("lower", "urgent", raise_to_notice_if=["weapon is drone"]),
        live("first", raise_to_flash_if=[FIRST]),
    ]
    return rules_of(tmp_path_factory.mktemp("raising"), some)


@pytest.mark.parametrize(("text", "condition", "raised"), CONDITIONS)
def test_a_condition_raises_the_level(raising: RuleSet, text: str, condition: str, raised: bool) -> None:
    written = list(dict.fromkeys(one for _, one, _ in CONDITIONS))
    found = taken(asked(raising, text))[f"on-{written.index(condition)}"]
    assert found.level is (Level.FLASH if raised else Level.NOTICE)
    assert bool(found.raised) is raised


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (HARM, Level.FLASH),
        ("25 US service members injured in drone attack on Tower 22", Level.URGENT),
        (BLOW, Level.NOTICE),
        ("Rockets hit Ain al-Asad air base", Level.DIGEST),
    ],
)
def test_one_condition_is_enough_and_the_most_urgent_counts(raising: RuleSet, text: str, level: Level) -> None:
    assert taken(asked(raising, text))["several"].level is level


def test_a_condition_never_lowers_a_level(raising: RuleSet) -> None:
    assert taken(asked(raising, BLOW))["lower"].level is Level.URGENT


def test_a_raised_digest_is_told(raising: RuleSet) -> None:
    assert "several-room" in judged(raising, BLOW).decision.send_to
    assert "several-room" not in judged(raising, "Rockets hit Ain al-Asad air base").decision.send_to


@pytest.mark.parametrize(
    ("place", "day", "first"),
    [
        (None, date(2026, 5, 4), True),
        ("ain-al-asad", date(2026, 5, 4), False),
        ("ain-al-asad", date(2026, 4, 5), False),
        ("ain-al-asad", date(2026, 4, 4), True),
        # the incident of the very day may be the one that this report belongs to
        ("ain-al-asad", date(2026, 5, 5), True),
        ("harir", date(2026, 5, 4), True),
    ],
)
def test_first_here_asks_the_past(raising: RuleSet, place: str | None, day: date, first: bool) -> None:
    known = [incident(place, day)] if place else []
    assert (taken(judged(raising, BLOW, known).classification)["first"].level is Level.FLASH) is first


def test_first_here_asks_the_country_where_no_more_is_told(raising: RuleSet) -> None:
    text = "Rockets hit US base in Iraq"
    assert taken(asked(raising, text, [incident("harir", date(2026, 5, 1))]))["first"].level is Level.NOTICE
    assert taken(asked(raising, text, [incident("tower-22", date(2026, 5, 1), "JO")]))["first"].level is Level.FLASH


def test_an_incident_opens_at_the_level_that_the_past_raises_to(tmp_path: Path) -> None:
    """Also where nobody is told of it."""
    found = judged(small(tmp_path, live("new", "notice", status="trial", raise_to_flash_if=[FIRST])), ATTACK)
    assert found.relation.incident is not None
    assert (found.decision.tell, found.relation.incident.level) == (False, Level.FLASH)


# ------------------------------------------------------------------------------------------ trial, off, never


def test_a_trial_rule_is_recorded_and_tells_nobody(tmp_path: Path) -> None:
    found = judged(small(tmp_path, live("new", "flash", status="trial")), ATTACK)
    assert found.classification.taken == (RuleTaken(rule="new", level=Level.FLASH, send_to=("new-room",), trial=True),)
    assert (found.decision.tell, found.decision.reason) == (False, DecisionReason.TRIAL)
    assert not found.classification.alert


@pytest.mark.parametrize("level", ["digest", "notice", "urgent", "flash"])
def test_a_trial_rule_changes_nothing_for_a_live_one(level: str, tmp_path: Path) -> None:
    old = live("old", level)
    alone = judged(small(tmp_path / "alone", old), ATTACK)
    both = judged(small(tmp_path / "both", live("new", "flash", status="trial"), old), ATTACK)
    assert set(taken(both.classification)) == {"old", "new"}
    assert (both.classification.rule, both.classification.level) == ("old", Level(level))
    assert (both.decision.tell, both.decision.send_to, both.decision.reason) == (
        alone.decision.tell, alone.decision.send_to, alone.decision.reason,
    )  # fmt: skip


def test_a_rule_that_is_off_sleeps(tmp_path: Path) -> None:
    found = judged(small(tmp_path, live("old", "flash", status="off"), live("calm")), ATTACK)
    assert set(taken(found.classification)) == {"calm"}


RUMOUR = "Two drones hit Hill Base, says a rumour"


@pytest.mark.parametrize("more", [{}, {"instead": "background"}], ids=["never", "a key that older files hold"])
def test_a_never_silences_its_own_rule_and_no_other(more: dict[str, str], tmp_path: Path) -> None:
    never = [{"any": ["rumour"], "in": "item", **more}]
    some = [live("one", never=never), live("old"), live("reader", "digest", act=["background"])]
    rules = small(tmp_path, *some)
    assert set(taken(asked(rules, ATTACK))) == {"one", "old"}
    found = judged(rules, RUMOUR)
    assert found.classification.act is Act.ATTACK
    assert found.decision.tell
    assert set(taken(found.classification)) == {"old"}


# --------------------------------------------------------------------------------------------------- based on


def test_a_rule_takes_what_it_does_not_say_from_its_base(tmp_path: Path) -> None:
    keys = {"where": {"any": ["@bases-iraq"]}, "never": [{"any": ["rumour"], "in": "item"}]}
    base = live("base", "urgent", examples={"alert": ["x"], "quiet": ["y"]}, **keys)
    night = {"rule": "night", "based_on": "base", "level": "flash", "send_to": ["night-desk"]}
    rules = small(tmp_path, night, base)
    assert {one.rule: (one.level, one.send_to) for one in asked(rules, ATTACK).taken} == {
        "night": (Level.FLASH, ("night-desk",)),
        "base": (Level.URGENT, ("base-room",)),
    }
    assert not asked(rules, RUMOUR).taken
    assert not asked(rules, ELSEWHERE).taken
    own = next(one for one in rules.rules if one.id == "night")
    assert (own.title, own.why, own.examples.alert) == ("base", "A test.", ())


def test_a_key_of_its_own_stands_in_place_of_the_whole_key(tmp_path: Path) -> None:
    base = live("base", where={"any": ["@bases-iraq"], "if_unknown": "urgent"}, never=[])
    some = [base, {"rule": "jordan", "based_on": "base", "where": {"any": ["@bases-jordan"]}}]
    rules = small(tmp_path, *some)
    assert set(taken(asked(rules, ELSEWHERE))) == {"jordan"}
    assert set(taken(asked(rules, NOWHERE))) == {"base"}


def test_rules_are_based_on_each_other_in_a_chain_over_files(tmp_path: Path) -> None:
    first = live("first", where={"any": ["@bases-iraq"]}, what={"any": ["drones"]})
    small(tmp_path, first)
    write(tmp_path / "z.yaml", {"rule": "second", "based_on": "first", "level": "urgent"})
    write(tmp_path / "a.yaml", {"rule": "third", "based_on": "second", "send_to": ["third-room"]})
    found = taken(asked(load_rules(tmp_path), ATTACK))
    assert found["third"] == RuleTaken(rule="third", level=Level.URGENT, send_to=("third-room",))
    assert set(found) == {"first", "second", "third"}


@pytest.mark.parametrize("status", ["trial", "off"])
def test_a_status_is_not_taken_from_the_base(status: str, tmp_path: Path) -> None:
    rules = small(tmp_path, live("base", status=status), {"rule": "own", "based_on": "base"})
    assert not taken(asked(rules, ATTACK))["own"].trial


def test_a_rule_on_trial_beside_the_one_that_it_is_based_on(tmp_path: Path) -> None:
    some = [live("base"), {"rule": "own", "based_on": "base", "status": "trial", "level": "flash"}]
    found = judged(small(tmp_path, *some), ATTACK)
    assert found.decision.send_to == ("base-room",)
    assert taken(found.classification)["own"].trial


def test_a_ring_of_bases_is_refused(tmp_path: Path) -> None:
    ring = [live("a", based_on="b"), live("b", based_on="a")]
    with pytest.raises(ConfigError, match="circle"):
        small(tmp_path, *ring)


def test_the_rules_that_decided_are_named_with_the_hash_of_their_files(tmp_path: Path) -> None:
    rules = small(tmp_path, live("one"))
    before = asked(rules, ATTACK).rules_hash
    assert before == rules.hash
    write(tmp_path / "rules.yaml", live("one", title="Another"))
    assert load_rules(tmp_path).hash != before


def test_a_country_that_is_named_beside_a_vague_target_counts(tmp_path: Path) -> None:
    """Two countries are two places, also where neither is told more exactly."""
    told = live("jordan", where={"any": ["JO"], "role": "any"})
    found = judged(small(tmp_path, told), {"title": "Drones hit US base in Iraq", "summary": "Jordan closed its sky."})
    assert found.classification.rule == "jordan"
