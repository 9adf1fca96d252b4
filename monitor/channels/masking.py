"""Addresses without their secrets, for labels and results.

Apprise masks passwords and tokens that it knows to be some, but not the path of a webhook (often its only secret),
nor its headers and query string; those are taken away here.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from monitor.text.clean import clean_message, shorten

#: services whose path is whatever the receiver made up
_OWN_PATH = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises", "workflows", "syslog"})
#: a part of a path as long and mixed as this is a token, whoever wrote it
_TOKEN = re.compile(r"(?=[^/@]*\d)(?=[^/@]*[A-Za-z])[\w.+=~%-]{20,}")


def label_of(masked: str) -> str:
    """The address for people, from Apprise's masked form: no query string, no webhook path, no long tokens."""
    schema, mark, rest = masked.partition("?")[0].partition("://")
    place, _, path = rest.partition("/")
    if schema in _OWN_PATH and path.strip("/"):
        path = "…"
    path = "/".join(unquote(_TOKEN.sub("****", part)) for part in path.strip("/").split("/"))
    return shorten(clean_message(f"{schema}{mark}{unquote(place)}/{path}".rstrip("/")), 120)


def scrub(text: str, *, secret: str, shown: str) -> str:
    """`text` without any word of the address `secret` that its label `shown` does not show."""
    public = set(re.findall(r"\w+", shown))
    for word in sorted(set(re.findall(r"\w{4,}", unquote(secret))) - public, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(word)}\b", "****", text)
    return text
