"""The public page of a Telegram channel, `https://t.me/s/NAME`: its last twenty messages or so.

Told from the document itself, for no other page has a list of messages in these classes. A message's identity is its
number in the channel, so that an edit of it is an edit; its first line is the title and the rest the summary. What
a channel forwards keeps the address of the message that it forwards, and the name of who wrote it: a forwarded claim is
no second voice. Messages without words (a photo alone, "pinned a message") hold nothing to read.

The classes are those of Telegram's own widget (https://core.telegram.org/widgets/post); a page on which none is found
any more fails by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from selectolax.lexbor import LexborNode

from monitor.feeds.parse.entries import Draft, finish, plain, tree_of
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem

_PAGE = re.compile(r"(?i)<!doctype\s+html|<html[\s>]")
_HEAD = 4_096
#: a line of more characters is cut at the end of a sentence for the title
_TITLE = 200
_LONGEST_MESSAGE = 10_000
_SENTENCE_END = re.compile(r"[.!?…؟۔।]+[\"”»')\]]*(?=\s)")
_LETTER = re.compile(r"[^\W\d_]")
_POST = re.compile(r"[\w-]{1,64}/\d{1,12}")


def looks_like_channel(text: str) -> bool:
    """True where a document is a channel's page, or what Telegram shows in place of one."""
    return bool(_PAGE.search(text, 0, _HEAD)) and ("tgme_channel" in text or "tgme_page" in text)


def parse_channel(text: str, *, base_url: str, now: datetime) -> ParsedFeed | ParseFailed:
    """The messages of a channel's page, the oldest first as the page has them."""
    tree = tree_of(text)
    messages = tree.css("div.tgme_widget_message[data-post]")
    if not messages:
        if tree.css_first(".tgme_channel_history, .tgme_channel_info") is not None:
            detail = "it is a Telegram channel without messages that can be read"
        else:
            detail = (
                "it is Telegram's page about a channel, group or person, without messages; a public channel has "
                "https://t.me/s/NAME, and where that leads back here its owner has switched it off"
            )
        return ParseFailed(problem=ParseProblem.NOT_A_FEED, detail=detail)
    name = _text(tree.css_first(".tgme_channel_info_header_title")) or _text(tree.css_first(".tgme_header_title"))
    return finish(name, None, _drafts(messages, base_url), now=now)


def _drafts(messages: list[LexborNode], base_url: str) -> Iterator[Draft]:
    for message in messages:
        post = message.attributes.get("data-post") or ""
        if "service_message" in (message.attributes.get("class") or ""):
            continue
        words = _words(message)
        if not _POST.fullmatch(post) or not _LETTER.search(words):
            yield Draft()  # nothing to read: counted as dropped
            continue
        title, rest = _headline(words)
        origin = message.css_first(".tgme_widget_message_forwarded_from_name")
        moment = message.css_first(".tgme_widget_message_date time[datetime]")
        yield Draft(
            guid=f"t.me/{post}",
            links=(_forwarded(origin), f"https://t.me/{post}"),
            base=base_url,
            title=_escaped(title),
            summary=_escaped(rest).replace("\n", "<br>"),  # each line of a message is a paragraph
            dates=(moment.attributes.get("datetime") or "",) if moment is not None else (),
            publisher=_escaped(_text(origin)),
        )


def _words(message: LexborNode) -> str:
    """The message's lines; of a message that is only a link, a file or a poll, what is said of that."""
    for node in message.css(".tgme_widget_message_reply, .tgme_widget_message_forwarded_from"):
        if "tgme_widget_message_reply" in (node.attributes.get("class") or ""):
            node.decompose()  # the message that it answers has been read
    texts = message.css(".tgme_widget_message_text")
    said = [node for node in texts if node.parent is None or not _inside_text(node)]
    found = "\n".join(_lines(node) for node in said)
    if _LETTER.search(found):
        return found
    others = ".link_preview_title, .link_preview_description, .tgme_widget_message_poll_question"
    return "\n".join(filter(None, map(_lines, message.css(others))))


def _inside_text(node: LexborNode) -> bool:
    """True where a text lies inside another one, as older pages have it: its words would come twice."""
    parent = node.parent
    return parent is not None and "tgme_widget_message_text" in (parent.attributes.get("class") or "")


def _lines(node: LexborNode) -> str:
    return plain(node.html or "", limit=_LONGEST_MESSAGE, lines=True)


def _text(node: LexborNode | None) -> str:
    return plain(node.html or "", limit=_TITLE) if node is not None else ""


def _headline(words: str) -> tuple[str, str]:
    """(title, the rest): the first line that has letters; a long one up to the end of its last sentence that fits."""
    lines = words.split("\n")
    at = next(number for number, line in enumerate(lines) if _LETTER.search(line))
    title, rest = lines[at], "\n".join(lines[at + 1 :])
    if len(title) <= _TITLE:
        return title, rest
    ends = [found.end() for found in _SENTENCE_END.finditer(title, 0, _TITLE + 1)]
    if ends and ends[-1] >= _TITLE // 4:
        return title[: ends[-1]], "\n".join(filter(None, (title[ends[-1] :].strip(), rest)))
    return title[:_TITLE].rpartition(" ")[0].rstrip() + "…", words  # cut in a sentence: the summary has it whole


def _forwarded(origin: LexborNode | None) -> str:
    """The address of the message that was forwarded, where it is one of a public channel."""
    address = (origin.attributes.get("href") or "") if origin is not None else ""
    return address if re.fullmatch(r"https://t\.me/[\w-]{1,64}/\d{1,12}", address) else ""


def _escaped(text: str) -> str:
    """Text that is plain already, so that `<` and `&` in it stay what they are."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
