"""How many were killed and wounded: which number of a sentence belongs to which word of harm. Pure.

A number belongs to the word of harm that it touches ("14 wounded", "killing at least three"); else to the next one
behind it that it can reach across words for people ("three soldiers on patrol were killed"), else to the one before.
Groups that "and" joins are added. A person who is named without a number ("kills U.S. soldier") is one.
What counts weapons, hours or attackers, and what is part of a date or a name, is no toll.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.rules.vocabulary import Vocabulary
from monitor.text.days import dateline
from monitor.text.matcher import Hit
from monitor.text.numbers import NumberPart, together
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import sum_of
from monitor.topics.attacks.groups import Group, NumberRow, Signs
from monitor.topics.attacks.lists import AttackLists

#: words between a number and the word of harm: with a word for people among them, with none, and for a person who is
#: named without a number
_FAR, _NEAR, _SINGLE = 14, 2, 10
#: words between a word of harm and a number behind it
_BEHIND = 4
#: the same behind "death toll"
_TOLL = 6
_ENGLISH = 0
#: letters that a word may have; and between "a" and the weapon that it counts
_WORD, _ARMS = 30, 15


class TollFinder:
    """Finds tolls with one vocabulary."""

    def __init__(self, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self.lists, self.signs = lists, Signs(lists)
        self._harmed = lists.harmed | lists.killed | lists.wounded
        self._toll = lists.death_toll | lists.wounded_toll
        self._unharmed = lists.unharmed | lists.none_killed | lists.none_wounded
        self._days = sum_of(lists.weekdays)
        self._counting, self._calendar = vocabulary.counting, vocabulary.calendar
        self._foreign = vocabulary.languages

    def harmed(self, reading: Reading) -> tuple[int | None, int | None]:
        """How many were killed and wounded, as the first sentence that says so puts it; attackers are not counted."""
        killed: int | None = None
        wounded: int | None = None
        telling = self._harmed | self._unharmed | self._toll
        told = [sentence for sentence in reading.opening if sentence.tags & telling]
        for sentence in told:
            if killed is None and wounded is None:
                killed, wounded = self._nobody(sentence)
            for is_killed, count in self._counts(sentence):
                if is_killed:
                    killed = count if killed in (None, 0) else killed
                else:
                    wounded = count if wounded in (None, 0) else wounded
        if killed is None and wounded == 0 and not any(self._tells_of_dead(sentence) for sentence in told):
            killed = 0  # where nobody was hurt, nobody died
        return killed, wounded

    def _tells_of_dead(self, sentence: Sentence) -> bool:
        """Somebody was killed, though it is not said how many."""
        killed = sentence.outside_causes(self.lists.killed | self.lists.death_toll)
        return any(not sentence.has_around(hit, self._unharmed) for hit in killed)

    def number_behind(self, sentence: Sentence, hit: Hit, reach: int) -> int | None:
        """The first number behind a word, at most `reach` words away; "a" is one where it stands before a weapon."""
        parts = self._parts(sentence, hit.tags, hit.end, min(sentence.end, hit.end + reach * _WORD))
        for part in parts[:reach]:
            arms = (one for one in sentence.with_tags(self.lists.weapon) if 0 <= one.start - part.end <= _ARMS)
            if part.value is not None and ("articles" not in part.kinds or any(arms)):
                return part.value
        return None

    def number_before(self, sentence: Sentence, hit: Hit, *, of_them: bool = False) -> int | None:
        """The number right before a word, with at most one word between them: "14 Katyusha rockets".

        `of_them`: of "three of four drones" the three.
        """
        parts = self._parts(sentence, hit.tags, max(sentence.start, hit.start - 5 * _WORD), hit.start)
        counts = [at for at, part in enumerate(parts) if at >= len(parts) - 2 and part.value is not None]
        if not counts:
            return None
        last = counts[-1]
        if of_them and last >= 2 and "of" in parts[last - 1].kinds and parts[last - 2].value is not None:
            last -= 2
        return parts[last].value

    def words_for(self, number: int | None, reading: Reading) -> str:
        """The words of a toll that is told without a figure: "several", "no casualties"; empty where one is there."""
        bits = self.lists.vague_number if number else self._unharmed
        if number is None or not reading.tags & bits:
            return ""
        found = ""
        for sentence in reading.opening:
            vague = list(sentence.with_tags(bits))
            for part in self._parts(sentence, bits, sentence.start, sentence.end) if number and vague else ():
                if part.value == number:
                    if not any(hit.start <= part.start and part.end <= hit.end for hit in vague):
                        return ""
                    found = found or sentence.text.words[part.start : part.end]
            if not number and vague:
                first = vague[0]
                return sentence.text.words[first.start : first.end].strip()
        return found

    def _nobody(self, sentence: Sentence) -> tuple[int | None, int | None]:
        """What "no casualties", "no deaths" and "no injuries" say of the dead and of the wounded."""
        killed = wounded = None
        for hit in sentence.with_tags(self._unharmed):
            if not hit.tags & self.lists.none_wounded:
                killed = 0
            if not hit.tags & self.lists.none_killed:
                wounded = 0
        return killed, wounded

    def _parts(self, sentence: Sentence, tags: int, start: int, end: int) -> list[NumberPart]:
        """A stretch of a sentence in the languages of these tags."""
        spoken = [counting for language, counting in self._counting.items() if language & tags]
        if not spoken and not tags & self._foreign:
            spoken = [self._counting[_ENGLISH]] if _ENGLISH in self._counting else []
        counting = spoken[0] if len(spoken) == 1 else together(spoken)
        return counting.parts(sentence.text, start, end, self._hidden(sentence))

    def _hidden(self, sentence: Sentence) -> Iterator[tuple[int, int]]:
        """Stretches whose numbers count nothing: dates, weekdays, names, the dateline."""
        yield from self._calendar.spans(sentence.text, sentence.start, sentence.end)
        for hit in sentence.hits:
            if hit.tags & self._days or any(kind in ("place", "actor") for kind, _ in hit.names):
                yield hit.start, hit.end
        report = dateline(sentence.text, sentence.start, sentence.end)
        if not any(hit.start < report for hit in sentence.with_tags(self._harmed)):
            yield sentence.start, report

    def _counts(self, sentence: Sentence) -> Iterator[tuple[bool, int]]:
        """(killed or wounded, how many) for each word of harm of a sentence that has a number."""
        harms = sentence.outside_causes(self.lists.killed | self.lists.wounded)
        hits = [hit for hit in harms if not sentence.has_around(hit, self._unharmed)]
        tolls = list(sentence.outside_causes(self._toll))
        if not hits and not tolls:
            return
        # what covers a word ("number of dead") has the language of both
        tags = sum_of(other.tags for hit in (*hits, *tolls) for other in sentence.hits if hit.is_in(other))
        line = _Line(sentence, self._parts(sentence, tags, sentence.start, sentence.end), hits, self)
        for toll in tolls:
            group = line.behind(toll, _FAR if line.is_rising else _TOLL)
            if group is not None:
                yield bool(toll.tags & self.lists.death_toll), group.value
                hits = [hit for hit in hits if not hit.is_in(toll)]
        yield from self._of_harms(line, hits)

    def _of_harms(self, line: _Line, hits: Sequence[Hit]) -> Iterator[tuple[bool, int]]:
        """What each word of harm counts; of the wounded those are killed who died ("two of four wounded have died")."""
        died: int | None = None
        killed = self.lists.killed
        for number, hit in enumerate(hits):
            is_killed = bool(hit.tags & killed)
            if died is not None and is_killed and line.is_bare(hit):
                yield True, died
                continue
            whole, part = line.count(hit)
            behind = hits[number + 1 :]
            if part is not None and not is_killed and any(h.tags & killed for h in behind):
                died = part
                if whole is not None:
                    yield False, whole - part
            elif whole is not None and not is_killed and behind and line.is_said_of(hit, behind[0]):
                died = whole
            elif part is not None or whole is not None:
                yield is_killed, part if part is not None else whole or 0


class _Line(NumberRow):
    """One sentence in which each word of harm takes the number that belongs to it."""

    def __init__(
        self, sentence: Sentence, parts: Sequence[NumberPart], harms: Sequence[Hit], finder: TollFinder
    ) -> None:
        super().__init__(sentence, parts, harms, finder.signs)
        self._harms, self._lists = harms, finder.lists
        #: it tells how a toll changed, so that its number may stand far behind its word
        changed = finder.lists.rises_to | finder.lists.corrected_to | finder.lists.toll_revised
        self.is_rising = bool(self._asides) or any(tags & changed for tags in self.tags)
        self._taken: set[int] = set()
        self._foes = list(sentence.with_tags(self.signs.foe))

    def is_bare(self, hit: Hit) -> bool:
        """No number stands between this word of harm and the one before it, nor right behind it."""
        first, last = self._ends(hit)
        before = max((self._ends(h)[1] for h in self._harms if h.start < hit.start), default=-1)
        return not any(
            before < group.first < first or (group.first == last + 1 and self.is_close(last, group.first))
            for group in self.groups
        )

    def is_said_of(self, wounded: Hit, hit: Hit) -> bool:
        """The next word of harm tells that these wounded died: "a contractor wounded in the attack has died"."""
        if not hit.tags & self._lists.killed or hit.tags & self._lists.harming or not self.is_bare(hit):
            return False
        last, first = self._ends(wounded)[1], self._ends(hit)[0]
        between = self.parts[last + 1 : first + 1]
        parted = any(part.joined or part.kinds & {"and_", "walls"} for part in between)
        return len(between) > 1 and self.is_close(last, first) and not parted

    def count(self, hit: Hit) -> tuple[int | None, int | None]:
        """The number of a word of harm, and the part of it that more is told of ("two of four wounded have died")."""
        first, last = self._ends(hit)
        if first and self.text.words[self.parts[first - 1].start : self.parts[first - 1].end] == "among":
            return None, None  # "US adviser among wounded": one of them, and not how many
        before = max((self._ends(h)[1] for h in self._harms if h.end <= hit.start), default=-1)
        active = bool(hit.tags & self._lists.harming)  # who stands before it did the harm
        group = (None if active else self._touching_before(first, before)) or self._touching_behind(last)
        if group is None:
            own = self._own_value(hit)
            if own is not None:
                return own, None
            group = (None if active else self._reaching(first, before)) or self.behind(hit, _BEHIND)
        if group is None:
            return None, None
        if group.first < first and (whole := self._part_of(group, hit)) is not None:
            return whole
        return self._total(group, before, first), None

    def behind(self, hit: Hit, reach: int) -> Group | None:
        """The first number behind a word, in the same clause."""
        last = self._ends(hit)[1]
        for group in self.groups:
            if group.first <= last or not self._is_free(group):
                continue
            if not self.is_close(last, group.first):
                return None
            if not group.said and reach == _FAR:
                continue
            if group.first - last - 1 > reach:
                return None
            between = range(last + 1, group.first)
            if any(self.parts[at].kinds & {"walls", "and_"} or at in self.harm for at in between):
                return None
            if not group.said and len(between) > _NEAR:
                return None
            if group.last + 1 in self.harm or self._is_of_next(group):
                return None
            return self._take(group)
        return None

    def _ends(self, hit: Hit) -> tuple[int, int]:
        at = self.at(hit)
        return (at[0], at[-1]) if at else (0, 0)

    def _own_value(self, hit: Hit) -> int | None:
        """The number in a word of harm itself, such as an Arabic dual."""
        return next((self.parts[at].value for at in self.at(hit) if self.parts[at].value is not None), None)

    def _is_free(self, group: Group) -> bool:
        return group.counts and group.first not in self._taken

    def _is_last(self, group: Group) -> bool:
        """Nothing stands behind its number without a sign between them."""
        return group.last + 1 == len(self.parts) or not self.is_close(group.last, group.last + 1)

    def _take(self, group: Group) -> Group:
        self._taken.update(range(group.first, group.last + 1))
        return group

    def _group_at(self, first: int) -> Group | None:
        return next((group for group in self.groups if group.first == first), None)

    def _touching_before(self, first: int, before: int) -> Group | None:
        if self.parts[first].joined and before >= 0:
            return None  # "مقتل جنديين وإصابة …": "and" parts it from the number before
        for group in reversed(self.groups):
            if before < group.first and group.last < first and self._is_free(group) and group.first not in self.harm:
                rest = range(max(group.end, group.last) + 1, first)
                aside = all(self.tags[at] & self.signs.side or self.parts[at].kinds & {"about"} for at in rest)
                if aside and self.is_close(group.last, first) and not self._is_of_foes(first):
                    return self._take(group)
        return None

    def _touching_behind(self, last: int) -> Group | None:
        """A number behind a word of harm, with only "at least", "US" and the like between them."""
        at = last + 1
        if at < len(self.parts) and self.between(last, at).strip() == ":" and self.parts[at].value is not None:
            group = self._group_at(at)  # "killed: 3, wounded: 12"
            if group is not None and self._is_free(group) and self._is_last(group):
                return self._take(group)
        while at < len(self.parts) and self.is_close(at - 1, at) and at not in self.harm:
            group = self._group_at(at)
            if group is not None:
                if not self._is_free(group) or (group.said and self._is_of_next(group)):
                    return None
                return self._take(group)
            if not (self.parts[at].kinds & {"about", "of", "articles"} or self.tags[at] & self.signs.side):
                return None
            at += 1
        return None

    def _is_of_next(self, group: Group) -> bool:
        """Another word of harm follows right behind it ("killed, 5 wounded"), unless "and" is written onto it."""
        at = self._behind_people(group)
        if at not in self.harm or self.parts[at].joined:
            return False
        return not self.tags[at] & self._lists.harming and self.is_close(group.last, at)

    def _behind_people(self, group: Group) -> int:
        """The part behind a number, what it counts, and little words such as "were"."""
        at = max(group.end, group.last) + 1
        while at < len(self.parts) and self.parts[at].kinds & {"about"} and at not in self.harm:
            at += 1
        return at

    def _reaching(self, first: int, before: int) -> Group | None:
        """The nearest number before a word of harm that reaches it."""
        if self._is_of_foes(first):
            return None
        for group in reversed(self.groups):
            if not before < group.first < first or group.last >= first or not self._is_free(group):
                continue
            between = self._reach_over(group, first)
            if between is None or any(self.parts[at].kinds & {"walls"} for at in between):
                continue
            reach = (_FAR if group.said else _SINGLE) if group.people else _NEAR
            if group.value == 0 and not group.people:
                reach = 1
            if sum("about" not in self.parts[at].kinds for at in between) <= reach:
                return self._take(group)
        return None

    def _reach_over(self, group: Group, first: int) -> range | None:
        """The parts between a number and a word of harm, without an aside in two commas ("three soldiers, two of them
        officers, were killed"); None where something else than ", including …" parts the two."""
        if self.is_close(group.last, first):
            return range(max(group.end, group.last) + 1, first)
        commas = [at for at in range(group.end, first) if not self.is_close(at, at + 1)]
        if commas == [group.end] and "among" in self.parts[group.end + 1].kinds:
            return range(group.end + 1, first)
        if len(commas) == 2 and group.people and commas[0] == group.end and first - commas[1] - 1 <= _NEAR:
            return range(commas[1] + 1, first)
        return None

    def _is_of_foes(self, first: int) -> bool:
        """Attackers stand right before the word of harm: it is theirs."""
        at = self.parts[first].start
        return any(0 <= at - foe.end <= 2 for foe in self._foes)

    def _part_of(self, group: Group, hit: Hit) -> tuple[int | None, int | None] | None:
        """(whole, part) where this number is the whole of another, or a part of those who were harmed."""
        if group.first >= 2 and "of" in self.parts[group.first - 1].kinds:
            part = next((g for g in self.groups if g.last == group.first - 2 and g.said), None)
            if part is not None and part.value <= group.value:
                return group.value, self._take(part).value
        them = range(group.last + 1, self._ends(hit)[0])
        of_them = group.said and them and "of" in self.parts[them[0]].kinds
        if of_them and group.value == 0:
            return None, None  # "none of the wounded is in danger"
        return (None, group.value) if of_them and max(group.end, group.last + 1) + 1 >= them.stop else None

    def _total(self, group: Group, before: int, first: int) -> int:
        """The number with those that "and" joins to it, on its side of the word of harm; a headline may leave the "and"
        out where it begins with them: "Two Americans, one Briton killed"."""
        total, at, pending = group.value, group, 0
        said = False
        forward = group.first > first
        while (other := self._next(at, forward, before)) is not None:
            one, joined = other
            if joined:
                total, pending, said = total + pending + one.value, 0, True
            elif said or forward:
                pending += one.value
            elif one.said and one.first == 0:
                total += one.value
            else:
                break
            at = one
        if said and not forward:
            total += pending
        return total

    def _next(self, group: Group, forward: bool, before: int) -> tuple[Group, bool] | None:
        """The group beside another in a row of people, and whether "and" joins them (else a comma does)."""
        for one in self.groups if forward else reversed(self.groups):
            if (one.first <= group.last) if forward else (one.last >= group.first or one.first <= before):
                continue
            left, right = (group, one) if forward else (one, group)
            if not (left.people and self._is_free(one) and (one.people or one.said)):
                return None
            if forward and (one.last + 1 in self.harm or self._is_of_next(one)):
                return None
            if not forward and one.value == 0:
                return None
            joined = self._joint(left.end, right.first)
            if joined is None:
                return None
            return self._take(one), joined
        return None

    def _joint(self, left: int, right: int) -> bool | None:
        """True for "and", False for a comma, None where something else stands between two groups."""
        kinds = [self.parts[at].kinds for at in range(left + 1, right) if not self.tags[at] & self.signs.side]
        middle = [one for one in kinds if "and_" in one or "about" not in one]
        if len(middle) > 1 or any("and_" not in one for one in middle):
            return None
        if middle or self.parts[right].joined:
            return True
        between = self.text.folded[self.parts[left].end : self.parts[right].start].strip()
        return True if between in ("+", "&") else False if between == "," else None
