"""Words compare in one form, and every stretch leads back to what the paper wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifying import shipped
from monitor.text.expressions import Expressions, make_expression
from monitor.text.matcher import Matcher, make_term
from monitor.text.normalise import count_words, normalise, normalise_term
from monitor.text.sentences import sentences

ODD = st.text(
    alphabet=st.sampled_from(
        "aAzZ09 .,-'’“”—\n\tİıßéÉŁøعالأسدةىیکۀوفبلك\u0640\u064b\u200c\u200f\u0301בסיסÖüЙёğ\ufdf2ﬁ½"
        "基地、。！「ガｶ기지에ー"
    ),
    max_size=60,
)


@given(ODD | st.text(max_size=40))
@settings(max_examples=400, deadline=None)
def test_offsets_lead_back_into_the_original(original: str) -> None:
    text = normalise(original)
    assert len(text.folded) == len(text.cased) == len(text.words)
    for start in range(len(text.words)):
        first, last = text.span(start, start + 1)
        assert 0 <= first < last <= len(original)
    for start, end in sentences(text):
        first, last = text.span(start, end)
        assert first <= last <= len(original)


@given(ODD)
@settings(max_examples=200, deadline=None)
def test_offsets_grow(original: str) -> None:
    text = normalise(original)
    origins = [text.span(i, i + 1)[0] for i in range(len(text.words))]
    assert origins == sorted(origins)


@given(st.sampled_from([t.written for t in shipped().vocabulary.terms if "*" not in t.written]), ODD, ODD)
@settings(max_examples=200, deadline=None)
def test_a_term_is_found_in_any_surroundings_and_quotes_itself(term: str, before: str, after: str) -> None:
    made = make_term(term, 1)
    assert made is not None
    original = f"{before} | {term} | {after}"
    text = normalise(original)
    quotes = [original[slice(*text.span(hit.start, hit.end))] for hit in Matcher([made]).hits(text)]
    assert any(normalise_term(quote)[0] == made.words for quote in quotes)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("U.S.-led", "a U.S.-led strike"),
        ("US-led", "a US-led strike"),
        ("U.S. embassy", "near the U.S. embassy in Baghdad"),
        ("Camp Simba / Manda Bay", "at Camp Simba / Manda Bay"),
    ],
)
def test_a_term_with_punctuation_is_found_as_it_is_written(term: str, text: str) -> None:
    made = make_term(term, 1)
    assert made is not None
    (hit,) = Matcher([made]).hits(done := normalise(text))
    assert text[slice(*done.span(hit.start, hit.end))] == term


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ain al-Asad", "AIN AL ASAD"),
        ("قاعدة", "القاعدة"),
        ("الأمريكية", "امريكيه"),
        ("مسيّرة", "مسيرة"),
        ("قـــاعدة", "قاعدة"),
        ("پایگاه عین‌الاسد", "پايگاه عين الاسد"),
        ("بنکەی ئەمریکا لە هەولێر", "بنكهي ئهمريكا له ههولير"),
        ("ڕۆکێت", "روكيت"),
        ("Aïn", "Ain"),
        (unicodedata.normalize("NFD", "Kraków"), "Krakow"),
        ("İHA", "iha"),
        ("۱۲", "12"),
        ("Kata’ib", "Kata'ib"),
        ("U . S .", "U.S."),
        ("Iran–backed", "Iran-backed"),
        ("미군 기지", "미군기지"),
        ("アル・アサド", "アルアサド"),
        ("ﾐｻｲﾙ", "ミサイル"),
        ("３枚", "3枚"),
    ],
)
def test_two_spellings_are_one(one: str, other: str) -> None:
    assert normalise_term(one)[0] == normalise_term(other)[0]


def found(terms: list[str], text: str) -> list[str]:
    made = [term for term in (make_term(t, 1) for t in terms) if term is not None]
    done = normalise(text)
    return [text[slice(*done.span(hit.start, hit.end))] for hit in Matcher(made).hits(done)]


@pytest.mark.parametrize("text", ["tropas de EE UU - Trump amenaza", "base used by US - Reuters", "rockets - two hurt"])
def test_a_dash_between_spaces_parts_what_it_parts(text: str) -> None:
    assert " - " in normalise(text).folded


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("base", "database bases base.", ["base"]),
        ("base*", "database bases base.", ["bases", "base"]),
        ("US", "US troops told us", ["US"]),
        ("Tower 22", "tower 22 or TOWER 22 or Tower 22", ["TOWER 22", "Tower 22"]),
        ("air base", "air\nbase, air-base, air, base", ["air\nbase", "air-base"]),
        ("U.S.", "the U . S . and the U.S.", ["U . S", "U.S"]),
        ("EE. UU.", "de EE . UU . y EE.UU.", ["EE . UU", "EE.UU"]),
        ("US-led", "US - led force", ["US - led"]),
        ("F-16", "an F - 16 jet", ["F - 16"]),
        ("قاعدة", "والقاعدة وقاعدة لقاعدة مقاعدة", ["والقاعدة", "قاعدة", "قاعدة"]),
        ("בסיס", "הבסיס ובבסיס כבסיסים", ["בסיס", "בסיס"]),
        ("üs", "us üs", ["üs"]),
        ("si", "si și", ["si", "și"]),
        ("état", "détaté L’État", ["État"]),
        ("Beirut", "Beirut’s", ["Beirut"]),
        ("база", "база базы турбаза", ["база"]),
        ("基地", "美军基地遭袭，空军基地、軍事基地。", ["基地", "基地", "基地"]),
        ("ガ", "ガス カメラ", ["ガ"]),
        ("기지", "미군기지를 기지 근처 기 지", ["기지", "기지", "기 지"]),
        ("US", "在US基地", ["US"]),
        ("بنکە*", "بنکە، بنكه‌یه‌ک، بنکەکانی", ["بنکە", "بنكه", "بنکەکانی"]),
        ("ئەمریکا", "بنکەی ئه‌مریكا لە عێراق", ["ئه‌مریكا"]),
    ],
)
def test_whole_words_smart_case_and_written_on_letters(term: str, text: str, hits: list[str]) -> None:
    assert found([term], text) == hits


def test_of_two_short_words_the_accent_of_the_text_tells_which_it_is() -> None:
    assert found(["si", "și", "US", "üs"], "si și US ÜS üs") == ["si", "și", "US", "ÜS", "üs"]


@pytest.mark.parametrize(
    ("written", "count"),
    [("drones hit the base", 4), ("基地遭袭", 1), ("에서", 0), ("F-35战机在基地", 4), ("", 0)],
)
def test_of_scripts_without_spaces_two_and_a_half_characters_count_as_a_word(written: str, count: int) -> None:
    assert count_words(normalise(written).words) == count


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("/美军.{0,4}基地/", "驻美军空军基地遭袭", "美军空军基地"),
        ("/[两三]人死/", "有两人死亡", "两人死"),
        ("/기지\\S* 공격/", "미군기지를 공격", "기지를 공격"),
    ],
)
def test_an_expression_sees_such_scripts_as_they_are_written(expression: str, text: str, found: str) -> None:
    read = normalise(text)
    ((start, end, _),) = Expressions([make_expression(expression, 1)]).find(read)
    assert text[slice(*read.span(start, end))] == found


def test_a_term_of_signs_is_no_term() -> None:
    assert make_term("—", 1) is None
    assert make_term("*", 1) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("U.S. forces were hit. Three died.", 2),
        ("Gen. Smith said so. It was Jan. 28.", 2),
        ("He said no . Furious Trump left .", 2),
        ("وقع هجوم. هل من ضحايا؟ لا", 3),
        ("美军基地遭袭。两人受伤！US证实", 3),
        ("미군 기지가 공격받았다. 두 명이 다쳤다.", 2),
        ("「米軍基地を攻撃した。」と発表。", 2),
        ("미군기지 사이렌 울려…오경보로 확인", 1),
        ("one line\nand another", 2),
        ("no end", 1),
        ("", 0),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert len(sentences(normalise(text), (), shipped().vocabulary.abbreviations)) == count


@pytest.mark.parametrize(
    ("term", "text", "count"),
    [
        ("5. Filo", "ABD 5. Filo karargahı vuruldu. Ölen yok.", 2),
        ("EE. UU.", "Las fuerzas de EE. UU. fueron atacadas. No hay heridos.", 2),
        ("5 Filo", "Ölenler 5. Filo vuruldu.", 2),  # written without the full stop: it ends a sentence as any other
        ("air base", "They came by air. Base defences fired.", 2),
        ("air base!", "They left the air base! Nobody was hurt.", 2),
    ],
)
def test_a_full_stop_inside_a_term_ends_no_sentence(term: str, text: str, count: int) -> None:
    word, read = make_term(term, 1), normalise(text)
    assert word is not None
    assert len(sentences(read, Matcher([word]).hits(read))) == count


def test_an_expression_may_span_two_sentences() -> None:
    read = normalise("They came by air. Base defences fired.")
    hits = Matcher([], Expressions([make_expression("/air.+base/", 1)])).hits(read)
    assert [hit.written for hit in hits] == ["/air.+base/"]
    assert len(sentences(read, hits)) == 2
