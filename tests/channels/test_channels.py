"""The channels file: what is read from it, every mistake with its line, and no secret in anything that leaves."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.channels.apprise import Channels, plugins_of
from monitor.channels.file import read_channel_file
from monitor.errors import ConfigError, Problem

CANARY = "s3cretC4nary"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the daemon's own handlers would write: everything that reaches the root logger, at any level."""
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def write(tmp_path: Path, text: str, name: str = "channels.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def load(tmp_path: Path, text: str, name: str = "channels.yaml", **environ: str) -> Channels:
    return Channels.load(write(tmp_path, text, name), environ=environ)


def problems(tmp_path: Path, text: str, name: str = "channels.yaml", **environ: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, name, **environ)
    return caught.value.problems


def test_without_a_file_there_is_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    channels = Channels.load(None)
    assert channels.names() == {"alerts", "operator"}
    assert [address.key for address in channels.addresses(["alerts", "operator"])] == ["console"]
    assert [address.key for address in channels.addresses(["duty"])] == ["console"], (
        "a rule of one's own reaches it too"
    )
    assert channels.addresses([]) == ()


def test_yaml_and_text_say_the_same(tmp_path: Path) -> None:
    as_yaml = load(
        tmp_path,
        "tag: operator\nurls:\n"
        "  - json://u:pw@127.0.0.1/a: {tag: alerts}\n"
        "  - json://127.0.0.1/b:\n      tag: [duty, alerts]\n",
    )
    as_text = load(
        tmp_path, "# people\nalerts,operator=json://u:pw@127.0.0.1/a\n\n; more\nduty alerts operator = json://127.0.0.1/b\n",
        "channels.conf",
    )  # fmt: skip
    assert as_yaml.names() == as_text.names() == {"alerts", "operator", "duty"}
    for channels in (as_yaml, as_text):
        assert [address.label for address in channels.addresses(["alerts"])] == [
            "json://u:****@127.0.0.1/…",
            "json://127.0.0.1/…",
        ]
        assert [address.channel for address in channels.addresses(["duty"])] == ["duty"]
    assert [t.key for t in as_yaml.addresses(["alerts"])] == [t.key for t in as_text.addresses(["alerts"])]


def test_format_without_a_telling_suffix_is_found_out(tmp_path: Path) -> None:
    assert load(tmp_path, "urls:\n  - json://h: {tag: a}\n", "channels").names() == {"a"}
    assert load(tmp_path, "a=json://h\n", "channels").names() == {"a"}


def test_groups_are_channels(tmp_path: Path) -> None:
    assert load(tmp_path, "everyone = duty, press\nduty=json://h/1\npress=json://h/2\n", "c.conf").names() == {
        "duty",
        "press",
        "everyone",
    }
    grouped = load(tmp_path, "groups: {everyone: [duty]}\nurls:\n  - json://h/1: {tag: duty}\n")
    assert len(grouped.addresses(["everyone"])) == 1


def test_one_address_with_two_tags_or_twice_in_the_file_is_told_once(tmp_path: Path) -> None:
    channels = load(tmp_path, "alerts,operator=json://h/1\nalerts=json://h/2\noperator=json://h/2\n", "c.conf")
    assert len(channels.addresses(["alerts", "operator"])) == 2
    assert len(channels.addresses(["operator"])) == 2
    assert channels.addresses(["nobody"]) == ()


def test_each_recipient_of_an_address_is_a_target(tmp_path: Path) -> None:
    """So that a mail refused for one of them is not sent again to the other."""
    channels = load(tmp_path, "alerts=mailto://u:pw@example.org?to=a@example.org,b@example.org\n", "c.conf")
    assert [address.label for address in channels.addresses(["alerts"])] == [
        "mailto://u:****@example.org/a@example.org",
        "mailto://u:****@example.org/b@example.org",
    ]


def test_keys_outlive_reorder_and_a_new_password(tmp_path: Path) -> None:
    lines = [
        "alerts=json://u:old@h/1",
        "alerts=slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "alerts=slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FX",
        "alerts=slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrXdevi7FQ",
    ]

    def keys(lines: list[str]) -> list[str]:
        return [address.key for address in load(tmp_path, "\n".join(lines), "c.conf").addresses(["alerts"])]

    before = keys(lines)
    assert len(set(before)) == 4
    assert keys(lines) == before
    assert keys(lines[::-1]) == before[::-1]
    assert keys([lines[0].replace("old", "new"), *lines[1:]]) == before


@pytest.mark.parametrize("password", ["plain", "p@ss/w#r:d?&%", "ключ", "a b+c"])
def test_secrets_from_the_environment_keep_any_password(tmp_path: Path, password: str) -> None:
    text = "urls:\n  - json://u:${HOOK_PASSWORD}@127.0.0.1/x: {tag: alerts}\n"
    secret = tmp_path / "secret"
    secret.write_text(f"{password}\n", encoding="utf-8")
    for written, environ in (
        (text, {"HOOK_PASSWORD": password}),
        (text, {"HOOK_PASSWORD_FILE": str(secret)}),
        (text.replace("HOOK_PASSWORD", "HOOK_PASSWORD_FILE"), {"HOOK_PASSWORD_FILE": str(secret)}),
    ):
        (address,) = load(tmp_path, written, **environ).addresses(["alerts"])
        assert address.label == "json://u:****@127.0.0.1/…"
        (entry,), _ = read_channel_file(tmp_path / "channels.yaml", environ)
        assert plugins_of(entry)[0].password == password


def test_a_whole_address_or_an_option_from_the_environment(tmp_path: Path) -> None:
    text = "urls:\n  - ${HOOK}: {tag: alerts}\n  - json://h: {tag: alerts, user: '${NAME}'}\n"
    channels = load(tmp_path, text, HOOK="json://u:p%40ss@h/x", NAME="me@home")
    assert [address.label for address in channels.addresses(["alerts"])] == ["json://u:****@h/…", "json://me@home@h"]
    assert load(tmp_path, "alerts=${HOOK}\n", "c.conf", HOOK="json://h/x").names() == {"alerts"}


WRONG = """\
tag: operator
urlz: []
include: other.yaml
template: {}
asset: {plugin_paths: /tmp, app_id: me}
urls:
  - mailtp://user:s3cretC4nary@example.org
  - json://u:s3cretC4nary@h:
      tag: 1:duty
  - tgram://s3cretC4nary
  - https://hooks.example.org/s3cretC4nary
  - json://u:${UNSET}@h
  - {tag: alerts}
  - 17
  - just text
  - always: nothing
    json://h: {tag: always}
"""


def test_every_problem_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    found = problems(tmp_path, WRONG)
    told = [(p.line, p.key, p.message, p.hint) for p in found]
    assert told == [
        (2, "urlz", "I do not know the key urlz", "did you mean urls?"),
        (3, "include", "include is not used here: every address stands in this one file", "move the addresses here"),
        (4, "template", "Apprise templates are not used here", "write: ${VARIABLE}"),
        (5, "asset.plugin_paths", "not a setting used here",
         "known: app_desc, app_id, app_url, lang, language, timezone, tz"),
        (7, "urls[0]", "I do not know the schema mailtp://", "did you mean mailto://?"),
        (8, "urls[1]", "the tag duty has a priority, but every address of a channel is told", "write: tag: duty"),
        (10, "urls[2]", "Apprise refuses this tgram:// address or its options",
         "its form: tgram://{bot_token} or tgram://{bot_token}/{targets}"),
        (11, "urls[3]", "https:// is no channel", "for a webhook write: jsons://…"),
        (12, "urls[4]", "the environment variable UNSET is not set",
         "set UNSET, or UNSET_FILE to the path of a file that holds it"),
        (13, "urls[5]", "one address is meant here", "write: - mailto://…: {tag: alerts}"),
        (14, "urls[6]", "one address is meant here", "write: - mailto://…: {tag: alerts}"),
        (15, "urls[7]", "no address: it lacks schema://", "write: mailto://user@example.org"),
        (16, "urls[8]", "always is not used as a tag here", "name each channel, as in tag: alerts, operator"),
    ]  # fmt: skip
    assert CANARY not in "".join(map(str, found))


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("c.conf", "json://h\n", 1, "the address has no tag, so nothing is sent to it"),
        ("c.conf", "alerts=json://h\nnonsense line!\n", 2, "neither an address nor a comment"),
        ("c.conf", "include other.conf\n", 1, "include is not used here: every address stands in this one file"),
        ("c.conf", "# nothing\n", 0, "the file holds no address"),
        ("c.yaml", "", 1, "the file has no key urls"),
        ("c.yaml", "urls: []\n", 0, "the file holds no address"),
        ("c.yaml", "urls: mailto://x\n", 1, "a list of addresses is meant"),
        ("c.yaml", "- json://h\n", 1, "the file has no key urls"),
    ],
)
def test_other_mistakes(tmp_path: Path, name: str, text: str, line: int, message: str) -> None:
    (found,) = problems(tmp_path, text, name)
    assert (found.line, found.message) == (line, message)


def test_yaml_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "urls:\n\t- json://h\n")
    assert found.line == 2


def test_missing_file_and_unreadable_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        Channels.load(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="there is no such file"):
        Channels.load(tmp_path / "none.conf")
    (found,) = problems(tmp_path, "alerts=json://u:${PW}@h\n", "c.conf", PW_FILE=str(tmp_path / "gone"))
    assert found.message.startswith("the secret file")
    (found,) = problems(tmp_path, "alerts=${URL}\n", "c.conf", URL="json://h\nfile=json://evil")
    assert "control character" in found.message


ADDRESSES = [
    f"json://u:{CANARY}@h/{CANARY}/x?q={CANARY}&+Authorization=Bearer%20{CANARY}",
    f"form://u:{CANARY}@h/{CANARY}",
    f"xml://u:{CANARY}@h/{CANARY}",
    f"mailto://u:{CANARY}@example.org?to=a@example.org",
    f"mailtos://u:{CANARY}@example.org?to=a@example.org&+X-Key={CANARY}",
    f"tgram://123456789:{CANARY}_abcdefghij/12345",
    f"slack://T1JJ3T3L2/A1BRTD4JD/{CANARY}abcdefghijkl/#general",
    f"discord://123456789012345678/{CANARY}{'x' * 50}",
    f"ntfy://u:{CANARY}@h/topic",
    f"ntfys://tk_{CANARY}@h/topic",
    f"matrixs://u:{CANARY}@h/!room:h",
    f"gotify://h/{CANARY}x",
    f"rocket://u:{CANARY}@h/#room",
    f"workflows://h/workflow/{CANARY}",
    f"gchat://space/{CANARY}/{CANARY}",
    f"zulip://bot@org/{(CANARY * 3)[:32]}/stream",
]


@pytest.mark.parametrize("url", ADDRESSES, ids=lambda url: url.partition("://")[0])
def test_no_secret_leaves_the_door(tmp_path: Path, url: str, logged: io.StringIO) -> None:
    path = write(tmp_path, json.dumps({"urls": [{url: {"tag": "alerts"}}]}))
    try:
        channels = Channels.load(path)
    except ConfigError as error:
        pytest.fail(f"refused: {error}")
    seen = [repr(channels), str(vars(channels)), repr(channels.addresses(["alerts"]))]
    seen += [repr(read_channel_file(path, {})), logged.getvalue()]
    assert [text for text in seen if CANARY in text] == []


@pytest.mark.parametrize("schema", ["tgram", "slack", "zulip", "mailtos", "nonsense", "https"])
def test_no_secret_in_what_is_refused(
    tmp_path: Path, schema: str, logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, f"urls:\n  - {schema}://{CANARY}/{CANARY}?x={CANARY}: {{tag: alerts}}\n")
    with pytest.raises(ConfigError) as caught:
        Channels.load(path)
    out, err = capfd.readouterr()
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown + repr(caught.value.problems) + logged.getvalue() + out + err


def test_the_example_of_the_documentation_is_a_channels_file(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent.parent / "docs/channels.md").read_text("utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    channels = load(
        tmp_path,
        example,
        SMTP_PASSWORD="p@ss/w#rd",
        TELEGRAM_TOKEN="123456789:AAbbccddeeffgghh",
        NTFY_TOKEN="tk_abcdefghijkl",
        HOOK_PASSWORD="x y",
        DISCORD_WEBHOOK="https://discord.com/api/webhooks/000000000000000000/" + "A1" * 34,
    )
    assert channels.names() == {"alerts", "operator", "duty"}
    assert [address.label for address in channels.addresses(["operator"])] == [
        "tgram://1...h/-1001234567890",
        "discord://0...0/A...1",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('urls:\n  - "json://x/y":\n      tag alerts\n', "2: urls[0]: a colon and a blank stand between"),
        ('urls:\n  - "json://x/y":\n      tag:alerts\n', "write tag: alerts"),
        ('urls:\n  - "json://x/y:\n      tag: alerts\n', "2: not readable as YAML: a quote is not closed"),
        ("urls:\n  - “json://x/y”:\n      tag: alerts\n", "the address is in quotes that are none here (“)"),
        ('urls:\n  - "json://x/y":\n      tag: “alerts”\n', "“alerts” is in quotes that are none here (“)"),
        ('urls\n  - "json://x/y":\n      tag: alerts\n', "1: not readable as YAML: the colon behind urls is missing"),
        ('urls:\n  - "json://x/y":\n      tag: alerts\n     level: 1\n', "not readable as YAML"),
    ],
)
def test_a_slip_of_the_hand_is_told_in_its_line(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        Channels.load(tmp_path / "channels.yaml")
    assert says in str(refused.value)
    assert len(refused.value.problems) == 1
