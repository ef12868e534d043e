"""A classifier's answer: the share of each class, in words and as bars."""

from __future__ import annotations

import numpy as np

from nnbook.plots.style import BLACK, BLUE, ORANGE
from nnbook.widgets.scene import Bars, Line, Mark, Panel, Write

__all__ = ["percent", "shares_panel"]


def percent(share: float) -> str:
    """A share in words.

    Examples
    --------
    >>> percent(0.304), percent(0.9991)
    ('30 %', 'over 99 %')
    """
    return "over 99 %" if share >= 0.995 else f"{100 * share:.0f} %"


def shares_panel(shares: np.ndarray, label: str, width: int, height: int) -> Panel:
    """A bar for each class, the largest in orange; without bars if the shares (K,) are not finite."""
    many = len(shares)
    best = int(shares.argmax()) if np.isfinite(shares).all() else -1
    marks: list[Mark] = []
    if best >= 0:
        colors = [ORANGE if k == best else BLUE for k in range(many)]
        marks.append(Bars(x=np.arange(many), y=100 * shares, color=colors, width=0.75))
        marks += [
            Write(x=k, y=100 * share + 4, text=percent(share).removesuffix(" %"), size=14, bold=k == best)
            for k, share in enumerate(shares)
            if share >= 0.005
        ]
    marks.append(Line(x=[-0.6, many - 0.4], y=[0, 0], color=BLACK, width=1))
    if many <= 12:
        marks += [Write(x=k, y=-6, text=str(k), size=16, bold=k == best) for k in range(many)]
    return Panel(
        name="answer",
        label=label,
        x=(-0.6, many - 0.4),
        y=(-11, 110),
        marks=marks,
        width=width,
        height=height,
        title="its answer, in per cent",
        ticks=False,
    )
