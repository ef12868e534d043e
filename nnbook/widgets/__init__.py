"""Things to play with in a notebook: every one computes with nnbook's own functions, and tells its state as Python.

    from nnbook import widgets
    widgets.NeuronExplorer()

All have in common: ``state=`` where to begin, ``hide=[...]`` what not to show, ``code()`` the line of Python that
brings this state back, ``reset()``, and a true picture where no kernel runs. The mouse is never needed.

- `Explore` puts sliders beside a matplotlib picture of your own.
- `Live` is the stage of those that follow the hand; its subclasses are the course's explorers.
"""

from __future__ import annotations

import importlib
from typing import Any

from nnbook.errors import missing_package

_HOMES = {
    "ActivationExplorer": "activation",
    "ContourPath": "contour",
    "ConvolutionStepper": "convolution",
    "DescentRace": "race",
    "DrawingPad": "pad",
    "BackpropStepper": "backprop",
    "ErrorCurve": "error_curve",
    "Explore": "explore",
    "ExpressionGraph": "expression",
    "FeatureMaps": "feature_maps",
    "Live": "stage",
    "GradientMicroscope": "microscope",
    "LossExplorer": "loss",
    "NeuronExplorer": "neuron",
    "PerceptronReplay": "replay",
    "RecurrenceStepper": "recurrence",
    "ShapeStepper": "shapes",
    "ThresholdSlider": "threshold",
    "TowerBuilder": "towers",
    # the fields of a state
    "Choice": "fields",
    "Flag": "fields",
    "Number": "fields",
    "Numbers": "fields",
    "Text": "fields",
    "Whole": "fields",
}
"""In which file each public name lives."""

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Load one widget's file, and with it ipywidgets and anywidget, when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nnbook.widgets' has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"nnbook.widgets.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in ("anywidget", "ipywidgets", "traitlets"):
            raise
        raise ImportError(missing_package("nnbook.widgets", error.name)) from error


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
