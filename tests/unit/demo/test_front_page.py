"""What the front page shows: who has answered, and nothing that was slipped in."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.lab.shop.front_page import as_html, as_text
from tests.lab.shop.shelf import BOOK, Page, Review

REVIEW = Review("Ada", "<b>Quiet</b> & long.", 4, "ratings-1")
PODS = Page(BOOK, "productpage-1", "reviews-1", reviews=(REVIEW,))
MESHED = Page(BOOK, "productpage-1", "alices-laptop", True, (REVIEW,))
ALONE = Page(BOOK, "productpage-1", trouble="There are no reviews just now.")


class Balanced(HTMLParser):
    """Every element that begins ends."""

    EMPTY = frozenset(("meta", "path", "rect", "circle"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<path/>`"""

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


def test_html_is_whole_and_has_no_words_of_others_as_markup() -> None:
    for page in (PODS, MESHED, ALONE):
        parser = Balanced()
        parser.feed(as_html(page))
        assert parser.open == []
    assert "&lt;b&gt;Quiet&lt;/b&gt; &amp; long." in as_html(PODS)


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "http" not in as_html(PODS)


def test_a_laptop_is_marked() -> None:
    assert 'class="hop laptop"' in as_html(MESHED)
    assert 'class="hop laptop"' not in as_html(PODS)
    assert "New edition" in as_html(MESHED)
    assert "reviews      answered by alices-laptop  <- not a pod" in as_text(MESHED)


def test_text_has_stars_and_the_whole_chain() -> None:
    text = as_text(PODS)
    assert "★★★★·  Ada" in text
    assert [line.split()[0] for line in text.splitlines()[-3:]] == ["productpage", "reviews", "ratings"]
    assert "ratings      answered by nobody" in as_text(ALONE)
