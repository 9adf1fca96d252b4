"""What a service needs, that text which a stranger wrote is harmless in it.

The text is clean already (see `text.clean`). In chat nobody is called by a headline (`@everyone`, `<!channel>`,
`<@U123>`), and where a service renders Markdown from plain text (Discord, Mattermost, Zulip …) its signs are escaped.
Mail, webhooks and text messages show text as it is, and get it as it is.

What Apprise 2.2 does by itself when told that the body is text was read and tried: it escapes HTML for Telegram
and Matrix, `& < >` for Slack and Google Chat, and Markdown for services whose format is Markdown; it escapes
nothing for the services in `RAW_MARKDOWN`, and it breaks no `@everyone`.
"""

from __future__ import annotations

import re

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
