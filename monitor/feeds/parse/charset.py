"""Which encoding a document is written in, and its text. The door to webencodings, the web's table of labels.

What a server or a document says of its encoding is often wrong, so the bytes are asked: a mark in front decides;
text that is UTF-8 but for a few broken places is UTF-8, whatever anybody says; a label that the bytes contradict does
not count. Labels mean what they mean on the web (`iso-8859-1` is windows-1252, `gb2312` is GB 18030). What cannot be
read costs one U+FFFD each, never the rest, and is counted.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

import webencodings

#: a mark of wide units before plain mark-up is some program's slip
_NOT_PLAIN = rb"(?!<\?xml|<rss|<feed)"
#: how mark-up and JSON begin in wide units: with their mark, or with zero bytes in their places
_WIDE = (
    (re.compile(rb"\xff\xfe\0\0" + _NOT_PLAIN + rb"|(?:[\t\n\r ]\0{3})*[<{\[]\0{3}"), "utf-32-le"),
    (re.compile(rb"\0\0\xfe\xff" + _NOT_PLAIN + rb"|(?:\0{3}[\t\n\r ])*\0{3}[<{\[]"), "utf-32-be"),
    (re.compile(rb"\xff\xfe(?!\0\0)" + _NOT_PLAIN + rb"|(?:[\t\n\r ]\0)*[<{\[]\0"), "utf-16le"),
    (re.compile(rb"\xfe\xff" + _NOT_PLAIN + rb"|(?:\0[\t\n\r ])*\0[<{\[]"), "utf-16be"),
)
#: so many bytes are searched for what a document says of itself
_HEAD = 4096
_DECLARED = re.compile(rb"(?i)<\?xml\b[^>]{0,300}?\bencoding\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})")
_IN_HEADER = re.compile(r"(?i)\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})")
_LANGUAGE = re.compile(
    rb"(?i)(?:<(?:dc:)?language(?:\s[^>]*)?>(?:<!\[CDATA\[)?|\blang\s*=\s*[\"']|\"language\"\s*:\s*\")\s*([a-z]{2,3})\b"
)
_REPLACED = "\ufffd"
_REPLACED_UTF8 = _REPLACED.encode()
#: a character of several bytes that was begun and not ended: nothing but UTF-8 looks like this
_CUT = re.compile(rb"[\xe0-\xef][\x80-\xbf](?![\x80-\xbf])|[\xf0-\xf4][\x80-\xbf]{1,2}(?![\x80-\xbf])")
#: bytes that are letters or punctuation of western text; the others are unassigned or hardly ever written
_LETTERS = re.compile(rb"[\x80\x82-\x8c\x8e\x91-\x9c\x9e-\xfd]")
#: escapes of ISO 2022, the one encoding that writes other scripts in seven bits
_SEVEN_BITS, _ESCAPE = "iso-2022-jp", b"\x1b"
#: of the bytes beyond ASCII, the part that a label of several bytes a character may fail to read and still be right
_TOLERATED = 0.1
#: what Python makes of bytes that no character of Shift_JIS begins with
_MADE_UP = re.compile("[\uf8f0-\uf8f3]")
_ASCII = bytes(range(128))
WESTERN = "windows-1252"
_SEVERAL_BYTES = frozenset({"big5", "euc-jp", "euc-kr", "gb18030", "shift_jis"})
_WINDOWS = re.compile(r"^(?:windows|win|cp|x-cp|ms)[-_ ]?(125\d|874)$")
#: names of Microsoft's tables that the web's list does not hold
_MICROSOFT = {"cp932": "shift_jis", "cp936": "gbk", "cp949": "euc-kr", "cp950": "big5"}
#: the encoding that the web takes for a page in this language which says nothing else (WHATWG HTML, 13.2.3.2)
_BY_LANGUAGE = {
    "ar": "windows-1256", "az": "windows-1254", "be": "windows-1251", "bg": "windows-1251", "cs": "windows-1250",
    "el": "iso-8859-7", "et": "windows-1257", "fa": "windows-1256", "he": "windows-1255", "hr": "windows-1250",
    "hu": "iso-8859-2", "iw": "windows-1255", "ja": "shift_jis", "kk": "windows-1251", "ko": "euc-kr",
    "ku": "windows-1254", "ky": "windows-1251", "lt": "windows-1257", "lv": "windows-1257", "mk": "windows-1251",
    "pl": "iso-8859-2", "ro": "windows-1250", "ru": "windows-1251", "sah": "windows-1251", "sk": "windows-1250",
    "sl": "iso-8859-2", "sr": "windows-1251", "tg": "windows-1251", "th": "windows-874", "tr": "windows-1254",
    "tt": "windows-1251", "uk": "windows-1251", "ur": "windows-1256", "vi": "windows-1258", "zh": "gb18030",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """The text of a document without a byte order mark."""

    text: str
    #: by its name on the web
    encoding: str
    #: characters that could not be read
    lost: int = 0
    #: what was said of the encoding and is not so, else empty
    contradicted: str = ""

    @property
    def detail(self) -> str:
        """What a person should know of it, or nothing."""
        said = f"it says {self.contradicted}, its bytes say {self.encoding}" if self.contradicted else ""
        characters = "1 character" if self.lost == 1 else f"{self.lost:,} characters"
        lost = f"{characters} could not be read as {self.encoding}" if self.lost else ""
        return "; ".join(filter(None, (said, lost)))


def decode(body: bytes, content_type: str | None, *, language: str | None = None) -> Decoded:
    """The text of `body` under a reply's Content-Type; never fails.

    `language` is what the caller knows of it, for documents that name none themselves.
    """
    for beginning, name in _WIDE:
        if beginning.match(body):
            return _read(body, name)
    usual = _language_encoding(body, language)
    labels = [*(["utf-8"] if body.startswith(codecs.BOM_UTF8) else []), *_labels(body, content_type)]
    if body.isascii():
        return _read(body, _SEVEN_BITS if _ESCAPE in body and _SEVEN_BITS in labels else "utf-8")
    as_utf8 = _read(body, "utf-8")
    if not as_utf8.lost or _is_utf8(body, as_utf8, labels, usual):
        return as_utf8
    found = _legacy(body, labels, usual)
    said = [label for label in labels if label not in (found.encoding, WESTERN)]
    return replace(found, contradicted=", ".join(said))


def label_name(label: str) -> str:
    """The web's name of the encoding that a label means (`latin1` → `windows-1252`); empty where it means none.

    Empty also for what the web refuses to read (UTF-7, HZ …): bytes in them can pass for something harmless.
    """
    label = _WINDOWS.sub(r"windows-\1", label.strip().lower())
    for spelling in (_MICROSOFT.get(label, label), label.replace("_", "-"), label.replace("_", "")):
        known = webencodings.lookup(spelling)
        if known is not None and known.name not in ("replacement", "x-user-defined"):
            return "gb18030" if known.name == "gbk" else known.name
    return ""


def _labels(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that the reply and the document name, those of wide units left out: the bytes are not wide.

    The reply's comes first, as the standards have it, but windows-1252 last: it is what servers and programs say
    of everything when nobody has told them better.
    """
    declared = _DECLARED.search(body[:_HEAD])
    in_header = _IN_HEADER.search(content_type or "")
    said = [in_header[1] if in_header else "", declared[1].decode() if declared else ""]
    names = [name for name in map(label_name, said) if name and not name.startswith("utf-16")]
    return sorted(dict.fromkeys(names), key=lambda name: name == WESTERN)


def _is_utf8(body: bytes, read: Decoded, labels: list[str], usual: str) -> bool:
    """True where bytes that are not all valid UTF-8 are UTF-8 with a few broken places.

    Letters of another encoding seldom form a whole character of UTF-8 by chance, so the good ones are weighed against
    the broken ones. Encodings of several bytes a letter do it more often: what is labelled so and reads better so is
    taken as labelled.
    """
    beyond = len(read.text) - len(read.text.encode("ascii", "ignore"))
    good = beyond - read.text.count(_REPLACED) + len(_CUT.findall(body))
    if good > 10 * read.lost:
        return True
    if any(_read(body, name).lost * 4 < read.lost for name in labels if name in _SEVERAL_BYTES):
        return False
    if "utf-8" in labels:
        strange = not usual and not _LETTERS.search(body)
        return good >= read.lost or (not good and strange)
    return good > read.lost


def _legacy(body: bytes, labels: list[str], usual: str) -> Decoded:
    """The best reading in an encoding other than UTF-8: as labelled, then as is usual for the language."""
    beyond = len(body.translate(None, _ASCII))
    order = [name for name in (*labels, usual) if name and name not in ("utf-8", WESTERN)]
    if usual in labels:  # of two labels that contradict each other, the one that fits the language
        order.insert(0, usual)
    for name in dict.fromkeys(order):
        read = _read(body, name)
        if read.lost <= max(1, beyond * _TOLERATED):
            return read
    return _read(body, WESTERN)


def _language_encoding(body: bytes, told: str | None) -> str:
    """What the web takes for the document's language, or for the one that we were told; empty for western ones."""
    found = _LANGUAGE.search(body[:_HEAD])
    spoken = (found[1].decode() if found else "", (told or "").partition("-")[0])
    return next(filter(None, (_BY_LANGUAGE.get(language.lower()) for language in spoken)), "")


def _read(body: bytes, name: str) -> Decoded:
    """The text of `body` in the encoding `name`, with U+FFFD for each part that is none."""
    known = webencodings.lookup(name)
    codec = known.codec_info.name if known is not None else name
    try:
        text, lost = body.decode(codec), 0
    except UnicodeDecodeError:
        text = body.decode(codec, "replace")
        lost = text.count(_REPLACED) - (body.count(_REPLACED_UTF8) if name == "utf-8" else 0)
    if name == "shift_jis":
        text, made_up = _MADE_UP.subn(_REPLACED, text)
        lost += made_up
    return Decoded(text=text.lstrip("\ufeff"), encoding=name, lost=lost)
