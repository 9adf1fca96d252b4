"""Which number of a sentence is how many were killed and wounded, in every shipped language; and what is no toll."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifying import asked, shipped
from languages import asked as asked_of
from languages import live, rules_of, taken
from monitor.config import yamlfile
from monitor.rules.folder import read_folder
from monitor.text.normalise import normalise
from monitor.text.numbers import Counting, counting_of
from monitor.text.sentences import sentences
from monitor.topics.loading import compile_rules
from monitor.workbench.lint.check import lint

HERE = Path(__file__).parent.parent
LANGUAGES = {
    "en", "ar", "fa", "tr", "he", "fr", "ru", "de", "es", "hi", "ckb", "ur", "uk", "pl", "ro", "id", "it", "pt", "zh",
    "ja", "ko",
}  # fmt: skip
NOVEMBER = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
DATELINES = {
    "en": (
        "BAGHDAD, Nov {} (Reuters) - ", "ERBIL, {} Nov - ", "WASHINGTON, Nov. {}, 2025 (AP) — ",
        "Baghdad, {} November: ",
    ),
    "ar": ("الدوحة {} نوفمبر (رويترز) - ", "بغداد {} تشرين الثاني (أ ف ب) - "),
    "fa": ("تهران، {} نوامبر (رویترز) - ", "بغداد {} نوامبر: "),
    "tr": ("BAĞDAT, {} Kasım (AA) - ", "Ankara, {} kasım - "),
    "he": ("בגדד, {} בנובמבר (רויטרס) - ", "{} בנובמבר: "),
    "fr": ("BAGDAD, {} novembre (AFP) - ", "Bagdad, le {} nov. (Reuters) - "),
    "ru": ("БАГДАД, {} ноября (ТАСС) - ", "Москва. {} ноября. "),
    "de": ("BAGDAD, {}. November (dpa) - ", "Bagdad, {}. Nov. (Reuters) - "),
    "es": ("BAGDAD, {} nov (EFE).- ", "Bagdad, {} de noviembre (AFP) - "),
    "uk": ("БАГДАД, {} листопада (Укрінформ) - ", "Київ. {} листопада. "),
    "pl": ("BAGDAD, {} listopada (PAP) - ", "Bagdad, {} listopada: "),
    "ro": ("BAGDAD, {} noiembrie (Agerpres) - ", "Bagdad, {} noiembrie: "),
    "ur": ("بغداد، {} نومبر (اے ایف پی) - ", "بغداد {} نومبر: "),
    "ckb": ("بەغدا، {} تشرینی دووەم (ڕۆیتەرز) - ", "هەولێر {} تشرینی دووەم: "),
    "hi": ("बगदाद, {} नवंबर (भाषा) - ", "बगदाद {} नवंबर: "),
    "id": ("BAGHDAD, {} November (Antara) - ", "Baghdad, {} November: "),
    "it": ("BAGHDAD, {} novembre (Ansa) - ", "Roma, {} nov. - "),
    "pt": ("BAGDÁ, {} nov (Lusa) - ", "Bagdá, {} de novembro (AFP) - "),
    "zh": ("新华社巴格达11月{}日电 ", "（中央社巴格達{}日綜合外電報導）"),
    "ja": ("【バグダッド共同】{}日、", "11月{}日 ロイター - "),
    "ko": ("(바그다드=연합뉴스) {}일 ", "11월 {}일 로이터 - "),
}  # fmt: skip


def cases() -> list[Any]:
    out = []
    for path in sorted((HERE / "data" / "tolls").glob("*.yaml")):
        data = yamlfile.read(path).data
        out += [
            pytest.param(data["language"], case, id=f"{data['language']}-{i}") for i, case in enumerate(data["cases"])
        ]
    return out


CASES = cases()


@pytest.mark.parametrize(("language", "case"), CASES)
def test_a_sentence_has_its_toll(language: str, case: dict[str, Any]) -> None:
    found = asked(case["text"], published=NOVEMBER)
    assert (found.facts.killed, found.facts.wounded) == (case["killed"], case["wounded"])
    if "words" in case:  # no exact number: the word is kept, and a level is raised by the least that it means
        assert case["words"] in (found.facts.killed_words, found.facts.wounded_words)
    assert found.level == case["level"]


def test_every_shipped_language_has_cases() -> None:
    counted = Counter(case.values[0] for case in CASES)
    assert set(counted) == LANGUAGES
    assert min(counted.values()) >= 15
    assert counted["en"] >= 80


@settings(max_examples=150, deadline=None)
@given(case=st.sampled_from([c.values for c in CASES]), day=st.integers(1, 31), data=st.data())
def test_a_dateline_changes_no_toll(case: tuple[str, dict[str, Any]], day: int, data: st.DataObject) -> None:
    language, told = case
    dateline = data.draw(st.sampled_from(DATELINES[language])).format(day)
    title = "Drone attack on Harir air base in Iraq"
    plain = asked(title, summary=told["text"], published=NOVEMBER).facts
    dated = asked(title, summary=dateline + told["text"], published=NOVEMBER).facts
    assert (dated.killed, dated.wounded) == (plain.killed, plain.wounded)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Rockets hit Harir air base on 2nd May", "2026-05-02"),
        ("سقوط صواريخ على قاعدة حرير في ٢ أيار", "2026-05-02"),
        ("سقوط صواريخ على قاعدة حرير في 2 مايو", "2026-05-02"),
        ("حمله موشکی به پایگاه حریر در ۲ مه", "2026-05-02"),
        ("Irak'taki ABD üssüne 2 Mayıs'ta roketli saldırı düzenlendi", "2026-05-02"),
        ("מטח רקטות על בסיס אמריקני בעיראק ב-2 במאי", "2026-05-02"),
        ("Des roquettes frappent une base américaine en Irak le 2 mai", "2026-05-02"),
        ("Ракеты попали по базе США в Ираке 2 мая", "2026-05-02"),
        ("Raketen treffen US-Stützpunkt Harir am 2. Mai", "2026-05-02"),
        ("Cohetes impactan en una base de EE. UU. en Irak el 2 de mayo de 2026", "2026-05-02"),
        ("इराक में अमेरिकी बेस पर 2 मई को रॉकेट हमला", "2026-05-02"),
        ("Razzi colpiscono la base americana di Harir in Iraq il 2 maggio", "2026-05-02"),
        ("Foguetes atingem base americana de Harir em 2 de maio", "2026-05-02"),
        ("Roket hantam pangkalan AS di Harir pada 2 Mei", "2026-05-02"),
        ("5月2日火箭弹袭击美军基地", "2026-05-02"),
        ("5月2日、米軍基地にロケット弾攻撃", "2026-05-02"),
        ("5월 2일 미군기지에 로켓 공격", "2026-05-02"),
        ("周日美军基地遭火箭弹袭击", "2026-05-03"),
        ("日曜に米軍基地へロケット弾攻撃", "2026-05-03"),
        ("일요일 미군기지에 로켓 공격", "2026-05-03"),
        ("Raketen treffen US-Stützpunkt Harir am Sonntag", "2026-05-03"),
        ("इराक में अमेरिकी बेस पर रविवार को रॉकेट हमला", "2026-05-03"),
    ],
)
def test_a_day_is_read_in_every_language(text: str, day: str) -> None:
    facts = asked(text).facts
    assert (str(facts.date), facts.date_stated) == (day, True)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Una base de EE. UU. en Irak fue atacada. Hay heridos.", 2),
        ("Lt. Col. Smith said so. Two died.", 2),
        ("The U.S. base was hit. Gen. Jones spoke.", 2),
        ("Es war z. B. ein Angriff. Drei starben.", 2),
        ("В 2025 г. База США, т. е. Айн-эль-Асад, атакована. Есть раненые.", 2),
        ("صرح د. علي بذلك. وقع هجوم.", 2),
        ("M. Dupont le dit. Une base est visée.", 2),
        ("Org. Yılmaz konuştu. Üs vuruldu.", 2),
        ("डॉ. सिंह ने कहा। हमला हुआ।", 2),
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str, count: int) -> None:
    assert len(sentences(normalise(text), (), shipped().vocabulary.abbreviations)) == count


def counting(language: str) -> Counting:
    vocabulary = shipped().vocabulary
    return vocabulary.counting[vocabulary.bits[f"language:{language}"] if language != "en" else 0]


def values(language: str, text: str) -> list[int]:
    plain = normalise(text)
    found = counting(language).parts(plain, 0, len(plain.words), ())
    return [part.value for part in found if part.value is not None and "articles" not in part.kinds]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "twenty-one", 21), ("en", "two hundred and five", 205), ("en", "half a dozen", 6), ("en", "a dozen", 12),
        ("en", "two dozen", 24), ("en", "dozens", 24), ("en", "1,200", 1200), ("en", "3 thousand", 3000),
        ("en", "scores", 40), ("en", "ninety-nine", 99), ("en", "forty two", 42),
        ("de", "dreiundzwanzig", 23), ("de", "einundzwanzig", 21), ("de", "zweihundert", 200), ("de", "1.200", 1200),
        ("fr", "vingt et un", 21), ("fr", "quatre-vingt-dix-sept", 97), ("fr", "soixante-douze", 72),
        ("fr", "1 200", 1200), ("fr", "dix-huit", 18), ("fr", "deux cents", 200), ("fr", "mille deux cents", 1200),
        ("es", "veintitrés", 23), ("es", "treinta y dos", 32), ("es", "ciento diez", 110), ("es", "1.200", 1200),
        ("ru", "двадцать один", 21), ("ru", "сто десять", 110), ("ru", "троих", 3), ("ru", "12 000", 12000),
        ("ru", "5 тысяч", 5000), ("ar", "ثلاثة وعشرون", 23), ("ar", "خمسة عشر", 15), ("ar", "أحد عشر", 11),
        ("ar", "٣٤", 34), ("ar", "مئتين وخمسين", 250), ("he", "עשרים ושלושה", 23), ("he", "חמש עשרה", 15),
        ("he", "שתי", 2), ("tr", "on iki", 12), ("tr", "yirmi bir", 21), ("tr", "iki yüz elli", 250),
        ("fa", "بیست و سه", 23), ("fa", "۱۱۰", 110), ("fa", "صد و ده", 110), ("hi", "तेईस", 23), ("hi", "१२", 12),
        ("hi", "दो सौ", 200), ("it", "ventuno", 21), ("it", "duecento", 200), ("pt", "trinta e dois", 32),
        ("pt", "cento e dez", 110), ("pt", "5 mil", 5000), ("id", "dua puluh satu", 21), ("id", "seratus sepuluh", 110),
        ("id", "lima belas", 15), ("zh", "二十三", 23), ("zh", "一百二十", 120), ("ja", "三十五", 35),
        ("ja", "十二", 12), ("ko", "두 명", 2), ("ko", "110", 110),
    ],
)  # fmt: skip
def test_a_number_in_words_and_digits(language: str, text: str, value: int) -> None:
    assert values(language, text) == [value]


@pytest.mark.parametrize(
    "text",
    ["2nd", "F-35", "34-year-old", "3:30", "3.5", "30%", "$5", "2026", "C-130", "24-hour", "9/11", "5km", "two-day"],
)
def test_what_is_no_number(text: str) -> None:
    assert values("en", f"x {text} x") == []


@given(st.integers(1, 99))
def test_every_number_below_a_hundred_in_english(number: int) -> None:
    units = ["x", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    tens = ["x", "x", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    teens = [
        "ten",
        "eleven",
        "twelve",
        *(f"{stem}teen" for stem in ("thir", "four", "fif", "six", "seven", "eigh", "nine")),
    ]
    if number < 20:
        spelt = units[number] if number < 10 else teens[number - 10]
    else:
        spelt = tens[number // 10] + (f"-{units[number % 10]}" if number % 10 else "")
    assert values("en", spelt) == [number]


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    plain = normalise(text)
    for language in ("en", "ar", "de"):
        parts = counting(language).parts(plain, 0, len(plain.words), ())
        assert all(part.start < part.end for part in parts)


def test_a_language_of_ones_own_may_say_how_it_counts_or_not(tmp_path: Path) -> None:
    words = {
        "killed": ["mortigitaj"], "hit": ["trafas"], "base-word": ["militbazo"],
        "us-behind": ["usona"], "weapon": ["raketoj"],
    }  # fmt: skip
    parts: dict[str, Any] = {"language": "eo", "extend": words}
    told = "Raketoj trafas militbazo usona: {} mortigitaj"
    without = rules_of(tmp_path / "a", [live("one", raise_to_flash_if=["killed >= 2"])], **parts)
    assert asked_of(without, told.format("3")).facts.killed == 3
    assert asked_of(without, told.format("du")).facts.killed is None
    numbers = {"values": {"2": ["du"]}, "times": {"12": ["dekduo", "dekduoj"]}}
    able = rules_of(tmp_path / "b", [live("one", raise_to_flash_if=["killed >= 2"])], numbers=numbers, **parts)
    found = asked_of(able, told.format("du"))
    assert found.facts.killed == 2
    assert taken(found)["one"].level == "flash"
    assert asked_of(able, told.format("2, dekduo")).facts.killed == 12


def test_the_lint_names_a_language_that_cannot_count(tmp_path: Path) -> None:
    parts: dict[str, Any] = {"language": "eo", "extend": {"killed": ["mortigitaj"]}}
    rules_of(tmp_path / "rules", [live("one")], **parts)
    files = read_folder(tmp_path / "rules")
    told = [p for p in lint(files, compile_rules(files)) if "own.yaml" in p.file and " eo " in p.message]
    assert len(told) == 1
    assert told[0].message.startswith("the language eo has no numbers, no months and no abbreviations")
    assert "numbers: {values: {2: [" in told[0].hint


def test_no_section_is_needed() -> None:
    empty = counting_of([])
    plain = normalise("3 killed, two wounded")
    assert [p.value for p in empty.parts(plain, 0, len(plain.words), ()) if p.value is not None] == [3]
