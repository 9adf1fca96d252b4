"""`basewatch incidents` and `basewatch alerts`."""

from __future__ import annotations

import json

import pytest

from commands import ASAD, Call
from serving import FeedServer


def test_ledger_and_alerts_tell_what_happened(told: FeedServer, call: Call) -> None:
    code, out, _ = call("incidents")
    assert code == 0
    assert out.splitlines()[0].split("  ")[0] == "DATE"
    assert "Ain al-Asad" in out
    (row,) = json.loads(call("incidents", "--json")[1])
    assert row["sources"][0]["title"] == ASAD.title
    assert row["latitude"] == pytest.approx(33.79, abs=0.1)
    assert json.loads(call("incidents", "--since", "2099-01-01", "--json")[1]) == []
    for form in ("csv", "geojson", "markdown", "html"):
        code, out, err = call("incidents", "--format", form)
        assert (code, err) == (0, "")
        assert "Ain al-Asad" in out.replace("\\-", "-")
    (alert,) = json.loads(call("alerts", "--json")[1])
    assert alert["incident_id"] == row["id"]
    assert [(d["label"], d["state"]) for d in alert["deliveries"]] == [("console", "sent")]
    assert "1 sent" in call("alerts")[1]


def test_the_ledger_needs_no_rules(told: FeedServer, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASEWATCH_RULES", "/nowhere")
    (row,) = json.loads(call("incidents", "--json")[1])
    assert row["latitude"] is None
