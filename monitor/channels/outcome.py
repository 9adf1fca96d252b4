"""What an attempt came to, read from what Apprise logged during it.

Apprise 2.2 says only "success" or "failure" of an attempt. Whether a failed message may have arrived decides whether
a further try may be a repeat, so the words of the log are read:

* an HTTP status or an SMTP reply code: the receiver answered and refused, `FAILED`;
* trouble before anything was said (name not found, refused, connect time-out, TLS, login): `FAILED`;
* any other trouble on the line (no answer in time, connection lost): `MAYBE_SENT`. How much had been sent by then
  cannot be told from here, so this also holds for a webhook that cut the connection before it read a byte;
* a refusal with no trouble on the line at all: the plugin gave up before it sent, `FAILED`.

The text of the log itself is never handed on: it holds addresses with their tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from monitor.model.delivery import SendOutcome, SendResult
from monitor.text.clean import clean_message, shorten

_HTTP = re.compile(r"\berror=(\d{3})\b")
_SMTP = re.compile(r"\(([45]\d\d), b(['\"])(.*?)\2")
#: the mail plugin says this only where connecting, TLS or the login failed
_MAIL_CONNECT = re.compile(r"Connection error while submitting email")
_TROUBLE = re.compile(r"Socket Exception|[Cc]onnection error|timed out|Connection unexpectedly closed|Exception:")

#: trouble before the message went out, in the order in which it is looked for
_BEFORE = (
    (re.compile(r"Name or service not known|getaddrinfo|NameResolution|nodename nor|name resolution"), "unknown host"),
    (re.compile(r"Connection refused"), "connection refused"),
    (re.compile(r"ConnectTimeout|connect timeout"), "no connection in time"),
    (re.compile(r"No route to host|Network is unreachable|Host is down"), "no route to the host"),
    (re.compile(r"CERTIFICATE_VERIFY_FAILED|certificate verify failed"), "its TLS certificate is not valid"),
    (re.compile(r"WRONG_VERSION_NUMBER|SSLV3_ALERT|TLSV1_ALERT|HANDSHAKE|UNEXPECTED_EOF_WHILE"), "TLS failed"),
    (re.compile(r"STARTTLS"), "the server offers no STARTTLS"),
    (re.compile(r"AUTH extension not supported|No suitable authentication"), "the server offers no login"),
    (re.compile(r"ProxyError"), "the proxy refused"),
    (re.compile(r"InvalidURL|Failed to parse|Invalid URL"), "the address cannot be used"),
)  # fmt: skip
#: trouble after something may have been sent
_DURING = (
    (re.compile(r"timed out"), "no answer in time"),
    (re.compile(r"reset by peer|Broken pipe|RemoteDisconnected|Connection aborted|unexpectedly closed"),
     "the connection was lost"),
)  # fmt: skip


def read_outcome(*, succeeded: bool, timed_out: bool = False, log: Sequence[str] = ()) -> SendResult:
    """The result of one attempt, from its end and the lines that Apprise logged (all levels from DEBUG on)."""
    if succeeded:
        return SendResult(outcome=SendOutcome.SENT)
    if timed_out:
        return SendResult(outcome=SendOutcome.MAYBE_SENT, detail="no answer in time")
    text = "\n".join(log)
    during = _cause(_DURING, text) or "the connection failed"
    if codes := _HTTP.findall(text):
        detail = _http(int(codes[-1]))
    elif reply := _SMTP.search(text):
        said = shorten(clean_message(reply[3].replace("\\n", " ")), 120)
        detail = f"SMTP {reply[1]} {said}".rstrip()
    elif before := _cause(_BEFORE, text):
        detail = before
    elif _MAIL_CONNECT.search(text):
        detail = f"{during} before the mail was handed over"
    elif _TROUBLE.search(text):
        return SendResult(outcome=SendOutcome.MAYBE_SENT, detail=during)
    else:
        detail = "refused before it was sent; is the address complete?"
    return SendResult(outcome=SendOutcome.FAILED, detail=detail)


def _cause(patterns: Sequence[tuple[re.Pattern[str], str]], text: str) -> str:
    return next((cause for pattern, cause in patterns if pattern.search(text)), "")


def _http(status: int) -> str:
    """`HTTP 429 Too Many Requests`; a redirect is a refusal, because following it would drop the message."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
    redirect = "; write the address it redirects to" if 300 <= status < 400 else ""
    return f"HTTP {status} {phrase}{redirect}"
