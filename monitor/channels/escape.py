"""What goes out is harmless: text that a stranger wrote in each service, and addresses without their secrets.

The text is clean already (see `text.clean`). In chat nobody is called by a headline (`@everyone`, `<!channel>`,
`<@U123>`), and where a service renders Markdown from plain text (Discord, Mattermost, Zulip …) its signs are escaped.
Mail, webhooks and text messages show text as it is, and get it as it is.

What Apprise 2.2 does by itself when told that the body is text was read and tried: it escapes HTML for Telegram
and Matrix, `& < >` for Slack and Google Chat, and Markdown for services whose format is Markdown; it escapes
nothing for the services in `RAW_MARKDOWN`, and it breaks no `@everyone`. It masks the passwords and tokens in an
address that it knows to be some, but not the path of a webhook (often its only secret), nor headers and query string.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from monitor.text.clean import clean_message, shorten

#: services that show or hand on plain text as it is: mail, webhooks, system logs, text messages
PLAIN = frozenset(
    {"mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms", "syslog", "rsyslog", "rsyslogs"}
    | {"sendgrid", "mailgun", "ses", "smtp2go", "sparkpost"}
    | {"sns", "twilio", "vonage", "plivo", "sinch", "messagebird", "clickatell"}
)

#: services that render Markdown in what Apprise hands on as plain text (Apprise 2.2)
RAW_MARKDOWN = frozenset(
    {"discord", "guilded", "mmost", "mmosts", "mattermost", "zulip", "revolt", "fluxer", "fluxers"}
)

_URL = re.compile(r"https?://[^\s<>\"]+")
_MENTION = re.compile(r"@|<(?=[!#&/:])")
_MARKDOWN = re.compile(r"([\\*_~`|\[\]<>#])")
#: breaks a mention and is not seen
_ZERO_WIDTH = "\u200b"

#: services whose path is whatever the receiver made up
_OWN_PATH = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises", "workflows", "syslog"})
#: a part of a path as long and mixed as this is a token, whoever wrote it
_TOKEN = re.compile(r"(?=[^/@]*\d)(?=[^/@]*[A-Za-z])[\w.+=~%-]{20,}")


def for_channel(text: str, schema: str, *, raw: bool = True) -> str:
    """`text` (already clean) for the service with the Apprise schema `schema`.

    `raw` says that Apprise hands the text on as it is; where it converts the text itself, it also escapes mark-up.
    """
    if schema in PLAIN:
        return text
    out, end = [], 0
    for url in _URL.finditer(text):
        out += [_harmless(text[end : url.start()], schema, raw), url[0].replace("@", "%40")]
        end = url.end()
    return "".join([*out, _harmless(text[end:], schema, raw)])


def _harmless(text: str, schema: str, raw: bool) -> str:
    if raw and schema in RAW_MARKDOWN:
        text = _MARKDOWN.sub(r"\\\1", text)
    return _MENTION.sub(lambda found: found[0] + _ZERO_WIDTH, text)


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
