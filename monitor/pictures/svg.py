"""A small writer of SVG: every text is escaped, and nothing that could run can be written.

Values are safe beside a Content-Security-Policy without `unsafe-inline`: no style attribute, no script, no address but
one of this site or http(s). Colours stand as presentation attributes, so that a file of its own has some; a style sheet
that knows the classes overrides them.
"""

from __future__ import annotations

from html import escape

from monitor.text.clean import clean

_FORBIDDEN_TAGS = frozenset({"script", "foreignObject", "style", "image", "iframe", "use", "animate", "set"})


class Svg(str):
    """Markup that this module wrote: it is not escaped again."""

    __slots__ = ()


def tag(name: str, *inside: str | Svg, **attributes: str | float | None) -> Svg:
    """An element; text inside is escaped, `Svg` is taken as it is. `class_` and `text_anchor` are named as Python has
    to spell them; None leaves an attribute out. Refuses what could run: it is a mistake of the program."""
    if name in _FORBIDDEN_TAGS:
        raise ValueError(f"<{name}> is not written here")
    told = "".join(
        f' {_attribute(key)}="{_value(key, value)}"' for key, value in attributes.items() if value is not None
    )
    content = "".join(one if isinstance(one, Svg) else text(one) for one in inside)
    return Svg(f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>")


def text(words: str) -> Svg:
    """Words of anybody, on one line."""
    return Svg(escape(clean(words)))


def joined(*parts: Svg) -> Svg:
    """Several elements one after another."""
    return Svg("".join(parts))


def picture(*inside: Svg, width: float, height: float, title: str, desc: str = "", id: str, class_: str) -> Svg:
    """A whole picture with its name for people who do not see it; `id` is unique on its page."""
    named = f"{id}-title {id}-desc" if desc else f"{id}-title"
    told = tag("desc", desc, id=f"{id}-desc") if desc else Svg("")
    return tag(
        "svg", tag("title", title, id=f"{id}-title"), told, *inside, xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}", role="group", class_=class_, id=id, aria_labelledby=named,
        font_family="system-ui, sans-serif",
    )  # fmt: skip


def number(value: float) -> str:
    """With one decimal at most: more is not seen."""
    told = f"{value:.1f}".removesuffix(".0")
    return "0" if told == "-0" else told


def _attribute(key: str) -> str:
    if key.startswith("on") or key == "style":
        raise ValueError(f"the attribute {key} is not written here")
    return key.removesuffix("_").replace("_", "-")


def _value(key: str, value: str | float) -> str:
    if not isinstance(value, str):
        return number(value)
    if key == "href" and not _leads_somewhere_safe(value):
        raise ValueError(f"no address of this site: {value[:60]!r}")
    return escape(value)


def _leads_somewhere_safe(address: str) -> bool:
    of_this_site = address.startswith(("/", "?", "#")) and not address.startswith("//") and "\\" not in address
    return (of_this_site or address.startswith(("http://", "https://"))) and address.isprintable()
