"""Who likes what, made by seed: stars that users gave to items, most of them missing, for a recommender to fill in.

Behind the stars stand a few numbers for each user and each item, which nobody sees: how much of a trait the item has,
how much the user cares for it. A rating is roughly

    stars = 3 + (what the user gives to all) + (what all give to the item) + user · item

and to recommend is to find the hidden numbers from the stars that are known (notebook 23).
"""

from __future__ import annotations

import math

import numpy as np

from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import check_integer, check_number

__all__ = ["ratings"]


def ratings(
    users: int = 200,
    items: int = 100,
    *,
    share: float = 0.2,
    traits: int = 3,
    noise: float = 0.3,
    rng: Rng = None,
) -> tuple[Array, Array, Array]:
    """Stars from 1 to 5 that users gave to items, as lists of who, what and how many.

    Parameters
    ----------
    users, items : int
        How many there are.
    share : float
        Which part of all pairs of user and item has stars, above 0 and at most 1.
    traits : int
        How many hidden numbers a user and an item have.
    noise : float
        Standard deviation of mood, in stars, before rounding.
    rng : int or Generator, optional

    Returns
    -------
    user : ndarray of int64, shape (R,)
        0 to users − 1; R is ``share`` of all pairs, rounded up, no pair twice, in random order.
    item : ndarray of int64, shape (R,)
        0 to items − 1.
    stars : ndarray of float32, shape (R,)
        Whole numbers from 1 to 5.

    Examples
    --------
    >>> user, item, stars = ratings(4, 3, share=0.5, rng=0)
    >>> user, item, stars
    (array([2, 3, 0, 2, 1, 3]), array([2, 2, 2, 0, 2, 0]), array([5., 4., 4., 2., 5., 3.], dtype=float32))
    """
    users = check_integer("ratings", "users", users)
    items = check_integer("ratings", "items", items)
    traits = check_integer("ratings", "traits", traits)
    share = check_number("ratings", "share", share, above=0, at_most=1)
    noise = check_number("ratings", "noise", noise, at_least=0)
    generator = as_generator("ratings", rng)
    generous, popular = 0.4 * generator.standard_normal(users), 0.4 * generator.standard_normal(items)
    cares = generator.standard_normal((users, traits))
    has = generator.standard_normal((items, traits)) / math.sqrt(traits)
    user, item = np.divmod(
        generator.choice(users * items, math.ceil(users * items * share), replace=False), items
    )
    stars = 3 + generous[user] + popular[item] + np.sum(cares[user] * has[item], axis=1)
    stars += noise * generator.standard_normal(len(stars))
    return user, item, np.clip(np.round(stars), 1, 5).astype(np.float32)
