"""What mostly lies behind an error of a kind, in a sentence."""

from __future__ import annotations

from nnbook.practice.running import worded

__all__ = ["likely_cause"]


def likely_cause(error: BaseException) -> str:
    """What mostly lies behind an error of this kind; empty if nothing can be said.

    Examples
    --------
    >>> likely_cause(ZeroDivisionError("division by zero"))
    'Something was divided by 0.'
    """
    text = worded(error)
    if " expects " in text and ", but got " in text:
        return ""  # one of nnbook's own errors: it says itself what to do
    if isinstance(error, UnboundLocalError):
        return "The name is given a value further down in the function, but was used before that."
    if isinstance(error, NameError):
        return (
            "No such name is known there. A misspelling? Inside the function only its arguments, what it "
            "defines, and what the notebook defined before exist."
        )
    if isinstance(error, RecursionError):
        return "The function calls itself, and nothing stops it."
    if isinstance(error, SystemExit):
        return "`exit()` and `sys.exit()` end a program; here a `return` is enough."
    if isinstance(error, AttributeError):
        if "'float' object has no attribute 'backward'" in text:
            return (
                "Here the loss is a plain number. The way back begins at the loss function: `loss_fn.backward()` gives "
                "the gradient of the prediction, and `model.backward(…)` takes it on."
            )
        if "'numpy.ndarray' object has no attribute 'append'" in text:
            return "Arrays do not grow. `np.append(array, number)` *returns* a new, longer one."
        return "It has no such name behind its dot. A misspelling, or another kind of thing than you thought?"
    if isinstance(error, IndexError):
        return (
            "An index ran past the end, or an array has fewer axes than you thought. With `i + 1` as "
            "index a loop must end one earlier. Print `.shape` before that line."
        )
    if isinstance(error, ZeroDivisionError):
        return "Something was divided by 0."
    if isinstance(error, ValueError):
        if "truth value of an array" in text:
            return (
                "`if`, `and`, `or` and `not` want one True or False, and got a whole array of them. "
                "Compare arrays as a whole: `(z >= 0)`, `np.where(…)`."
            )
        if "broadcast" in text or "matmul" in text or "not aligned" in text or "core dimension" in text:
            return (
                "The shapes do not fit together. Write the shape of each array beside the line: for `a @ "
                "b` the last size of a must be the first of b. (A sum or a maximum along an axis drops that axis; "
                "`keepdims=True` keeps it, as 1. And an array of shape (N,) minus one of shape (N, 1) makes (N, N), without "
                "a word.)"
            )
        if "cannot reshape" in text:
            return (
                "The sizes that are asked for must multiply to the number of entries. Take them from the array, "
                "`len(x)` or `x.shape`, instead of writing numbers: the inputs here have other sizes."
            )
        if "must have same number of dimensions" in text or "zero-dimensional" in text:
            return (
                "Arrays and single numbers cannot be joined like that: `np.append(array, number)`, or put the number in "
                "brackets, `[number]`."
            )
        if "unpack" in text:
            return "A function returned more or fewer things than there are names to take them."
        if "read-only" in text:
            return "It tried to write into its input. Make a new array, or begin with a copy."
    if isinstance(error, TypeError):
        if "NoneType" in text:
            return (
                "Something there is None: a function without `return`, or a method that changes in place "
                "and returns nothing?"
            )
        if "not callable" in text:
            return (
                "Round brackets call a function, square brackets pick an entry; and a missing `*` looks "
                "like a call too."
            )
        if "converted to Python scalars" in text:
            return (
                "`math.exp`, `float(…)` and the like take one number, and got a whole array. NumPy's own take arrays: "
                "`np.exp`, `np.log`, `np.sqrt`."
            )
        if "multiply sequence" in text or ("unsupported operand" in text and "'list'" in text):
            return "Lists cannot be calculated with as a whole. `np.array(…)` can."
        if "list indices" in text or "tuple indices" in text:
            return "Lists and tuples take one whole number as index. `np.array(…)` takes several, or arrays."
    if "Cannot cast ufunc" in text:
        return (
            "`/=`, `-=` and the like write into an array of whole numbers, which cannot hold the fractions "
            "(and would change the input). Write `x = x / …`."
        )
    if isinstance(error, KeyboardInterrupt):
        return "It was interrupted."
    return ""
