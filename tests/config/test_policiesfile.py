"""policies.yaml: every mistake with its line and what to write; what is left out has the usual value."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from monitor.config.policiesfile import load_policies
from monitor.errors import ConfigError
from monitor.model.ledger import ChangeReason, Grade
from monitor.model.policy import USUAL_REASONS, DigestTimes, Policy, QuietHours
from monitor.model.report import Level

BAD = Path(__file__).parent.parent / "data" / "config" / "policies"
CASES = sorted(path.stem for path in BAD.glob("*.yaml"))
STYLES = ("duty", "journalist", "family")
PLACES = ("camp-arifjan", "@bases-iraq", "IQ")


def load(path: Path) -> tuple[Policy, ...]:
    return load_policies(path, channels=("duty", "alerts"), places=PLACES, styles=STYLES)


def written(folder: Path, text: str) -> tuple[Policy, ...]:
    path = folder / "policies.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_refused_with_exactly_this_message(case: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(BAD / f"{case}.yaml")
    assert str(raised.value).replace(f"{BAD}/", "") + "\n" == (BAD / f"{case}.txt").read_text(encoding="utf-8")


def test_the_smallest_policy_is_the_usual_one(tmp_path: Path) -> None:
    assert written(tmp_path, "policies: [{channel: duty}]") == (Policy(channel="duty", line=1),)
    assert load_policies(None, channels=(), places=(), styles=()) == ()


def test_every_key_and_defaults_that_a_policy_overrides(tmp_path: Path) -> None:
    duty, alerts = written(
        tmp_path,
        """
defaults: { zone: Asia/Baghdad, repeat_flash: 15m, level: urgent }
policies:
  - channels: [duty]
    style: family
    level: flash
    places: ["@bases-iraq", camp-arifjan]
    reasons: [FIRST, toll_up]
    publishers: 2
    cool_down: 30m
    most_per_hour: 6
    quiet: { from: "22:00", to: 7:00, days: [Friday, sat], zone: Europe/Berlin }
    digest: { daily: "07:00", weekly: Sunday 18:00 }
    repeat_flash: never
  - channel: alerts
    quiet: { from: "22:00", to: "07:00" }
""",
    )
    assert duty == Policy(
        channel="duty", line=4, zone="Asia/Baghdad", style="family", level=Level.FLASH,
        places=("@bases-iraq", "camp-arifjan"), reasons=frozenset({ChangeReason.FIRST, ChangeReason.TOLL_UP}),
        grade=Grade.CONFIRMED, publishers=2, cool_down=timedelta(minutes=30), most_per_hour=6,
        quiet=QuietHours(begins=time(22), ends=time(7), days=(4, 5), zone="Europe/Berlin"),
        digest=DigestTimes(daily=time(7), weekly=(6, time(18))), repeat_flash=None,
    )  # fmt: skip
    assert alerts.quiet == QuietHours(begins=time(22), ends=time(7), zone="Asia/Baghdad")
    assert (alerts.level, alerts.repeat_flash, alerts.reasons) == (Level.URGENT, timedelta(minutes=15), USUAL_REASONS)
