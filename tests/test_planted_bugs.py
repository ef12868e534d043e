"""Would the tests notice? Each small bug is planted in a copy of the package, and the mirrored test file must fail.

The bugs are the ones that people write: a forgotten mean, ``=`` for ``+=``, eps on the wrong side of the root, a mask inverted,
a gate in another's place. Each is caught by the test file of its own module alone.
"""

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]

BUGS = [  # module, what stands there, what is planted
    ("linear", "x.T @ dy, np.add", "x.T @ dy / len(x), np.add"),
    ("linear", "self.weight.grad += dweight", "self.weight.grad = dweight"),
    ("linear", "np.add.reduce(dy, axis=0)", "np.add.reduce(dy, axis=0) / len(dy)"),
    ("linear", "        self.save(x)\n", "        self.save(x.copy() * 1.001)\n"),
    ("module", "self._contexts.pop()", "self._contexts.items.pop(0)"),
    ("module", "dx + in_order_of(dx, past)", "dx"),
    ("module", "module.training = flag and not module.frozen", "module.training = flag"),
    ("module", "self._data[...] = _same_shape(\"Parameter.data\"", "self._data = _same_shape(\"Parameter.data\""),
    ("init", '_gain("kaiming_uniform", nonlinearity) * math.sqrt(3 / fan_in)', '_gain("kaiming_uniform", nonlinearity) * math.sqrt(1 / fan_in)'),
    ("init", "return shape[1] * field, shape[0] * field", "return shape[0] * field, shape[1] * field"),
    ("gradients", "(above - below) / (2 * h)", "(above - below) / h"),
    ("activations", "dx = 1.0 - y * y", "dx = 1.0 - np.tanh(y) ** 2"),
    ("activations", "(y > 0).astype(dy.dtype)", "(y >= 0).astype(dy.dtype)"),
    ("activations", "np.maximum(x, negative_slope * x)", "np.minimum(x, negative_slope * x)"),
    ("softmax", "dx -= y * dx.sum(axis=axis, keepdims=True)", "dx -= y * dx.sum()"),
    ("softmax", "return x - x.max(axis=axis", "return x - 0 * x.max(axis=axis"),
    ("losses", "(2 * dy / prediction.size)", "(dy / prediction.size)"),
    ("losses", "np.clip(prediction - target, -delta, delta)", "np.clip(target - prediction, -delta, delta)"),
    ("losses", "margin - target * prediction > 0, -target, 0", "margin - target * prediction > 0, target, 0"),
    ("likelihood", "(sigmoid(logits) - target) * (dy / logits.size)", "(sigmoid(logits) - target) * dy"),
    ("likelihood", "losses *= weight[labels]", "losses *= weight[labels] ** 2"),
    ("likelihood", "(np.log(t) - log_probabilities[seen])", "(log_probabilities[seen] - np.log(t))"),
    ("convolution", "x = np.zeros((channels, *size, dy.shape[3])", "x = np.ones((channels, *size, dy.shape[3])"),
    ("convolution", "weight.transpose(2, 3, 1, 0)", "weight[:, :, ::-1, ::-1].transpose(2, 3, 1, 0)"),
    ("windows", "(height - kh) // sh + 1", "(height - kh) // sh"),
    ("windows", "above, left = ((size - 1) // 2 for size in kernel)", "above, left = (size // 2 for size in kernel)"),
    ("pooling", "first = largest > found", "first = largest"),
    ("pooling", "share = batch_last(dy) / (kernel[0] * kernel[1])", "share = batch_last(dy) / kernel[0]"),
    ("normalization", "saved.var * (count / (count - 1))", "saved.var"),
    ("normalization", "(1 - self.momentum) * running.data + self.momentum * now", "self.momentum * running.data + (1 - self.momentum) * now"),
    ("normalization", "inverse_std = 1 / np.sqrt(var + eps)\n    y = centred", "inverse_std = 1 / (np.sqrt(var) + eps)\n    y = centred"),
    ("normalization", "dx -= (dbias / count)[:, np.newaxis]", "dx -= 0 * dbias[:, np.newaxis]"),
    ("dropout", ">= p", "< p"),
    ("embedding", "places = rows * features + np.arange(features)", "places = rows * features + np.arange(features)[::-1]"),
    ("recurrent", "i, f, g, o = np.split(", "f, i, g, o = np.split("),
    ("recurrent", "n = tanh(from_x[2] + r * from_h[2])", "n = tanh(r * (from_x[2] + from_h[2]))"),
    ("recurrent", "dc = dc + tanh_backward(dh * o, squashed)", "dc = tanh_backward(dh * o, squashed)"),
    ("unrolled", "dh = np.array(dy[1].T, order=\"C\")\n    for slope", "dh = np.zeros_like(dy[1].T)\n    for slope", "recurrent"),
    ("unrolled", "c_to_f *= c[:T]", "c_to_f *= c[1:]", "recurrent"),
    ("unrolled", "np.copyto(h_next, step[:H], where=carried)\n", "np.copyto(h_next, step[:H], where=~carried)\n", "recurrent"),
    ("attention", "    scores *= 1 / math.sqrt(query.shape[-1])", "    scores *= 1 / query.shape[-1]"),
    ("sequences", "earlier = np.tri(queries, dtype=bool)", "earlier = np.tri(queries, k=-1, dtype=bool)", "attention"),
    ("attention", "np.where(columns % 2, np.cos(angle), np.sin(angle))", "np.where(columns % 2, np.sin(angle), np.cos(angle))"),
    ("optimizers", "math.sqrt(1 - beta2**t)", "math.sqrt(1 - beta2 ** (t - 1) + 1e-12)"),
    ("optimizers", 'root += correction * group["eps"]', 'root = np.sqrt(root**2 + correction**2 * group["eps"])'),
    ("optimizers", "correction / (1 - beta1**t)", "correction"),
    ("optimizers", "g = g + momentum * v if group[\"nesterov\"] else v", "g = v"),
    ("optimizers", "        s += g * g\n        w -= group[\"lr\"] * (g / (np.sqrt(s) + group[\"eps\"]))", "        s += g * g\n        w -= group[\"lr\"] * (g / np.sqrt(s + group[\"eps\"]))"),
    ("models", "d_states, d_keys = d_states + d_query, d_key + d_value", "d_states, d_keys = d_states + d_query, d_key"),
    ("models", "/ temperature", "* temperature"),
    ("measuring", "argmax(axis=-1) == target", "argmax(axis=-1) >= target"),
]  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    for name in ("nnbook", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def run(folder, name):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:nbval",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
    ]
    command += ["-m", "not slow and not browser and not mnist", "-k", "not live", f"tests/test_{name}.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def ident(bug):
    return f"{bug[0]}: {bug[2].strip().splitlines()[-1].strip()}"


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=ident)
def test_is_caught(copy, bug):
    module, right, wrong, *test = bug
    path = copy / "nnbook" / f"{module}.py"
    source = path.read_text()
    assert source.count(right) >= 1, f"{right!r} no longer stands in {module}.py: plant the bug anew"
    path.write_text(source.replace(right, wrong))
    try:
        result = run(copy, *(test or [module]))
    finally:
        path.write_text(source)
    assert result.returncode == 1, (
        result.stdout[-1500:] + result.stderr[-500:]
    )  # 1: tests failed, not that none ran


@pytest.mark.slow
def test_without_a_bug_nothing_fails(copy):
    assert run(copy, "linear").returncode == 0


def test_there_are_forty_or_more():
    assert len({bug[:3] for bug in BUGS}) == len(BUGS) >= 40
