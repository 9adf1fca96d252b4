"""Rules edited while the daemon runs: what comes into force, when, and who hears of a mistake."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from languages import SHIPPED, asked, live, small, taken, write
from monitor.app import App, open_app, utc_now
from monitor.config.settings import load_settings
from monitor.configuration import Configuration, load_configuration
from monitor.daemon.edits import GAPS
from monitor.daemon.loop import Daemon
from monitor.errors import ConfigError
from monitor.health import health
from monitor.model.daemon import DaemonState
from monitor.model.feed import FeedCounts
from monitor.model.item import StoredItem
from monitor.topics.loading import load_rules
from newsroom import Newsroom, Story, old
from scheduling import Quick

#: issue 3, point 6
PROMISED = 5.0
ATTACK = "Two drones hit Hill Base"


def rule(name: str, level: str = "urgent", **keys: Any) -> dict[str, Any]:
    return live(name, level, **{"send_to": ["alerts"], **keys})


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    small(tmp_path / "rules", rule("first"))
    with Newsroom(tmp_path, environment={"BASEWATCH_RULES": str(tmp_path / "rules")}) as room:
        room.feed("wire", [Story("Lions win the derby")])
        room.channels({"operator": [room.hook.url("operator")], "alerts": [room.hook.url("alerts")]})
        yield room


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that looks often and lets an edit rest for a moment only: what it does, not when."""
    monkeypatch.setattr("monitor.daemon.reload.SETTLED", 0.15)
    monkeypatch.setattr("monitor.daemon.loop.AsyncIOScheduler", Quick)


@pytest.fixture
def told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second mistake of an editing is told after a second, not after ten."""
    first, _, *later = GAPS
    monkeypatch.setattr("monitor.daemon.edits.GAPS", (first, timedelta(seconds=1), *later))


@contextlib.asynccontextmanager
async def running(room: Newsroom) -> AsyncIterator[App]:
    with open_app(load_settings(room.environment, room.folder)) as app:
        daemon = Daemon(app)
        task = asyncio.create_task(daemon.run())
        try:
            async with asyncio.timeout(20):
                while not await app.thread.run(lambda tx: tx.state_get("heartbeat")):
                    await asyncio.sleep(0.02)
            yield app
        finally:
            daemon.stop()
            assert await asyncio.wait_for(task, 40) == 0


def work(what: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(what())


async def until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def problem(app: App) -> str:
    return str(await app.thread.run(lambda tx: tx.state_get("config_problem")) or "")


async def until_problem(app: App, part: str, *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while part not in await problem(app) or (not part and await problem(app)):
            await asyncio.sleep(0.02)


def ids(app: App) -> set[str]:
    return {one.id for one in app.configuration.rules.rules}


def notices(room: Newsroom) -> list[str]:
    return [message.text for message in room.hook.taken if message.to == ("/operator",)]


# ------------------------------------------------------------------------------------- what comes into force


def test_a_saved_rule_is_in_force_within_five_seconds(room: Newsroom) -> None:
    folder = room.path("rules")

    async def edits() -> None:
        async with running(room) as app:
            write(folder / "second.yaml", rule("second"))
            await until(lambda: ids(app) == {"first", "second"}, seconds=PROMISED)
            assert set(taken(asked(app.configuration.rules, ATTACK))) == {"first", "second"}

    work(edits)


def test_every_way_of_saving_is_noticed(room: Newsroom, hasty: None) -> None:
    folder = room.path("rules")
    file = folder / "rules.yaml"

    async def edits() -> None:
        async with running(room) as app:

            def level() -> str:
                return str(app.configuration.rules.rules[0].level)

            file.write_text(json.dumps(rule("first", "notice")))  # in place
            await until(lambda: level() == "notice")
            aside = folder / "rules.yaml.tmp"  # aside, then renamed over it
            aside.write_text(json.dumps(rule("first", "digest")))
            aside.rename(file)
            await until(lambda: level() == "digest")
            file.rename(folder / "rules.yaml~")  # the old one moved away, the new one written
            file.write_text(json.dumps(rule("first", "flash")))
            await until(lambda: level() == "flash")
            file.rename(folder / "other.yaml")  # renamed only
            await until(lambda: app.configuration.rules.documents["first"].path.name == "other.yaml")
            write(folder / "lists" / "mine.yaml", {"extend": {"drone": ["kite"]}})  # a list
            await until(lambda: bool(taken(asked(app.configuration.rules, "A kite hit Hill Base"))))
            write(folder / "second.yaml", rule("second"))
            await until(lambda: ids(app) == {"first", "second"})
            (folder / "second.yaml").unlink()  # deleted
            await until(lambda: ids(app) == {"first"})
            assert not await problem(app)

    work(edits)


def test_what_editors_leave_beside_a_file_is_no_rule(
    room: Newsroom, hasty: None, caplog: pytest.LogCaptureFixture
) -> None:
    folder = room.path("rules")
    half = "rule: half\ntitle: ["
    names = [
        ".rules.yaml.swp", ".rules.yaml.swx", "rules.yaml~", "#rules.yaml#", "rules.yaml.bak", "4913", "sedA1b2C3",
        ".#rules.yaml", ".goutputstream-X1", "rules.yaml.tmp", ".rules.yaml.kate-swp", "rules.yaml___jb_tmp___",
        "lists/.own.yaml.swp", "lists/own.yaml~", "lists/#own.yaml#", ".rules.yaml",
    ]  # fmt: skip
    caplog.set_level("INFO", "monitor")

    async def edits() -> None:
        async with running(room) as app:
            for name in names:
                (folder / name).write_text(half)
            (folder / ".#first.yaml").symlink_to("somebody@somewhere.1234:5678")  # the lock of Emacs
            write(folder / "second.yaml", rule("second"))
            await until(lambda: ids(app) == {"first", "second"})
            assert not await problem(app)

    work(edits)
    assert "not taken over" not in caplog.text
    assert not notices(room)


# ------------------------------------------------------------------------------------------- half-written files

WHOLE = """\
rule: second
title: Second
why: A test.
level: flash
act: [attack]
send_to: [alerts]
never:
  - {any: [drones], in: item}
"""
#: a rule of its own, that takes what the whole one leaves
HALF = WHOLE[: WHOLE.index("never")]


def test_half_a_rule_is_never_in_force(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow writer, and a daemon that looks often: each piece follows the last within a second."""
    monkeypatch.setattr("monitor.daemon.loop.AsyncIOScheduler", Quick)
    file = room.path("rules") / "second.yaml"
    seen: list[set[str]] = []

    async def edits() -> None:
        async with running(room) as app:
            for end in (20, len(HALF) - 5, len(HALF), len(HALF) + 8, len(WHOLE)):
                file.write_text(WHOLE[:end])
                until_next = time.monotonic() + 0.8
                while time.monotonic() < until_next:
                    seen.append(set(taken(asked(app.configuration.rules, ATTACK))))
                    await asyncio.sleep(0.05)
            await until(lambda: "second" in ids(app), seconds=PROMISED)
            assert set(taken(asked(app.configuration.rules, ATTACK))) == {"first"}
            assert not await problem(app)

    work(edits)
    assert all(names == {"first"} for names in seen)


# ----------------------------------------------------------------------------------------------- bad edits


def test_a_bad_edit_is_told_once_with_its_line_and_the_last_good_rules_stay(
    room: Newsroom, hasty: None, told_soon: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = room.path("rules")
    bad = "rule: second\ntitle: Second\nwhy: A test.\nlevle: urgent\nlevel: urgent\n"
    monkeypatch.setattr("monitor.daemon.reload.REFUSED_AGAIN", 0.3)
    caplog.set_level("INFO", "monitor")

    async def edits() -> None:
        async with running(room) as app:
            before = app.configuration.rules
            (folder / "second.yaml").write_text(bad)
            await until_problem(app, "second.yaml:4", seconds=PROMISED)
            await until(lambda: len(notices(room)) == 1)
            assert app.configuration.rules is before
            assert set(taken(asked(app.configuration.rules, ATTACK))) == {"first"}
            state = DaemonState(config_problem=await problem(app))
            said = health(state, FeedCounts(), None, now=utc_now()).problems
            assert any("second.yaml:4" in one and "levle" in one for one in said), said
            await asyncio.sleep(1)  # it is read again, more than once
            assert len(notices(room)) == 1
            (folder / "second.yaml").write_text(bad.replace("levle: urgent\n", ""))
            await until(lambda: ids(app) == {"first", "second"})
            await until_problem(app, "")
            (folder / "second.yaml").write_text(bad)  # the same mistake once more is another mistake
            await until_problem(app, "second.yaml:4")
            await until(lambda: len([one for one in notices(room) if "levle" in one]) == 2)

    work(edits)
    assert "second.yaml:4" in notices(room)[0]
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 2
    assert "second.yaml:4" in errors[0]
    assert "edited files are in force" in caplog.text


def test_another_mistake_is_told_as_well(room: Newsroom, hasty: None, told_soon: None) -> None:
    file = room.path("rules") / "second.yaml"

    async def edits() -> None:
        async with running(room) as app:
            file.write_text("rule: second\nlevel: urgent\ntitle: x\nwhy: x\nfoo: 1\n")
            await until_problem(app, "foo")
            file.write_text("rule: second\nlevel: urgent\ntitle: x\nwhy: x\n\nbar: 1\n")
            await until_problem(app, "second.yaml:6")
            await until(lambda: len(notices(room)) == 2)

    work(edits)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "rules.yaml").unlink(), "no rule"),
        (lambda folder: shutil.rmtree(folder), "there is no such folder"),
        (lambda folder: folder.rename(folder.with_name("moved")), "there is no such folder"),
        (lambda folder: (folder / "rules.yaml").write_text(""), "rules.yaml"),
        (lambda folder: (folder / "rules.yaml").write_bytes(b"\xff\xfe"), "rules.yaml"),
        (lambda folder: (folder / "second.yaml").mkdir(), "second.yaml"),
    ],
    ids=["last rule", "folder", "moved", "emptied", "not text", "a folder as file"],
)
def test_a_folder_that_is_spoilt_leaves_the_last_good_rules_in_force(
    spoil: Callable[[Path], object], said: str, room: Newsroom, hasty: None, tmp_path: Path
) -> None:
    folder = room.path("rules")

    async def edits() -> None:
        async with running(room) as app:
            copy = shutil.copytree(folder, tmp_path / "copy")
            spoil(folder)
            await until_problem(app, said)
            assert ids(app) == {"first"}
            assert taken(asked(app.configuration.rules, ATTACK))
            await until(lambda: len(notices(room)) == 1)
            shutil.rmtree(folder, ignore_errors=True)
            copy.rename(folder)
            await until_problem(app, "")

    work(edits)


def test_rules_without_wordings_are_refused(tmp_path: Path) -> None:
    """Without patterns nothing is ever an attack: a folder without its lists would make the daemon blind."""
    folder = shutil.copytree(SHIPPED, tmp_path / "rules")
    shutil.rmtree(folder / "lists")
    with pytest.raises(ConfigError, match=r"no report would ever be an attack|there is no list"):
        load_rules(folder)


def test_lists_that_vanish_leave_the_last_good_rules_in_force(room: Newsroom, hasty: None) -> None:
    """rules/lists is moved away for a moment (a checkout, a copy)."""

    async def edits() -> None:
        async with running(room) as app:
            shutil.rmtree(room.path("rules") / "lists")
            await asyncio.sleep(1)
            assert taken(asked(app.configuration.rules, ATTACK))
            assert await problem(app)

    work(edits)


def test_a_link_to_nowhere_is_told(room: Newsroom, hasty: None) -> None:
    """At its next start the daemon would refuse to begin because of it."""

    async def edits() -> None:
        async with running(room) as app:
            (room.path("rules") / "second.yaml").symlink_to("nowhere")
            await until_problem(app, "second.yaml", seconds=3)

    work(edits)


def test_a_file_that_is_written_while_the_files_are_read_is_not_put_in_force(
    room: Newsroom, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading takes a while with the shipped words; a writer who begins meanwhile would be read half."""
    file = room.path("rules") / "second.yaml"
    desks: list[set[str]] = []
    reads: list[Any] = []

    def load(settings: Any) -> Configuration:
        if not reads:
            file.write_text(HALF)  # somebody begins to write just now
        elif len(reads) == 1:
            file.write_text(WHOLE)  # and ends while it is read again
        reads.append(settings)
        return load_configuration(settings)

    async def edits() -> None:
        async with running(room) as app:
            take_over = app.take_over

            async def watched(configuration: Configuration) -> None:
                await take_over(configuration)
                desks.append(set(taken(asked(app.configuration.rules, ATTACK))))

            app.take_over = watched  # type: ignore[method-assign]
            monkeypatch.setattr("monitor.daemon.reload.load_configuration", load)
            (room.path("rules") / "rules.yaml").touch()
            await until(lambda: bool(desks))

    work(edits)
    assert len(reads) == 3
    assert desks[0] == {"first"}


def test_the_operator_hears_that_a_bad_edit_was_mended(room: Newsroom, hasty: None) -> None:
    file = room.path("rules") / "second.yaml"

    async def edits() -> None:
        async with running(room) as app:
            file.write_text("rule: x\n")
            await until(lambda: len(notices(room)) == 1)
            file.write_text(WHOLE)
            await until(lambda: "second" in ids(app))
            await until(lambda: len(notices(room)) == 2, seconds=3)

    work(edits)


def test_a_rule_that_is_saved_again_and_again_makes_few_messages(room: Newsroom, hasty: None) -> None:
    file = room.path("rules") / "second.yaml"

    async def edits() -> None:
        async with running(room) as app:
            for number in range(12):
                file.write_text(f"rule: second\nkey{number}: 1\n")
                await until_problem(app, f"key{number}")
            await until(lambda: len(notices(room)) >= 1)
            file.write_text(WHOLE)
            await until(lambda: "second" in ids(app))
            await until(lambda: "CONFIG_MENDED" in notices(room)[-1])

    work(edits)
    assert len(notices(room)) <= 3


def test_a_file_of_a_wrong_name_is_a_warning_everywhere(
    room: Newsroom, hasty: None, caplog: pytest.LogCaptureFixture
) -> None:
    file = room.path("rules") / "second.yaml.txt"
    caplog.set_level("INFO", "monitor")

    async def warning(app: App) -> str:
        return str(await app.thread.run(lambda tx: tx.state_get("config_warning")) or "")

    async def edits() -> None:
        async with running(room) as app:
            file.write_text(WHOLE)
            await until(lambda: len(notices(room)) == 1)
            said = await warning(app)
            assert said.endswith("second.yaml.txt is not read; name it second.yaml")
            found = health(DaemonState(config_warning=said), FeedCounts(), None, now=utc_now())
            assert found.warnings == (said,)
            assert not any("second" in one for one in found.problems)
            assert not await problem(app)
            file.rename(file.with_suffix(""))
            await until(lambda: len(notices(room)) == 2)
            assert not await warning(app)
            assert ids(app) == {"first", "second"}

    work(edits)
    assert "CONFIG_WARNING" in notices(room)[0]
    assert "second.yaml.txt is not read" in notices(room)[0]
    assert "CONFIG_MENDED" in notices(room)[1]
    assert "second.yaml.txt is not read" in caplog.text


def test_what_was_told_is_kept_over_a_restart(room: Newsroom, hasty: None, told_soon: None) -> None:
    """Mended while no daemon ran: the next one says so, and an old warning is not told again."""
    folder = room.path("rules")
    (folder / "third.yml").write_text("rule: third\n")

    async def first() -> None:
        async with running(room):
            await until(lambda: len(notices(room)) == 1)
            (folder / "second.yaml").write_text("rule: x\n")
            await until(lambda: len(notices(room)) == 2)

    async def second() -> None:
        async with running(room) as app:
            await until(lambda: len(notices(room)) == 3)
            assert not await problem(app)

    async def third() -> None:
        async with running(room):
            await asyncio.sleep(1)

    work(first)
    (folder / "second.yaml").unlink()
    work(second)
    work(third)
    assert ["WARNING" in one for one in notices(room)] == [True, False, False]
    assert "CONFIG_MENDED" in notices(room)[2]
    assert "third.yml is not read" in notices(room)[2]


def test_a_file_that_others_use_and_that_is_gone_is_named(room: Newsroom, hasty: None) -> None:
    folder = room.path("rules")
    write(folder / "lists" / "mine.yaml", {"lists": {"vessel": ["barge"]}})
    write(folder / "second.yaml", rule("second", what={"any": ["@vessel"]}))

    async def edits() -> None:
        async with running(room) as app:
            (folder / "lists" / "mine.yaml").unlink()
            await until_problem(app, "lists/mine.yaml: the file is gone")

    work(edits)


# -------------------------------------------------------------------------------------------- what is stored


def test_a_stored_item_names_the_rules_that_decided(room: Newsroom) -> None:
    folder = room.path("rules")
    second = rule("second", "flash", status="trial")
    write(folder / "second.yaml", second)
    (wire,) = room.feeds

    def poll(configuration: Configuration) -> list[StoredItem]:
        with open_app(load_settings(room.environment, room.folder), configuration=configuration) as app:
            asyncio.run(app.poll())
            return asyncio.run(app.thread.run(lambda tx: tx.items(old(99))))

    settings = load_settings(room.environment, room.folder)
    poll(load_configuration(settings))
    wire.add(Story(ATTACK))
    then = load_configuration(settings)
    poll(then)
    write(folder / "rules.yaml", rule("first", "notice"))
    now = load_configuration(settings)
    kept = next(one for one in poll(now) if one.item.title == ATTACK).classification
    assert kept is not None
    assert {one.rule: (str(one.level), one.trial) for one in kept.taken} == {
        "first": ("urgent", False),
        "second": ("flash", True),
    }
    assert kept.rules_hash == then.rules.hash != now.rules.hash
