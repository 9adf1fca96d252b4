"""What comes with a request, read strictly: parameters, and the fields of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from monitor.web.asking import Refusal

MOST_FIELDS = 100
_FORM = "application/x-www-form-urlencoded"


def read_query(text: str) -> dict[str, list[str]]:
    """The parameters of an address."""
    return _read(text, strict=False, what="the address")


def read_form(body: bytes, content_type: str) -> Mapping[str, Sequence[str]]:
    """The fields of a form."""
    if not body:
        return {}
    if content_type.partition(";")[0].strip().lower() != _FORM:
        raise Refusal(415, "this is not how forms are sent here", f"send {_FORM}", kind="content-type")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refusal(400, "the form is not UTF-8 text", "send it in UTF-8", kind="parameter") from None
    return _read(text, strict=True, what="the form")


def _read(text: str, *, strict: bool, what: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, strict_parsing=strict and bool(text), max_num_fields=MOST_FIELDS)
    except ValueError:
        said = f"{what} cannot be read: it has more than {MOST_FIELDS} fields, or something that is none"
        raise Refusal(400, said, kind="parameter") from None
