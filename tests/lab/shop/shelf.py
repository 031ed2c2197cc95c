"""What the bookshop sells and what its readers say: the same words in every pod, and other ones on a laptop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST_STARS = 5


@dataclass(frozen=True)
class Book:
    title: str
    author: str
    year: int
    price: str


BOOK = Book("The Harbour at Low Tide", "Imre Vandenberg", 2024, "€ 18.00")

OPINIONS = {
    "Ada": "A quiet book about people who wait for boats. I missed my stop twice.",
    "Grace": "The middle third drifts, and then the storm comes.",
    "Linus": "Too many ropes. I know all of their names now.",
}
"""Of `reviews` in the cluster, by reader."""

NEW_OPINIONS = {
    "Ada": "Read it on a pier. Bring a jumper.",
    "Grace": "Better the second time, when you know who is on the last boat.",
    "Linus": "Still too many ropes, but they hold.",
}
"""Of the next edition of `reviews`, that somebody works on at a laptop."""

STARS = {"Ada": 5, "Grace": 4, "Linus": 3}
"""Of `ratings`, by reader; nobody else has rated."""

NEW_STARS = dict.fromkeys(STARS, MOST_STARS)
"""Of a `ratings` at a laptop whose author is in a good mood."""


@dataclass(frozen=True)
class Review:
    """`rated_by`: who gave the stars; "" and 0 stars when nobody could be asked."""

    reader: str
    text: str
    stars: int = 0
    rated_by: str = ""


@dataclass(frozen=True)
class Page:
    """The front page's content. `page_by`, `reviews_by`: which pod or laptop has answered; "" when it did not."""

    book: Book
    page_by: str
    reviews_by: str = ""
    is_new: bool = False
    reviews: tuple[Review, ...] = ()
    trouble: str = ""

    @property
    def ratings_by(self) -> str:
        return next((review.rated_by for review in self.reviews if review.rated_by), "")

    def told(self) -> dict[str, Any]:
        """For programs."""
        return {
            "title": self.book.title,
            "productpage": self.page_by,
            "reviews": self.reviews_by,
            "ratings": self.ratings_by,
            "new": self.is_new,
            "lines": [[one.reader, one.stars, one.text] for one in self.reviews],
            "trouble": self.trouble,
        }


def page_of(book: Book, page_by: str, answer: dict[str, Any]) -> Page:
    """`answer`: of the service `reviews`."""
    reviews = tuple(Review(**one) for one in answer["reviews"])
    return Page(book, page_by, answer["by"], answer["new"], reviews, answer["trouble"])
