"""Every verb of attack with every attacker, weapon and target, in every tense and voice, language by language.

`tests/data/combinations/<language>.yaml` holds lists of words and tables of sentences with slots:

    words:
      attacker: [Iran, Houthi rebels]
      strikes: [strikes, hits]
      target:                        # a word with several forms, for languages that inflect
        - {plain: база США, at: базу США}
    tables:
      - name: present
        alert: true                  # or false: the mirror, which must stay quiet
        acts: [attack]               # what the classifier may answer; left out: any act
        sentences: ["{attacker} {strikes} {target.at}"]

A slot is `{list}` or `{list.form}`; the same list twice in a sentence is the same word twice. The sentences of a
table are made so that every two words of two lists meet at least once in each of its sentences (a pairwise cover).
In a file with long lists, which says `cover: table`, they meet at least once in the table, and each sentence still
holds every word of its lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from classifying import asked

FILES = sorted((Path(__file__).parent.parent / "data" / "combinations").glob("*.yaml"))
SLOT = re.compile(r"\{([\w-]+)(?:\.([\w-]+))?\}")
#: so many wrong sentences of a table are shown
SHOWN = 25

Word = str | dict[str, str]


def tables() -> list[object]:
    contents = {path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) for path in FILES}
    return [
        pytest.param(content["words"], table, content.get("cover") == "table", id=f"{language}: {table['name']}")
        for language, content in contents.items()
        for table in content["tables"]
    ]


def cover(sizes: list[int], share: int = 0, shares: int = 1) -> Iterator[tuple[int, ...]]:
    """Rows of indexes in which every pair of values of every two columns stands together at least once.

    Columns are lines over the integers modulo a prime p: two of them meet in each pair exactly once. What runs over
    the end of a shorter list begins again at its start. The rows can be dealt out in `shares`: each share holds every
    value at least once, all of them together every pair.
    """
    prime = next(n for n in range(max(*sizes, len(sizes), 2), 10_000) if all(n % d for d in range(2, n)))
    rows = dict.fromkeys(
        tuple((first + second * column if column else second) % prime % size for column, size in enumerate(sizes))
        for first in range(share % prime, prime, shares)
        for second in range(prime)
    )
    return iter(rows)


def sentences(words: dict[str, list[Word]], template: str, share: int, shares: int) -> Iterator[str]:
    """The template filled with a pairwise cover of its lists, or with a share of it."""
    slots = list(SLOT.finditer(template))
    names = list(dict.fromkeys(slot[1] for slot in slots))
    for row in cover([len(words[name]) for name in names], share, shares) if names else [()]:
        made = template
        for slot in slots:
            word = words[slot[1]][row[names.index(slot[1])]]
            if not isinstance(word, str):
                word = word[slot[2]] if slot[2] else next(iter(word.values()))
            made = made.replace(slot[0], word)
        yield made[:1].upper() + made[1:]


def test_a_cover_holds_every_pair() -> None:
    rows = list(cover([3, 7, 2, 5]))
    for one in range(4):
        for other in range(one + 1, 4):
            assert len({(row[one], row[other]) for row in rows}) == [3, 7, 2, 5][one] * [3, 7, 2, 5][other]
    assert list(cover([2])) == [(0,), (1,)]


def test_the_shares_of_a_cover_hold_every_value_and_together_every_row() -> None:
    sizes = [3, 7, 2, 5]
    shares = [list(cover(sizes, share, 3)) for share in range(3)]
    assert {row for share in shares for row in share} == set(cover(sizes))
    for share in shares:
        assert [len({row[column] for row in share}) for column in range(4)] == sizes


@pytest.mark.parametrize(("words", "table", "shared"), tables())
def test_every_combination_is_read_as_it_says(words: dict[str, list[Word]], table: dict, shared: bool) -> None:
    wrong, count, templates = [], 0, table["sentences"]
    for number, template in enumerate(templates):
        for sentence in sentences(words, template, number if shared else 0, len(templates) if shared else 1):
            count += 1
            found = asked(sentence)
            if found.alert is not table["alert"] or str(found.act) not in table.get("acts", [str(found.act)]):
                wrong.append(f"{sentence}  [{template}]\n    {found.reason}")
    assert count
    assert not wrong, f"{len(wrong)} of {count}, such as:\n" + "\n".join(wrong[:: max(1, len(wrong) // SHOWN)])
