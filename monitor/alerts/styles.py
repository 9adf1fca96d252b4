"""The styles of messages: templates with slots and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.errors import Problem

#: those that are shipped, in `templates/`
SHIPPED = ("duty", "journalist", "family")


def filled(template: str, slots: Mapping[str, str]) -> str:
    """A template with its slots filled; lines that hold nothing but empty slots are left out."""
    raise NotImplementedError


def problems(template: str, file: str) -> list[Problem]:
    """What is wrong in a template."""
    raise NotImplementedError
