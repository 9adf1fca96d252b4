"""The try-out: a headline, judged by the daemon's code, and what to do where the answer is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from monitor.errors import BasewatchError, UsageError
from monitor.model.feedback import Fact, Opinion
from monitor.model.report import Act
from monitor.queries.deeds import deed_number, deed_shown
from monitor.queries.feedback import Word, feedback_of, give
from monitor.queries.finding import is_id
from monitor.queries.tryout import MOST_HEADLINE, MOST_TEXT, Pasted, tried
from monitor.web.answers import Answer, see_other
from monitor.web.asides import Asides
from monitor.web.asking import MOST_CHARACTERS, Ask, Refusal
from monitor.web.pages.forms import author, refusal_of
from monitor.web.pages.rendering import render
from monitor.web.site import Site

_LANGUAGES = ("ar", "en", "fa", "fr", "he", "ku", "ru", "tr")
_MOST_NOTE = 2000
_LESSONS = Asides()


def show(site: Site, ask: Ask) -> Answer:
    """`/try?text=…`: short enough to be linked."""
    ask.only("text", "language", "done")
    pasted = Pasted(text=ask.one("text"), language=ask.one("language", among=_LANGUAGES))
    return _page(site, ask, pasted)


def show_long(site: Site, ask: Ask) -> Answer:
    """The same for a text that is too long for an address; it is neither stored nor logged."""
    pasted = Pasted(text=_text(ask, "text", MOST_HEADLINE), summary=_text(ask, "summary", MOST_TEXT),
                    language=ask.one("language", among=_LANGUAGES, form=True))  # fmt: skip
    return _page(site, ask, pasted)


def say(site: Site, ask: Ask) -> Answer:
    """What was done with a stored item was right or wrong: kept as an example for the rules."""
    item = ask.one("item", form=True)
    try:
        facts = {fact: value for fact in Fact if (value := ask.one(str(fact), form=True))}
        word = Word(opinion=Opinion(ask.one("opinion", form=True, among=list(Opinion))), facts=facts,
                    note=_text(ask, "note", _MOST_NOTE))  # fmt: skip
        rules = site.configuration().rules
        with site.write() as tx:
            found = feedback_of(tx, item, word, rules=lambda: rules, now=ask.now)
            if found is None:
                raise Refusal(404, f"no stored item has the id {item[:40]!r}", "it may have been pruned since")
            deed = give(tx, found[0], by=author(ask))
    except (BasewatchError, Refusal, ValueError) as error:
        problem = (
            refusal_of(error) if isinstance(error, BasewatchError | Refusal) else Refusal(400, "say what was wrong")
        )
        return say_again(site, ask, problem)
    return see_other(f"/try?text={quote(item, safe='')}&done={deed.name}")


def say_again(site: Site, ask: Ask, problem: Refusal) -> Answer:
    """The item's page, with what was typed."""
    return _page(site, ask, Pasted(text=ask.one("item", form=True)), problem=problem)


def show_again(site: Site, ask: Ask, problem: Refusal) -> Answer:
    """The page with the text in its form; it is judged all the same, for that changes nothing."""
    pasted = Pasted(text=_text(ask, "text", MOST_HEADLINE), summary=_text(ask, "summary", MOST_TEXT))
    return _page(site, ask, pasted, problem=problem)


def learn(site: Site, ask: Ask) -> Answer:
    """Begins to look for a line that would make the rules do as was said."""
    item = ask.one("item", form=True)
    if not is_id(item):
        raise Refusal(400, f"{item[:40]!r} is no id of an item")
    if not _LESSONS.begin(item, "rules", "learn", item, "--since", "7d", settings=site.settings):
        raise Refusal(503, "another lesson is at work", "try again in a minute", headers={"Retry-After": "60"})
    return see_other(f"/try/learn/{item}")


def learned(site: Site, ask: Ask) -> Answer:
    """`/try/learn/ITEM`: what was found, or that it is still looked for."""
    ask.only()
    item = ask.parts["item"]
    lesson = _LESSONS.of(item) if is_id(item) else None
    if lesson is None:
        raise Refusal(404, f"no lesson was begun for {item[:40]!r}", "begin it on the page of the try-out")
    answer = render(site, ask, "learn.html", lesson=lesson, folder=str(site.settings.rules))
    if lesson.done:
        return answer
    return Answer(status=answer.status, body=answer.body, headers={"Refresh": "3"})


def _page(site: Site, ask: Ask, pasted: Pasted, *, problem: Refusal | None = None) -> Answer:
    found: Mapping[str, object] | None = None
    if pasted.text or pasted.summary:
        try:
            with site.read() as tx:
                found = tried(tx, pasted, site.configuration(), now=ask.now)
        except UsageError as error:
            problem = problem or Refusal(400, str(error))
    done = None
    if number := ask.one("done"):
        with site.read() as tx:
            done = tx.deed(deed_number(number))
    short = found is not None and len(pasted.text) <= MOST_CHARACTERS and not pasted.summary
    typed = {name: values[0] for name, values in ask.form.items() if values}
    return render(
        site, ask, "try.html", status=problem.status if problem else 200, pasted=pasted, tried=found, problem=problem,
        languages=_LANGUAGES, acts=[str(act) for act in Act], linkable=short, typed=typed,
        deed=deed_shown(done) if done else None,
        rules_folder=str(site.settings.rules), most=(MOST_HEADLINE, MOST_TEXT),
    )  # fmt: skip


def _text(ask: Ask, name: str, most: int) -> str:
    """A long text of a form."""
    given = ask.form.get(name, ())
    text = given[0].strip() if given else ""
    if len(given) > 1:
        raise Refusal(400, f"{name} is given {len(given)} times; once is meant", kind="parameter")
    if len(text) > most:
        raise Refusal(413, f"{name} has {len(text):,} characters; at most {most:,}", kind="parameter")
    return text.replace("\x00", " ")
