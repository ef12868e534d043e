"""The curve of the error against the step: its numbers, its words, what it takes."""

import math

import numpy as np
import pytest

pytest.importorskip("anywidget")

import nnbook
from nnbook import widgets
from nnbook.widgets import error_curve
from nnbook.widgets.error_curve import _Curve, digits


def curve_of(function="sin(x)", x=1.0, sides="two", bits="64"):
    return _Curve(*error_curve._FUNCTIONS[function], x, sides, bits)


@pytest.mark.parametrize("function", list(error_curve._FUNCTIONS))
@pytest.mark.parametrize("x", [0.7, -1.3])
def test_the_true_slopes_are_true(function, x):
    c = curve_of(function, x)
    f = error_curve._FUNCTIONS[function][0]
    complex_step = {"tanh(x)": np.tanh, "relu(x)": lambda z: z if z.real > 0 else 0 * z}.get(function, f)
    assert c.slope == pytest.approx(complex_step(complex(x, 1e-30)).imag / 1e-30, rel=1e-12)
    assert c.off(1e-4) < 1e-5


def test_two_sides_are_the_packages_own_and_one_side_is_by_hand():
    h = 0.03
    two = nnbook.numerical_gradient(lambda place: float(np.exp(place[0])), [0.5], h=h)[0]
    assert curve_of("exp(x)", 0.5).measured(h, "64") == two
    one = (math.exp(0.5 + h) - math.exp(0.5)) / h
    assert curve_of("exp(x)", 0.5, "one").measured(h, "64") == pytest.approx(one, rel=1e-14)


def test_bending_shrinks_like_h_or_its_square():
    for sides, power in (("one", 1), ("two", 2)):
        c = curve_of(sides=sides)
        assert c.off(1e-2) / c.off(1e-3) == pytest.approx(10**power, rel=0.01)
        derivative = math.sin(1) / 2 if power == 1 else math.cos(1) / 6  # |f''| / 2, |f'''| / 6
        assert c._bend == pytest.approx(derivative, rel=1e-3)


def valley(c):
    """Where the curve is lowest, smoothed over half a power of ten."""
    smooth = np.convolve(np.log10(np.maximum(c.errors, 1e-17)), np.ones(7) / 7, mode="valid")
    return error_curve._STEPS[3:-3][smooth.argmin()]


def test_what_moves_the_valley():
    assert 2e-6 < valley(curve_of()) < 2e-5
    assert 1e-9 < valley(curve_of(sides="one")) < 1e-7
    assert 1e-3 < valley(curve_of(bits="32")) < 2e-2
    assert 2e-5 < valley(curve_of("1000 + sin(x)")) < 3e-4  # more to round
    assert (
        valley(curve_of("x**2", 0.95)) > 0.1
    )  # a parabola's two errors cancel: nothing but rounding is left
    reaching = curve_of("relu(x)", 0.05)  # over the corner
    assert reaching.off(0.04) < 1e-14
    assert reaching.off(0.1) == pytest.approx(0.25)


def test_rounding_is_bounded_by_the_cost_that_is_drawn():
    for function in ("sin(x)", "1000 + sin(x)", "exp(x)"):
        for sides in ("one", "two"):
            for bits in ("64", "32"):
                c = curve_of(function, 1.0, sides, bits)
                bound = 1.6 * sum(ys for _, _, ys in c.costs)
                assert (c.errors <= bound).mean() > 0.95
                seen = c.errors < 0.99 * abs(c.slope)  # where a step was seen at all
                assert (c.errors > bound / 100)[seen].mean() > 0.6  # the cost is not far above


def test_thirty_two_bits_see_no_step_that_is_too_small():
    c = curve_of(bits="32")
    assert c.measured(1e-9, "32") == 0
    assert c.off(1e-9) == pytest.approx(math.cos(1))
    assert c.split(1e-9) == [(digits(np.sin(np.float32(1)), "32"), "")] * 2
    assert c.says(1e-9) == (
        "h = 1e−09: measured 0, true 0.5403023059, off by 5.4e−01. The two values are the same number: so small a "
        "step is not seen, and the slope comes out as 0."
    )


def test_the_digits_that_two_values_share():
    c = curve_of()
    (same, above), (also, below) = c.split(1e-3)
    assert same == also == "0.84"
    assert float(same + above) == math.sin(1 + 1e-3)
    assert float(same + below) == math.sin(1 - 1e-3)
    assert "The two values share 2 of 17 digits; 15 are left to tell the slope." in c.says(1e-3)
    assert curve_of(sides="one").names == ("f(x + h)", "f(x)")
    assert digits(-2.5, "64") == "−2.5000000000000000"
    assert digits(1e300, "64") == "1.0000000000000001e+300"
    for number in (0.1, 1 / 3, -1e-5 / 3, 1e9 / 7):
        assert float(digits(number, "64").replace("−", "-")) == number


def test_moving_h_moves_the_dot_and_says_so():
    w = widgets.ErrorCurve()
    ax = w._figure.axes[1]
    dot = next(line for line in ax.lines if line.get_marker() == "o")
    w._controls["h"].value = 1e-3
    assert w.state["h"] == pytest.approx(1e-3)
    assert dot.get_xdata()[0] == w.state["h"]
    assert dot.get_ydata()[0] == pytest.approx(math.cos(1) * 1e-6 / 6, rel=1e-4)
    assert "off by 9.0e−08" in w._says.value
    curve = ax.lines[0].get_ydata().copy()
    w._controls["bits"].value = "32"
    assert (ax.lines[0].get_ydata() != curve).any()
    assert not any(line.get_visible() for line in ax.lines[1:3])
    w._controls["costs"].value = True
    assert all(line.get_visible() for line in ax.lines[1:3])
    assert "Bending costs about 9e−08, rounding up to about 8e−05." in w._says.value
    w._controls["function"].value = "x**2"
    assert "Bending costs nothing" in w._says.value


def test_it_takes_a_function_of_the_learners():
    w = widgets.ErrorCurve(lambda x: 3 * x, lambda x: 3.0)
    assert w.state["function"] == "yours"
    assert w.code() == "widgets.ErrorCurve(f, slope)"
    assert "true 3" in w._says.value
    w._controls["function"].value = "sin(x)"
    assert w.code() == "widgets.ErrorCurve(f, slope, state={'function': 'sin(x)'})"
    assert widgets.ErrorCurve().state["function"] == "sin(x)"


def test_what_is_not_finite_is_explained():
    with np.errstate(all="ignore"):
        w = widgets.ErrorCurve(np.log, lambda x: 1 / x, state={"x": -1.0})
    assert (
        "At x = −1 the function or its slope is no finite number: nothing can be compared." in w._says.value
    )
    w.state.update(x=0.0, costs=True)
    assert "nothing can be compared" in w._says.value
    w.state.update(x=1.0)
    assert "true 1," in w._says.value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (3, np.cos),
            "ErrorCurve expects f to be a function of one number, but got the int 3.",
        ),
        (
            (np.sin,),
            "ErrorCurve expects slope to be a function of one number, but got None. "
            "f alone is not enough: ErrorCurve(f, slope).",
        ),
        (
            (None, np.sin),
            "ErrorCurve expects f to be a function of one number, but got None. "
            "slope alone is not enough: ErrorCurve(f, slope).",
        ),
        (
            (lambda x: np.ones(3), np.cos),
            "ErrorCurve expects f to return one number, but got float64 array of shape (3,).",
        ),
        ((np.sin, lambda x: "1"), "ErrorCurve expects slope to return one number, but got the str '1'."),
    ],
)
def test_what_is_no_function_is_refused(arguments, message):
    with pytest.raises(TypeError) as error:
        widgets.ErrorCurve(*arguments)
    assert str(error.value) == message


def test_values_on_both_sides_of_a_round_number_agree_though_no_digit_is_the_same():
    w = widgets.ErrorCurve(state={"function": "x**2", "h": 1e-9})
    assert "The two values agree to 8 of 17 digits; 9 are left to tell the slope." in w._says.value
    w.state.update(h=1.0)  # 4 and 0
    assert "The two values share 0 of 17 digits" in w._says.value


def test_a_flat_place_is_not_blamed_on_the_step():
    w = widgets.ErrorCurve(state={"function": "relu(x)", "x": -3, "h": 1, "costs": True})
    assert w._says.value == (
        "h = 1: measured 0, true 0, and that is exact. The two values are the same number, as they should be: "
        "the slope is 0. Bending costs nothing, rounding nothing."
    )
    w.state.update(function="sin(x)", x=1, h=1e-16, sides="one", bits="32")
    assert "so small a step is not seen" in w._says.value


@pytest.mark.parametrize(
    "state", [{"function": "relu(x)", "x": 0.0, "h": 1e-3}, {"function": "relu(x)", "x": 0.05, "h": 1.0}]
)
@pytest.mark.parametrize("sides", ["one", "two"])
def test_what_a_corner_costs_is_not_called_bending(state, sides):
    if sides == "one" and state["x"]:  # to the right there is no corner
        state = {**state, "x": -0.05}
    w = widgets.ErrorCurve(state={**state, "sides": sides, "costs": True})
    assert (
        f"; the rest of the error does not go with {'h²' if sides == 'two' else 'h'} here." in w._says.value
    )
    assert "Bending" not in w._says.value


def test_a_zero_below_zero_is_zero():
    w = widgets.ErrorCurve(state={"function": "x**3", "x": 0, "bits": "32", "h": 1e-16})
    assert "The two values are the same number, as they should be" in w._says.value
