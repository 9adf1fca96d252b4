"""Passwords, hashed with scrypt: what is kept tells nobody the password, and trying many costs time and memory."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field, replace
from unicodedata import normalize

from monitor.config.settings import Settings

#: 16 MiB and a tenth of a second for each try; OWASP's figures of 2025 for scrypt with little memory
_COST, _BLOCK, _TIMES = 2**14, 8, 5
_SALT_BYTES, _KEY_BYTES = 16, 32
#: of what is typed; more is no password, and costs time
_MOST_CHARACTERS = 200
#: of a hash that somebody else made
_MOST_MEMORY = 256 * 1024 * 1024


@dataclass(frozen=True)
class PasswordHash:
    """`scrypt$N$r$p$SALT$KEY`, the last two in base 64."""

    cost: int
    block: int
    times: int
    salt: bytes = field(repr=False)
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hashes a plain password, with a salt of its own."""
        salt = os.urandom(_SALT_BYTES)
        return cls(_COST, _BLOCK, _TIMES, salt, _derived(password, salt, _COST, _BLOCK, _TIMES))

    @classmethod
    def read(cls, setting: str) -> PasswordHash:
        """What a setting holds: a hash as it is written, else a plain password, which is hashed."""
        if not setting.startswith("scrypt$"):
            return cls.of(setting)
        _, cost, block, times, salt, key = setting.split("$")
        return cls(int(cost), int(block), int(times), base64.b64decode(salt), base64.b64decode(key))

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return f"scrypt${self.cost}${self.block}${self.times}${salt}${key}"

    def matches(self, typed: str) -> bool:
        """Whether that is the password; takes a tenth of a second whatever the answer is."""
        given = _derived(typed[:_MOST_CHARACTERS], self.salt, self.cost, self.block, self.times)
        # a zero at the end is no difference to HMAC, which scrypt is made of
        return hmac.compare_digest(given, self.key) and len(typed) <= _MOST_CHARACTERS and "\0" not in typed


def sealed(settings: Settings) -> Settings:
    """The settings with the password hashed: a process that runs for months does not hold it as people type it."""
    if settings.web_password is None:
        return settings
    return replace(settings, web_password=str(PasswordHash.read(settings.web_password)))


def _derived(password: str, salt: bytes, cost: int, block: int, times: int) -> bytes:
    # keyboards write é as one sign or as two
    text = normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=cost, r=block, p=times, maxmem=_MOST_MEMORY, dklen=_KEY_BYTES)
