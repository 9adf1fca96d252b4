"""What a report does: the patterns of each sentence, the frames around them, and the first sentence that decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from monitor.model.report import INCIDENT_ACTS, Act, ScorePart
from monitor.rules.vocabulary import Frame, Pattern, Vocabulary
from monitor.text.matcher import Hit
from monitor.text.reading import Reading, Sentence
from monitor.text.templates import Template, TemplateIndex, find, sum_of
from monitor.topics.attacks.lists import AttackLists

#: a pattern of this many points decides a sentence by its position; weaker ones only where none of these is there
STRONG = 5.0
#: an attack, foiled attack or claim needs this much in sum
NEEDED = 4.5
#: a base that only another sentence of headline or lead calls a foreign one
OWNER = 2.5
WEIGHT = {"headline": 1.0, "lead": 0.9, "body": 0.5}
#: sentences that are searched for the act, counted over title, summary and body
SENTENCES = 12
#: places of one wording in a sentence that are looked at
_PLACES = 4


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
        self._index = TemplateIndex(
            (pattern, template) for pattern in vocabulary.patterns for template in pattern.templates
        )
        self._languages = vocabulary.languages
        #: frames of each act: all of them, and those for a sentence in English
        self._frames = {act: [f for f in vocabulary.frames if act in f.of] for act in Act}
        self._english = {act: [f for f in frames if not f.language] for act, frames in self._frames.items()}
        self._support = (
            (lists.base_place | lists.base_name, 1.0, "a known base is named"),
            (lists.weapon, 0.5, "a weapon is named"),
            (lists.harmed, 0.5, "people were harmed"),
            (lists.claim, 0.5, "somebody claims it"),
            (lists.foe, 0.5, "an attacker is named"),
        )

    def classify(self, reading: Reading) -> ActResult:
        """The act of the first sentence that decides; `other` where none does.

        An attack on an embassy gives way to one on a base that a later sentence of the same item tells of.
        """
        weak: ActResult | None = None
        embassy: ActResult | None = None
        for sentence in reading.sentences[:SENTENCES]:
            result = self._decide(sentence, reading)
            if result is None:
                continue
            weak = weak or result
            if not _decides(result, sentence):
                continue
            if embassy is None and result.act in INCIDENT_ACTS and self._is_only_diplomatic(result):
                embassy = result
            elif embassy is None or result.act in INCIDENT_ACTS:
                return result
        if embassy is not None:
            return embassy
        if weak is None:
            return ActResult(Act.OTHER, None)
        return replace(weak, act=weak.act if weak.act not in INCIDENT_ACTS else Act.OTHER)

    def _is_only_diplomatic(self, result: ActResult) -> bool:
        tags = sum_of(hit.tags for hit in result.match.hits) if result.match is not None else 0
        return bool(tags & self._lists.diplomatic_target) and not tags & self._lists.base_target

    def _decide(self, sentence: Sentence, reading: Reading) -> ActResult | None:
        """The result of the sentence: of its first strong match, else of the heaviest weak one.

        What is no attack gives way to one that another clause tells of ("Trump bombs Iran; Guards fire at …",
        "Attack on US base; Trump vows response", "Iran denies role as rockets hit …").
        """
        matches = self._matches(sentence)
        if not matches:
            return None
        strong = sorted((m for m in matches if m.pattern.points >= STRONG), key=_by_position)
        weak = min((m for m in matches if m.pattern.points < STRONG), key=_by_weight, default=None)
        if not strong:
            return self._result(weak, reading) if weak else None
        first = self._result(strong[0], reading)
        if first.act in INCIDENT_ACTS:
            return first
        for match in strong[1:] + ([weak] if weak else []):
            if match.pattern.act in INCIDENT_ACTS and _is_apart(match, first):
                result = self._result(match, reading)
                if result.act in INCIDENT_ACTS:
                    return result
        return first

    def _matches(self, sentence: Sentence) -> list[Match]:
        """Every wording of the sentence that stands outside a cause, each place of it once."""
        return [
            Match(pattern, template, hits, sentence, order)
            for order, pattern, template in self._index.possible(sentence.tags)
            for hits in islice(_outside_causes(template, sentence, pattern.act), _PLACES)
        ]

    def _result(self, match: Match, reading: Reading) -> ActResult:
        """What the match says within the first frame that applies to it, and how much speaks for it."""
        act = match.pattern.act
        frames = self._frames if match.sentence.tags & self._languages else self._english
        for frame in frames[act]:
            hits = _frame_hits(frame, match, reading)
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
            parts += [ScorePart(points=p, why=why) for tags, p, why in self._support if sentence.tags & tags]
            base = self._lists.base_target
            if not sentence.tags & base and (reading.headline_tags | reading.lead_tags) & base:
                parts.append(ScorePart(points=OWNER, why="another sentence says whose troops are there"))
        return tuple(parts)


def _by_position(match: Match) -> tuple[int, float, int]:
    return match.hits[0].start, -match.pattern.points, match.order


def _by_weight(match: Match) -> tuple[float, int, int]:
    return -match.pattern.points, match.order, match.hits[0].start


def _is_apart(match: Match, first: ActResult) -> bool:
    """Told in a clause of its own; a weak wording of an attack counts before a threat, not behind it."""
    if first.match is None:
        return True
    clause, other = match.sentence.clause, first.match.hits
    if clause(match.hits[-1]) < clause(other[0]):
        return match.pattern.points >= NEEDED
    if first.act is Act.RETALIATION:
        return match.hits[0].segment > other[-1].segment
    return match.pattern.points >= STRONG and clause(match.hits[0]) > clause(other[-1])


def _decides(result: ActResult, sentence: Sentence) -> bool:
    """An attack needs its points; what is no attack decides only in headline and lead."""
    return result.points >= NEEDED if result.act in INCIDENT_ACTS else sentence.section != "body"


def _outside_causes(template: Template, sentence: Sentence, act: Act) -> Iterator[tuple[Hit, ...]]:
    """Where the template stands outside a cause.

    A sentence that is one long cause ("After the attack Washington vows …") may still hold a threat or a strike.
    """
    anywhere = act not in INCIDENT_ACTS and all(sentence.causes)
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
