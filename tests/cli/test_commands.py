"""Every command: help, exit codes, pure standard output, and what people type by mistake."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.main import main
from monitor.config.feedsfile import load_feeds
from monitor.model.report import Act, Classification, Facts, Level, RuleTaken
from monitor.queries.reasons import differences
from monitor.rules.folder import RuleSet, load_rules
from monitor.store.store import Store
from newsroom import Story, old, rss, shipped_rules
from receivers import Mode, WebhookReceiver
from serving import FeedServer

RULES = Path(__file__).parent.parent.parent / "rules"
ASAD = Story("Two drones hit Ain al-Asad air base in western Iraq", link="https://wire.example/asad?utm_source=x")
SPORT = Story("Lions win the derby", link="https://wire.example/derby")
COMMANDS = (
    "demo", "init", "check", "send-test", "db", "db upgrade", "run", "poll", "health", "feeds", "feeds test",
    "feeds import", "feeds export", "classify", "explain", "feedback", "rules", "rules check", "rules test",
    "rules replay", "rules diff", "rules new", "rules schema", "incidents", "alerts",
)  # fmt: skip

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and an environment without settings."""
    for name in [name for name in os.environ if name.startswith("BASEWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def rules_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real `load_rules`, which reads the shipped rules once for all tests instead of once for each call."""

    def load(folder: Path) -> RuleSet:
        return shipped_rules() if folder == RULES else load_rules(folder)

    monkeypatch.setattr("monitor.rules.folder.load_rules", load)
    monkeypatch.setattr("monitor.configuration.load_rules", load)


@pytest.fixture
def call(here: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("poll", "--json")` → exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(arguments))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def configuration(here: Path, server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> FeedServer:
    """A folder with one feed on loopback, the shipped rules and the console as channel."""
    monkeypatch.setenv("BASEWATCH_ALLOW_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    server.put("/wire.xml", rss([SPORT]))
    (here / "feeds.yaml").write_text(json.dumps({"feeds": [{"name": "wire", "url": server.url("/wire.xml")}]}))
    return server


@pytest.fixture
def told(configuration: FeedServer, call: Call) -> FeedServer:
    """After the first poll and one that alerted."""
    assert call("poll")[0] == 0
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    assert call("poll")[0] == 0
    return configuration


def process(*arguments: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[bytes]:
    """A real process with nothing but the given settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BASEWATCH_", "COV_"))}
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments], cwd=cwd, env={**kept, **extra}, capture_output=True, timeout=60,
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------- help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(call: Call, command: str) -> None:
    code, out, err = call(*command.split(), "--help")
    assert (code, err) == (0, "")
    example = out.partition("Example:")[2]
    assert f"basewatch {command}" in example


def test_no_other_commands_exist(call: Call) -> None:
    listed = set(re.findall(r"^│ ([a-z][a-z-]+) ", call("--help")[1], re.MULTILINE))
    assert listed == {command.split()[0] for command in COMMANDS}


def test_without_a_command_it_helps_and_calls_it_wrong_usage(call: Call) -> None:
    code, out, err = call()
    assert code == 2
    assert "basewatch demo" in out + err


@pytest.mark.parametrize("arguments", [("--version",), ("-v", "--version")])
def test_version(call: Call, arguments: tuple[str, ...]) -> None:
    assert call(*arguments) == (0, "basewatch 0.1.0\n", "")


def test_help_needs_none_of_the_heavy_libraries(here: Path) -> None:
    heavy = [
        "sqlalchemy",
        "httpx",
        "apprise",
        "feedparser",
        "pydantic",
        "yaml",
        "apscheduler",
        "rich.table",
        "monitor.news",
    ]
    code = f"import sys, monitor.cli.main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


# ----------------------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",), ("--frobnicate",), ("poll", "--frob"), ("feeds", "tset"), ("init",), ("init", "a", "b"),
        ("explain",),
        ("explain", ""), ("explain", "   "), ("incidents", "--since", "soon"), ("incidents", "--since", ""),
        ("incidents", "--format", "xml"), ("alerts", "--since", "99999999999d"), ("feeds", "import", "nowhere.opml"),
        ("classify", "--rules", "nowhere"), ("explain", "x\0y"), ("init", "a\0b"), ("poll", "a\0"), ("db",), ("rules",),
    ],
)  # fmt: skip
def test_wrong_usage_is_2_with_a_word_on_stderr(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("BASEWATCH_RULES", str(RULES))
    code, out, err = call(*arguments)
    assert code == 2
    assert "Traceback" not in out + err
    assert "a bug" not in err
    if arguments not in (("db",), ("rules",)):  # these two show their help
        assert out == ""
        assert err.strip()


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [(("feeds", "tset"), "test"), (("poll", "wrie"), "wire"), (("send-test", "alert"), "alerts")],
)
def test_slips_of_the_pen_are_guessed(
    configuration: FeedServer, call: Call, arguments: tuple[str, ...], meant: str
) -> None:
    code, _, err = call(*arguments)
    assert code == 2
    assert meant in err


HOSTILE = {
    "controls": "\x1b[31m\x07\x08\u202ered\x9b1m",
    "huge": "drone " * 50_000,
    "format": "%s %n {0} [bold]x[/bold]",
    "dash": "-",
    "dots": "../../../../etc/passwd",
    "half": "\udce9t\udce9",
    "arabic": "قاعدة",
    "long line break": "a\r\nb\n\n\nc",
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize(
    "command",
    [("explain",), ("poll",), ("send-test",), ("feeds", "test"), ("feeds", "import"), ("incidents", "--since"),
     ("classify", "--rules"), ("rules", "check", "--rules")],
)  # fmt: skip
def test_hostile_arguments_end_in_a_word_and_an_exit_code(
    configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], case: str
) -> None:
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read, "r") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        code, out, err = call(*command, HOSTILE[case])
    assert code in (0, 1, 2)
    assert "Traceback" not in err
    assert "a bug" not in err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", (out + err).replace("\r\n", "\n"))


@pytest.mark.parametrize(
    ("command", "code"),
    [("check", 1), ("poll", 1), ("run", 1), ("feeds", 1), ("feeds export", 1), ("classify", 1), ("explain x", 1),
     ("rules check", 1), ("health", 1), ("incidents", 0), ("alerts", 0)],
)  # fmt: skip
def test_an_empty_folder_is_told_and_stays_empty(call: Call, here: Path, command: str, code: int) -> None:
    found, out, err = call(*command.split())
    assert found == code
    assert out + err
    assert "a bug" not in err
    assert list(here.iterdir()) == []


def test_a_bug_is_one_line_and_v_shows_where(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom\x1b[31m")

    monkeypatch.setattr("monitor.config.settings.load_settings", broken)
    code, out, err = call("check")
    assert (code, out) == (1, "")
    assert err == "basewatch: a bug: RuntimeError: boom [31m; the same command with -v shows where\n"
    assert "Traceback" in call("check", "-v")[2]


# ------------------------------------------------------------------------------------- streams and locale


def test_a_reader_that_goes_away_is_no_traceback(here: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BASEWATCH_", "PYTHON"))}
    for unbuffered in ({}, {"PYTHONUNBUFFERED": "1"}):
        for command in ("check --settings", "--version", "--help"):
            line = f"{sys.executable} -m monitor {command} | sleep 0; echo ${{PIPESTATUS[0]}}"
            done = subprocess.run(
                ["bash", "-c", line], cwd=here, env=kept | unbuffered, capture_output=True, text=True, timeout=60
            )  # fmt: skip
            assert "Traceback" not in done.stderr
            assert "Exception ignored" not in done.stderr
            assert done.stdout.strip() in {"0", "1", "141"}


def test_a_closed_stdout_is_no_traceback(here: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
    line = f"{sys.executable} -m monitor explain 'x' >&- 2>err; echo $? >code"
    subprocess.run(
        ["bash", "-c", line], cwd=here, env={**kept, "BASEWATCH_RULES": str(RULES)}, check=True, timeout=60
    )  # fmt: skip
    assert (here / "code").read_text() == "0\n"
    assert (here / "err").read_text() == ""


def test_a_closed_stdin_is_an_empty_one(here: Path) -> None:
    line = f"{sys.executable} -m monitor classify --rules {RULES} <&-"
    done = subprocess.run(["bash", "-c", line], cwd=here, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("command", [("check", "--settings"), ("--version",), ("--help",)], ids=" ".join)
def test_a_full_disk_behind_stdout_is_told(here: Path, command: tuple[str, ...], unbuffered: dict[str, str]) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BASEWATCH_", "PYTHON"))}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *command], cwd=here, env=kept | unbuffered, stdout=full,
            stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("No space left") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("locale", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"LC_ALL": "C"}])
def test_arabic_in_a_locale_that_cannot_write_it(here: Path, locale: dict[str, str]) -> None:
    text = "هجوم صاروخي على قاعدة عين الأسد"
    done = process("explain", text, cwd=here, BASEWATCH_RULES=str(RULES), **locale)
    assert (done.returncode, done.stderr) == (0, b"")
    answer = process("explain", text, "--json", cwd=here, BASEWATCH_RULES=str(RULES), **locale)
    assert json.loads(answer.stdout)["act"]


@pytest.mark.parametrize("columns", ["8", "20", "80"])
def test_narrow_terminals_and_no_color(here: Path, columns: str) -> None:
    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
    environment = {
        **kept, "BASEWATCH_RULES": str(RULES), "COLUMNS": columns, "NO_COLOR": "1", "TERM": "xterm-256color",
    }  # fmt: skip
    done = subprocess.Popen(
        [sys.executable, "-m", "monitor", "explain", ASAD.title],
        cwd=here,
        env=environment,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    assert done.wait(60) == 0
    assert b"Traceback" not in shown
    assert not re.search(rb"\x1b\[[0-9;]*(3[0-7]|38)[;m]", shown)


# ------------------------------------------------------------------------------------------- init, check


def test_init_writes_files_that_check_likes(call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = call("init", "news")
    assert code == 0
    assert out.split() == ["news/feeds.yaml", "news/rules", "news/channels.example.yaml"]
    assert "basewatch check" in err
    monkeypatch.chdir(here / "news")
    code, out, err = call("check")
    assert (code, out) == (0, "")
    assert "all is well" in err
    shutil.copy("channels.example.yaml", "channels.yaml")
    monkeypatch.setenv("SMTP_PASSWORD", "x")
    monkeypatch.setenv("TELEGRAM_TOKEN", "123456789:abcdefghijklmnopqrstuvwxyz123456789")
    assert call("check")[:2] == (0, "")


@pytest.mark.parametrize("held", ["feeds.yaml", "rules", "channels.example.yaml"])
def test_init_never_overwrites(call: Call, here: Path, held: str) -> None:
    (here / "news").mkdir()
    (here / "news" / held).write_text("mine")
    code, out, err = call("init", "news")
    assert (code, out) == (1, "")
    assert held in err
    assert [path.name for path in (here / "news").iterdir()] == [held]
    assert (here / "news" / held).read_text() == "mine"


def test_init_into_a_file(call: Call, here: Path) -> None:
    (here / "news").write_text("mine")
    assert call("init", "news")[0] == 2
    assert (here / "news").read_text() == "mine"


def test_check_tells_everything_at_once(
    call: Call, configuration: FeedServer, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "feeds.yaml").write_text("feeds:\n  - name: a\n    url: htp://x\n    intervall: 5m\n")
    (here / "rules").mkdir()
    (here / "rules" / "a.yaml").write_text("rule: a\n")
    (here / "channels.yaml").write_text("urls:\n  - nonsense://x:\n      tag: alerts\n")
    monkeypatch.setenv("BASEWATCH_RULES", str(here / "rules"))
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", f"sqlite:///{here}/missing/x.db")
    code, out, err = call("check")
    assert code == 1
    for where in ("feeds.yaml:3", "feeds.yaml:4", "a.yaml:1", "channels.yaml:2", "BASEWATCH_DATABASE_URL"):
        assert where in out
    assert re.search(r"\d+ problems found", err)
    answer = json.loads(call("check", "--json")[1])
    assert answer["ok"] is False
    assert {"file", "line", "key", "message", "hint", "severity"} == set(answer["problems"][0])


def test_check_shows_settings_with_source_and_without_secrets(
    call: Call, configuration: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", "postgresql://me:s3cret@127.0.0.1:1/x")
    code, out, err = call("check", "--settings")
    assert code == 1  # nobody listens there
    assert "s3cret" not in out + err
    assert re.search(r"BASEWATCH_ALLOW_NETWORKS +127\.0\.0\.0/8 +environment", out)
    rows = json.loads(call("check", "--settings", "--json")[1])["settings"]
    assert {row["variable"] for row in rows} >= {"BASEWATCH_CONFIG", "BASEWATCH_RULES", "BASEWATCH_CHANNELS"}


def test_a_setting_that_is_unknown_is_told_by_every_command(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASEWATCH_DATABSE_URL", "sqlite:///x.db")
    for command in ("check", "alerts", "poll"):
        code, out, err = call(command)
        assert code == 1
        assert "BASEWATCH_DATABASE_URL" in out + err


# ------------------------------------------------------------------------------------------------- poll


def test_first_poll_learns_and_the_second_tells(configuration: FeedServer, call: Call) -> None:
    code, out, _ = call("poll")
    assert code == 0
    assert re.search(r"^wire +fetched +0 +0 +0 +1 +0 +0 +0", out, re.MULTILINE)
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    code, out, _ = call("poll")
    assert code == 0
    assert "Ain al-Asad" in out
    assert "reason: FIRST" in out  # the console took the message
    assert "sent" in out


def test_poll_json_keeps_stdout_pure_while_the_console_delivers(configuration: FeedServer, call: Call) -> None:
    call("poll")
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    code, out, err = call("poll", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["feeds"][0]["new"] == 1
    assert answer["feeds"][0]["alerts"][0]["reason"] == "FIRST"
    assert answer["deliveries"][0]["outcome"] == "sent"
    assert "reason: FIRST" in err


def test_a_dry_run_keeps_and_sends_nothing(configuration: FeedServer, call: Call, here: Path) -> None:
    assert call("poll", "--dry-run")[0] == 0
    assert not (here / "basewatch.db").exists()
    call("poll")
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    for _ in range(2):
        code, out, _ = call("poll", "--dry-run")
        assert code == 0
        assert "WOULD ALERT" in out
        assert "reason: FIRST" not in out
    assert json.loads(call("alerts", "--json")[1]) == []


def test_backlog_is_told_when_asked_for(configuration: FeedServer, call: Call) -> None:
    configuration.put("/wire.xml", rss([SPORT, ASAD]))
    assert "reason: FIRST" in call("poll", "--alert-backlog")[1]


def test_poll_is_1_only_where_every_feed_failed(configuration: FeedServer, call: Call, here: Path) -> None:
    feeds = [{"name": name, "url": configuration.url(f"/{name}.xml")} for name in ("wire", "gone")]
    (here / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
    code, out, _ = call("poll")
    assert code == 0
    assert "http 404" in out
    assert call("poll", "gone")[0] == 1


def test_poll_is_1_where_a_delivery_was_given_up(
    configuration: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_SEND_TRIES", "1")
    with WebhookReceiver() as hook:
        hook.behave(Mode.REFUSE)
        (here / "channels.yaml").write_text(json.dumps({"urls": [{hook.url(): [{"tag": "alerts"}]}]}))
        call("poll")
        configuration.put("/wire.xml", rss([SPORT, ASAD]))
        code, out, _ = call("poll")
    assert code == 1
    assert "http 500" in out.lower() or "500" in out


# ---------------------------------------------------------------------------------------- what happened


def test_ledger_and_alerts_tell_what_happened(told: FeedServer, call: Call) -> None:
    code, out, _ = call("incidents")
    assert code == 0
    assert out.splitlines()[0].split("  ")[0] == "DATE"
    assert "Ain al-Asad" in out
    (row,) = json.loads(call("incidents", "--json")[1])
    assert row["sources"][0]["title"] == ASAD.title
    assert row["latitude"] == pytest.approx(33.79, abs=0.1)
    assert json.loads(call("incidents", "--since", "2099-01-01", "--json")[1]) == []
    for form in ("csv", "geojson", "markdown", "html"):
        code, out, err = call("incidents", "--format", form)
        assert (code, err) == (0, "")
        assert "Ain al-Asad" in out.replace("\\-", "-")
    (alert,) = json.loads(call("alerts", "--json")[1])
    assert alert["incident_id"] == row["id"]
    assert [(d["label"], d["state"]) for d in alert["deliveries"]] == [("console", "sent")]
    assert "1 sent" in call("alerts")[1]


def test_explain_of_pasted_text_marks_the_words(configuration: FeedServer, call: Call, here: Path) -> None:
    code, out, err = call("explain", ASAD.title)
    assert (code, err) == (0, "")
    assert "[drones]" in out
    assert re.search(r"^verdict +alerts", out, re.MULTILINE)
    assert "attack-iraq" in out
    assert not (here / "basewatch.db").exists()
    answer = json.loads(call("explain", ASAD.title, "--json")[1])
    assert (answer["alert"], answer["stored"], answer["decision"]["reason"]) == (True, False, "FIRST")


@pytest.mark.parametrize(
    "link", ["https://wire.example/asad", "https://wire.example/asad?utm_campaign=other&utm_source=y"]
)
def test_explain_of_a_stored_link_tells_what_happened(told: FeedServer, call: Call, link: str) -> None:
    answer = json.loads(call("explain", link, "--json")[1])
    assert (answer["stored"], answer["novelty"], answer["feed"]) == (True, "NEW", "wire")
    assert answer["decided"]["reason"] == "FIRST"
    assert answer["verdict"].startswith("alerts")  # as on that day
    assert answer["alerts"][0]["deliveries"][0]["state"] == "sent"
    code, out, _ = call("explain", answer["id"])
    assert code == 0
    assert "1 sent" in out
    assert "decided then" in out


STRUCK = Story("Drones strike Ain al-Asad air base in Iraq", link="https://wire.example/struck")
LATER = Story("Rockets and drones hit Ain al-Asad air base, two soldiers wounded", link="https://wire.example/later")


def test_explain_of_a_stored_item_does_not_meet_itself(told: FeedServer, call: Call) -> None:
    told.put("/wire.xml", rss([SPORT, ASAD, STRUCK]))
    assert call("poll")[0] == 0
    told.put("/wire.xml", rss([SPORT, ASAD, STRUCK, LATER]))
    assert call("poll")[0] == 0
    opener, joiner, last = (json.loads(call("explain", one.link, "--json")[1]) for one in (ASAD, STRUCK, LATER))
    assert (opener["relation"]["kind"], opener["stored_relation"]) == ("opens", "opens")
    assert opener["incident"] == opener["stored_incident"]
    for answer in (joiner, last):
        assert (answer["relation"]["kind"], answer["stored_relation"]) == ("joins", "joins")
        assert answer["relation"]["reason"] == "same place, same local date"
        assert answer["incident"] == answer["stored_incident"] == opener["incident"]
        assert (answer["decision"]["reason"], answer["decided"]["reason"]) == ("NO_CHANGE", "NO_CHANGE")
    for story, how in ((ASAD, "it opened"), (STRUCK, "it joined"), (LATER, "it joined")):
        shown = call("explain", story.link)[1]
        assert re.search(rf"^incident then +{how} {opener['incident']}", shown, re.MULTILINE)
        assert "the same article, edited" not in shown


def test_explain_of_a_report_of_a_known_incident(told: FeedServer, call: Call) -> None:
    answer = json.loads(call("explain", "Drones strike Ain al-Asad air base in Iraq", "--json")[1])
    assert answer["decision"]["reason"] == "NO_CHANGE"
    assert "stays quiet" in answer["verdict"]


def test_explain_of_a_page_that_no_feed_brought(told: FeedServer, call: Call) -> None:
    head = f'<head><title>News</title><meta property="og:title" content="{ASAD.title} &amp; more"></head>'
    url = told.put("/page.html", f"<!doctype html><html>{head}<body>x</body></html>")
    code, out, _ = call("explain", url)
    assert code == 0
    assert "western Iraq & more" in out
    assert "told already" in out
    answer = json.loads(call("explain", url, "--json")[1])
    assert (answer["stored"], answer["act"]) == (False, "attack")


def test_explain_tells_actors_by_name_and_machines_by_id(configuration: FeedServer, call: Call) -> None:
    text = "Kataib Hezbollah claims drone attack on Ain al-Asad base"
    assert re.search(r"^claimed by +Kataib Hezbollah$", call("explain", text)[1], re.MULTILINE)
    assert json.loads(call("explain", text, "--json")[1])["facts"]["claimed_by"] == ["kataib-hezbollah"]


def test_explain_says_why_not(configuration: FeedServer, call: Call) -> None:
    answer = json.loads(call("explain", ASAD.title, "--json")[1])
    assert [(one["rule"], one["tells"], one["trial"]) for one in answer["taken"]] == [("attack-iraq", True, False)]
    assert len(answer["nearest"]) == 5
    assert all("the place is not in @" in one["why"] for one in answer["nearest"])  # those for attacks first
    assert answer["rules_hash"] == shipped_rules().hash
    shown = call("explain", "US troops leave al-Tanf garrison")[1]
    first = shown.partition("DOES NOT TAKE IT")[2].splitlines()[1]
    assert re.match(r"attack-syria +it is for attack or foiled or claim, and this is other", first)
    assert "more rules do not take it" in shown


TRIALS = """rules:
  - {rule: drones, title: Drones, why: Counted., level: notice, send_to: [family], status: trial,
     what: {all: ["@drone"]}}
  - {rule: drills, title: No drills, why: Quiet., level: notice, send_to: [family],
     never: [{any: [western], in: headline, instead: exercise}], where: {any: [ain-al-asad]}}
  - {rule: asleep, title: Asleep, why: Later., level: flash, status: "off", send_to: [family]}
"""


def test_explain_shows_trials_what_a_never_did_and_what_sleeps(
    configuration: FeedServer, call: Call, here: Path
) -> None:
    shutil.copytree(RULES, here / "rules")
    (here / "rules" / "trials.yaml").write_text(TRIALS)
    shown = call("explain", ASAD.title, "--rules", "rules")[1]
    assert re.search(r"^drones +notice +on trial: would have told family", shown, re.MULTILINE)
    assert re.search(r"^drills +never where “western” stands in the headline", shown, re.MULTILINE)
    assert "switched off (status: off): asleep" in shown
    for path in (here / "rules").glob("attack-*.yaml"):
        path.unlink()
    (here / "rules" / "trials.yaml").write_text(TRIALS.replace("status: trial,", "language: [xx],"))
    answer = json.loads(call("explain", ASAD.title, "--rules", "rules", "--json")[1])
    assert answer["act"] == "exercise"  # the only rule for it says so
    assert (answer["nearest"][0]["rule"], answer["asleep"]) == ("drills", ["asleep"])
    assert "“western”" in answer["nearest"][0]["why"]


def test_explain_of_a_stored_item_says_which_rules_decided_then(
    told: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "https://wire.example/asad"
    then = json.loads(call("explain", link, "--json")[1])["then"]
    assert [one["rule"] for one in then["taken"]] == ["attack-iraq"]
    assert (then["same_rules"], then["differs"], then["rules_hash"]) == (True, [], shipped_rules().hash)
    assert re.search(r"^today +the answer is the same$", call("explain", link)[1], re.MULTILINE)
    shutil.copytree(RULES, here / "rules")
    rule = here / "rules" / "attack-iraq.yaml"
    rule.write_text(re.sub(r"(?m)^level: urgent", "level: digest", rule.read_text()))
    monkeypatch.setenv("BASEWATCH_RULES", str(here / "rules"))
    shown = call("explain", link)[1]
    assert re.search(r"^rules then +attack-iraq \(urgent; tells alerts\)", shown, re.MULTILINE)
    assert "the answer DIFFERS (the rule files are others than then): attack-iraq was urgent" in shown
    assert "now it is digest and keeps it for the digest" in shown
    assert json.loads(call("explain", link, "--json")[1])["then"]["same_rules"] is False


def test_how_answers_differ() -> None:
    taken = (RuleTaken(rule="a", level=Level.URGENT, send_to=("duty",)), RuleTaken(rule="b", level=Level.NOTICE))
    then = Classification(act=Act.ATTACK, rule="a", level=Level.URGENT, taken=taken, facts=Facts(killed=1))
    assert differences(then, then) == []
    now = replace(
        then, act=Act.FOILED, taken=(replace(taken[0], trial=True), RuleTaken(rule="c", level=Level.DIGEST)),
        facts=Facts(claimed_by=("x",)),
    )  # fmt: skip
    assert differences(then, now) == [
        "the act was attack, now it is foiled",
        "b took it, now it does not",
        "c did not take it, now it does",
        "a was urgent and tells duty, now it is urgent and on trial: would have told duty",
        "facts read otherwise: claimed by, killed",
    ]
    old = replace(then, taken=())  # stored before all rules were kept
    assert differences(old, then) == []
    quiet = replace(then, rule=None, level=None, taken=())
    assert differences(old, quiet) == ["the rule was a (urgent), now it is none (no level)"]


@pytest.mark.parametrize("path", ["/nothing", "/empty.html", "/wire.xml"])
def test_explain_of_a_link_without_a_headline_says_what_to_do(configuration: FeedServer, call: Call, path: str) -> None:
    configuration.put("/empty.html", "<html><body>no headline</body></html>")
    configuration.put("/wire.xml", b"\x00\xff" * 99)
    code, out, err = call("explain", configuration.url(path))
    assert (code, out) == (1, "")
    assert "paste its headline" in err


def test_explain_asks_no_private_address(
    configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BASEWATCH_ALLOW_NETWORKS")
    code, _, err = call("explain", configuration.url("/wire.xml"))
    assert code == 1
    assert "blocked address" in err
    assert configuration.requests == []


# ------------------------------------------------------------------------------------------------ feeds


def test_feeds_before_and_after_a_poll(configuration: FeedServer, call: Call) -> None:
    (row,) = json.loads(call("feeds", "--json")[1])
    assert (row["result"], row["last_success_at"], row["polls"]) == ("", None, [])
    assert "not polled yet" in call("feeds")[1]
    call("poll")
    (row,) = json.loads(call("feeds", "--json")[1])
    assert (row["name"], row["result"], row["failures"]) == ("wire", "fetched", 0)
    assert row["next_poll_at"]
    (poll,) = row["polls"]
    assert poll["entries"] == poll["new"] + poll["updated"] + poll["copies"] + poll["old"] > 0
    assert re.search(r"^wire +\d+s ago +fetched", call("feeds")[1], re.MULTILINE)


def test_items_per_day_leaves_the_first_poll_out(told: FeedServer, call: Call) -> None:
    assert json.loads(call("feeds", "--json")[1])[0]["items_per_day"] is None  # not a whole day yet


def test_feeds_test_shows_what_comes(configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    url = configuration.url("/wire.xml")
    code, out, _ = call("feeds", "test", url)
    assert code == 0
    assert "1 entries" in out
    assert SPORT.title in out
    answer = json.loads(call("feeds", "test", url, "--json")[1])
    assert [entry["title"] for entry in answer["entries"]] == [SPORT.title]
    assert call("feeds", "test", configuration.url("/nothing"))[0] == 1
    monkeypatch.delenv("BASEWATCH_ALLOW_NETWORKS")
    code, out, _ = call("feeds", "test", url)
    assert code == 1
    assert "blocked address" in out


def test_opml_import_gives_lines_that_feeds_yaml_takes(configuration: FeedServer, call: Call, here: Path) -> None:
    (here / "subs.opml").write_text(
        '<opml version="2.0"><body><outline text="Mid: East">'
        '<outline text="wire" xmlUrl="https://other.example/rss" language="en"/>'
        f'<outline text="known" xmlUrl="{configuration.url("/wire.xml")}"/>'
        '<outline text="- &quot;quoted&quot; #1: {x}" xmlUrl="https://q.example/?a=1&amp;b=2" language="xx-odd-q"/>'
        '<outline text="bad" xmlUrl="ftp://x.example/"/><outline text="عربي" xmlUrl="https://a.example/عربي"/>'
        "</outline></body></opml>"
    )
    code, out, err = call("feeds", "import", "subs.opml")
    assert code == 1
    assert "subs.opml:1" in err
    assert "1 of the file are in feeds.yaml already" in err
    (here / "new.yaml").write_text("feeds:\n" + out)
    feeds = load_feeds(here / "new.yaml")
    assert [feed.name for feed in feeds][:2] == ["wire 2", '"quoted" #1: {x}']
    assert feeds[0].tags == ("Mid: East",)


def test_what_is_exported_can_be_imported(configuration: FeedServer, call: Call, here: Path) -> None:
    code, out, err = call("feeds", "export")
    assert (code, err) == (0, "")
    (here / "subs.opml").write_text(out)
    (here / "feeds.yaml").rename(here / "old.yaml")
    assert '"wire"' in call("feeds", "import", "subs.opml")[1]


# ------------------------------------------------------------------------------- channels, database, health


def test_send_test_tells_each_outcome(
    configuration: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_SEND_TIMEOUT", "3s")
    with WebhookReceiver() as good, WebhookReceiver() as bad:
        bad.behave(Mode.REFUSE, code=403)
        urls: Any = [{good.url(login="me:s3cret"): [{"tag": "alerts"}]}, {bad.url(): [{"tag": "alerts, chat"}]}]
        (here / "channels.yaml").write_text(json.dumps({"urls": urls}))
        code, out, err = call("send-test", "alerts")
        assert code == 1
        assert "s3cret" not in out + err
        assert re.search(r"json://.* sent", out)
        assert "failed" in out
        (message,) = good.wait_for(1)
        assert "reason: TEST" in message.text
        assert [row["outcome"] for row in json.loads(call("send-test", "alerts", "--json")[1])] == ["sent", "failed"]
        code, _, err = call("send-test", "nobody")
        assert code == 2
        assert "alerts" in err


def test_db_upgrade_makes_a_database_and_is_content_with_it(call: Call, here: Path) -> None:
    assert call("db", "upgrade")[0] == 0
    assert (here / "basewatch.db").exists()
    code, out, _ = call("db", "upgrade")
    assert code == 0
    assert "current" in out


def test_a_database_of_something_else_is_refused(call: Call, here: Path, configuration: FeedServer) -> None:
    import sqlite3

    with sqlite3.connect(here / "basewatch.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    for command in ("poll", "incidents", "health", "db upgrade", "check"):
        code, out, err = call(*command.split())
        assert code == 1
        assert "something else" in out + err


def test_a_file_that_is_no_database(call: Call, here: Path, configuration: FeedServer) -> None:
    (here / "basewatch.db").write_text("this is no database " * 300)
    for command in ("poll", "incidents", "health", "check"):
        code, out, err = call(*command.split())
        assert code == 1
        assert "a bug" not in err
        assert out + err


def test_health_without_a_daemon(told: FeedServer, call: Call) -> None:
    code, out, _ = call("health")
    assert code == 1
    assert "basewatch run" in out
    assert json.loads(call("health", "--json")[1])["ok"] is False


# ------------------------------------------------------------------------------------------------- rules


def test_rules_check_and_their_examples(call: Call, here: Path) -> None:
    assert call("rules", "check", "--rules", str(RULES))[0] == 0
    code, out, _ = call("rules", "test", "--rules", str(RULES))
    assert (code, out) == (0, "")


def test_an_example_that_does_not_hold_is_shown(call: Call, here: Path) -> None:
    shutil.copytree(RULES, here / "rules")
    rule = here / "rules" / "attack-iraq.yaml"
    text = re.sub(r"(?m)^examples:(\n[ -].*)*", "", rule.read_text()).rstrip()
    rule.write_text(f'{text}\nexamples:\n  alert: ["Lions win the derby"]\n  quiet: ["{ASAD.title}"]\n')
    code, out, err = call("rules", "test", "--rules", "rules")
    assert code == 1
    assert "Lions win the derby" in out
    assert ASAD.title in out
    assert "2 of" in err
    assert json.loads(call("rules", "test", "--rules", "rules", "--json")[1])["ok"] is False


OWN_RULE = """rule: own
title: Anything at Ain al-Asad
why: A relative is stationed there.
level: {level}
act: [attack, foiled, claim]
where: {{any: [ain-al-asad]}}
send_to: [{channel}]
examples:
  alert: ["Two drones hit Ain al-Asad air base"]
"""


@pytest.mark.parametrize(("level", "channel"), [("urgent", "alerts"), ("flash", "family"), ("digest", "family")])
def test_a_rule_of_ones_own_takes_nothing_from_the_shipped_ones(
    call: Call, here: Path, level: str, channel: str
) -> None:
    shutil.copytree(RULES, here / "rules")
    (here / "rules" / "own.yaml").write_text(OWN_RULE.format(level=level, channel=channel))
    code, out, err = call("rules", "test", "--rules", "rules")
    assert (code, out) == (0, "")
    assert re.fullmatch(r"all \d+ examples do as they say\n", err)


def test_old_items_have_their_reason(configuration: FeedServer, call: Call) -> None:
    configuration.put("/wire.xml", rss([SPORT, Story(ASAD.title, link=ASAD.link, published=old(48))]))
    call("poll")
    answer = json.loads(call("explain", ASAD.link, "--json")[1])
    assert answer["novelty"] == "OLD"
    assert "first poll" in answer["why"]


# ------------------------------------------------------------------------------------- loudness, leftovers


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_where_a_person_waits_and_none_with_q(
    configuration: FeedServer, here: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = [{"name": name, "url": configuration.url(f"/wire.xml?{name[0]}")} for name in ("one", "two [b]")]
    (here / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))
    for arguments, shown in ((["poll"], True), (["poll", "-q"], False)):
        monkeypatch.setattr(sys, "stderr", terminal := Terminal())
        assert main(arguments) == 0, terminal.getvalue()
        assert ("polling" in terminal.getvalue()) is shown


def test_q_says_errors_only_and_v_says_more(
    configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_IMAGE_TAG", "1")
    code, out, err = call("check", "-q")
    assert (code, err) == (0, "")
    assert out.startswith("warning: BASEWATCH_IMAGE_TAG")
    assert "BASEWATCH_IMAGE_TAG" in call("feeds")[2]
    assert call("feeds", "-q")[2] == ""
    assert "event=polled" in call("poll", "-v")[2]
    assert "polled" not in call("poll")[2]
    monkeypatch.setenv("BASEWATCH_LOG_FORMAT", "json")
    monkeypatch.setenv("BASEWATCH_LOG_LEVEL", "debug")
    lines = [json.loads(line) for line in call("poll")[2].splitlines() if line.startswith("{")]
    assert any(line["event"] == "polled" and line["feed"] == "wire" for line in lines)


def test_health_of_a_daemon_that_lives(told: FeedServer, call: Call, here: Path) -> None:
    store = Store(f"sqlite:///{here}/basewatch.db")
    now = datetime.now(UTC)
    with store.transaction() as tx:
        tx.state_set("heartbeat", {"at": now.isoformat()})
    store.close()
    code, out, _ = call("health")
    assert (code, out.split(":")[0]) == (0, "fine")


def test_the_ledger_needs_no_rules(told: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASEWATCH_RULES", "/nowhere")
    (row,) = json.loads(call("incidents", "--json")[1])
    assert row["latitude"] is None


def test_explain_reads_standard_input(configuration: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{ASAD.title}\nNobody was hurt.".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    answer = json.loads(call("explain", "-", "--json")[1])
    assert (answer["title"], answer["alert"]) == (ASAD.title, True)


def test_feeds_test_says_where_it_came_from(configuration: FeedServer, call: Call) -> None:
    configuration.redirect("/old.xml", "/wire.xml", status=301)
    assert f"came from {configuration.url('/wire.xml')}" in call("feeds", "test", configuration.url("/old.xml"))[1]


def test_a_folder_that_cannot_be_written(
    call: Call, configuration: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("init", "/dev/null/x")[0] == 1
    assert "/dev/null/x" in call("init", "/dev/null/x")[2]
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, out, _ = call("check")
    assert code == 1
    assert "BASEWATCH_DATABASE_URL" in out


def test_rules_check_in_json(call: Call) -> None:
    answer = json.loads(call("rules", "check", "--rules", str(RULES), "--json")[1])
    assert answer["ok"] is True
    assert answer["rules"] > 0
