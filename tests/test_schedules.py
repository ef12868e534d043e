import copy
import math
from types import SimpleNamespace

import numpy as np
import pytest

import nnbook
from nnbook import schedules
from nnbook.module import Parameter
from nnbook.optimizers import SGD, Adagrad, Adam
from nnbook.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    OneCycleLR,
    ReduceLROnPlateau,
    Schedule,
    SequentialLR,
    StepLR,
)
from tests import oracle
from tests.reference.schedules import METRICS, STEPS, build, rate_and_momentum


def sgd(lr=0.5, **options):
    return SGD([Parameter(np.ones(2))], lr=lr, **options)


def two_groups(name="SGD", **options):
    groups = [{"params": [Parameter(np.ones(2))]}, {"params": [Parameter(np.ones(3))], "lr": 0.05}]
    return getattr(nnbook, name)(groups, **options)


@pytest.mark.parametrize("case", oracle.cases("schedules"))
def test_as_pytorch_step_by_step(case):
    case = case()
    options = case["options"]
    optimizer = two_groups(options["optimizer"], **options["made"])
    schedule = build(schedules, optimizer, options)
    values = [rate_and_momentum(optimizer)]
    for t in range(STEPS - 1):
        optimizer.step()
        schedule.step(*([METRICS[t]] if options["name"] == "ReduceLROnPlateau" else []))
        values.append(rate_and_momentum(optimizer))
    np.testing.assert_allclose(values, case["values"], rtol=1e-10, atol=1e-14)
    if isinstance(schedule, Schedule):
        np.testing.assert_allclose(schedule.rates(STEPS), case["values"][:, 0, 0], rtol=1e-10, atol=1e-14)


def test_goes_down_the_stairs():
    optimizer = sgd(0.5)
    schedule = StepLR(optimizer, step_size=2, gamma=0.1)
    seen = []
    for _ in range(5):
        seen.append(optimizer.lr)
        schedule.step()
    np.testing.assert_allclose(seen, [0.5, 0.5, 0.05, 0.05, 0.005])
    assert schedule.t == 5


def test_each_step_takes_the_rate_of_the_moment():
    (weight,) = params = [Parameter(np.array([0.0]))]
    optimizer = SGD(params, lr=1.0)
    schedule = ExponentialLR(optimizer, gamma=0.5)
    for _ in range(3):
        weight.grad = [1.0]
        optimizer.step()
        schedule.step()
    np.testing.assert_allclose(weight.data, -(1 + 0.5 + 0.25))


def test_drawing_it_changes_nothing():
    optimizer = sgd(0.5)
    schedule = LinearLR(optimizer, 0.1, total_iters=4)
    np.testing.assert_allclose(schedule.rates(6), [0.05, 0.1625, 0.275, 0.3875, 0.5, 0.5])
    assert schedule.rates(0) == []
    assert (optimizer.lr, schedule.t) == (0.05, 0)


def test_warm_up_then_cosine():
    optimizer = sgd(1.0)
    schedule = SequentialLR(
        optimizer,
        [LinearLR(optimizer, 0.25, total_iters=3), CosineAnnealingLR(optimizer, T_max=4)],
        milestones=[3],
    )
    expected = [0.25, 0.5, 0.75, 1.0, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2, 0.0]
    np.testing.assert_allclose(schedule.rates(8), expected, atol=1e-15)
    assert optimizer.lr == 0.25


def test_one_cycle_ends_where_it_should():
    optimizer = sgd(0.5, momentum=0.9)
    schedule = OneCycleLR(optimizer, max_lr=1.0, total_steps=10, pct_start=0.4)
    rates, momenta = [optimizer.lr], [optimizer.param_groups[0]["momentum"]]
    for _ in range(10):
        schedule.step()
        rates.append(optimizer.lr)
        momenta.append(optimizer.param_groups[0]["momentum"])
    np.testing.assert_allclose([rates[0], rates[3], rates[9], rates[10]], [0.04, 1.0, 4e-6, 4e-6])
    np.testing.assert_allclose([momenta[0], momenta[3], momenta[9]], [0.95, 0.85, 0.95])
    with pytest.raises(ValueError) as raised:
        schedule.step()
    assert str(raised.value) == (
        "OneCycleLR.step expects 10 steps, but got one more. total_steps is the number of batches in all epochs: "
        "epochs * len(loader)."
    )
    assert schedule.t == 10
    assert OneCycleLR(sgd(), 1.0, total_steps=1, cycle_momentum=False).rates(1) == [1 / 25 / 1e4]


# -- with fit ---------------------------------------------------------------------------------------------------------


def rates_in_fit(make, epochs=3):
    model = nnbook.Linear(2, 2, rng=0)
    optimizer = SGD(model.parameters(), lr=1.0)
    seen = []

    class Watch:
        def before_step(self, training):
            seen.append(optimizer.lr)

    x = np.random.default_rng(0).standard_normal((8, 2))
    loader = nnbook.DataLoader(x, np.arange(8) % 2, batch_size=4)
    nnbook.fit(
        model,
        loader,
        nnbook.CrossEntropyLoss(),
        optimizer,
        epochs=epochs,
        callbacks=[make(optimizer), Watch()],
        progress=False,
    )
    return seen


def test_fit_steps_it_after_each_epoch():
    assert rates_in_fit(lambda o: ExponentialLR(o, 0.5)) == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]


def test_fit_steps_one_cycle_before_each_batch_but_the_first():
    def make(optimizer):
        made.append(OneCycleLR(optimizer, 2.0, total_steps=6, cycle_momentum=False))
        return made[0]

    made = []
    assert rates_in_fit(make) == made[0].rates(6)


def test_one_cycle_knows_after_loading_that_the_first_batch_is_past():
    schedule = OneCycleLR(sgd(), 2.0, total_steps=6, cycle_momentum=False)
    schedule.before_step(None)
    assert schedule.t == 0
    again = OneCycleLR(sgd(), 2.0, total_steps=6, cycle_momentum=False)
    again.load_state_dict(schedule.state_dict())
    again.before_step(None)
    assert again.t == 1


def test_fit_tells_the_plateau_the_loss():
    optimizer = sgd(1.0)
    schedule = ReduceLROnPlateau(optimizer, patience=0, factor=0.5)
    history = nnbook.History()
    for loss, val_loss in ((3.0, 1.0), (2.0, 1.1), (1.0, 0.9)):
        history.append(loss=loss, val_loss=val_loss)
        schedule.after_epoch(SimpleNamespace(history=history))
    assert (optimizer.lr, schedule.best) == (0.5, 0.9)  # by the validation loss, which once rose

    best = ReduceLROnPlateau(sgd(), mode="max")
    history.append(accuracy=0.25)
    best.after_epoch(SimpleNamespace(history=history))
    assert best.best == 0.25
    alone = nnbook.History()
    alone.append(loss=0.75)
    schedule.after_epoch(SimpleNamespace(history=alone))
    assert schedule.best == 0.75
    with pytest.raises(ValueError) as raised:
        best.after_epoch(SimpleNamespace(history=alone))
    assert str(raised.value) == (
        "ReduceLROnPlateau expects a training that measures accuracy, but got History(1 epoch: loss 0.75). Regression "
        'has no accuracy: mode="min" watches the loss.'
    )


# -- state ------------------------------------------------------------------------------------------------------------

MAKERS = {
    "step": lambda o: StepLR(o, 3),
    "exponential": lambda o: ExponentialLR(o, 0.9),
    "cosine": lambda o: CosineAnnealingLR(o, 11, 0.01),
    "linear": lambda o: LinearLR(o, total_iters=9),
    "one cycle": lambda o: OneCycleLR(o, [0.7, 0.2], 20),
    "chain": lambda o: SequentialLR(o, [LinearLR(o, total_iters=3), StepLR(o, 2)], [3]),
    "plateau": lambda o: ReduceLROnPlateau(o, patience=1, cooldown=2, factor=0.5),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("with_optimizer", [True, False])
def test_saved_and_loaded_goes_on_alike(make, with_optimizer):
    optimizer = two_groups(lr=0.5, momentum=0.9)
    schedule = make(optimizer)

    def run(schedule, optimizer, steps):
        values = []
        for t in steps:
            schedule.step(*([METRICS[-1 - t]] if isinstance(schedule, ReduceLROnPlateau) else []))
            values.append(rate_and_momentum(optimizer))
        return values

    run(schedule, optimizer, range(7))
    state, optimizer_state = copy.deepcopy((schedule.state_dict(), optimizer.state_dict()))
    expected = run(schedule, optimizer, range(7, 15))

    other = two_groups(lr=0.5, momentum=0.9)
    again = make(other)
    if with_optimizer or isinstance(schedule, ReduceLROnPlateau):  # it has no rates of its own
        other.load_state_dict(optimizer_state)
    again.load_state_dict(state)
    assert run(again, other, range(7, 15)) == expected


def test_a_later_schedule_begins_where_the_first_one_began():
    optimizer = sgd(0.5)
    first = ExponentialLR(optimizer, 0.1)
    first.step()
    assert StepLR(optimizer, 1).base_lrs == [0.5]
    optimizer.lr = 0.2  # a new beginning
    assert StepLR(optimizer, 1).base_lrs == [0.2]


OTHER = {"schedule": "StepLR", "settings": {"step_size": 3, "gamma": 0.1}, "base_lrs": [0.5], "t": 2}


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (
            3,
            TypeError,
            "StepLR.load_state_dict expects the dict that state_dict returned, but got the int 3.",
        ),
        (
            {"t": 3},
            TypeError,
            "StepLR.load_state_dict expects the dict that state_dict returned, but got a dict of 't'.",
        ),
        (
            {**OTHER, "schedule": "LinearLR"},
            ValueError,
            "StepLR.load_state_dict expects the state of StepLR, but got that of LinearLR.",
        ),
        (
            {**OTHER, "settings": {"step_size": 4, "gamma": 0.1}},
            ValueError,
            "StepLR.load_state_dict expects step_size=3, but got step_size=4.",
        ),
        (
            {**OTHER, "settings": 3},
            ValueError,
            "StepLR.load_state_dict expects the settings step_size, gamma, but got the int 3.",
        ),
        (
            {**OTHER, "settings": {"step_size": 3, "gamma": 0.1, "last": 2}},
            ValueError,
            "StepLR.load_state_dict expects the settings step_size, gamma, but got the dict {'step_size': 3, 'gamma': "
            "0.1, 'last': 2}.",
        ),
        (
            {**OTHER, "base_lrs": 0.5},
            ValueError,
            "StepLR.load_state_dict expects base_lrs of 1 group(s), but got 0.5.",
        ),
        (
            {**OTHER, "base_lrs": [0.5, 0.5]},
            ValueError,
            "StepLR.load_state_dict expects base_lrs of 1 group(s), but got [0.5, 0.5].",
        ),
        (
            {**OTHER, "t": -1},
            ValueError,
            "StepLR.load_state_dict expects a whole number t of at least 0, but got t=-1.",
        ),
        (
            {**OTHER, "base_lrs": [math.nan]},
            ValueError,
            "StepLR.load_state_dict expects a finite number base_lrs of at least 0, but got base_lrs=nan.",
        ),
    ],
)
def test_refuses_states_and_stays_as_it_was(state, error, message):
    optimizer = sgd(0.5)
    schedule = StepLR(optimizer, 3)
    schedule.step()
    with pytest.raises(error) as raised:
        schedule.load_state_dict(state)
    assert str(raised.value) == message
    assert (schedule.t, schedule.base_lrs, optimizer.lr) == (1, [0.5], 0.5)


# -- what is refused --------------------------------------------------------------------------------------------------


def test_refuses_a_rate_that_somebody_else_has_set():
    optimizer = sgd(0.5)
    first, second = ExponentialLR(optimizer, 0.5), ExponentialLR(optimizer, 0.5)
    first.step()
    with pytest.raises(ValueError) as raised:
        second.step()
    assert str(raised.value) == (
        "ExponentialLR.step expects the rate that it set, 0.5, but got 0.25. One schedule at a time: chain several by "
        "SequentialLR; after setting optimizer.lr make a new one."
    )
    assert (second.t, optimizer.lr) == (0, 0.25)


def test_refuses_a_group_that_came_later():
    optimizer = sgd(0.5)
    schedule = ExponentialLR(optimizer, 0.5)
    optimizer.add_param_group({"params": [Parameter(np.ones(3))]})
    with pytest.raises(ValueError) as raised:
        schedule.step()
    assert str(raised.value) == (
        "ExponentialLR expects 1 parameter group(s), but got 2. Make the schedule after the last add_param_group."
    )


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: StepLR(None, 3), TypeError, "StepLR expects an optimizer first, but got None."),
        (
            lambda o: ReduceLROnPlateau(Adam),
            TypeError,
            "ReduceLROnPlateau expects an optimizer first, but got the type <class 'nnbook.optimizers.Adam'>. Make one: "
            "Adam(model.parameters()).",
        ),
        (
            lambda o: StepLR(o, 0),
            ValueError,
            "StepLR expects a whole number step_size of at least 1, but got step_size=0.",
        ),
        (
            lambda o: StepLR(o, 3, 0),
            ValueError,
            "StepLR expects a finite number gamma above 0, but got gamma=0.",
        ),
        (
            lambda o: ExponentialLR(o, math.nan),
            ValueError,
            "ExponentialLR expects a finite number gamma above 0, but got gamma=nan.",
        ),
        (
            lambda o: CosineAnnealingLR(o, 1.5),
            TypeError,
            "CosineAnnealingLR expects a whole number T_max of at least 1, but got the float 1.5.",
        ),
        (
            lambda o: CosineAnnealingLR(o, 5, -0.1),
            ValueError,
            "CosineAnnealingLR expects a finite number eta_min of at least 0, but got eta_min=-0.1.",
        ),
        (
            lambda o: LinearLR(o, 0.0),
            ValueError,
            "LinearLR expects a finite number start_factor above 0 and of at most 1, but got start_factor=0.0.",
        ),
        (
            lambda o: LinearLR(o, end_factor=2),
            ValueError,
            "LinearLR expects a finite number end_factor of at least 0 and of at most 1, but got end_factor=2.",
        ),
        (
            lambda o: LinearLR(o, total_iters=0),
            ValueError,
            "LinearLR expects a whole number total_iters of at least 1, but got total_iters=0.",
        ),
        (
            lambda o: OneCycleLR(o, 1.0, 10),
            ValueError,
            "OneCycleLR expects an optimizer with momentum to cycle, but got SGD(lr=0.5). Pass cycle_momentum=False, or "
            "give the optimizer momentum=0.9.",
        ),
        (
            lambda o: OneCycleLR(Adagrad([Parameter(np.ones(1))]), 1.0, 10),
            ValueError,
            "OneCycleLR expects an optimizer with momentum to cycle, but got Adagrad(lr=0.01). Pass "
            "cycle_momentum=False, or give the optimizer momentum=0.9.",
        ),
        (
            lambda o: OneCycleLR(o, [1.0, 2.0], 10),
            ValueError,
            "OneCycleLR expects 1 rates in max_lr, one a group, but got 2.",
        ),
        (
            lambda o: OneCycleLR(o, -1.0, 10),
            ValueError,
            "OneCycleLR expects a finite number max_lr above 0, but got max_lr=-1.0.",
        ),
        (
            lambda o: OneCycleLR(o, 1.0, 10, 1.0),
            ValueError,
            "OneCycleLR expects a finite number pct_start of at least 0 and below 1, but got pct_start=1.0.",
        ),
        (
            lambda o: OneCycleLR(o, 1.0, 10, anneal_strategy="cosine"),
            ValueError,
            "OneCycleLR expects anneal_strategy to be one of 'cos', 'linear', but got 'cosine'. Did you mean 'cos'?",
        ),
        (
            lambda o: SequentialLR(o, StepLR(o, 1), []),
            TypeError,
            "SequentialLR expects a list of schedules, but got the StepLR StepLR(step_size=1, gamma=0.1).",
        ),
        (
            lambda o: SequentialLR(o, [StepLR(o, 1), ReduceLROnPlateau(o)], [3]),
            TypeError,
            "SequentialLR expects schedules that are a formula in t, but got ReduceLROnPlateau. It waits for the loss: "
            "step it by itself.",
        ),
        (
            lambda o: SequentialLR(o, [StepLR(o, 1), o], [3]),
            TypeError,
            "SequentialLR expects schedules, but got the SGD SGD(lr=0.5).",
        ),
        (
            lambda o: SequentialLR(o, [StepLR(o, 1), StepLR(sgd(), 1)], [3]),
            ValueError,
            "SequentialLR expects schedules of its own optimizer, but got StepLR(step_size=1, gamma=0.1) of another one.",
        ),
        (
            lambda o: SequentialLR(o, [StepLR(o, 1), StepLR(o, 2), StepLR(o, 3)], [5, 5]),
            ValueError,
            "SequentialLR expects 2 rising milestone(s) for 3 schedules, but got [5, 5].",
        ),
        (
            lambda o: SequentialLR(o, [StepLR(o, 1), StepLR(o, 2)], 5),
            TypeError,
            "SequentialLR expects a list of milestones, but got the int 5.",
        ),
        (
            lambda o: ReduceLROnPlateau(o, "lowest"),
            ValueError,
            "ReduceLROnPlateau expects mode to be one of 'min', 'max', but got 'lowest'.",
        ),
        (
            lambda o: ReduceLROnPlateau(o, factor=1.0),
            ValueError,
            "ReduceLROnPlateau expects a finite number factor above 0 and below 1, but got factor=1.0.",
        ),
        (
            lambda o: ReduceLROnPlateau(o, patience=-1),
            ValueError,
            "ReduceLROnPlateau expects a whole number patience of at least 0, but got patience=-1.",
        ),
    ],
)
def test_refuses_to_be_built(make, error, message):
    optimizer = sgd(0.5)
    with pytest.raises(error) as raised:
        make(optimizer)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("metric", "error", "message"),
    [
        (
            math.nan,
            ValueError,
            "ReduceLROnPlateau.step expects a finite number metric, but got metric=nan. Pass the loss: "
            "schedule.step(loss).",
        ),
        (
            None,
            TypeError,
            "ReduceLROnPlateau.step expects a finite number metric, but got None. Pass the loss: schedule.step(loss).",
        ),
    ],
)
def test_the_plateau_refuses_what_is_no_number(metric, error, message):
    schedule = ReduceLROnPlateau(sgd())
    with pytest.raises(error) as raised:
        schedule.step(metric)
    assert str(raised.value) == message
    assert schedule.best == math.inf


def test_a_schedule_without_a_rate_says_so():
    class Lazy(Schedule):
        pass

    with pytest.raises(NotImplementedError, match=r"Lazy has no rate: write def rate\(self, base, t\)"):
        Lazy(sgd())


def test_what_a_person_sees():
    optimizer = sgd()
    assert repr(CosineAnnealingLR(optimizer, 5)) == "CosineAnnealingLR(T_max=5, eta_min=0.0)"
    chain = SequentialLR(optimizer, [StepLR(optimizer, 1), ExponentialLR(optimizer, 0.5)], [3])
    assert (
        repr(chain)
        == "SequentialLR([StepLR(step_size=1, gamma=0.1), ExponentialLR(gamma=0.5)], milestones=[3])"
    )
