from __future__ import annotations

import dataclasses
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor.config.settings import SETTINGS, Settings, load_settings
from monitor.config.values import spoken
from monitor.errors import ConfigError

DOCS = Path(__file__).parent.parent.parent / "docs" / "configuration.md"
PASSWORD = "hunter2"


def told(environ: dict[str, str], cwd: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        load_settings(environ, cwd)
    return str(raised.value).replace(str(cwd), "<cwd>")


def row(settings: Settings, variable: str) -> tuple[str, str]:
    return next((shown.value, shown.source) for shown in settings.shown if shown.variable == variable)


def test_an_empty_environment_gives_the_defaults(tmp_path: Path) -> None:
    settings = load_settings({"PATH": "/bin", "BASEWATCH_KEEP": "  "}, tmp_path)
    assert settings.config == tmp_path / "feeds.yaml"
    assert settings.rules == tmp_path / "rules"
    assert settings.channels is None
    assert settings.database_url == f"sqlite:///{tmp_path}/basewatch.db"
    assert settings.allow_networks == ()
    assert settings.keep == timedelta(days=90)
    assert (settings.log_level, settings.log_format) == ("info", "text")
    assert {shown.source for shown in settings.shown} == {"default"}
    assert [shown.variable for shown in settings.shown] == [setting.variable for setting in SETTINGS]


def test_the_defaults_beside_the_feeds_file_follow_it(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "channels.yaml").touch()
    settings = load_settings({"BASEWATCH_CONFIG": "etc/feeds.yaml"}, tmp_path)
    assert settings.config == tmp_path / "etc" / "feeds.yaml"
    assert settings.rules == tmp_path / "etc" / "rules"
    assert settings.channels == tmp_path / "etc" / "channels.yaml"
    assert row(settings, "BASEWATCH_CONFIG") == (str(tmp_path / "etc" / "feeds.yaml"), "environment")
    assert row(settings, "BASEWATCH_RULES")[1] == "default"


def test_what_is_set_starts_from_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").touch()
    settings = load_settings(
        {"BASEWATCH_CONFIG": "/etc/x/feeds.yaml", "BASEWATCH_RULES": "here", "BASEWATCH_CHANNELS": "mine.yaml"},
        tmp_path,
    )
    assert (settings.config, settings.rules) == (Path("/etc/x/feeds.yaml"), tmp_path / "here")
    assert settings.channels == tmp_path / "mine.yaml"


def test_every_value_is_read(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "BASEWATCH_ALLOW_NETWORKS": "127.0.0.0/8, 10.1.2.3,fd00::/8",
            "BASEWATCH_CONCURRENCY": "7",
            "BASEWATCH_PARSE_TIMEOUT": "1.5s",
            "BASEWATCH_SEND_TIMEOUT": "1m",
            "BASEWATCH_SEND_TRIES": "3",
            "BASEWATCH_MAYBE_TRIES": "0",
            "BASEWATCH_KEEP": "2w",
            "BASEWATCH_STOP_GRACE": "5s",
            "BASEWATCH_LOG_LEVEL": "WARNING",
            "BASEWATCH_LOG_FORMAT": "Json",
        },
        tmp_path,
    )
    assert settings.allow_networks == (ip_network("127.0.0.0/8"), ip_network("10.1.2.3/32"), ip_network("fd00::/8"))
    assert (settings.concurrency, settings.send_tries, settings.maybe_tries) == (7, 3, 0)
    assert (settings.parse_timeout, settings.send_timeout) == (timedelta(seconds=1.5), timedelta(minutes=1))
    assert (settings.keep, settings.stop_grace) == (timedelta(days=14), timedelta(seconds=5))
    assert (settings.log_level, settings.log_format) == ("warning", "json")
    assert row(settings, "BASEWATCH_PARSE_TIMEOUT") == ("1.5s", "environment")
    assert row(settings, "BASEWATCH_ALLOW_NETWORKS")[0] == "127.0.0.0/8, 10.1.2.3/32, fd00::/8"


def test_an_option_of_the_command_line_wins(tmp_path: Path) -> None:
    settings = load_settings({"BASEWATCH_CONFIG": "a.yaml"}, tmp_path, options={"BASEWATCH_CONFIG": "b/b.yaml"})
    assert settings.config == tmp_path / "b" / "b.yaml"
    assert settings.rules == tmp_path / "b" / "rules"
    assert row(settings, "BASEWATCH_CONFIG")[1] == "option"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("KEEP", "90", "a duration is a number with a unit; write for instance 30s, 5m, 2h or 1d"),
        ("KEEP", "90 days", "'90 days' is not how a duration is written; write 90d"),
        ("KEEP", "1h", "1h is not possible; write a duration from 1d to 36500d"),
        ("SEND_TIMEOUT", "99999999999999w", "that is longer than the calendar; write for instance 30s, 5m, 2h or 1d"),
        ("CONCURRENCY", "many", "'many' is not possible; write a whole number from 1 to 500"),
        ("CONCURRENCY", "0", "'0' is not possible; write a whole number from 1 to 500"),
        ("SEND_TRIES", "2.5", "'2.5' is not possible; write a whole number from 1 to 1000"),
        ("LOG_LEVEL", "warn", "'warn' is not possible; did you mean warning?"),
        ("LOG_FORMAT", "xml", "'xml' is not possible; known: json, text"),
        ("ALLOW_NETWORKS", "localhost",
         "'localhost' is no network; write addresses in numbers, for instance 127.0.0.0/8,10.1.2.3"),
        ("ALLOW_NETWORKS", "127.0.0.0/8,10.0.0.0/33",
         "'10.0.0.0/33' is no network; write addresses in numbers, for instance 127.0.0.0/8,10.1.2.3"),
        ("ALLOW_NETWORKS", "10.1.2.3/8", "10.1.2.3/8 names an address inside a network; write 10.0.0.0/8 or 10.1.2.3"),
        ("CHANNELS", "none.yaml", "there is no file <cwd>/none.yaml; unset it to send alerts to the console"),
        ("DATABASE_URL", "basewatch.db",
         "this is no database address; write sqlite:///basewatch.db or postgresql://user@host/name"),
        ("DATABASE_URL", "sqlite://basewatch.db",
         "an SQLite address has three slashes before the file; write sqlite:///basewatch.db"),
        ("DATABASE_URL", "sqlite://", "a database in memory would forget what was sent; write sqlite:///basewatch.db"),
        ("DATABASE_URL", "sqlite:///:memory:",
         "a database in memory would forget what was sent; write sqlite:///basewatch.db"),
        ("DATABASE_URL", "mysql://u@h/d",
         "SQLite and PostgreSQL are possible, not mysql; "
         "write sqlite:///basewatch.db or postgresql://user@host/name"),
        ("DATABASE_URL", "postgresql+asyncpg://u@h/d",
         "PostgreSQL is met through psycopg 3 only; begin the address with postgresql://"),
        ("DATABASE_URL", "postgresql:u@h/d",
         "two slashes are missing after the colon; write postgresql://user@host/name"),
        ("DATABASE_URL", "postgresql://u@h", "the address names no database; write postgresql://user@host/name"),
        ("DATABASE_URL", "postgresql://u@h/my db", "a space stands in the address; write it as %20 or take it out"),
        ("DATABASE_PASSWORD", PASSWORD, "an SQLite database has no password; unset it"),
    ],
)  # fmt: skip
def test_a_wrong_value_says_what_to_write(variable: str, value: str, message: str, tmp_path: Path) -> None:
    assert told({f"BASEWATCH_{variable}": value}, tmp_path) == f"BASEWATCH_{variable}: {message}"


@pytest.mark.parametrize("password", ["p/w", "p@w/1", "p#w", "p?w", "12/34", "1#2", "p:w/"])
def test_an_unquoted_sign_in_a_password_is_explained_and_not_repeated(password: str, tmp_path: Path) -> None:
    message = told({"BASEWATCH_DATABASE_URL": f"postgresql://user:{password}@host/name"}, tmp_path)
    assert "in a password write / as %2F" in message
    assert password not in message.partition("; ")[0]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    message = told(
        {"BASEWATCH_KEEP": "long", "BASEWATCH_SEND_TRIES": "x", "BASEWATCH_CHANELS": "c", "BASEWATCH_IMAGE_TAG": "1"},
        tmp_path,
    )
    assert [line.partition(":")[0] for line in message.splitlines()] == [
        "BASEWATCH_CHANELS", "BASEWATCH_IMAGE_TAG", "BASEWATCH_KEEP", "BASEWATCH_SEND_TRIES",
    ]  # fmt: skip
    assert "BASEWATCH_CHANELS: there is no such setting; did you mean BASEWATCH_CHANNELS?" in message


def test_a_variable_of_somebody_else_is_a_warning(tmp_path: Path) -> None:
    settings = load_settings({"BASEWATCH_IMAGE_TAG": "1.2"}, tmp_path)
    (warning,) = settings.warnings
    assert (warning.file, warning.severity) == ("BASEWATCH_IMAGE_TAG", "warning")


def test_what_kubernetes_sets_is_nobodys_mistake(tmp_path: Path) -> None:
    names = ["SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_80_TCP", "PORT_80_TCP_ADDR",
             "DB_SERVICE_HOST", "DB_PORT_5432_TCP_PROTO"]  # fmt: skip
    assert load_settings({f"BASEWATCH_{name}": "x" for name in names}, tmp_path).warnings == ()


def test_a_postgresql_address_names_its_driver(tmp_path: Path) -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        settings = load_settings({"BASEWATCH_DATABASE_URL": f"{scheme}://u@h:5433/d?sslmode=require"}, tmp_path)
        assert settings.database_url == "postgresql+psycopg://u@h:5433/d?sslmode=require"
    socket = "postgresql://postgres:@/postgres?host=/run/pg"
    settings = load_settings({"BASEWATCH_DATABASE_URL": socket}, tmp_path)
    assert settings.database_url == "postgresql+psycopg://postgres:@/postgres?host=/run/pg"


def test_a_secret_is_used_and_never_shown(tmp_path: Path) -> None:
    url = f"postgresql://user:{PASSWORD}@host:5432/name?sslpassword={PASSWORD}&sslmode=require"
    settings = load_settings({"BASEWATCH_DATABASE_URL": url}, tmp_path)
    assert PASSWORD in settings.database_url
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in str([dataclasses.asdict(shown) for shown in settings.shown])
    assert row(settings, "BASEWATCH_DATABASE_URL")[0] == (
        "postgresql+psycopg://user:***@host:5432/name?sslpassword=***&sslmode=require"
    )


def test_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"postgresql://user:{PASSWORD}@host/name\n")
    settings = load_settings({"BASEWATCH_DATABASE_URL_FILE": "url"}, tmp_path)
    assert settings.database_url == f"postgresql+psycopg://user:{PASSWORD}@host/name"
    assert row(settings, "BASEWATCH_DATABASE_URL")[1] == f"file {tmp_path}/url"


def test_a_password_apart_completes_the_address(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/w:rd%\n")
    settings = load_settings(
        {"BASEWATCH_DATABASE_URL": "postgresql://user@host/name", "BASEWATCH_DATABASE_PASSWORD_FILE": "password"},
        tmp_path,
    )
    assert settings.database_url == "postgresql+psycopg://user:p%40ss%2Fw%3Ard%25@host/name"
    assert row(settings, "BASEWATCH_DATABASE_URL")[0] == "postgresql+psycopg://user:***@host/name"
    assert row(settings, "BASEWATCH_DATABASE_PASSWORD") == ("***", f"file {tmp_path}/password")


def test_mistakes_around_secret_files(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "here").write_text("postgresql://user@host/name")
    cases = {
        "none": "the file <cwd>/none cannot be used: no such file or directory",
        "empty": "the file <cwd>/empty cannot be used: it is empty",
        "binary": "the file <cwd>/binary cannot be used: it is not UTF-8 text",
        ".": "the file <cwd> cannot be used: is a directory",
    }
    for name, message in cases.items():
        hint = "name a readable file that holds the secret"
        found = told({"BASEWATCH_DATABASE_URL_FILE": name}, tmp_path)
        assert found == f"BASEWATCH_DATABASE_URL_FILE: {message}; {hint}"
    both = {"BASEWATCH_DATABASE_URL": "sqlite:///x.db", "BASEWATCH_DATABASE_URL_FILE": "here"}
    assert told(both, tmp_path) == (
        "BASEWATCH_DATABASE_URL: BASEWATCH_DATABASE_URL_FILE is set as well; keep one of the two"
    )
    twice = {"BASEWATCH_DATABASE_URL": "postgresql://u:p@h/d", "BASEWATCH_DATABASE_PASSWORD": PASSWORD}
    assert told(twice, tmp_path) == (
        "BASEWATCH_DATABASE_PASSWORD: the address holds a password already; keep one of the two"
    )
    nobody = {"BASEWATCH_DATABASE_URL": "postgresql://h/d", "BASEWATCH_DATABASE_PASSWORD": PASSWORD}
    assert "the address names no user for this password" in told(nobody, tmp_path)


def test_only_secrets_may_stand_in_files(tmp_path: Path) -> None:
    assert "did you mean BASEWATCH_KEEP?" in told({"BASEWATCH_KEEP_FILE": "x"}, tmp_path)


@hypothesis_settings(deadline=None, max_examples=60)
@given(st.sampled_from([setting.variable for setting in SETTINGS]), st.text(st.characters(exclude_characters="\0")))
def test_any_text_is_read_or_refused_with_the_variable_named(variable: str, text: str) -> None:
    problems = []
    try:
        load_settings({variable: text}, Path("/nowhere"))
    except ConfigError as error:
        problems = error.problems
    assert {problem.file for problem in problems} <= {variable}
    assert all(problem.hint for problem in problems)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(days=2), "2d"), (timedelta(hours=36), "36h"), (timedelta(minutes=90), "90m"),
        (timedelta(seconds=90), "90s"), (timedelta(milliseconds=250), "0.25s"), (timedelta(0), "0s"),
    ],
)  # fmt: skip
def test_a_duration_is_spoken_as_it_is_written(duration: timedelta, text: str) -> None:
    assert spoken(duration) == text


def test_every_setting_stands_in_the_documentation_as_it_is() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for setting in SETTINGS:
        secret = " (or `_FILE`)" if setting.secret else ""
        assert f"| `{setting.variable}`{secret} | {setting.meaning} | {setting.default_text} |\n" in text


def test_settings_have_a_field_for_every_variable() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)} - {"shown", "warnings"}
    assert {setting.field for setting in SETTINGS} - {"database_password"} == fields


def test_logins_of_mailboxes_are_read_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "logins").write_text(f"# mail\nimap.example.org me@example.org {PASSWORD}\n", encoding="utf-8")
    settings = load_settings({"BASEWATCH_MAIL_LOGINS_FILE": "logins"}, tmp_path)
    (login,) = settings.mail_logins
    assert (login.name, login.user, login.password) == ("imap.example.org", "me@example.org", PASSWORD)
    assert row(settings, "BASEWATCH_MAIL_LOGINS") == ("***", f"file {tmp_path / 'logins'}")
    assert PASSWORD not in repr(settings)
    assert load_settings({}, tmp_path).mail_logins == ()
    assert told({"BASEWATCH_MAIL_LOGINS": f"imap.example.org {PASSWORD}"}, tmp_path) == (
        "BASEWATCH_MAIL_LOGINS: line 1 of it is no login;"
        " write NAME USER PASSWORD, the NAME being the host of the mailbox"
    )


def test_where_hubs_call(tmp_path: Path) -> None:
    settings = load_settings({"BASEWATCH_WEBSUB_URL": "https://watch.example.org/hub"}, tmp_path)
    assert (settings.websub_url, settings.websub_listen) == ("https://watch.example.org/hub", ("127.0.0.1", 8480))
    assert row(settings, "BASEWATCH_WEBSUB_LISTEN") == ("127.0.0.1:8480", "default")
    inside = load_settings({"BASEWATCH_WEBSUB_LISTEN": "[::1]:80"}, tmp_path)
    assert inside.websub_listen == ("::1", 80)
    assert row(inside, "BASEWATCH_WEBSUB_LISTEN") == ("[::1]:80", "environment")
    for wrong in (
        "http://watch.example",
        "https://",
        "https://u:p@h/",
        "https://h/?a=b",
        "https://h:0x/",
        "watch.example",
    ):
        assert "this is no plain https address" in told({"BASEWATCH_WEBSUB_URL": wrong}, tmp_path)
    for wrong in ("8480", "localhost:80", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "1.2.3.4:x"):
        assert "is no address in numbers with a port" in told({"BASEWATCH_WEBSUB_LISTEN": wrong}, tmp_path)
