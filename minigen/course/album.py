"""The class's album: real or made? A page on which students guess what is real, and which strategy made the rest.

A class finds out what no single score says: how often each strategy fools people. Everything happens in the page, also the
counting: players hand on a short code of counts, never an answer to a single card.
"""

import json
from hashlib import sha256

import numpy as np

from minigen.course import pages
from minigen.errors import expect_in

KINDS = ("sprite", "poem")
MADE, REAL = ("AR", "NAR"), ("real",)


def album_page(cards, reals, seed):
    """One page of HTML, to be played without a network: half of its cards are real.

    Parameters
    ----------
    cards, reals : list of dict
        kind ("sprite" or "poem"), strategy ("AR" or "NAR"; of reals "real") and content: a PNG in base64, or a quatrain.
        Other keys do not reach the page.
    seed : int
        Decides the order, and which are left out where there are more cards of a kind than reals, or the other way round.
    """
    rng, chosen = np.random.default_rng(seed), []
    cards, reals = _expected(cards, MADE), _expected(reals, REAL)
    for kind in KINDS:
        piles = [[card for card in pile if card["kind"] == kind] for pile in (cards, reals)]
        n = min(map(len, piles))
        chosen += [pile[i] for pile in piles for i in rng.permutation(len(pile))[:n]]
    chosen = [chosen[i] for i in rng.permutation(len(chosen))]
    # Phones keep what all local pages store in one place: the name tells this album's answers, and its codes, from another's.
    name = sha256(json.dumps(chosen).encode("ascii")).hexdigest()[:8]
    return pages.render("album.html", album={"name": name, "cards": chosen})


def _expected(cards, strategies):
    """The cards with the three keys only, so that nothing else, such as a name, gets into the page."""
    for card in cards:
        expect_in("kind", card["kind"], KINDS)
        expect_in("strategy", card["strategy"], strategies)
    return [{key: card[key] for key in ("kind", "strategy", "content")} for card in cards]
