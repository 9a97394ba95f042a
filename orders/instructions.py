"""Instructions as people read them: Markdown with its pictures, and documents and films beside it.

The text is written by engineers and read at every station, so nothing of it is trusted: HTML in it is shown as text,
and what comes out of it is sanitised once more.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from orders.models import InstructionFile, InstructionRevision
from orders.models.instructions import PICTURES

FILMS = ["mp4", "webm"]

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = {
    *("h2", "h3", "h4", "p", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "hr", "br", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", "img"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}


@dataclass(frozen=True)
class Sheet:
    """An instruction ready to be shown. body: safe HTML. documents, films: files that are opened, not set into it.

    unknown: names of files in the text that the revision does not have.
    """

    revision: InstructionRevision
    body: SafeString
    documents: tuple[InstructionFile, ...]
    films: tuple[InstructionFile, ...]
    unknown: tuple[str, ...]


def sheet_of(revision: InstructionRevision) -> Sheet:
    """The sheet of a revision; one query, for its files."""
    files = {file.name: file for file in revision.files.all()}
    unknown: list[str] = []
    body = render(revision.body, files, unknown)
    return Sheet(
        revision,
        body,
        documents=tuple(file for file in files.values() if _suffix(file) == "pdf"),
        films=tuple(file for file in files.values() if _suffix(file) in FILMS),
        unknown=tuple(unknown),
    )


def render(text: str, files: dict[str, InstructionFile], unknown: list[str]) -> SafeString:
    """Markdown as safe HTML. `![what it shows](name)` sets in the picture of that name; headings begin at h2."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(4, int(token.tag[1]) + 1)}"
        for child in token.children or ():
            _resolve(child, files, unknown)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https", "http"}, link_rel="noopener")
    return SafeString(clean)


def _resolve(token: Token, files: dict[str, InstructionFile], unknown: list[str]) -> None:
    """Point a picture or link that is called by a file's name to the file; a picture from elsewhere is not fetched."""
    attribute = {"image": "src", "link_open": "href"}.get(token.type)
    if attribute is None:
        return
    name = str(token.attrs.get(attribute, ""))
    file = files.get(name)
    if file is not None and (token.type == "link_open" or _suffix(file) in PICTURES):
        token.attrs[attribute] = file.file.url
    elif token.type == "image":
        unknown.append(name)
        token.attrs = _without(token.attrs, attribute)


def _without(attributes: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in attributes.items() if key != name}


def _suffix(file: InstructionFile) -> str:
    return PurePosixPath(file.file.name or "").suffix.lower().removeprefix(".")
