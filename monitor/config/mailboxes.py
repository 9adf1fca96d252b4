"""Mailboxes as sources: what their addresses look like, and who logs in where.

    url: imaps://imap.example.org/Newsletters?login=second      in feeds.yaml, without any secret
    imap.example.org  alerts@example.org  the password          a line of BASEWATCH_MAIL_LOGINS

A login is found by the name that the address gives, else by the host. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

MAIL_SCHEME = "imaps"
MAIL_PORT = 993
_LONGEST_FOLDER = 255
#: control characters would begin a command of their own
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOGIN_NAME = re.compile(r"[\w.@+-]{1,100}")


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A folder on a mail server."""

    host: str
    port: int = MAIL_PORT
    #: as the server names it
    folder: str = "INBOX"
    #: the name of the login; the host where the address gives none
    login: str


@dataclass(frozen=True, kw_only=True)
class MailLogin:
    """A user and a password under a name. Its `repr` holds no secret."""

    name: str
    user: str = field(repr=False)
    password: str = field(repr=False)


def is_mailbox(url: str) -> bool:
    """True for an address of a mailbox, sound or not."""
    return url[: len(MAIL_SCHEME) + 1].lower() == f"{MAIL_SCHEME}:"


def mailbox_at(url: str) -> Mailbox:
    """The mailbox of an address; `ValueError("what is wrong; what to write")` where it names none."""
    shape = "write: url: imaps://host/Folder"
    if _CONTROL.search(url) or " " in url or "\\" in url:
        raise ValueError(f"a space, backslash or control character stands in the address; {shape}, a space as %20")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"the host or the port of the mailbox cannot be read; {shape}") from None
    if parts.scheme != MAIL_SCHEME or not url[len(MAIL_SCHEME) :].startswith("://") or not parts.hostname or port == 0:
        raise ValueError(f"this is no address of a mailbox; {shape}")
    if "@" in parts.netloc:
        raise ValueError(
            "the address holds a user name or password; take it out, and write them into BASEWATCH_MAIL_LOGINS"
        )
    folder = unquote(parts.path.strip("/"))
    if _CONTROL.search(folder) or len(folder) > _LONGEST_FOLDER:
        raise ValueError(f"the name of the folder is too long or holds a control character; {shape}")
    key, _, login = parts.query.partition("=")
    if parts.query and (key != "login" or not _LOGIN_NAME.fullmatch(login)):
        raise ValueError("behind the ? of a mailbox only the name of a login can stand; write: ?login=NAME")
    return Mailbox(host=parts.hostname, port=port or MAIL_PORT, folder=folder or "INBOX", login=login or parts.hostname)


def login_of(mailbox: Mailbox, logins: Iterable[MailLogin]) -> MailLogin | None:
    """Who logs in at a mailbox; None where nobody was named."""
    return next((login for login in logins if login.name == mailbox.login.casefold()), None)


def read_logins(text: str, _base: Path) -> tuple[MailLogin, ...]:
    """Lines of `NAME USER PASSWORD`; what is wrong is told by its line, for each may hold a secret.

    The password is the rest of the line, so it may hold blanks; empty lines and those that begin with # say nothing.
    """
    found: dict[str, MailLogin] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip().split(maxsplit=2)
        if not words or words[0].startswith("#"):
            continue
        where = f"line {number} of it"
        if len(words) < 3:
            raise ValueError(f"{where} is no login; write NAME USER PASSWORD, the NAME being the host of the mailbox")
        if not _LOGIN_NAME.fullmatch(words[0]):
            raise ValueError(f"the name in {where} holds odd signs; write the host, or what stands behind ?login=")
        if _CONTROL.search(words[1] + words[2]):
            raise ValueError(f"{where} holds a control character; write it in plain text")
        name = words[0].casefold()
        if name in found:
            raise ValueError(
                f"{where} names a login that stands there already; give it another name, and write ?login="
            )
        found[name] = MailLogin(name=name, user=words[1], password=words[2])
    return tuple(found.values())
