"""What a report does: the patterns of each sentence, the frames around them, and the first sentence that decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from monitor.model.report import INCIDENT_ACTS, Act, ScorePart
from monitor.rules.vocabulary import Frame, Pattern, Sign, Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import Template, TemplateIndex, find, sum_of
from monitor.topics.attacks.lists import AttackLists

#: a pattern of this many points decides a sentence by its position; weaker ones only where none of these is there
STRONG = 5.0
#: an attack, foiled attack or claim needs this much in sum
NEEDED = 4.5
WEIGHT = {"headline": 1.0, "lead": 0.9, "body": 0.5}
#: sentences that are searched for the act, counted over title, summary and body
SENTENCES = 12
#: places of one wording in a sentence that are looked at
_PLACES = 4


Wordings = TemplateIndex[Pattern]


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern found in a sentence."""

    pattern: Pattern
    template: Template
    hits: tuple[Hit, ...]
    sentence: Sentence
    #: where its wording stands in the files: of equals the first counts
    order: int = 0


@dataclass(frozen=True, slots=True)
class ActResult:
    """The act of an item, the match that decided and how its score came about."""

    act: Act
    match: Match | None
    #: the frame that changed the act of the match, if one did
    frame: Frame | None = None
    frame_hits: tuple[Hit, ...] = ()
    score: tuple[ScorePart, ...] = ()
    #: it tells of a base, and nothing says that foreign troops are there
    anybody: bool = False
    #: the lead tells that the attack, or what an alarm was for, was stopped
    stopped_later: bool = False

    @property
    def points(self) -> float:
        return sum(part.points for part in self.score)

    @property
    def sentence(self) -> Sentence | None:
        """The sentence that decided; None where none did."""
        return self.match.sentence if self.match is not None else None


class ActClassifier:
    """Decides acts with one vocabulary."""

    def __init__(self, lists: AttackLists, vocabulary: Vocabulary) -> None:
        self._lists = lists
        wordings = [(pattern, template) for pattern in vocabulary.patterns for template in pattern.templates]
        self._index = TemplateIndex(wordings)
        #: the same wordings of attacks with any base in the place of one of foreign troops, and any attacker
        self._anybody = TemplateIndex(
            (pattern, _of_anybody(template, lists)) for pattern, template in wordings if pattern.act in INCIDENT_ACTS
        )
        self._languages = vocabulary.languages
        #: frames of each act: all of them, and those for a sentence in English
        self._frames = {act: [f for f in vocabulary.frames if act in f.of] for act in Act}
        self._english = {act: [f for f in frames if not f.language] for act, frames in self._frames.items()}
        self._any_base = lists.any_base | lists.base_target
        self._signs = vocabulary.signs
        self._order = vocabulary.order

    def classify(self, reading: Reading) -> ActResult:
        """What the item does to a base of foreign troops; where it tells of none, to anybody's."""
        result = self._to_guests_or_anybody(reading)
        if result.act is Act.ATTACK and self._is_stopped_later(result, reading):
            return replace(result, act=Act.FOILED, stopped_later=True)
        elsewhere = self._lists.sure_place | self._lists.town
        english = not reading.tags & self._languages
        if english and self._is_alarm(result) and self._tells_of_stopping(reading, elsewhere):
            return replace(result, act=Act.FOILED, stopped_later=True)
        return result

    def _is_stopped_later(self, result: ActResult, reading: Reading) -> bool:
        """Headline or lead tell of an attack and of no hit or harm, and the lead that it was stopped ("US base comes
        under drone attack", and then "two drones were shot down"). Asked in English alone, in which words for all that
        comes through are known."""
        told = result.sentence
        if told is None or told.section == "body" or reading.tags & self._languages:
            return False
        return self._tells_of_stopping(reading)

    def _tells_of_stopping(self, reading: Reading, elsewhere: int = 0) -> bool:
        """The lead tells of an interception (in no sentence with these words), and headline and lead of no hit."""
        lists, stopped = self._lists, False
        for sentence in reading.opening:
            if sentence.tags & lists.not_stopped or self._comes_through(sentence):
                return False
            if sentence.section != "headline" and not sentence.tags & elsewhere:
                stopped |= any(sentence.outside_causes(lists.interception))
        return stopped

    def _comes_through(self, sentence: Sentence) -> bool:
        """Something was hit, or somebody harmed."""
        lists = self._lists
        undone = [hit.end for hit in sentence.with_tags(lists.stopped)]  # "before they could hit the base"
        for hit in sentence.with_tags(lists.came_through):
            if not any(0 <= hit.start - end <= 1 for end in undone):
                return True
        return any(
            not sentence.has_around(hit, lists.unharmed | lists.none_killed | lists.none_wounded)
            for hit in sentence.with_tags(lists.harmed | lists.killed | lists.wounded)
        )

    def _to_guests_or_anybody(self, reading: Reading) -> ActResult:
        result = self._classify(reading, self._index)
        if result.act is not Act.OTHER or result.frame is not None or not reading.tags & self._any_base:
            return result
        if result.match is not None and result.match.pattern.act is Act.OTHER:  # "a convoy was struck": no base at all
            return result
        national = self._classify(reading, self._anybody)
        return replace(national, anybody=True) if national.act is not Act.OTHER else result

    def _classify(self, reading: Reading, index: Wordings) -> ActResult:
        """The act of the first sentence that decides; `other` where none does.

        An attack on an embassy gives way to one on a base that a later sentence of the same item tells of, a question
        to what the same headline goes on to tell ("Who fired at Asad? Rockets fall short of US base"), and an alarm to
        the attack that the lead tells of ("Sirens sound at US base", and then "two drones were shot down over it").
        """
        weak: ActResult | None = None
        alarm: ActResult | None = None
        embassy: ActResult | None = None
        question: ActResult | None = None
        for sentence in reading.sentences[:SENTENCES]:
            if question is not None and sentence.section != "headline":
                return question
            result = self._decide(sentence, reading, index)
            if result is None:
                continue
            weak = weak or result
            if not _decides(result, sentence):
                continue
            if question is None and _only_asks(result):
                question = result
                continue
            if alarm is None and sentence.section == "headline" and self._is_alarm(result):
                alarm = result
                continue
            if (question is not None or alarm is not None) and result.act not in INCIDENT_ACTS:
                continue
            if alarm is not None and sentence.section == "body":
                break
            if embassy is None and result.act in INCIDENT_ACTS and self._is_only_diplomatic(result):
                embassy = result
            elif embassy is None or result.act in INCIDENT_ACTS:
                return result
        waiting = embassy or question or alarm
        if waiting is not None:
            return waiting
        if weak is None:
            return ActResult(Act.OTHER, None)
        return replace(weak, act=weak.act if weak.act not in INCIDENT_ACTS else Act.OTHER)

    def _is_alarm(self, result: ActResult) -> bool:
        """It tells of an alarm at a base and of no accident."""
        hits = result.match.hits if result.act is Act.ACCIDENT and result.frame is None and result.match else ()
        return any(hit.tags & self._lists.alarm for hit in hits)

    def _is_only_diplomatic(self, result: ActResult) -> bool:
        tags = sum_of(hit.tags for hit in result.match.hits) if result.match is not None else 0
        return bool(tags & self._lists.diplomatic_target) and not tags & self._lists.base_target

    def _decide(self, sentence: Sentence, reading: Reading, index: Wordings) -> ActResult | None:
        """The result of the sentence: of its first strong match, else of the heaviest weak one.

        It gives way to what another clause tells of and comes before it in the order ("Trump bombs Iran; Guards fire
        at …", "Attack on US base; Trump vows response", "Iran denies role as rockets hit …").
        """
        matches = _within_clauses(self._matches(sentence, index))
        if not matches:
            return None
        strong = sorted((m for m in matches if m.pattern.points >= STRONG), key=_by_position)
        weak = sorted((m for m in matches if m.pattern.points < STRONG), key=_by_weight)
        if not strong:
            # what its signs make an attack comes before a weak wording of something else ("sirens at …")
            results = [self._result(match, reading) for match in weak]
            return next((one for one in results if one.act in INCIDENT_ACTS and one.points >= NEEDED), results[0])
        first = self._result(strong[0], reading)
        for match in strong[1:] + weak[:1]:
            if self._order[match.pattern.act] < self._order[first.act]:
                result = self._result(match, reading)
                if self._order[result.act] < self._order[first.act] and (
                    result.act is Act.RETRACTION or _is_apart(result, first)
                ):
                    return result
        return first

    def results(self, sentence: Sentence, reading: Reading, *, anybody: bool = False) -> list[ActResult]:
        """What each wording of a sentence says, the surest first: for `explain`."""
        matches = _within_clauses(self._matches(sentence, self._anybody if anybody else self._index))
        strong = sorted((m for m in matches if m.pattern.points >= STRONG), key=_by_position)
        weak = sorted((m for m in matches if m.pattern.points < STRONG), key=_by_weight)
        return [self._result(match, reading) for match in (*strong, *weak)]

    def if_first(self, result: ActResult, reading: Reading) -> ActResult | None:
        """What a later count of the dead and wounded tells where nobody has told of its attack: the attack.

        None for what is no such count, and where its sentence names no attack on a base ("brain injuries rise to 109").
        """
        if result.act is not Act.TOLL or result.match is None:
            return None
        index = self._anybody if result.anybody else self._index
        # the attack may be told as what the toll came of: "toll after attack on … rises"
        matches = self._matches(result.match.sentence, index, anywhere=True)
        for match in sorted(_within_clauses(matches), key=_by_weight):
            found = self._result(match, reading, without=Act.TOLL)
            if found.act in INCIDENT_ACTS and found.points >= NEEDED:
                return replace(found, anybody=result.anybody)
        return None

    def _matches(self, sentence: Sentence, index: Wordings, *, anywhere: bool = False) -> list[Match]:
        """Every wording of the sentence that stands outside a cause (or anywhere), each place of it once."""
        return [
            Match(pattern, template, hits, sentence, order)
            for order, pattern, template in index.possible(sentence.tags)
            if not pattern.unless & sentence.tags
            for hits in islice(_outside_causes(template, sentence, pattern.act, anywhere=anywhere), _PLACES)
        ]

    def _result(self, match: Match, reading: Reading, *, without: Act | None = None) -> ActResult:
        """What the match says within the first frame that applies to it, and how much speaks for it; frames that make
        it `without` are passed over."""
        act = match.pattern.act
        frames = self._frames if match.sentence.tags & self._languages else self._english
        for frame in frames[act]:
            hits = _frame_hits(frame, match, reading) if frame.instead is not without else None
            if hits is not None:
                return ActResult(frame.instead, match, frame, hits, self._score(frame.instead, match, reading))
        return ActResult(act, match, score=self._score(act, match, reading))

    def _score(self, act: Act, match: Match, reading: Reading) -> tuple[ScorePart, ...]:
        sentence, pattern = match.sentence, match.pattern
        weight = WEIGHT[sentence.section]
        if sentence.section == "lead" and not reading.headline_tags:
            weight = WEIGHT["body" if reading.item.title.strip() else "headline"]
        parts = [ScorePart(points=round(pattern.points * weight, 2), why=f"{pattern.why} ({sentence.section})")]
        if act in INCIDENT_ACTS:
            parts += [ScorePart(points=s.points, why=s.why) for s in self._signs if _speaks(s, match, reading)]
        return tuple(parts)


def _of_anybody(template: Template, lists: AttackLists) -> Template:
    """The template for attacks of anybody on any base."""
    foreign = lists.base_target | lists.base_thing | lists.target
    parts = tuple(
        replace(
            part,
            tags=part.tags
            | (lists.any_base if part.tags & foreign else 0)
            | (lists.any_attacker if part.tags & lists.foe else 0),
        )
        for part in template.parts
    )
    required = tuple(part.tags for part in parts if not part.optional)
    return replace(
        template,
        parts=parts,
        required=(template.language, *required) if template.language else required,
        barrier=template.barrier & ~sum_of(part.tags for part in parts),
    )


def _speaks(sign: Sign, match: Match, reading: Reading) -> bool:
    sentence = match.sentence
    here = bool(sentence.tags & sign.tags)
    if sign.scope == "opening":
        return not here and bool((reading.headline_tags | reading.lead_tags) & sign.tags)
    if sign.scope == "beside":
        inside = sum_of(hit.tags for hit in match.hits)
        return here and not inside & sign.tags and any(sentence.outside_causes(sign.tags))
    return here


def _within_clauses(matches: list[Match]) -> list[Match]:
    """Those that one clause tells alone, where some of them tell of an attack: its subject is not the speaker of the
    clause before ("Tehran denies role as missiles tear into …")."""
    alone = [match for match in matches if match.sentence.is_one_clause(match.hits)]
    told = any(match.pattern.act in INCIDENT_ACTS and match.pattern.points >= STRONG for match in alone)
    return alone if told else matches


def _by_position(match: Match) -> tuple[int, float, int]:
    return match.hits[0].start, -match.pattern.points, match.order


def _by_weight(match: Match) -> tuple[float, int, int]:
    return -match.pattern.points, match.order, match.hits[0].start


def _is_apart(result: ActResult, first: ActResult) -> bool:
    """Told in a clause of its own: before the other one it needs the points of an attack, behind it more."""
    one, other = result.match, first.match
    if one is None or other is None:
        return True
    clause = one.sentence.clause
    if clause(one.hits[-1]) < clause(other.hits[0]):
        return result.points >= NEEDED
    return result.points >= STRONG and clause(one.hits[0]) > clause(other.hits[-1])


def _only_asks(result: ActResult) -> bool:
    """A weak wording in a question."""
    asked = result.frame is not None and result.frame.certainty == "asked"
    return asked and result.match is not None and result.match.pattern.points < STRONG


def _decides(result: ActResult, sentence: Sentence) -> bool:
    """An attack needs its points; what is no attack decides only in headline and lead."""
    return result.points >= NEEDED if result.act in INCIDENT_ACTS else sentence.section != "body"


def _outside_causes(
    template: Template, sentence: Sentence, act: Act, *, anywhere: bool = False
) -> Iterator[tuple[Hit, ...]]:
    """Where the template stands outside a cause.

    A sentence that is one long cause ("After the attack Washington vows …") may still hold a threat or a strike.
    """
    anywhere = anywhere or (act not in INCIDENT_ACTS and all(sentence.causes))
    hits = find(template, sentence.hits, sentence.text.words)
    while hits is not None:
        if anywhere or not sentence.is_cause(hits[0]):
            yield hits
        hits = find(template, sentence.hits, sentence.text.words, after=hits[0].start)


def _frame_hits(frame: Frame, match: Match, reading: Reading) -> tuple[Hit, ...] | None:
    """The words that make the frame apply; empty where they stand in another sentence; None where it does not."""
    sentence = match.sentence
    if frame.unless and sentence.tags & frame.unless:
        return None
    if frame.language and not sentence.tags & frame.language:
        return None
    if frame.scope in ("headline", "lead", "item"):
        where = {"headline": _headline(match, reading), "lead": reading.lead_tags, "item": reading.tags}[frame.scope]
        if where & frame.tags:
            return tuple(h for h in sentence.hits if h.tags & frame.tags)
        sections = [s for s in reading.sentences if frame.scope in ("item", s.section)] if frame.templates else []
        return next((() for s in sections for t in frame.templates if _found(t, s)), None)
    if sentence.tags & frame.tags:
        found = [h for h in sentence.with_tags(frame.tags) if _stands(frame.scope, (h,), match)]
        if found:
            return tuple(found)
    for template in frame.templates:
        hits = _found(template, sentence)
        if hits is not None and _stands(frame.scope, hits, match):
            return tuple(hit for hit in hits if hit.end > hit.start)
    return None


def _found(template: Template, sentence: Sentence) -> tuple[Hit, ...] | None:
    for bits in template.required:
        if not sentence.tags & bits:
            return None
    return find(template, sentence.hits, sentence.text.words)


def _headline(match: Match, reading: Reading) -> int:
    """Tags of the headline; of one that decides itself, without the sentences behind the deciding one."""
    if match.sentence.section != "headline":
        return reading.headline_tags
    before = [s.tags for s in reading.sentences if s.section == "headline" and s.start <= match.sentence.start]
    return sum_of(before)


def _stands(scope: str, hits: Sequence[Hit], match: Match) -> bool:
    """The words of a frame stand as near to the match as its scope asks."""
    if scope == "sentence":
        return True
    clause = match.sentence.clause
    if not {clause(hit) for hit in hits} <= {clause(hit) for hit in match.hits}:
        return False
    return scope == "clause" or hits[0].start < match.hits[-1].start
