"""The bookshop's front page: HTML for browsers, text for terminals.

Both say who has answered: which pod, or which laptop. Nothing is fetched from anywhere else, as pods reach no internet.
"""

from __future__ import annotations

import html
import string

from tests.lab.shop.shelf import MOST_STARS, Page, Review

LAPTOP_MARK = "laptop"
"""Whoever has this in the name is not a pod."""
_WIDTH = 46


def is_laptop(who: str) -> bool:
    return LAPTOP_MARK in who


def as_text(page: Page) -> str:
    """Lines of at most 100 characters, as long as nobody has a longer name."""
    book = page.book
    edition = "   NEW EDITION" if page.is_new else ""
    lines = [f"{book.title}{edition}", f"{book.author}, {book.year} · {book.price}", "─" * _WIDTH]
    for review in page.reviews:
        lines += [f"{_text_stars(review.stars)}  {review.reader}", f"       {review.text}"]
    if page.trouble:
        lines.append(f"({page.trouble})")
    lines.append("─" * _WIDTH)
    for service, who in _chain(page):
        lines.append(f"{service:<12} answered by {who}" + ("  <- not a pod" if is_laptop(who) else ""))
    return "\n".join(lines) + "\n"


def as_html(page: Page) -> str:
    book = page.book
    cards = "\n".join(_card(review) for review in page.reviews)
    if page.trouble:
        cards += f'\n<p class="trouble">{html.escape(page.trouble)}</p>'
    hops = '<span class="arrow">→</span>'.join(_hop(service, who) for service, who in _chain(page))
    values = {"title": book.title, "author": book.author, "year": str(book.year), "price": book.price}
    return _PAGE.substitute(
        {name: html.escape(text) for name, text in values.items()},
        edition='<span class="edition">New edition</span>' if page.is_new else "",
        kind="new" if page.is_new else "usual",
        cards=cards,
        hops=hops,
    )


def _chain(page: Page) -> list[tuple[str, str]]:
    found = (("productpage", page.page_by), ("reviews", page.reviews_by), ("ratings", page.ratings_by))
    return [(service, who or "nobody") for service, who in found]


def _text_stars(count: int) -> str:
    return "★" * count + "·" * (MOST_STARS - count)


def _card(review: Review) -> str:
    stars = f'<span class="stars" role="img" aria-label="{review.stars} of {MOST_STARS} stars">'
    stars += "★" * review.stars + f'<span class="off">{"★" * (MOST_STARS - review.stars)}</span></span>'
    reader = html.escape(review.reader)
    initial = html.escape(review.reader[:1])
    return (
        f'<article><span class="face" aria-hidden="true">{initial}</span><div><h3>{reader} {stars}</h3>'
        f"<p>{html.escape(review.text)}</p></div></article>"
    )


def _hop(service: str, who: str) -> str:
    kind = "laptop" if is_laptop(who) else "pod"
    return f'<span class="hop {kind}"><b>{html.escape(service)}</b><i>{html.escape(who)}</i></span>'


_PAGE = string.Template("""\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title · Bookshop</title>
<style>
:root { --paper: #fbf8f3; --card: #fff; --ink: #1d2733; --dim: #66717f; --line: #e7e0d5;
  --sea: #0f766e; --laptop: #6d28d9; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15191f; --card: #1d232b; --ink: #e9ecf1; --dim: #9aa5b4; --line: #2d3541;
    --sea: #2dd4bf; --laptop: #a78bfa; }
}
* { box-sizing: border-box; margin: 0; }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Noto Sans", sans-serif; }
header, main, footer { max-width: 880px; margin: 0 auto; padding: 24px; }
header { display: flex; align-items: center; gap: 12px; font-weight: 600; }
header small { margin-left: auto; color: var(--dim); font-weight: 400; }
.book { display: grid; grid-template-columns: 200px 1fr; gap: 32px; align-items: start; }
.book svg { width: 100%; border-radius: 8px; box-shadow: 0 8px 24px rgb(0 0 0 / .18); display: block; }
h1 { font: 600 34px/1.15 Georgia, "Noto Serif", serif; margin-bottom: 6px; }
h2 { font-size: 13px; letter-spacing: .08em; text-transform: uppercase; color: var(--dim); margin: 28px 0 12px; }
.by { color: var(--dim); } .price { font-size: 22px; font-weight: 600; color: var(--sea); margin-top: 12px; }
.edition { display: inline-block; background: var(--laptop); color: #fff; border-radius: 99px; padding: 2px 12px;
  font: 600 13px/1.6 system-ui, sans-serif; vertical-align: middle; }
article { display: flex; gap: 14px; background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 14px 16px; margin-bottom: 10px; }
.new article { border-left: 4px solid var(--laptop); }
article h3 { font-size: 15px; }
.face { flex: none; width: 36px; height: 36px; border-radius: 50%; background: var(--sea);
  color: var(--paper); display: grid; place-items: center; font-weight: 600; }
.new .face { background: var(--laptop); }
.stars { color: #d97706; letter-spacing: 2px; margin-left: 6px; } .off { color: var(--line); }
.trouble { color: var(--dim); font-style: italic; }
.hops { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.hop { border: 1px solid var(--line); background: var(--card); border-radius: 8px; padding: 6px 12px; }
.hop b { display: block; font-size: 14px; }
.hop i { font: 12px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; color: var(--dim); }
.hop.laptop { border-color: var(--laptop); }
.hop.laptop b, .hop.laptop i { color: var(--laptop); }
.arrow { color: var(--dim); }
@media (max-width: 620px) { .book { grid-template-columns: 1fr; } .book svg { max-width: 200px; } }
</style></head>
<body>
<header><svg width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"
 stroke-linecap="round" aria-hidden="true">
<path d="M12 6c-2-1.5-5-2-8-2v14c3 0 6 .5 8 2 2-1.5 5-2 8-2V4c-3 0-6 .5-8 2zm0 0v14"/></svg>
Bookshop <small>one page, three services</small></header>
<main class="$kind"><div class="book">
<svg viewBox="0 0 200 280" role="img" aria-label="Cover of $title"><rect width="200" height="280" fill="#12343b"/>
<circle cx="138" cy="84" r="34" fill="#f4d9a8"/><path d="M0 176q25-14 50 0t50 0 50 0 50 0v104H0z" fill="#1f6f78"/>
<path d="M0 206q25-12 50 0t50 0 50 0 50 0v74H0z" fill="#2a9d8f"/><path d="M58 176h66l-12 22H72z" fill="#e76f51"/>
<path d="M90 176V112l36 52H90z" fill="#fdfaf3"/><path d="M0 240q25-10 50 0t50 0 50 0 50 0v40H0z" fill="#8ed1c6"/></svg>
<div><h1>$title $edition</h1><p class="by">$author, $year</p><p class="price">$price</p>
<h2>What readers say</h2>
$cards
</div></div>
<h2>Who has answered</h2><p class="hops">$hops</p></main>
</body></html>
""")
