"""Sentences made by seed, and the numbers that stand for their words.

Each function returns sentences as strings whose words and signs stand between spaces, so that ``sentence.split()`` is
the list of its words: `ages`, `sentiments`, `toy_language`. In `dates` the single characters count. A `Vocabulary`
gives each word (or character) a number, and turns sentences into arrays that `pad_sequences` and a `DataLoader` take:

    "the soup was not bad"   →   [7 6 8 5 4]

The same seed gives the same sentences, also under another version of NumPy.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nnbook.arrays import Array, Rng, as_generator
from nnbook.errors import check_choice, check_integer, describe, explain

__all__ = [
    "DATE_FORMATS",
    "NAMES",
    "TOY_WORDS",
    "Vocabulary",
    "ages",
    "dates",
    "sentiments",
    "toy_language",
]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


class Vocabulary:
    """Numbers for words or characters, and back.

    Parameters
    ----------
    texts : iterable of str
        Where the words are found; they are numbered in alphabetical order.
    unit : {"word", "character"}
        Whether a text is cut at its spaces or into single characters.

    Attributes
    ----------
    tokens : list of str
        The word of each number. The first four are not words: 0 ``<pad>`` fills up, 1 ``<start>`` and 2 ``<end>`` stand
        before and behind a text, 3 ``<unknown>`` is any word that was not in `texts`.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the soup was good", "the film was bad"])
    >>> len(vocabulary), vocabulary.tokens[4:]
    (10, ['bad', 'film', 'good', 'soup', 'the', 'was'])
    >>> vocabulary.encode(["the soup was cold"], end=True)
    [array([8, 7, 9, 3, 2])]
    >>> vocabulary.decode([8, 7, 9, 6, 2, 0, 0])
    'the soup was good'
    """

    PAD, START, END, UNKNOWN = range(4)

    def __init__(self, texts: Iterable[str], unit: str = "word") -> None:
        self.unit = check_choice("Vocabulary", "unit", unit, ["word", "character"])
        words = {word for text in _strings("Vocabulary", "texts", texts) for word in self._cut(text)}
        self.tokens = ["<pad>", "<start>", "<end>", "<unknown>", *sorted(words)]
        self._numbers = {token: number for number, token in enumerate(self.tokens)}

    def encode(self, texts: Iterable[str], *, start: bool = False, end: bool = False) -> list[Array]:
        """Turn each text into an array of int64, shape (T,), with <start> before and <end> behind it if asked."""
        return [
            np.array(
                [self.START] * start
                + [self._numbers.get(word, self.UNKNOWN) for word in self._cut(text)]
                + [self.END] * end,
                np.int64,
            )
            for text in _strings("Vocabulary.encode", "texts", texts)
        ]

    def decode(self, numbers: npt.ArrayLike) -> str:
        """Turn numbers (T,) into the text that they stand for, up to the first <end>, leaving out <pad> and <start>."""
        array = np.asarray(numbers)
        inside = array.dtype.kind in "iu" and (array >= 0).all() and (array < len(self)).all()
        if array.ndim != 1 or not (inside or array.size == 0):
            expected = f"one row of whole numbers from 0 to {len(self) - 1}"
            raise ValueError(explain("Vocabulary.decode", expected, describe(numbers)))
        row = array.tolist()
        row = row[: row.index(self.END)] if self.END in row else row
        words = (self.tokens[number] for number in row if number not in (self.PAD, self.START))
        return (" " if self.unit == "word" else "").join(words)

    def _cut(self, text: str) -> Sequence[str]:
        return text.split() if self.unit == "word" else text

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} {self.unit}s)"


# -- dates ------------------------------------------------------------------------------------------------------------

DATE_FORMATS = (
    "{day} {month} {year}",
    "{day} {mon} {year}",
    "{month} {day}, {year}",
    "{mon} {day}, {year}",
    "{weekday}, {day} {month} {year}",
    "{month} {day}{th}, {year}",
    "the {day}{th} of {month} {year}",
    "{dd}.{mm}.{year}",
    "{day}/{m}/{year}",
    "{year} {month} {day}",
)
"""Ways to write a date; in those of numbers alone the day comes before the month."""

_MONTHS = _words("January February March April May June July August September October November December")
_WEEKDAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_FIRST, _LAST = datetime.date(1900, 1, 1).toordinal(), datetime.date(2099, 12, 31).toordinal()


def dates(
    n: int = 10000, *, formats: Sequence[str] = DATE_FORMATS, rng: Rng = None
) -> tuple[list[str], list[str]]:
    """Dates as people write them, and as computers do: from "4 July 1984" to "1984-07-04".

    Parameters
    ----------
    n : int
        How many; no two of the same day in the same format.
    formats : sequence of str
        The ways to write them, each with the same chance; see `DATE_FORMATS`. A format may name ``{day}``, ``{dd}``
        (two digits), ``{th}`` (st, nd, rd or th), ``{m}``, ``{mm}``, ``{mon}`` (Jan), ``{month}``, ``{year}``,
        ``{weekday}``.
    rng : int or Generator, optional

    Returns
    -------
    sources : list of str
        Dates from 1 January 1900 to 31 December 2099.
    targets : list of str
        The same as ISO 8601 has it, ten characters: year, month, day.

    Examples
    --------
    >>> sources, targets = dates(3, rng=0)
    >>> for source, target in zip(sources, targets):
    ...     print(source, "→", target)
    May 24, 2027 → 2027-05-24
    25 March 2002 → 2002-03-25
    15 February 2070 → 2070-02-15
    """
    days = _LAST - _FIRST + 1
    n = check_integer("dates", "n", n)
    _check_formats(formats)
    if n > days * len(formats):
        expected = f"n of at most {days * len(formats)}, {days} days in {len(formats)} formats"
        raise ValueError(explain("dates", expected, f"n={n}"))
    picks = as_generator("dates", rng).choice(days * len(formats), n, replace=False)
    sources, targets = [], []
    for pick in picks.tolist():
        day = datetime.date.fromordinal(_FIRST + pick // len(formats))
        sources.append(_write(day, formats[pick % len(formats)]))
        targets.append(day.isoformat())
    return sources, targets


def _write(day: datetime.date, form: str) -> str:
    month = _MONTHS[day.month - 1]
    th = "th" if day.day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return form.format(
        day=day.day,
        dd=f"{day.day:02}",
        th=th,
        m=day.month,
        mm=f"{day.month:02}",
        mon=month[:3],
        month=month,
        year=day.year,
        weekday=_WEEKDAYS[day.weekday()],
    )


def _check_formats(formats: Any) -> None:
    expected = "one format or more, strings that name the day, the month and the year, such as '{day} {month} {year}'"
    if isinstance(formats, str) or not isinstance(formats, Sequence) or len(formats) == 0:
        raise TypeError(explain("dates", expected, describe(formats)))
    # Four Wednesdays that differ in year, month or day alone must be written in different ways.
    day = datetime.date(1984, 7, 4)
    others = (day.replace(year=1990), day.replace(month=4), day.replace(day=11))
    for form in formats:
        try:
            telling = _write(day, form) not in [_write(other, form) for other in others]
        except (KeyError, IndexError, ValueError, AttributeError):
            telling = False
        if not telling:
            raise ValueError(explain("dates", expected, describe(form)))


# -- how old is Kate? -------------------------------------------------------------------------------------------------

NAMES = _words(
    """
    Jack Jane Kate Adam Alan Albert Alice Amir Amy Anders Andrea Angela Anna Anton Arthur Asha Astrid Ayla Barbara Basil
    Beatrice Ben Bernard Bianca Bjorn Boris Brenda Brian Bruno Camille Carl Carla Carmen Carol Cecil Chen Chloe Clara
    Claude Colin Dana Daniel Daphne David Deborah Denis Diana Diego Dora Doris Duncan Edgar Edith Edward Elena Eli Elias
    Elisa Ella Elsa Emil Emily Emma Eric Esther Ethan Eva Felix Fiona Florian Frances Frank Freya Gabriel Gemma George
    Gerda Gina Giulia Gloria Grace Greta Gustav Hana Hannah Hans Harold Hassan Heidi Helen Henry Hilda Hugo Ian Ibrahim
    Ida Igor Ines Ingrid Irene Iris Isaac Ivan Ivy Jacob James Jasmin Jens Joan Joel Johan John Jonas Jorge Josef Joy
    Juan Judith Julia Julian June Karim Karin Karl Kenji Kim Klaus Lara Laura Lea Leila Lena Leo Leon Lily Lina Lisa Liu
    Lola Louis Lucas Lucy Luis Luna Magda Malik Marco Maria Marie Mark Marta Martin Mary Matteo Max Maya Mei Mia Mila
    Mina Miriam Mona Nadia Naomi Nick Nils Nina Noah Nora Olga Olive Oscar Otto Paolo Patrick Paul Paula Pedro Peter
    Philip Pia Quentin Rafael Ralph Ravi Rebecca Rita Robert Rosa Ruth Sami Samuel Sara Sofia Stella Sven Tara Thomas
    Vera Victor
    """
)
"""Two hundred given names."""

_RELATIONS = {"as old as": 0, "one year older than": 1, "one year younger than": -1}


def ages(
    n: int = 1000,
    *,
    kind: str = "between",
    question: str = "last",
    people: int = 2,
    names: Sequence[str] = NAMES,
    years: Sequence[int] = range(5, 80),
    rng: Rng = None,
) -> tuple[list[str], Array]:
    """Puzzles about people's ages: "Jack is 12 . Jane is 10 . Kate is older than Jane and younger than Jack . How old …"

    Parameters
    ----------
    n : int
        How many.
    kind : {"between", "relations"}
        "between": two people's ages are two years apart, and the third's lies between them. "relations": the last one is
        as old as one of the others, or one year older or younger than one; their ages are at least three years apart.
    question : {"last", "first"}
        Whether the question and what is said of the person asked about come behind the ages or before them.
    people : int
        How many people's ages are told, two to five; two for "between".
    names : sequence of str
        Whom the puzzles are about, more of them than `people`. Keep some aside to ask about people never seen.
    years : sequence of int
        The ages that may be told. Keep some aside to ask about ages never seen.
    rng : int or Generator, optional

    Returns
    -------
    puzzles : list of str
        Words, numbers and signs, spaces between all of them.
    answers : ndarray of int64, shape (n,)
        How old the person asked about is.

    Notes
    -----
    "between" can be solved without reading a name: the answer is the mean of the two numbers. In "relations" it depends on
    whose age belongs to whom; whoever mixes the people up is wrong each time.

    Examples
    --------
    >>> puzzles, answers = ages(1, names=["Jack", "Jane", "Kate"], rng=3)
    >>> puzzles[0], answers
    ('Jane is 18 . Kate is 20 . Jack is older than Jane and younger than Kate . How old is Jack ?', array([19]))
    >>> puzzles, answers = ages(1, kind="relations", question="first", rng=0)
    >>> puzzles[0], answers
    ('How old is Nora ? Nora is one year younger than Ivan . Klaus is 6 . Ivan is 18 .', array([17]))
    """
    n = check_integer("ages", "n", n)
    check_choice("ages", "kind", kind, ["between", "relations"])
    check_choice("ages", "question", question, ["last", "first"])
    people = check_integer("ages", "people", people, at_least=2)
    if people > 5:
        raise ValueError(explain("ages", "people of at most 5", f"people={people}"))
    if kind == "between" and people != 2:
        raise ValueError(explain("ages", "people=2 for kind='between'", f"people={people}"))
    names = _strings("ages", "names", names)
    if len(set(names)) <= people or len(set(names)) < len(names):
        expected = f"names of more than {people} people, all different"
        raise ValueError(explain("ages", expected, describe(names)))
    known = _check_years(kind, people, years)
    generator = as_generator("ages", rng)
    make = _between if kind == "between" else _relation
    puzzles, answers = [], np.empty(n, np.int64)
    for i in range(n):
        told = [names[k] for k in generator.choice(len(names), people + 1, replace=False)]
        numbers, relation, answers[i] = make(told, known, generator)
        facts = [f"{name} is {age} ." for name, age in zip(told, numbers, strict=False)]
        asked = f"How old is {told[-1]} ?"
        parts = [*facts, relation, asked] if question == "last" else [asked, relation, *facts]
        puzzles.append(" ".join(parts))
    return puzzles, answers


def _check_years(kind: str, people: int, years: Any) -> list[int]:
    if not isinstance(years, Iterable):
        raise TypeError(explain("ages", "a list or range of ages as years", describe(years)))
    known = sorted({check_integer("ages", "age in years", year) for year in years})
    if kind == "between" and not any(year + 2 in known for year in known):
        raise ValueError(explain("ages", "two ages in years that are two apart", describe(years)))
    if kind == "relations" and (not known or len(_spread(known)) < people):
        raise ValueError(explain("ages", f"{people} ages in years that are three apart", describe(years)))
    return known


def _spread(known: list[int]) -> list[int]:
    """As many of the ages as there are three apart, taken from the bottom."""
    found = known[:1]
    for year in known:
        if year >= found[-1] + 3:
            found.append(year)
    return found


def _between(told: list[str], known: list[int], rng: np.random.Generator) -> tuple[list[int], str, int]:
    lower = [year for year in known if year + 2 in known]
    low = lower[rng.integers(len(lower))]
    numbers = [low, low + 2] if rng.integers(2) else [low + 2, low]
    younger, older = told[:2] if numbers[0] == low else told[1::-1]
    return numbers, f"{told[2]} is older than {younger} and younger than {older} .", low + 1


def _relation(told: list[str], known: list[int], rng: np.random.Generator) -> tuple[list[int], str, int]:
    people = len(told) - 1
    while True:
        numbers = [known[k] for k in rng.integers(len(known), size=people)]
        if all(b - a >= 3 for a, b in zip(sorted(numbers), sorted(numbers)[1:], strict=False)):
            break
    words = list(_RELATIONS)[rng.integers(len(_RELATIONS))]
    other = int(rng.integers(people))
    return numbers, f"{told[-1]} is {words} {told[other]} .", numbers[other] + _RELATIONS[words]


# -- was it good? -----------------------------------------------------------------------------------------------------

_THINGS = _words("film book soup music room coffee play story service weather garden train")
_GOOD = _words("good great lovely fine excellent wonderful pleasant perfect")
_BAD = _words("bad awful horrible poor terrible dreadful nasty dull")
_NOT = ("not", "never", "hardly")
_VERY = ("", "", "really", "very", "quite")


def sentiments(
    n: int = 1000, *, kinds: Sequence[str] = ("plain", "negated", "contrast"), rng: Rng = None
) -> tuple[list[str], Array]:
    """Short opinions, good or bad: whoever counts words goes wrong at "not", whoever reads their order does not.

    Parameters
    ----------
    n : int
        How many.
    kinds : sequence of {"plain", "negated", "contrast"}
        Which ones, each with the same chance. "plain": the soup was good. "negated": the soup was not good, which turns
        the label round: with as many plain ones it is XOR over again, and no weighted sum of counts can know.
        "contrast": the soup was good , not bad. The same words say the contrary as *bad , not good*: here no
        way of counting helps.
    rng : int or Generator, optional

    Returns
    -------
    sentences : list of str
    labels : ndarray of int64, shape (n,)
        1 for good, 0 for bad, equally often in each kind but for chance.

    Examples
    --------
    >>> sentences, labels = sentiments(4, rng=1)
    >>> for sentence, label in zip(sentences, labels):
    ...     print(label, sentence)
    1 the weather was hardly awful
    1 the soup was pleasant , not poor
    1 the music was really wonderful
    0 the film was hardly very pleasant
    """
    n = check_integer("sentiments", "n", n)
    kinds = _strings("sentiments", "kinds", kinds)
    for kind in kinds:
        check_choice("sentiments", "kinds", kind, ["plain", "negated", "contrast"])
    generator = as_generator("sentiments", rng)

    def pick(words: Sequence[str]) -> str:
        return words[int(generator.integers(len(words)))]

    sentences, labels = [], np.empty(n, np.int64)
    for i in range(n):
        kind, labels[i] = pick(kinds), generator.integers(2)
        same, other = (_GOOD, _BAD) if labels[i] else (_BAD, _GOOD)
        words = ["the", pick(_THINGS), "was"]
        if kind == "negated":
            words += [pick(_NOT), pick(_VERY[1:4]), pick(other)]
        else:
            words += [pick(_VERY), pick(same)]
        if kind == "contrast":
            words += [",", "not", pick(other)]
        sentences.append(" ".join(word for word in words if word))
    return sentences, labels


# -- a toy language ---------------------------------------------------------------------------------------------------

TOY_WORDS = {
    "the": "lo",
    "a": "un",
    "cat": "miru",
    "dog": "bano",
    "bird": "pilo",
    "horse": "toran",
    "fish": "neli",
    "child": "dami",
    "farmer": "gosu",
    "queen": "reva",
    "sees": "vidor",
    "likes": "lovir",
    "follows": "seguor",
    "hears": "odir",
    "finds": "trovir",
    "paints": "pintor",
    "small": "pico",
    "big": "grando",
    "red": "rosi",
    "old": "viro",
    "happy": "felo",
    "quiet": "tranu",
}
"""The toy language's word for each English one."""

_ARTICLES, _NOUNS, _VERBS, _ADJECTIVES = (
    list(TOY_WORDS)[part] for part in (slice(2), slice(2, 10), slice(10, 16), slice(16, None))
)


def toy_language(
    n: int = 5000, *, adjectives: tuple[int, int] = (0, 2), rng: Rng = None
) -> tuple[list[str], list[str]]:
    """Sentences and their translations into a language whose adjectives come behind the noun, in reverse order.

    Parameters
    ----------
    n : int
        How many pairs.
    adjectives : (int, int)
        The least and the most adjectives that a noun has, at most six. Train on few, ask about more: does it carry
        over to longer sentences?
    rng : int or Generator, optional

    Returns
    -------
    sources : list of str
        Such as "the small red cat sees a dog": article, adjectives, noun, verb, article, adjectives, noun.
    targets : list of str
        The same word by word (see `TOY_WORDS`), each noun before its adjectives and these turned round.

    Examples
    --------
    >>> sources, targets = toy_language(2, rng=0)
    >>> for source, target in zip(sources, targets):
    ...     print(source, "→", target)
    a bird hears a cat → un pilo odir un miru
    the quiet fish likes a quiet child → lo neli tranu lovir un dami tranu
    """
    n = check_integer("toy_language", "n", n)
    few, many = _check_adjectives(adjectives)
    generator = as_generator("toy_language", rng)

    def pick(words: Sequence[str], count: int = 1) -> list[str]:
        return [words[k] for k in generator.choice(len(words), count, replace=False)]

    sources, targets = [], []
    for _ in range(n):
        source, target = [], []
        for begin in (pick(_ARTICLES), pick(_VERBS) + pick(_ARTICLES)):
            described = pick(_ADJECTIVES, int(generator.integers(few, many + 1)))
            noun = pick(_NOUNS)
            source += begin + described + noun
            target += begin + noun + described[::-1]
        sources.append(" ".join(source))
        targets.append(" ".join(TOY_WORDS[word] for word in target))
    return sources, targets


def _check_adjectives(adjectives: Any) -> tuple[int, int]:
    expected = f"adjectives as (least, most), from 0 to {len(_ADJECTIVES)}"
    if not isinstance(adjectives, (tuple, list)) or len(adjectives) != 2:
        raise TypeError(explain("toy_language", expected, describe(adjectives)))
    few, many = (check_integer("toy_language", "adjectives", count, at_least=0) for count in adjectives)
    if few > many or many > len(_ADJECTIVES):
        raise ValueError(explain("toy_language", expected, describe(adjectives)))
    return few, many


def _strings(who: str, name: str, texts: Any) -> list[str]:
    expected = f"a list of strings as {name}"
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise TypeError(explain(who, expected, describe(texts)))
    found = list(texts)
    if not found:
        raise ValueError(explain(who, f"{expected}, one or more", describe(texts)))
    for text in found:
        if not isinstance(text, str):
            raise TypeError(explain(who, expected, f"{describe(text)} in it"))
    return found
