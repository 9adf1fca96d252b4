"""`/api/v1/items`: the stored articles with all that was decided of them, the newest first."""

from __future__ import annotations

from monitor.model.alert import DecisionReason
from monitor.model.item import Novelty
from monitor.model.report import Act
from monitor.queries.items import MOST_COUNTED, count_items, items
from monitor.store.paging import ItemFilter
from monitor.web.answers import JSON, Answer
from monitor.web.api.answering import listed
from monitor.web.api.described import PAGE, Operation, moment, text, word
from monitor.web.api.schemas import page_schema
from monitor.web.asking import Ask
from monitor.web.site import Site

LIST = Operation(
    summary=f"Stored articles with what was decided of them, the newest first; `total` counts to {MOST_COUNTED:,}.",
    parameters=(
        moment("since", "First seen since then."),
        text("feed", "A feed by its name."),
        word("novelty", "Whether it was known.", tuple(Novelty)),
        word("act", "What it reports.", tuple(Act)),
        word("decision", "Why somebody was told of it, or nobody.", tuple(DecisionReason)),
        text("rule", "The rule that it is filed under."),
        text("incident", "The incident that it reports."),
        *PAGE,
    ),
    answers={200: ("A page of items.", JSON, page_schema("items", "StoredItem"))},
)


def show(site: Site, ask: Ask) -> Answer:
    """`/api/v1/items`"""
    given = LIST.given(ask)
    wanted = ItemFilter(
        since=given["since"], feed=given["feed"], rule=given["rule"], incident=given["incident"],
        novelty=Novelty(given["novelty"]) if given["novelty"] else None,
        act=Act(given["act"]) if given["act"] else None,
        decision=DecisionReason(given["decision"]) if given["decision"] else None,
    )  # fmt: skip
    with site.read() as tx:
        page = items(tx, wanted, cursor=given["cursor"], limit=given["limit"])
        total = count_items(tx, wanted)
    return listed(ask, "items", page.rows, following=page.following, total=total)
