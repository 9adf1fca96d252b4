"""`/api/v1/alerts`: what was told to whom, with the keys of `alerts --json`."""

from __future__ import annotations

from monitor.model.alert import AlertKind
from monitor.model.delivery import DeliveryState
from monitor.queries.alerts import alert_object, alerts
from monitor.store.paging import AlertFilter
from monitor.web.answers import JSON, Answer
from monitor.web.api.answering import listed
from monitor.web.api.described import PAGE, Operation, moment, text, word
from monitor.web.api.schemas import page_schema
from monitor.web.asking import Ask
from monitor.web.site import Site

LIST = Operation(
    summary="Messages with what became of their deliveries, the newest first. `total` is null: it is not counted.",
    parameters=(
        moment("since", "Made since then.", default="7d"),
        text("channel", "A tag that it went to.", example="duty"),
        word("state", "Of one delivery at least.", tuple(DeliveryState)),
        word("kind", "What it is about.", tuple(AlertKind)),
        text("incident", "The incident that it tells of."),
        *PAGE,
    ),
    answers={200: ("A page of alerts.", JSON, page_schema("alerts", "AlertWithDeliveries"))},
)


def show(site: Site, ask: Ask) -> Answer:
    """`/api/v1/alerts`"""
    given = LIST.given(ask)
    wanted = AlertFilter(
        since=given["since"], channel=given["channel"], incident=given["incident"],
        state=DeliveryState(given["state"]) if given["state"] else None,
        kind=AlertKind(given["kind"]) if given["kind"] else None,
    )  # fmt: skip
    with site.read() as tx:
        page = alerts(tx, wanted, cursor=given["cursor"], limit=given["limit"])
    rows = [alert_object(alert, deliveries) for alert, deliveries in page.rows]
    return listed(ask, "alerts", rows, following=page.following)
