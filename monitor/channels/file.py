"""The channels file: an ordinary Apprise configuration (YAML or text), taken apart into one entry per address.

Apprise itself only logs what it cannot read, without lines. So the file is taken apart here, every mistake with its
line, and each entry becomes a small Apprise configuration of its own that `apprise` hands to Apprise. Secrets come
from the environment: `${SMTP_PASSWORD}` is the variable of that name, or the content of the file that the variable
`SMTP_PASSWORD_FILE` names; `${SMTP_PASSWORD_FILE}` asks for the file only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from monitor.config import yamlfile
from monitor.config.syntax import CURLY
from monitor.errors import ConfigError, Problem

_KEYS = ("version", "urls", "tag", "tags", "groups", "asset")
_ASSET_KEYS = ("app_id", "app_desc", "app_url", "timezone", "tz", "language", "lang")
_EXAMPLE = "write: urls: [{'mailto://user:${SMTP_PASSWORD}@example.org': {tag: alerts}}]"
#: keys of Apprise that mean nothing here, and what to do instead
_NOT_USED = {
    "include": ("include is not used here: every address stands in this one file", "move the addresses here"),
    "template": ("Apprise templates are not used here", "write: ${VARIABLE}"),
}
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SCHEMA = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9+.-]*)://")
#: `tag alerts` and `tag:alerts`
_RUN_TOGETHER = re.compile(r"(tags?|groups?)(?::|\s+)(\S.*)$")
_TEXT_LINE = re.compile(
    r"(?:(?P<tags>[A-Za-z0-9,_:\- \t]*)=)?\s*(?:(?P<url>(?:[A-Za-z0-9+.-]{1,32}://|\$\{).*)|(?P<members>[\w, \t-]+))$"
)


@dataclass(frozen=True, kw_only=True)
class ChannelEntry:
    """One entry of the file, as an Apprise configuration that holds it alone."""

    line: int
    #: `urls[2]`, or empty in a text file
    key: str
    #: what the address begins with, in lower case
    schema: str
    is_yaml: bool
    #: holds secrets: never shown
    config: str = field(repr=False)


def read_channel_file(path: Path, environ: Mapping[str, str]) -> tuple[list[ChannelEntry], list[Problem]]:
    """The entries of the file, and what is wrong in it; a `ConfigError` only where it cannot be read at all."""
    reader = _ChannelsReader(path, environ)
    if path.suffix.casefold() in (".yaml", ".yml"):
        reader.yaml(yamlfile.read(path))
    else:
        text = _read_text(path)
        first = next((line for line in map(str.strip, text.splitlines()) if line and line[0] not in "#;"), "")
        if re.match(r"(version|urls|groups|tags?|asset|include)\s*:(\s|$)|---", first):
            reader.yaml(yamlfile.parse(text, path))
        else:
            reader.text(text)
    if not reader.entries and not reader.problems:
        reader.problem(0, "the file holds no address", hint=_EXAMPLE)
    return reader.entries, reader.problems


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError.at(path, "there is no such file", hint="`basewatch init DIR` writes a starter") from None
    except UnicodeDecodeError:
        raise ConfigError.at(path, "the file is not UTF-8 text", hint="save it as UTF-8") from None
    except OSError as error:
        raise ConfigError.at(path, f"the file cannot be read: {error.strerror}") from None


class _ChannelsReader:
    """Reads one file, noting every problem instead of stopping at the first."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self.environ = environ
        self.entries: list[ChannelEntry] = []
        self.problems: list[Problem] = []

    def problem(self, line: int, message: str, hint: str = "", *, key: str = "") -> None:
        self.problems.append(Problem(file=str(self.path), line=line, key=key, message=message, hint=hint))

    # ------------------------------------------------------------------------------------------ YAML

    def yaml(self, document: yamlfile.Document) -> None:
        data = document.data
        if not isinstance(data, dict):
            self.problem(document.line(), "the file has no key urls", hint=_EXAMPLE)
            return
        for key in (key for key in map(str, data) if key not in _KEYS):
            known = (f"I do not know the key {key}", yamlfile.did_you_mean(key, _KEYS))
            message, hint = _NOT_USED.get(key, known)
            self.problems.append(document.problem(message, key, hint=hint))
        asset = data.get("asset")
        for name in (name for name in asset if name not in _ASSET_KEYS) if isinstance(asset, dict) else ():
            hint = yamlfile.did_you_mean(str(name), _ASSET_KEYS)
            self.problems.append(document.problem("not a setting used here", "asset", str(name), hint=hint))
        urls = [] if data.get("urls") is None else data["urls"]
        if not isinstance(urls, list):
            self.problems.append(document.problem("a list of addresses is meant", "urls", hint="write: - mailto://…"))
            return
        shared = {key: data[key] for key in ("version", "tag", "tags", "groups", "asset") if data.get(key) is not None}
        for index, value in enumerate(urls):
            self._yaml_entry(value, line=document.line("urls", index), key=f"urls[{index}]", shared=shared)

    def _yaml_entry(self, value: Any, *, line: int, key: str, shared: dict[str, Any]) -> None:
        """One address: text, or a mapping whose key is the address and whose value holds its options."""
        if slip := _slip(value):
            self.problem(line, slip[0], key=key, hint=slip[1])
            return
        addresses = [value] if isinstance(value, str) else []
        if isinstance(value, dict):
            addresses = [name for name in value if _is_address(name)]
        if len(addresses) != 1:
            self.problem(line, "one address is meant here", key=key, hint="write: - mailto://…: {tag: alerts}")
            return
        before = len(self.problems)
        expanded = self._expand_yaml(value, line=line, key=key)
        if len(self.problems) == before:
            address = expanded if isinstance(expanded, str) else next(name for name in expanded if _is_address(name))
            config = json.dumps({**shared, "urls": [expanded]}, ensure_ascii=False)
            self._add(line=line, key=key, address=address, is_yaml=True, config=config)

    def _expand_yaml(self, value: Any, *, line: int, key: str, top: bool = True) -> Any:
        if isinstance(value, str):
            return self._expand(value, line=line, key=key, in_address=top or _is_address(value))
        inside = partial(self._expand_yaml, line=line, key=key, top=False)
        if isinstance(value, list):
            return [inside(inner) for inner in value]
        if isinstance(value, dict):
            expand = partial(self._expand, line=line, key=key)
            return {expand(str(name), in_address=_is_address(name)): inside(inner) for name, inner in value.items()}
        return value

    # ------------------------------------------------------------------------------------------ text

    def text(self, text: str) -> None:
        groups: list[str] = []
        found: list[tuple[int, str, str]] = []
        for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
            if not line or line[0] in "#;":
                continue
            match = _TEXT_LINE.match(line)
            if re.match(r"include\s", line):
                self.problem(number, *_NOT_USED["include"])
            elif match is None or (match["members"] and not match["tags"]):
                self.problem(number, "neither an address nor a comment", hint="write: alerts=mailto://…")
            elif match["members"]:
                groups.append(line)
            else:
                found.append((number, (match["tags"] or "").strip(), match["url"]))
        for number, tags, url in found:
            before = len(self.problems)
            address = self._expand(url, line=number, key="", in_address=True)
            if len(self.problems) == before:
                config = "\n".join([*groups, f"{tags}={address}" if tags else address])
                self._add(line=number, key="", address=address, is_yaml=False, config=config)

    # --------------------------------------------------------------------------------------- secrets

    def _add(self, *, line: int, key: str, address: str, is_yaml: bool, config: str) -> None:
        schema = _SCHEMA.match(address)
        if schema is None:
            self.problem(line, "no address: it lacks schema://", key=key, hint="write: mailto://user@example.org")
            return
        if any(ord(character) < 32 for character in address):
            self.problem(line, "the address holds a line break or a control character", key=key, hint="see its secrets")
            return
        self.entries.append(ChannelEntry(line=line, key=key, schema=schema[1].lower(), is_yaml=is_yaml, config=config))

    def _expand(self, text: str, *, line: int, key: str, in_address: bool) -> str:
        """`text` with its `${NAME}` filled in; inside an address they are percent-encoded, so any password works."""

        def value(found: re.Match[str]) -> str:
            secret = self._secret(found[1], line=line, key=key)
            return quote(secret, safe="") if in_address and text[: found.start()].strip() else secret

        return _REFERENCE.sub(value, text)

    def _secret(self, name: str, *, line: int, key: str) -> str:
        file = self.environ.get(name if name.endswith("_FILE") else f"{name}_FILE")
        if not name.endswith("_FILE") and name in self.environ:
            return self.environ[name]
        if file is None:
            other = "" if name.endswith("_FILE") else f", or {name}_FILE to the path of a file that holds it"
            self.problem(line, f"the environment variable {name} is not set", key=key, hint=f"set {name}{other}")
            return ""
        try:
            return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            message = f"the secret file {file} cannot be read: {why}"
            self.problem(line, message, key=key, hint=f"see the variable for {name}")
            return ""


def _is_address(text: object) -> bool:
    return isinstance(text, str) and ("://" in text or text.lstrip().startswith("${"))


def _slip(value: Any) -> tuple[str, str] | None:
    """A slip of the hand that YAML takes for something else, and what to write."""
    for name, options in value.items() if isinstance(value, dict) else [(value, None)]:
        if run_together := _RUN_TOGETHER.match(options) if isinstance(options, str) else None:
            wanted = f"write {run_together[1]}: {run_together[2]}"
            return "a colon and a blank stand between a key and its value", wanted
        tags = options.get("tag", options.get("tags")) if isinstance(options, dict) else None
        for text in (name, *(tags if isinstance(tags, list) else [tags])):
            if isinstance(text, str) and text[:1] and text[0] in CURLY:
                quoted = "the address" if text is name else text  # an address holds secrets
                return f"{quoted} is in quotes that are none here ({text[0]})", 'use plain quotes (")'
    return None
