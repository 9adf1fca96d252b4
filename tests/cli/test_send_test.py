"""`basewatch send-test`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from commands import Call
from receivers import Mode, WebhookReceiver
from serving import FeedServer


def test_send_test_tells_each_outcome(
    configuration: FeedServer, call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASEWATCH_SEND_TIMEOUT", "3s")
    with WebhookReceiver() as good, WebhookReceiver() as bad:
        bad.behave(Mode.REFUSE, code=403)
        urls: Any = [{good.url(login="me:s3cret"): [{"tag": "alerts"}]}, {bad.url(): [{"tag": "alerts, chat"}]}]
        (here / "channels.yaml").write_text(json.dumps({"urls": urls}))
        code, out, err = call("send-test", "alerts")
        assert code == 1
        assert "s3cret" not in out + err
        assert re.search(r"json://.* sent", out)
        assert "failed" in out
        (message,) = good.wait_for(1)
        assert "reason: TEST" in message.text
        assert [row["outcome"] for row in json.loads(call("send-test", "alerts", "--json")[1])] == ["sent", "failed"]
        code, _, err = call("send-test", "nobody")
        assert code == 2
        assert "alerts" in err
