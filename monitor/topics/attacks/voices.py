"""Who says it: an official, a newsroom, who claims it, or somebody unnamed; and the agency whose report it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.model.report import Act, Voice
from monitor.text.matcher import Hit
from monitor.text.normalise import count_words
from monitor.text.reading import Reading, Sentence
from monitor.topics.attacks.acts import Match
from monitor.topics.attacks.lists import AttackLists

#: words between a speaker and "says"
_BESIDE = 3
#: words of a name that may stand before it: "Kuwaiti defence", "two senior"
_NAME = 2
#: signs before a speaker at the end of a headline, and behind one at its start
_SIGNS = frozenset(":-–—,")
#: characters before the name of an agency at the start of a text ("BAGHDAD, Nov 25 (Reuters) - ")
_DATELINE = 60
#: of an agency that is written with small letters, and of the shortest with capitals
_ARTICLE = "the "


class VoiceFinder:
    """Finds voices with one vocabulary."""

    def __init__(self, lists: AttackLists) -> None:
        self._lists = lists
        self._says = lists.says | lists.says_behind | lists.statement | lists.according_to | lists.denied
        self._speaks = lists.official_voice | lists.anonymous_voice | lists.attacker_said
        self._toll = lists.killed | lists.wounded | lists.unharmed | lists.death_toll | lists.wounded_toll

    def voice(self, reading: Reading, match: Match | None, act: Act) -> tuple[Voice, str]:
        """Whose word the deciding or toll-bearing sentence is, and the speaker as printed.

        The toll comes first, for it is what is told again: "… hit the base. Three died, the ministry said".
        """
        if not reading.tags & self._speaks and act is not Act.CLAIM:
            return Voice.MEDIA, ""
        deciding = [match.sentence] if match is not None else []
        toll = [sentence for sentence in reading.opening if sentence.tags & self._toll]
        for sentence in dict.fromkeys((*toll, *deciding, *reading.opening)):
            said = self._said(sentence)
            if said is not None:
                return said
        return (Voice.CLAIMANT, "") if act is Act.CLAIM else (Voice.MEDIA, "")

    def _said(self, sentence: Sentence) -> tuple[Voice, str] | None:
        """Who speaks in a sentence; an official beside others is who counts."""
        lists = self._lists
        claimants = [] if sentence.tags & lists.no_claim else list(sentence.with_tags(lists.attacker_said))
        foes = list(sentence.with_tags(lists.foe))
        for hit in _widest(sentence.with_tags(lists.official_voice)):
            if any(_touches(foe, hit) for foe in foes) or any(hit.is_in(said) for said in claimants):
                continue
            if self._speaks_here(hit, sentence):
                return Voice.OFFICIAL, printed(sentence, hit, _NAME)
        for said in claimants:
            name = next((foe for foe in foes if foe.is_in(said)), said)
            return Voice.CLAIMANT, printed(sentence, name, 0)
        for hit in _widest(sentence.with_tags(lists.anonymous_voice)):
            if self._speaks_here(hit, sentence) or not hit.tags & lists.says:
                return Voice.ANONYMOUS, printed(sentence, hit, _NAME)
        return None

    def _speaks_here(self, hit: Hit, sentence: Sentence) -> bool:
        """A word of saying stands beside it, or it stands alone before or behind a sign."""
        words, folded = sentence.text.words, sentence.text.folded
        for said in sentence.with_tags(self._says):
            first, second = (hit, said) if hit.start < said.start else (said, hit)
            if not hit.is_in(said) and not said.is_in(hit) and _is_near(words, first.end, second.start):
                return True
        before, behind = folded[sentence.start : hit.start].rstrip(), folded[hit.end : sentence.end].strip()
        if behind.startswith(":") and count_words(words[sentence.start : hit.start]) <= _NAME:
            return True
        if before.endswith("(") and behind.startswith(")"):
            return True
        tail = before[max((before.rfind(sign) for sign in _SIGNS), default=-1) + 1 :]
        return not behind.strip(" .|") and len(tail) < len(before) and count_words(tail) <= _NAME

    def wire(self, reading: Reading) -> str:
        """The agency that is named as source; empty for own work."""
        if not reading.tags & self._lists.wire_service:
            return ""
        for sentence in reading.sentences:
            for hit in _widest(sentence.with_tags(self._lists.wire_service)):
                name = printed(sentence, hit, 0)
                if name.islower() and len(name) <= len(_ARTICLE):
                    continue
                if self._is_source(hit, sentence):
                    return name.removeprefix("The ").removeprefix(_ARTICLE)
        return ""

    def _is_source(self, hit: Hit, sentence: Sentence) -> bool:
        """ "(AP)", "— AFP" at an end, "BAGHDAD, Reuters -" at the start, "Reuters contributed to this report"."""
        folded = sentence.text.folded
        before, behind = folded[: hit.start].rstrip(), folded[hit.end :].lstrip()
        if before.endswith("(") and behind.startswith(")"):
            return True
        if any(
            _is_near(sentence.text.words, hit.end, note.start) or note.end <= hit.start
            for note in sentence.with_tags(self._lists.wire_note)
        ):
            return True
        if before[-1:] in ("-", "–", "—", "/", "|") and not behind.strip(" ."):
            return True
        return hit.start <= _DATELINE and behind[:1] in ("-", "–", "—") and "." not in before.rstrip(" .")


def printed(sentence: Sentence, hit: Hit, names: int) -> str:
    """The words of a hit as they stand in the item, with up to `names` words before it that belong to its name."""
    start, end = sentence.text.span(hit.start, hit.end)
    first, _ = sentence.text.span(sentence.start, sentence.start)
    original = sentence.text.original
    taken: list[str] = []
    for word in reversed(original[first:start].split()):
        if len(taken) == names or not original[start - 1 : start].isspace():
            break
        if not word[:1].isupper() or word[-1:] in ",;:.!?)-–—":
            break
        taken.insert(0, word)
    return " ".join((*taken, *original[start:end].split()))


def _widest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits without those that stand inside another ("official" in "US official")."""
    some = list(hits)
    return (hit for hit in some if not any(hit is not other and hit.is_in(other) for other in some))


def _touches(foe: Hit, hit: Hit) -> bool:
    """An attacker's own army or spokesman: "Iranian army", "a spokesman for the Houthis"."""
    return hit.is_in(foe) or 0 <= hit.start - foe.end <= 2


def _is_near(words: str, start: int, end: int) -> bool:
    return start <= end and count_words(words[start:end]) <= _BESIDE
