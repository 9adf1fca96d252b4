"""Bytes of every encoding, label and lie, and the text that comes out; what is lost is counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.parse.charset import decode, label_name
from monitor.feeds.parse.parser import parse
from monitor.model.document import ParsedFeed

#: a headline in each language and the encodings in which its newsrooms still write
TEXTS = {
    "ar": "سقوط صاروخ قرب القاعدة الجوية شمال بغداد",
    "fa": "برخورد موشک به پايگاه در شمال عراق",
    "he": "רקטה נפלה ליד בסיס חיל האוויר",
    "ru": "Ракета упала рядом с авиабазой на севере Ирака",
    "tr": "Irak'ın kuzeyindeki hava üssüne şiddetli saldırı, ağır hasar",
    "el": "Πύραυλος έπεσε κοντά στη βάση",
    "pl": "Żołnierze ranni, źródło potwierdza ogień w bazie łączności",
    "fr": "La base aérienne visée : une roquette tombe à côté, été agité",
    "ja": "空軍基地の近くにロケット弾が落ち、兵士が負傷した",
    "zh": "火箭弹落在空军基地附近数名士兵受伤",
    "ko": "공군 기지 근처에 로켓이 떨어져 병사가 다쳤다",
    "th": "จรวดตกใกล้ฐานทัพอากาศ",
}
LABELLED = [
    ("ar", "cp1256", "windows-1256"), ("ar", "cp1256", "CP1256"), ("ar", "iso8859-6", "iso-8859-6"),
    ("he", "cp1255", "Windows-1255"), ("ru", "cp1251", "windows-1251"), ("ru", "cp1251", "win-1251"),
    ("ru", "koi8-r", "KOI8-R"), ("tr", "cp1254", "iso-8859-9"), ("tr", "cp1254", "latin5"),
    ("el", "cp1253", "windows-1253"), ("pl", "cp1250", "windows-1250"), ("pl", "iso8859-2", "latin2"),
    ("fr", "cp1252", "iso-8859-1"), ("fr", "cp1252", "us-ascii"), ("ja", "cp932", "Shift_JIS"),
    ("ja", "cp932", "x-sjis"), ("ja", "cp932", "cp932"), ("ja", "euc-jp", "euc-jp"), ("zh", "gbk", "gb2312"),
    ("zh", "gbk", "GBK"), ("zh", "gb18030", "gb18030"), ("zh", "big5hkscs", "big5"), ("ko", "cp949", "euc-kr"),
    ("ko", "cp949", "ks_c_5601-1987"), ("th", "cp874", "tis-620"),
]  # fmt: skip
UNICODE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig", "utf-8"]


def document(title: str, encoding: str | None = None, language: str = "") -> str:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    spoken = f"<language>{language}</language>" if language else ""
    item = f"<item><title>{title}</title></item>"
    return f'{declaration}<rss version="2.0"><channel><title>f</title>{spoken}{item * 3}</channel></rss>'


def read(body: bytes, content_type: str | None = None) -> ParsedFeed:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    answer = parse(body, content_type=content_type, base_url="https://a.example/", now=now)
    assert isinstance(answer, ParsedFeed), answer
    return answer


def titles(body: bytes, content_type: str | None = None) -> set[str]:
    return {entry.title for entry in read(body, content_type).entries}


def fitting(language: str, encoding: str) -> str:
    return TEXTS[language].encode(encoding, "ignore").decode(encoding)


@pytest.mark.parametrize(("language", "encoding", "label"), LABELLED)
def test_a_label_means_what_it_means_on_the_web(language: str, encoding: str, label: str) -> None:
    text = fitting(language, encoding)
    body = document(text, label).encode(encoding)
    assert titles(body) == {text}
    assert titles(body, "text/xml; charset=utf-8") == {text}, "the reply's is a lie"
    assert titles(body, "text/xml; charset=ISO-8859-1") == {text}, "what servers say of everything"
    assert titles(document(text).encode(encoding), f"text/xml; charset='{label}'; x=y") == {text}


@pytest.mark.parametrize(("language", "encoding", "label"), LABELLED)
def test_one_byte_that_is_none_costs_one_character(language: str, encoding: str, label: str) -> None:
    text = fitting(language, encoding)
    body = document(f"{text} # end", label).encode(encoding)
    for bad in (b"\xff", b"\x80"):
        read_titles = [entry.title for entry in read(body.replace(b"#", bad, 1)).entries]
        assert read_titles[1:] == [f"{text} # end"] * 2
        assert read_titles[0].startswith(text)
        assert len(read_titles[0]) in (len(text) + 4, len(text) + 6), read_titles[0]
        assert read_titles[0].endswith("end")


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1", "windows-1251", "utf-16", "nonsense"])
def test_utf8_with_a_broken_character_stays_utf8(language: str, declared: str | None) -> None:
    text = TEXTS[language]
    good = document(f"{text} #", declared).encode()
    for bad in (b"\xff", b"\xd9", b"\xe2\x80", b"\x80"):
        answer = read(good.replace(b"#", bad, 1), "text/xml; charset=windows-1256")
        assert {entry.title for entry in answer.entries} == {f"{text} #", f"{text} \ufffd"}
        assert "1 character could not be read as utf-8" in answer.detail


@pytest.mark.parametrize("language", ["ar", "ja", "fr"])
@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("declared", [None, "utf-8", "utf-16", "windows-1252"])
def test_units_of_every_width_with_and_without_a_mark(language: str, encoding: str, declared: str | None) -> None:
    text = TEXTS[language]
    body = document(text, declared).encode(encoding)
    assert titles(body, "text/xml; charset=utf-8") == {text}
    if "16" in encoding or "32" in encoding:
        cut = read(body + b"\x3c")
        assert {entry.title for entry in cut.entries} == {text}, "an odd byte at the end"
        assert "1 character could not be read" in cut.detail


def test_half_a_character_in_utf16() -> None:
    body = document("base #").encode("utf-16-le").replace(b"#\0", b"\x3d\xd8", 1)
    answer = read(body)
    assert [entry.title for entry in answer.entries] == ["base \ufffd", "base #", "base #"]
    assert answer.detail == "1 character could not be read as utf-16le"


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("ar", "cp1256"), ("fa", "cp1256"), ("he", "cp1255"), ("ru", "cp1251"), ("tr", "cp1254"), ("el", "iso8859-7"),
     ("pl", "iso8859-2"), ("ja", "cp932"), ("zh", "gbk"), ("ko", "cp949"), ("th", "cp874"), ("fr", "cp1252")],
)  # fmt: skip
@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_the_language_tells_what_a_wrong_label_hides(language: str, encoding: str, declared: str | None) -> None:
    text = fitting(language, encoding)
    answer = read(document(text, declared, language).encode(encoding), "text/xml; charset=utf-8")
    assert {entry.title for entry in answer.entries} == {text}
    assert answer.detail.startswith("it says utf-8, its bytes say ")


def test_of_two_labels_the_one_that_fits_the_language_counts() -> None:
    body = document(TEXTS["ar"], "windows-1256", "ar").encode("cp1256")
    assert titles(body, "text/xml; charset=windows-1251") == {TEXTS["ar"]}
    body = document(TEXTS["ru"], "windows-1256", "ru").encode("koi8-r")
    assert titles(body, "text/xml; charset=koi8-r") == {TEXTS["ru"]}


@pytest.mark.parametrize(
    "declaration",
    [
        "<?xml version='1.0' encoding='windows-1251'?>",
        '<?xml version="1.0" standalone="yes" ENCODING = "WINDOWS-1251" ?>',
        '\n\n <?xml version="1.0" encoding="windows-1251"?>',
        '<br />\n<b>Notice</b>: nothing in <b>/feed.php</b><br />\n<?xml version="1.0" encoding="windows-1251"?>',
        '<?xml version="1.1" encoding="windows-1251"?>',
    ],
)
def test_a_declaration_in_its_spellings(declaration: str) -> None:
    assert titles((declaration + document("Удар")).encode("cp1251")) == {"Удар"}


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 2, b"\xff\xfe", b"\xfe\xff"])
def test_marks_that_are_doubled_or_lie(mark: bytes) -> None:
    assert titles(mark + document("Größe", "utf-8").encode()) == {"Größe"}


def test_seven_bits_of_japanese() -> None:
    assert titles(document(TEXTS["ja"], "ISO-2022-JP").encode("iso2022_jp")) == {TEXTS["ja"]}


def test_what_the_web_refuses_is_not_decoded() -> None:
    assert titles(document("+ADw-b+AD4-x", "utf-7").encode()) == {"+ADw-b+AD4-x"}
    assert [label_name(name) for name in ("utf-7", "hz-gb-2312", "x-user-defined", "idna", "", "no")] == [""] * 6
    assert [label_name(name) for name in ("UTF_8", " utf8 ", "unicode-1-1-utf-8")] == ["utf-8"] * 3


@pytest.mark.parametrize(
    "raw", [b"Iran\x92s \x93base\x94", "Iran\x92s \x93base\x94".encode(), b"Iran&#146;s &#x93;base&#148;"]
)
def test_quotes_of_windows_in_disguise(raw: bytes) -> None:
    assert titles(document("#", "utf-8").encode().replace(b"#", raw)) == {"Iran’s “base”"}


def test_a_json_feed_loses_one_character_too() -> None:
    items = [{"id": str(number), "title": f"{TEXTS['ar']} #"} for number in range(2)]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "ar", "items": items}
    text = json.dumps(document, ensure_ascii=False)
    answer = read(text.encode().replace(b"#", b"\xd9", 1))
    assert [entry.title for entry in answer.entries] == [f"{TEXTS['ar']} \ufffd", f"{TEXTS['ar']} #"]
    assert answer.detail == "1 character could not be read as utf-8"
    for encoded in (text.encode("utf-16"), text.encode("utf-16-le"), text.encode("cp1256")):
        assert titles(encoded) == {f"{TEXTS['ar']} #"}


@pytest.mark.parametrize("declared", ["", "<language>en-us</language>"])
def test_the_language_of_the_feeds_file_says_what_a_document_does_not(declared: str) -> None:
    text = f"<rss><channel>{declared}<item><title>{TEXTS['ru']}</title></item></channel></rss>"
    answer = parse(
        text.encode("cp1251"), content_type=None, base_url="", now=datetime(2026, 11, 21, tzinfo=UTC), language="ru-RU"
    )
    assert isinstance(answer, ParsedFeed)
    assert [entry.title for entry in answer.entries] == [TEXTS["ru"]]


@given(st.binary(max_size=200), st.none() | st.text(max_size=40))
def test_any_bytes_become_text(body: bytes, content_type: str | None) -> None:
    answer = decode(body, content_type)
    answer.text.encode()
    assert answer.lost <= len(body)


@given(st.text(max_size=60), st.data())
def test_any_damage_to_utf8_costs_no_more_than_itself(text: str, data: st.DataObject) -> None:
    before, after = ("Удар по базе. " * 5 + text).encode(), ("قصف قاعدة " * 5).encode()
    bad = bytes(data.draw(st.lists(st.sampled_from([0xFF, 0xFE, 0xC0, 0xF8]), max_size=5)))
    answer = decode(before + bad + after, "text/xml; charset=koi8-r")
    assert answer.text == (before + b"\xef\xbf\xbd" * len(bad) + after).decode()
    assert answer.lost == len(bad)
