"""policies.yaml: what each channel wants to be told, and when; read strictly, every mistake told at once."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from monitor.model.policy import Policy


def load_policies(
    path: Path, *, channels: Collection[str], places: Collection[str], styles: Collection[str]
) -> tuple[Policy, ...]:
    """The policies of a file, none where it is not there; `ConfigError` with every mistake in it.

    `channels` are the tags of the channels file, `places` what the gazetteer knows, `styles` what can be written in.
    """
    raise NotImplementedError
