"""What makes a network learn: weights to begin with, optimisers, schedules, gradients, the tape, training and its callbacks."""

import numpy as np

import nnbook
from nnbook import autograd, gradients, init, optimizers, schedules
from tests.bad_calls.rows import RAGGED, Bad, adam, assign, call, model, numbers

DATA = numbers(8, 3), np.arange(8) % 2
weight = nnbook.Parameter(numbers(3))
entropy = nnbook.CrossEntropyLoss()
tensor = autograd.Tensor(numbers(3), requires_grad=True)
constant = autograd.Tensor(numbers(3))


def fit(data=DATA, loss_fn=entropy, network=None, optimizer=None, epochs=1, **options):
    """A call of fit with something wrong in it."""
    network = model() if network is None else network
    optimizer = nnbook.SGD(network.parameters(), lr=0.1) if optimizer is None else optimizer
    return call(nnbook.fit, network, data, loss_fn, optimizer, epochs=epochs, progress=False, **options)


def nan_at(row):
    x = numbers(8, 3)
    x[row, 1] = np.nan
    return x


def undone(x):
    y = (x * x).sum()
    y.backward()
    return y


def double(x):
    return 2 * x


def double_backward(dy, slope):
    return slope * dy


def doubled_backward(dy, z):
    return 2 * dy


ROWS = [
    # how weights begin
    Bad(init.fans, call(init.fans, (3,)), ValueError,
        "fans expects a shape of two axes or more, but got (3,). A bias has no fan: use zeros."),
    Bad(init.fans, call(init.fans, 3), TypeError,
        "fans expects a shape such as (in, out), but got the int 3."),
    Bad(init.fans, call(init.fans, (3, -1)), ValueError,
        "fans expects a whole number size in shape of at least 0, but got size in shape=-1."),
    Bad(init.calculate_gain, call(init.calculate_gain, "relo"), ValueError,
        "calculate_gain expects nonlinearity to be one of 'linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', but "
        "got 'relo'. Did you mean 'relu'?"),
    Bad(init.calculate_gain, call(init.calculate_gain, None), TypeError,
        "calculate_gain expects nonlinearity to be one of 'linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', but "
        "got None."),
    Bad(init.calculate_gain, call(init.calculate_gain, "swish"), ValueError,
        "calculate_gain expects nonlinearity to be one of 'linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', but "
        "got 'swish'."),
    Bad(init.zeros, call(init.zeros, 3), TypeError,
        "zeros expects a shape such as (in, out), but got the int 3."),
    Bad(init.zeros, call(init.zeros, (3, 2.0)), TypeError,
        "zeros expects a whole number size in shape of at least 0, but got the float 2.0."),
    Bad(init.zeros, call(init.zeros, (-3,)), ValueError,
        "zeros expects a whole number size in shape of at least 0, but got size in shape=-3."),
    Bad(init.normal, call(init.normal, (3, 2), -1), ValueError,
        "normal expects a finite number std of at least 0, but got std=-1."),
    Bad(init.normal, call(init.normal, (3, 2), rng="seed"), TypeError,
        "normal expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try rng=0."),
    Bad(init.normal, call(init.normal, "32"), TypeError,
        "normal expects a shape such as (in, out), but got the str '32'."),
    Bad(init.uniform, call(init.uniform, (3, 2), float("inf")), ValueError,
        "uniform expects a finite number bound of at least 0, but got bound=inf."),
    Bad(init.uniform, call(init.uniform, (3, 2), rng=-1), ValueError,
        "uniform expects a seed of at least 0 or a numpy.random.Generator as rng, but got the int -1. Try rng=0."),
    Bad(init.uniform, call(init.uniform, None), TypeError,
        "uniform expects a shape such as (in, out), but got the NoneType None."),
    Bad(init.kaiming_normal, call(init.kaiming_normal, (3,)), ValueError,
        "kaiming_normal expects a shape of two axes or more, but got (3,). A bias has no fan: use zeros."),
    Bad(init.kaiming_normal, call(init.kaiming_normal, (0, 3)), ValueError,
        "kaiming_normal expects a shape without zeros, but got (0, 3). No unit could be scaled."),
    Bad(init.kaiming_normal, call(init.kaiming_normal, (3, 2), "rellu"), ValueError,
        "kaiming_normal expects nonlinearity to be one of 'linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', but "
        "got 'rellu'. Did you mean 'relu'?"),
    Bad(init.kaiming_uniform, call(init.kaiming_uniform, (3,)), ValueError,
        "kaiming_uniform expects a shape of two axes or more, but got (3,). A bias has no fan: use zeros."),
    Bad(init.kaiming_uniform, call(init.kaiming_uniform, (3, 0)), ValueError,
        "kaiming_uniform expects a shape without zeros, but got (3, 0). No unit could be scaled."),
    Bad(init.kaiming_uniform, call(init.kaiming_uniform, (3, 2), None), TypeError,
        "kaiming_uniform expects nonlinearity to be one of 'linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', but "
        "got None."),
    Bad(init.xavier_normal, call(init.xavier_normal, (3, 2), 0), ValueError,
        "xavier_normal expects a finite number gain above 0, but got gain=0."),
    Bad(init.xavier_normal, call(init.xavier_normal, (0, 0)), ValueError,
        "xavier_normal expects a shape without zeros, but got (0, 0). No unit could be scaled."),
    Bad(init.xavier_normal, call(init.xavier_normal, (3, 2), rng=0.5), TypeError,
        "xavier_normal expects a seed of at least 0 or a numpy.random.Generator as rng, but got the float 0.5. "
        "Try rng=0."),
    Bad(init.xavier_uniform, call(init.xavier_uniform, (3, 2), "1"), TypeError,
        "xavier_uniform expects a finite number gain above 0, but got the str '1'."),
    Bad(init.xavier_uniform, call(init.xavier_uniform, (3, 0)), ValueError,
        "xavier_uniform expects a shape without zeros, but got (3, 0). No unit could be scaled."),
    Bad(init.xavier_uniform, call(init.xavier_uniform, (3.0, 2)), TypeError,
        "xavier_uniform expects a whole number size in shape of at least 0, but got the float 3.0."),
    # how they move
    Bad(optimizers.Optimizer, call(optimizers.Optimizer, [weight], lr=0.1, weight_decay=-1), ValueError,
        "Optimizer expects a finite number weight_decay of at least 0, but got weight_decay=-1."),
    Bad(optimizers.Optimizer, call(optimizers.Optimizer, nnbook.ReLU(), lr=0.1), TypeError,
        "Optimizer expects parameters, but got the Module ReLU. Pass its parameters: model.parameters()."),
    Bad(optimizers.Optimizer, call(optimizers.Optimizer, [{"params": [weight], "lt": 0.1}], lr=0.1), ValueError,
        "Optimizer expects groups with the options lr, weight_decay, l1, but got 'lt'."),
    Bad(nnbook.SGD, call(nnbook.SGD, model()), TypeError,
        "SGD expects parameters, but got the Module Sequential. Pass its parameters: model.parameters()."),
    Bad(nnbook.SGD, call(nnbook.SGD, []), ValueError,
        "SGD expects one parameter or more, but got none. Does the model keep its layers in attributes, lists or "
        "dicts? Only there they are found."),
    Bad(nnbook.SGD, call(nnbook.SGD, [weight], lr=0), ValueError,
        "SGD expects a finite number lr above 0, but got lr=0. Try lr=1e-3."),
    Bad(nnbook.SGD, call(nnbook.SGD, [weight], nesterov=True), ValueError,
        "SGD expects momentum above 0 with nesterov=True, but got momentum=0. Pass momentum=0.9: looking ahead "
        "needs a velocity."),
    Bad(nnbook.SGD, call(nnbook.SGD, [weight, weight]), ValueError,
        "SGD expects each parameter once, but got parameter 1 of group 0, of shape (3,), twice. "
        "model.parameters() lists shared weights once."),
    Bad(nnbook.SGD, call(nnbook.SGD([nnbook.Parameter(numbers(3))]).load_state_dict, adam().state_dict()), ValueError,
        "SGD.load_state_dict expects the state of SGD, but got that of Adam."),
    Bad(nnbook.Adam, call(nnbook.Adam, [weight], lr=-1e-3), ValueError,
        "Adam expects a finite number lr above 0, but got lr=-0.001. Try lr=1e-3."),
    Bad(nnbook.Adam, call(nnbook.Adam, [weight], betas=(0.9, 1.0)), ValueError,
        "Adam expects a finite number betas[1] of at least 0 and below 1, but got betas[1]=1.0. PyTorch's and the "
        "paper's are (0.9, 0.999)."),
    Bad(nnbook.Adam, call(nnbook.Adam, [weight], betas=0.9), TypeError,
        "Adam expects two numbers as betas, but got the float 0.9. PyTorch's and the paper's are (0.9, 0.999)."),
    Bad(nnbook.Adam, call(nnbook.Adam, [weight], eps="small"), TypeError,
        "Adam expects a finite number eps of at least 0, but got the str 'small'."),
    Bad(nnbook.Adam, call(nnbook.Adam, {weight}), TypeError,
        "Adam expects a list of parameters, but got the set {Parameter(shape=(3,), dtype=float64)}. A set has no "
        "order: pass a list."),
    Bad(nnbook.Adam, call(assign, adam(), "lr", float("nan")), ValueError,
        "Adam expects a finite number lr above 0, but got lr=nan. Try lr=1e-3."),
    Bad(nnbook.Adam, call(adam().load_state_dict, {}), TypeError,
        "Adam.load_state_dict expects the dict that state_dict returned, but got the dict {}."),
    Bad(nnbook.Adam,
        call(adam().load_state_dict, nnbook.Adam([nnbook.Parameter(numbers(3)) for _ in "ab"]).state_dict()), ValueError,
        "Adam.load_state_dict expects groups of [1] parameters, but got [2]."),
    Bad(nnbook.Adam, call(adam().add_param_group, {"lr": 0.1}), TypeError,
        "Adam expects groups that are dicts with 'params', but got the dict {'lr': 0.1}. Write {\"params\": [...], "
        '"lr": 0.01}.'),
    Bad(nnbook.AdamW, call(nnbook.AdamW, [weight], weight_decay=-0.1), ValueError,
        "AdamW expects a finite number weight_decay of at least 0, but got weight_decay=-0.1."),
    Bad(nnbook.AdamW, call(nnbook.AdamW, weight), TypeError,
        "AdamW expects a list of parameters, but got the Parameter Parameter(shape=(3,), dtype=float64). Put it "
        "in a list: [parameter]."),
    Bad(nnbook.AdamW, call(nnbook.AdamW, [weight], betas=("a", "b")), TypeError,
        "AdamW expects a finite number betas[0] of at least 0 and below 1, but got the str 'a'. PyTorch's and the "
        "paper's are (0.9, 0.999)."),
    Bad(nnbook.RMSprop, call(nnbook.RMSprop, [weight], alpha=1), ValueError,
        "RMSprop expects a finite number alpha of at least 0 and below 1, but got alpha=1."),
    Bad(nnbook.RMSprop, call(nnbook.RMSprop, "parameters"), TypeError,
        "RMSprop expects a list of parameters, but got the str 'parameters'. Pass model.parameters()."),
    Bad(nnbook.RMSprop, call(nnbook.RMSprop, [weight], lr=None), TypeError,
        "RMSprop expects a finite number lr above 0, but got None. Try lr=1e-3."),
    Bad(nnbook.Adagrad, call(nnbook.Adagrad, [weight], eps=-1), ValueError,
        "Adagrad expects a finite number eps of at least 0, but got eps=-1."),
    Bad(nnbook.Adagrad, call(nnbook.Adagrad, model().named_parameters()), TypeError,
        "Adagrad expects parameters, but got the tuple ('layers.0.weight', Parameter(shape=(3, 4), "
        "dtype=float32)) at place 0. Names are not needed: pass model.parameters()."),
    Bad(nnbook.Adagrad, call(nnbook.Adagrad, [weight], l1=-1), ValueError,
        "Adagrad expects a finite number l1 of at least 0, but got l1=-1."),
    Bad(nnbook.Adadelta, call(nnbook.Adadelta, [weight], rho=1.5), ValueError,
        "Adadelta expects a finite number rho of at least 0 and below 1, but got rho=1.5."),
    Bad(nnbook.Adadelta, call(nnbook.Adadelta, [numbers(3)]), TypeError,
        "Adadelta expects parameters, but got float64 array of shape (3,) at place 0."),
    Bad(nnbook.Adadelta, call(nnbook.Adadelta, [weight], lr=float("inf")), ValueError,
        "Adadelta expects a finite number lr above 0, but got lr=inf. Try lr=1e-3."),
    Bad(nnbook.clip_grad_norm, call(nnbook.clip_grad_norm, [weight], 0), ValueError,
        "clip_grad_norm expects a finite number max_norm above 0, but got max_norm=0."),
    Bad(nnbook.clip_grad_norm, call(nnbook.clip_grad_norm, model(), 1.0), TypeError,
        "clip_grad_norm expects parameters, but got the Module Sequential. Pass its parameters: model.parameters()."),
    Bad(nnbook.clip_grad_norm, call(nnbook.clip_grad_norm, [weight], None), TypeError,
        "clip_grad_norm expects a finite number max_norm above 0, but got None."),
    Bad(nnbook.clip_grad_value, call(nnbook.clip_grad_value, [weight], -1), ValueError,
        "clip_grad_value expects a finite number clip_value above 0, but got clip_value=-1."),
    Bad(nnbook.clip_grad_value, call(nnbook.clip_grad_value, weight, 1.0), TypeError,
        "clip_grad_value expects a list of parameters, but got the Parameter Parameter(shape=(3,), "
        "dtype=float64). Put it in a list: [parameter]."),
    Bad(nnbook.clip_grad_value, call(nnbook.clip_grad_value, [numbers(3)], 1.0), TypeError,
        "clip_grad_value expects parameters, but got float64 array of shape (3,) at place 0."),
    # how fast
    Bad(schedules.Schedule, call(schedules.Schedule, None), TypeError,
        "Schedule expects an optimizer first, but got None."),
    Bad(schedules.Schedule, call(schedules.Schedule, nnbook.SGD), TypeError,
        "Schedule expects an optimizer first, but got the type <class 'nnbook.optimizers.SGD'>. Make one: "
        "SGD(model.parameters())."),
    Bad(schedules.Schedule, call(schedules.Schedule, adam()), NotImplementedError,
        "Schedule has no rate: write def rate(self, base, t)"),
    Bad(nnbook.StepLR, call(nnbook.StepLR, adam(), 0), ValueError,
        "StepLR expects a whole number step_size of at least 1, but got step_size=0."),
    Bad(nnbook.StepLR, call(nnbook.StepLR, adam(), 10, gamma=0), ValueError,
        "StepLR expects a finite number gamma above 0, but got gamma=0."),
    Bad(nnbook.StepLR, call(nnbook.StepLR, model(), 10), TypeError,
        "StepLR expects an optimizer first, but got the Sequential Sequential(\n    Linear(3, 4),\n    ReLU(),\n    "
        "Linear(4, 2...."),
    Bad(nnbook.StepLR, call(nnbook.StepLR(adam(), 10).rates, -1), ValueError,
        "StepLR.rates expects a whole number steps of at least 0, but got steps=-1."),
    Bad(nnbook.StepLR,
        call(nnbook.StepLR(adam(), 10).load_state_dict, nnbook.StepLR(adam(), 20).state_dict()), ValueError,
        "StepLR.load_state_dict expects step_size=10, but got step_size=20."),
    Bad(nnbook.ExponentialLR, call(nnbook.ExponentialLR, adam(), -0.9), ValueError,
        "ExponentialLR expects a finite number gamma above 0, but got gamma=-0.9."),
    Bad(nnbook.ExponentialLR, call(nnbook.ExponentialLR, adam(), "0.9"), TypeError,
        "ExponentialLR expects a finite number gamma above 0, but got the str '0.9'."),
    Bad(nnbook.ExponentialLR, call(nnbook.ExponentialLR(adam(), 0.9).load_state_dict, {"t": 3}), TypeError,
        "ExponentialLR.load_state_dict expects the dict that state_dict returned, but got a dict of 't'."),
    Bad(nnbook.CosineAnnealingLR, call(nnbook.CosineAnnealingLR, adam(), 10.5), TypeError,
        "CosineAnnealingLR expects a whole number T_max of at least 1, but got the float 10.5."),
    Bad(nnbook.CosineAnnealingLR, call(nnbook.CosineAnnealingLR, adam(), 10, -1), ValueError,
        "CosineAnnealingLR expects a finite number eta_min of at least 0, but got eta_min=-1."),
    Bad(nnbook.CosineAnnealingLR, call(nnbook.CosineAnnealingLR, 0.1, 10), TypeError,
        "CosineAnnealingLR expects an optimizer first, but got the float 0.1."),
    Bad(nnbook.LinearLR, call(nnbook.LinearLR, adam(), 0), ValueError,
        "LinearLR expects a finite number start_factor above 0 and of at most 1, but got start_factor=0."),
    Bad(nnbook.LinearLR, call(nnbook.LinearLR, adam(), 0.5, 2), ValueError,
        "LinearLR expects a finite number end_factor of at least 0 and of at most 1, but got end_factor=2."),
    Bad(nnbook.LinearLR, call(nnbook.LinearLR, adam(), total_iters=None), TypeError,
        "LinearLR expects a whole number total_iters of at least 1, but got None."),
    Bad(nnbook.SequentialLR, call(nnbook.SequentialLR, adam(), [], []), TypeError,
        "SequentialLR expects a list of schedules, but got the list []."),
    Bad(nnbook.SequentialLR, call(nnbook.SequentialLR, adam(), [nnbook.StepLR(adam(), 2)], []), ValueError,
        "SequentialLR expects schedules of its own optimizer, but got StepLR(step_size=2, gamma=0.1) of another one."),
    Bad(nnbook.SequentialLR, call(nnbook.SequentialLR, adam(), [None], []), TypeError,
        "SequentialLR expects schedules, but got None."),
    Bad(nnbook.SequentialLR, call(nnbook.SequentialLR, adam(), [nnbook.ReduceLROnPlateau(adam())], []), TypeError,
        "SequentialLR expects schedules that are a formula in t, but got ReduceLROnPlateau. It waits for the "
        "loss: step it by itself."),
    Bad(nnbook.OneCycleLR, call(nnbook.OneCycleLR, adam(), 0, 10), ValueError,
        "OneCycleLR expects a finite number max_lr above 0, but got max_lr=0."),
    Bad(nnbook.OneCycleLR, call(nnbook.OneCycleLR, adam(), [0.1, 0.2], 10), ValueError,
        "OneCycleLR expects 1 rates in max_lr, one a group, but got 2."),
    Bad(nnbook.OneCycleLR, call(nnbook.OneCycleLR, adam(), 0.1, 10, anneal_strategy="cosine"), ValueError,
        "OneCycleLR expects anneal_strategy to be one of 'cos', 'linear', but got 'cosine'. Did you mean 'cos'?"),
    Bad(nnbook.OneCycleLR, call(nnbook.OneCycleLR, nnbook.SGD([nnbook.Parameter(numbers(3))]), 0.1, 10), ValueError,
        "OneCycleLR expects an optimizer with momentum to cycle, but got SGD(lr=0.001). Pass "
        "cycle_momentum=False, or give the optimizer momentum=0.9."),
    Bad(nnbook.ReduceLROnPlateau, call(nnbook.ReduceLROnPlateau, adam(), "low"), ValueError,
        "ReduceLROnPlateau expects mode to be one of 'min', 'max', but got 'low'."),
    Bad(nnbook.ReduceLROnPlateau, call(nnbook.ReduceLROnPlateau, adam(), factor=1), ValueError,
        "ReduceLROnPlateau expects a finite number factor above 0 and below 1, but got factor=1."),
    Bad(nnbook.ReduceLROnPlateau, call(nnbook.ReduceLROnPlateau(adam()).step, float("nan")), ValueError,
        "ReduceLROnPlateau.step expects a finite number metric, but got metric=nan. Pass the loss: "
        "schedule.step(loss)."),
    Bad(nnbook.ReduceLROnPlateau, call(nnbook.ReduceLROnPlateau(adam()).step, numbers(1)), TypeError,
        "ReduceLROnPlateau.step expects a finite number metric, but got float64 array of shape (1,). Pass the "
        "loss: schedule.step(loss)."),
    # gradients
    Bad(nnbook.numerical_gradient, call(nnbook.numerical_gradient, None, numbers(3)), TypeError,
        "numerical_gradient expects a function first, but got None."),
    Bad(nnbook.numerical_gradient, call(nnbook.numerical_gradient, np.sum, "x"), TypeError,
        "numerical_gradient expects an array of numbers as x, but got the str 'x'."),
    Bad(nnbook.numerical_gradient, call(nnbook.numerical_gradient, np.sum, numbers(3), h=0), ValueError,
        "numerical_gradient expects a finite number h above 0, but got h=0."),
    Bad(nnbook.numerical_gradient, call(nnbook.numerical_gradient, np.negative, numbers(3)), TypeError,
        "numerical_gradient expects f to return one number, but got float64 array of shape (3,). Reduce it to a "
        "loss, such as the sum of what it returns."),
    Bad(nnbook.check_gradients, call(nnbook.check_gradients, nnbook.Linear, numbers(2, 3)), TypeError,
        "check_gradients expects a Module first, then its inputs, but got the type <class 'nnbook.linear.Linear'>."),
    Bad(nnbook.check_gradients, call(nnbook.check_gradients, model(), numbers(2, 3), tolerance=0), ValueError,
        "check_gradients expects a finite number tolerance above 0, but got tolerance=0."),
    Bad(nnbook.check_gradients, call(nnbook.check_gradients, model(), numbers(2, 4)), ValueError,
        "Linear(3, 4, dtype='float64') expects x with 3 features in its last axis, but got shape (2, 4). Let the "
        "layer read what comes: Linear(4, ...)."),
    Bad(nnbook.check_gradients, call(nnbook.check_gradients, model(), numbers(2, 3), rng="seed"), TypeError,
        "check_gradients expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. "
        "Try rng=0."),
    Bad(gradients.relative_error, call(gradients.relative_error, numbers(3), numbers(2)), ValueError,
        "relative_error expects two arrays of one shape, (3,), but got shape (2,)."),
    Bad(gradients.relative_error, call(gradients.relative_error, "a", numbers(2)), TypeError,
        "relative_error expects an array of numbers as a, but got the str 'a'."),
    Bad(gradients.relative_error, call(gradients.relative_error, numbers(2), None), TypeError,
        "relative_error expects an array of numbers as b, but got None."),
    Bad(gradients.in_float64, call(gradients.in_float64, None), TypeError,
        "in_float64 expects a Module, but got None."),
    Bad(gradients.in_float64, call(gradients.in_float64, nnbook.Linear), TypeError,
        "in_float64 expects a Module, but got the type <class 'nnbook.linear.Linear'>."),
    Bad(gradients.in_float64, call(gradients.in_float64, [model()]), TypeError,
        "in_float64 expects a Module, but got the list [Sequential(\n    Linear(3, 4),\n    ReLU(),\n    Linear(4, ...."),
    # the tape
    Bad(autograd.Tensor, call(autograd.Tensor, [1, 2], requires_grad=True), TypeError,
        "Tensor expects floating numbers if requires_grad, but got int64 array of shape (2,). A whole number "
        "cannot be raised by a hair: write 3.0, or use data.astype(np.float32)."),
    Bad(autograd.Tensor, call(autograd.Tensor, "warm"), TypeError,
        "Tensor expects an array of numbers as data, but got the str 'warm'."),
    Bad(autograd.Tensor, call(autograd.Tensor, RAGGED), TypeError,
        "Tensor expects an array of numbers as data, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(autograd.Tensor, call(constant.backward), ValueError,
        "Tensor.backward expects a result of what requires a gradient, but got a constant. Say so before the "
        "computation: Tensor(data, requires_grad=True)."),
    Bad(autograd.Tensor, call((tensor * 2.0).backward), ValueError,
        "Tensor.backward expects one number, or a gradient, but got shape (3,) and no gradient. Reduce it to one "
        "number, such as y.mean(), or pass backward(gradient)."),
    Bad(autograd.Tensor, call((tensor * 2.0).backward, numbers(2)), ValueError,
        "Tensor.backward expects a gradient of shape (3,), but got shape (2,)."),
    Bad(autograd.Tensor, call((tensor * 2.0).backward, RAGGED), TypeError,
        "Tensor.backward expects an array of numbers as gradient, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(autograd.Tensor, call(undone(autograd.Tensor(2.0, requires_grad=True)).backward), ValueError,
        "Tensor.backward expects one call for each result, but got a second one. Compute the result anew: this "
        "one does not know of steps taken since."),
    Bad(autograd.Tensor, call(autograd.functional.add, tensor, numbers(4)), ValueError,
        "add expects arguments whose shapes fit, but got (3,), (4,) (operands could not be broadcast together "
        "with shapes (3,) (4,) )."),
    Bad(autograd.Tensor, call(autograd.functional.linear, tensor, numbers(4, 2)), ValueError,
        "linear expects weight of shape (D, M) with D = 3 as in x, but got shape (4, 2)."),
    Bad(autograd.register, call(autograd.register, None, double_backward), TypeError,
        "register expects a function and its backward, but got None."),
    Bad(autograd.register, call(autograd.register, double, "backward"), TypeError,
        "register expects a function and its backward, but got the str 'backward'."),
    Bad(autograd.register, call(autograd.register, double, double_backward), TypeError,
        "register expects double_backward to name, after dy, only arguments of double, y or saved, but got slope."),
    Bad(autograd.register, call(autograd.register, double, doubled_backward), TypeError,
        "register expects doubled_backward to name, after dy, only arguments of double, y or saved, but got z."),
    Bad(autograd.graph, call(autograd.graph, None), TypeError,
        "graph expects a Tensor, but got None."),
    Bad(autograd.graph, call(autograd.graph, 3.0), TypeError,
        "graph expects a Tensor, but got the float 3.0."),
    Bad(autograd.graph, call(autograd.graph, [tensor]), TypeError,
        "graph expects a Tensor, but got the list [Tensor([ 0.12573022, -0.13210486,  0.64042265], requires...."),
    # training
    Bad(nnbook.fit, fit(epochs=0), ValueError,
        "fit expects a whole number epochs of at least 1, but got epochs=0."),
    Bad(nnbook.fit, fit(network=nnbook.Linear, optimizer=adam()), TypeError,
        "fit expects a Module as model, but got the type <class 'nnbook.linear.Linear'>. Make one: Linear(...)."),
    Bad(nnbook.fit, fit(loss_fn=nnbook.CrossEntropyLoss), TypeError,
        "fit expects a loss with a backward as loss_fn, but got the type <class "
        "'nnbook.likelihood.CrossEntropyLoss'>. Make one: CrossEntropyLoss()."),
    Bad(nnbook.fit, fit(optimizer=nnbook.Adam), TypeError,
        "fit expects an optimizer with zero_grad and step, but got the type <class 'nnbook.optimizers.Adam'>. "
        "Make one: Adam(model.parameters())."),
    Bad(nnbook.fit, fit(optimizer=adam()), ValueError,
        "fit expects an optimizer of the model's own parameters, but got an optimizer of other parameters. Make "
        "one for this model: Adam(model.parameters())."),
    Bad(nnbook.fit, fit(data=DATA[0]), TypeError,
        "fit expects a DataLoader of inputs and targets, or a pair (x, y), as train, but got float64 array of "
        "shape (8, 3). Pass train=nnbook.DataLoader(x, y)."),
    Bad(nnbook.fit, fit(data=(nan_at(5), DATA[1])), ValueError,
        "fit expects finite numbers in x, but got nan at x[5, 1]. Drop or mend such rows first."),
    Bad(nnbook.fit, fit(data=(DATA[0], DATA[1] + 1)), ValueError,
        "CrossEntropyLoss() expects class indices from 0 to 1 as target, but got 2 at position 1. They seem to "
        "count from 1: target - 1."),
    Bad(nnbook.fit, fit(data=(DATA[0], DATA[1][:6])), ValueError,
        "DataLoader expects arrays with the same number of examples, but got lengths [8, 6]. Each example needs "
        "its label in the same row."),
    Bad(nnbook.fit, fit(data=(numbers(8, 4), DATA[1])), ValueError,
        "Linear(3, 4) expects x with 3 features in its last axis, but got shape (8, 4). Let the layer read what "
        "comes: Linear(4, ...)."),
    Bad(nnbook.fit, fit(validation=(nan_at(2), DATA[1])), ValueError,
        "fit expects finite numbers in validation x, but got nan at validation x[2, 1]. Drop or mend such rows first."),
    Bad(nnbook.fit, fit(callbacks=print), TypeError,
        "fit expects a list of callbacks, but got the builtin_function_or_method <built-in function print>. Put "
        "it in a list: callbacks=[...]."),
    Bad(nnbook.fit, fit(callbacks=[nnbook.EarlyStopping]), TypeError,
        "fit expects callbacks that are functions, or objects with before_fit, before_step, after_epoch or "
        "after_fit, but got the type <class 'nnbook.callbacks.EarlyStopping'>. Make one: EarlyStopping(...)."),
    Bad(nnbook.fit, fit(callbacks=[nnbook.EarlyStopping()]), ValueError,
        "EarlyStopping(patience=5) expects validation data to measure val_loss, but got validation=None. Pass "
        "fit(..., validation=(x_val, y_val)), or watch monitor='loss'."),
    Bad(nnbook.fit, fit(callbacks=[nnbook.Checkpoint("run.txt")]), ValueError,
        "Checkpoint expects a path that ends in .npz, but got 'run.txt'. Nothing is appended to a name: save to "
        "'run.txt.npz'."),
    Bad(nnbook.fit, fit(accumulate=0), ValueError,
        "fit expects a whole number accumulate of at least 1, but got accumulate=0."),
    Bad(nnbook.evaluate, call(nnbook.evaluate, nnbook.Linear, DATA, entropy), TypeError,
        "evaluate expects a Module as model, but got the type <class 'nnbook.linear.Linear'>. Make one: Linear(...)."),
    Bad(nnbook.evaluate, call(nnbook.evaluate, model(), DATA, None), TypeError,
        "evaluate expects a loss with a backward as loss_fn, but got None. Make one: nnbook.CrossEntropyLoss()."),
    Bad(nnbook.evaluate, call(nnbook.evaluate, model(), DATA[0], entropy), TypeError,
        "evaluate expects a DataLoader of inputs and targets, or a pair (x, y), as data, but got float64 array of "
        "shape (8, 3). Pass data=nnbook.DataLoader(x, y)."),
    Bad(nnbook.evaluate, call(nnbook.evaluate, model(), (DATA[0], DATA[1] - 1), entropy), ValueError,
        "CrossEntropyLoss() expects class indices from 0 to 1 as target, but got -1 at position 0. If -1 marks "
        "padding, pass ignore_index=-1."),
    Bad(nnbook.EarlyStopping, call(nnbook.EarlyStopping, 0), ValueError,
        "EarlyStopping expects a whole number patience of at least 1, but got patience=0."),
    Bad(nnbook.EarlyStopping, call(nnbook.EarlyStopping, min_delta=-1), ValueError,
        "EarlyStopping expects a finite number min_delta of at least 0, but got min_delta=-1."),
    Bad(nnbook.EarlyStopping, call(nnbook.EarlyStopping, monitor="val_los"), ValueError,
        "EarlyStopping expects monitor to be one of 'loss', 'accuracy', 'val_loss', 'val_accuracy', but got "
        "'val_los'. Did you mean 'val_loss'?"),
    Bad(nnbook.Checkpoint, call(nnbook.Checkpoint, "run.npz", 0), ValueError,
        "Checkpoint expects a whole number every of at least 1, but got every=0."),
    Bad(nnbook.Checkpoint, call(nnbook.Checkpoint, "run.npz", "2"), TypeError,
        "Checkpoint expects a whole number every of at least 1, but got the str '2'."),
    Bad(nnbook.Checkpoint, call(nnbook.Checkpoint(3).before_fit, None), TypeError,
        "Checkpoint expects the path of a file, but got the int 3."),
    Bad(nnbook.History, call(nnbook.History().append, los=0.5), ValueError,
        "History.append expects the measure to be one of 'loss', 'accuracy', 'val_loss', 'val_accuracy', but got "
        "'los'. Did you mean 'loss'?"),
    Bad(nnbook.History, call(nnbook.History().best, "val_lss"), ValueError,
        "History.best expects measure to be one of 'loss', 'accuracy', 'val_loss', 'val_accuracy', but got "
        "'val_lss'. Did you mean 'val_loss'?"),
    Bad(nnbook.History, call(nnbook.History().best), ValueError,
        "History.best expects a training that measured val_loss, but got History(0 epochs). Pass fit(..., "
        "validation=(x_val, y_val)) to measure val_loss and val_accuracy."),
    Bad(nnbook.History, call(nnbook.History().plot), ValueError,
        "plot_history expects a history of one epoch or more, but got the History History(0 epochs). Train first: "
        "history = nnbook.fit(...)."),
    # settings, which take nothing
    Bad(nnbook.keep_memory, call(nnbook.keep_memory, True), TypeError,
        "keep_memory() takes 0 positional arguments but 1 was given"),
    Bad(nnbook.keep_memory, call(nnbook.keep_memory, large=True), TypeError,
        "keep_memory() got an unexpected keyword argument 'large'"),
    Bad(nnbook.keep_memory, call(nnbook.keep_memory, 1, 2), TypeError,
        "keep_memory() takes 0 positional arguments but 2 were given"),
    Bad(nnbook.show_config, call(nnbook.show_config, True), TypeError,
        "show_config() takes 0 positional arguments but 1 was given"),
    Bad(nnbook.show_config, call(nnbook.show_config, file=None), TypeError,
        "show_config() got an unexpected keyword argument 'file'"),
    Bad(nnbook.show_config, call(nnbook.show_config, 1, 2), TypeError,
        "show_config() takes 0 positional arguments but 2 were given"),
]  # fmt: skip
