"""The database's address: checked, completed and shown without its password.

Two kinds are served, `sqlite:///file` and `postgresql://user@host/name`. What a person wrote is never repeated in a
message, because a wrongly written address holds its password in places where nobody can tell it apart.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

SQLITE = "sqlite"
POSTGRESQL = "postgresql+psycopg"
MASK = "***"

_EXAMPLES = "write sqlite:///basewatch.db or postgresql://user@host/name"
_QUOTING = "in a password write / as %2F, @ as %40, # as %23, ? as %3F, : as %3A and % as %25"
#: query keys of a PostgreSQL address that hold a secret
_SECRET_QUERY = frozenset({"password", "sslpassword"})


def read_address(text: str, base: Path) -> str:
    """`text` as SQLAlchemy takes it: the driver named, a relative SQLite file made absolute against `base`.

    Raises `ValueError` with `what is wrong; what to write`.
    """
    scheme, separator, _ = text.partition(":")
    if not separator or "/" in scheme:
        raise ValueError(f"this is no database address; {_EXAMPLES}")
    if scheme == SQLITE:
        return _sqlite(text, base)
    if scheme in ("postgres", "postgresql", POSTGRESQL):
        return _postgresql(text, scheme)
    if scheme.startswith("postgresql+"):
        raise ValueError("PostgreSQL is met through psycopg 3 only; begin the address with postgresql://")
    raise ValueError(f"SQLite and PostgreSQL are possible, not {scheme[:20]}; {_EXAMPLES}")


def _sqlite(text: str, base: Path) -> str:
    rest = text.removeprefix(f"{SQLITE}:")
    name, question, query = rest.removeprefix("///").partition("?")
    if rest in ("", "//", "///") or name.startswith(":memory:") or "mode=memory" in query:
        raise ValueError("a database in memory would forget what was sent; write sqlite:///basewatch.db")
    if not rest.startswith("///"):
        raise ValueError("an SQLite address has three slashes before the file; write sqlite:///basewatch.db")
    return f"{SQLITE}:///{(base / Path(name).expanduser()).absolute()}{question}{query}"


def _postgresql(text: str, scheme: str) -> str:
    if not text.startswith(f"{scheme}://"):
        raise ValueError("two slashes are missing after the colon; write postgresql://user@host/name")
    try:
        parts = urlsplit(text)
        port_is_odd = parts.port == 0
    except ValueError:
        raise ValueError(f"the address cannot be read, perhaps because of a sign in the password; {_QUOTING}") from None
    if port_is_odd or "@" in parts.path + parts.query + parts.fragment or parts.fragment:
        raise ValueError(f"the address cannot be read, perhaps because of a sign in the password; {_QUOTING}")
    if re.search(r"[\s\x00-\x1f]", text):
        raise ValueError("a space stands in the address; write it as %20 or take it out")
    if not parts.path.strip("/"):
        raise ValueError("the address names no database; write postgresql://user@host/name")
    return POSTGRESQL + text[len(scheme) :]


def with_password(address: str, password: str) -> str:
    """A PostgreSQL `address` completed with a password that was given apart; `ValueError` where that makes no sense."""
    parts = urlsplit(address)
    if parts.scheme != POSTGRESQL:
        raise ValueError("an SQLite database has no password; unset it")
    user, _, host = parts.netloc.rpartition("@")
    if not user:
        raise ValueError("the address names no user for this password; write postgresql://user@host/name")
    if ":" in user:
        raise ValueError("the address holds a password already; keep one of the two")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


def without_secrets(address: str) -> str:
    """The address for people: every password in it is `***`."""
    if address.startswith(f"{SQLITE}:"):
        return address
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    netloc = f"{name}{colon}{MASK if colon else ''}{at}{host}"
    return SplitResult(parts.scheme, netloc, parts.path, _masked(parts.query), "").geturl()


def _masked(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(key, MASK if key in _SECRET_QUERY else value) for key, value in pairs], safe="*/")
