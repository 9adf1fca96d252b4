"""What all commands have in common: help, exit codes, pure standard output, and what people type by mistake."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from commands import ASAD, RULES, Call, process
from serving import FeedServer

COMMANDS = (
    "demo", "init", "check", "send-test", "db", "db upgrade", "run", "serve", "poll", "health", "feeds",
    "feeds test", "feeds import", "feeds export", "classify", "explain", "feedback", "rules", "rules check",
    "rules test",
    "rules replay", "rules diff", "rules new", "rules schema", "incidents", "incidents show", "incidents merge",
    "incidents split", "incidents import", "alerts", "digest", "stats", "mute", "ack", "deeds", "undo", "policy",
    "policy explain",
)  # fmt: skip


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
        "monitor.model",
    ]
    code = f"import sys, monitor.cli.main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


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
    [("check", 1), ("poll", 1), ("run", 1), ("serve", 1), ("feeds", 1), ("feeds export", 1), ("classify", 1),
     ("explain x", 1),
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


def test_a_closed_stdout_is_no_traceback(here: Path, english: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
    line = f"{sys.executable} -m monitor explain 'x' >&- 2>err; echo $? >code"
    subprocess.run(
        ["bash", "-c", line], cwd=here, env={**kept, "BASEWATCH_RULES": str(english)}, check=True, timeout=60
    )  # fmt: skip
    assert (here / "code").read_text() == "0\n"
    assert (here / "err").read_text() == ""


def test_a_closed_stdin_is_an_empty_one(here: Path, english: Path) -> None:
    line = f"{sys.executable} -m monitor classify --rules {english} <&-"
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
def test_arabic_in_a_locale_that_cannot_write_it(here: Path, english: Path, locale: dict[str, str]) -> None:
    text = "هجوم صاروخي على قاعدة عين الأسد"
    done = process("explain", text, cwd=here, BASEWATCH_RULES=str(english), **locale)
    assert (done.returncode, done.stderr) == (0, b"")
    answer = process("explain", text, "--json", cwd=here, BASEWATCH_RULES=str(english), **locale)
    assert json.loads(answer.stdout)["act"]


@pytest.mark.parametrize("columns", ["8", "20", "80"])
def test_narrow_terminals_and_no_color(here: Path, english: Path, columns: str) -> None:
    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("BASEWATCH_")}
    environment = {
        **kept, "BASEWATCH_RULES": str(english), "COLUMNS": columns, "NO_COLOR": "1", "TERM": "xterm-256color",
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


def test_a_setting_that_is_unknown_is_told_by_every_command(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASEWATCH_DATABSE_URL", "sqlite:///x.db")
    for command in ("check", "alerts", "poll"):
        code, out, err = call(command)
        assert code == 1
        assert "BASEWATCH_DATABASE_URL" in out + err


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
