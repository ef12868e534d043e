"""Data sets and loaders: counts, noise, seeds, names, lengths and files that will not do."""

import numpy as np

import nnbook
from nnbook import datasets
from tests.bad_calls.rows import FOLDER, RAGGED, Bad, call, numbers

x, y = numbers(6, 2), np.arange(6) % 3
EMPTY, PAGE = FOLDER / "empty", FOLDER / "page.gz"
EMPTY.mkdir()
PAGE.write_bytes(b"<html>")
IDX = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
words = datasets.Vocabulary(["the soup was good", "the film was bad"])


def loader(**options):
    return nnbook.DataLoader(x, y, batch_size=2, rng=0, **options)


ROWS = [
    Bad(nnbook.DataLoader, call(nnbook.DataLoader), TypeError,
        "DataLoader expects one array or more, but got none. Give the data: DataLoader(x, y)."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, x, y[:5]), ValueError,
        "DataLoader expects arrays with the same number of examples, but got lengths [6, 5]. Each example needs "
        "its label in the same row."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, x, y, batch_size=0), ValueError,
        "DataLoader expects a whole number batch_size of at least 1, but got batch_size=0."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, x, y, shuffle="yes"), TypeError,
        "DataLoader expects True or False as shuffle, but got the str 'yes'."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, x, y, rng=-1), ValueError,
        "DataLoader expects a seed of at least 0 or a numpy.random.Generator as rng, but got the int -1. Try rng=0."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, x[:0], y[:0]), ValueError,
        "DataLoader expects one example or more, but got float64 array of shape (0, 2)."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, x, batch_size=9, drop_last=True), ValueError,
        "DataLoader expects a batch_size of at most the 6 examples when drop_last=True, but got batch_size=9. No "
        "batch would be full, and all be dropped: make batches smaller, or drop_last=False."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, ["soup", "film"]), TypeError,
        "DataLoader expects numbers in array 0, but got the list ['soup', 'film']. Words and other things need "
        "numbers first."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, RAGGED), TypeError,
        "DataLoader expects an array with examples along its first axis as array 0, but got the list [[1.0], "
        "[1.0, 2.0]]. Make each sequence an array: [np.array(sequence) for sequence in x]."),
    Bad(nnbook.DataLoader, call(nnbook.DataLoader, 3), TypeError,
        "DataLoader expects an array with examples along its first axis as array 0, but got the int 3."),
    Bad(nnbook.DataLoader, call(loader().load_state_dict, None), TypeError,
        "DataLoader.load_state_dict expects a dict with length, batch_size, shuffle, drop_last, order, place, "
        "rng, but got None."),
    Bad(nnbook.DataLoader, call(loader(shuffle=True).load_state_dict, loader().state_dict()), ValueError,
        "DataLoader.load_state_dict expects a state with shuffle=True, but got shuffle=False. Make the loader "
        "with the data and settings that it had when the state was taken."),
    Bad(nnbook.DataLoader, call(loader().load_state_dict, {**loader().state_dict(), "place": -2}), ValueError,
        "DataLoader.load_state_dict expects a whole number place of at least 0, but got place=-2."),
    Bad(nnbook.DataLoader, call(loader().load_state_dict, {**loader().state_dict(), "rng": "state"}), ValueError,
        "DataLoader.load_state_dict expects the state of a PCG64 generator as rng, but got the str 'state'."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split), TypeError,
        "train_test_split expects one array or more, but got none. Give the data: train_test_split(x, y)."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split, x, y[:5]), ValueError,
        "train_test_split expects arrays with the same number of examples, but got lengths [6, 5]. Each example "
        "needs its label in the same row."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split, x, test_size=1.0), ValueError,
        "train_test_split expects a finite number test_size above 0 and below 1, but got test_size=1.0. A share, "
        "such as 0.25."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split, x, test_size=6), ValueError,
        "train_test_split expects a test_size that leaves some of the 6 examples for training, but got test_size=6."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split, x, stratify=y[:5]), ValueError,
        "train_test_split expects one label in stratify for each of 6 examples, but got int64 array of shape (5,)."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split, x, stratify=RAGGED), ValueError,
        "train_test_split expects one label in stratify for each of 6 examples, but got the list [[1.0], [1.0, 2.0]]."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split, x, stratify=np.arange(6)), ValueError,
        "train_test_split expects two examples or more of each class in stratify, but got a single example of "
        "class 0."),
    Bad(nnbook.train_test_split, call(nnbook.train_test_split, x, rng="seed"), TypeError,
        "train_test_split expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str "
        "'seed'. Try rng=0."),
    Bad(datasets.pad_sequences, call(datasets.pad_sequences, []), TypeError,
        "pad_sequences expects a list of number sequences, each of shape (T,) or (T, D), as sequences, but got "
        "the list []."),
    Bad(datasets.pad_sequences, call(datasets.pad_sequences, x), TypeError,
        "pad_sequences expects a list of number sequences, each of shape (T,) or (T, D), as sequences, but got "
        "float64 array of shape (6, 2)."),
    Bad(datasets.pad_sequences, call(datasets.pad_sequences, [numbers(3, 2), numbers(3, 4)]), ValueError,
        "pad_sequences expects a list of number sequences, each of shape (T,) or (T, D), as sequences, with the "
        "same D, but got shape (3, 2) as number 0 and (3, 4) as number 1."),
    Bad(datasets.pad_sequences, call(datasets.pad_sequences, ["soup"]), TypeError,
        "pad_sequences expects a list of number sequences, each of shape (T,) or (T, D), as sequences, but got "
        "the str 'soup' as number 0."),
    Bad(datasets.digits, call(datasets.digits, "tial"), ValueError,
        "digits expects split to be one of 'random', 'tail', but got 'tial'. Did you mean 'tail'?"),
    Bad(datasets.digits, call(datasets.digits, 0.2), TypeError,
        "digits expects split to be one of 'random', 'tail', but got the float 0.2."),
    Bad(datasets.digits, call(datasets.digits, flat="yes"), TypeError,
        "digits expects True or False as flat, but got the str 'yes'."),
    Bad(datasets.mnist, call(datasets.mnist, EMPTY), FileNotFoundError,
        f"mnist expects a folder with the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
        f"t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz (or unpacked) as root, {FOLDER}/empty, but got one "
        f"without train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, "
        f"t10k-labels-idx1-ubyte.gz."),
    Bad(datasets.mnist, call(datasets.mnist, FOLDER / "nowhere"), FileNotFoundError,
        f"mnist expects a folder with the four files train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
        f"t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz (or unpacked) as root, {FOLDER}/nowhere, but got "
        f"one without train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, "
        f"t10k-labels-idx1-ubyte.gz."),
    Bad(datasets.mnist, call(datasets.mnist, 3), TypeError,
        "read_idx expects a path or bytes, but got the int 3."),
    Bad(datasets.read_idx, call(datasets.read_idx, b"PK34"), ValueError,
        "read_idx expects an IDX file, two zero bytes at its start, in these bytes, but got b'PK34' there. Copy "
        "or download it again."),
    Bad(datasets.read_idx, call(datasets.read_idx, IDX[:-1]), ValueError,
        "read_idx expects 6 bytes of numbers for shape (2, 3) in these bytes, but got 5. It is cut short. Copy or "
        "download it again."),
    Bad(datasets.read_idx, call(datasets.read_idx, IDX + b"0"), ValueError,
        "read_idx expects 6 bytes of numbers for shape (2, 3) in these bytes, but got 7. Something was added to "
        "it. Copy or download it again."),
    Bad(datasets.read_idx, call(datasets.read_idx, None), TypeError,
        "read_idx expects a path or bytes, but got None."),
    Bad(datasets.glyphs, call(datasets.glyphs, 0), ValueError,
        "glyphs expects a whole number n of at least 1, but got n=0."),
    Bad(datasets.glyphs, call(datasets.glyphs, 5, "digit"), ValueError,
        "glyphs expects kind to be one of 'digits', 'letters', but got 'digit'. Did you mean 'digits'?"),
    Bad(datasets.glyphs, call(datasets.glyphs, 5, thicken=4), ValueError,
        "glyphs expects a finite number thicken of at least 0 and of at most 3, but got thicken=4."),
    Bad(datasets.circles, call(datasets.circles, factor=1), ValueError,
        "circles expects a finite number factor above 0 and below 1, but got factor=1."),
    Bad(datasets.spirals, call(datasets.spirals, turns=0), ValueError,
        "spirals expects a finite number turns above 0, but got turns=0."),
    Bad(datasets.blobs, call(datasets.blobs, classes=1), ValueError,
        "blobs expects a whole number classes of at least 2, but got classes=1."),
    Bad(datasets.signals, call(datasets.signals, length=5), ValueError,
        "signals expects a whole number length of at least 12, but got length=5."),
    Bad(datasets.signals, call(datasets.signals, flat=1), TypeError,
        "signals expects True or False as flat, but got the int 1."),
    Bad(datasets.adding, call(datasets.adding, length=1), ValueError,
        "adding expects a whole number length of at least 2, but got length=1."),
    Bad(datasets.ratings, call(datasets.ratings, 0), ValueError,
        "ratings expects a whole number users of at least 1, but got users=0."),
    Bad(datasets.ratings, call(datasets.ratings, share=0), ValueError,
        "ratings expects a finite number share above 0 and of at most 1, but got share=0."),
    Bad(datasets.ratings, call(datasets.ratings, traits="3"), TypeError,
        "ratings expects a whole number traits of at least 1, but got the str '3'."),
    Bad(datasets.ratings, call(datasets.ratings, noise=-1), ValueError,
        "ratings expects a finite number noise of at least 0, but got noise=-1."),
    Bad(datasets.dates, call(datasets.dates, 0), ValueError,
        "dates expects a whole number n of at least 1, but got n=0."),
    Bad(datasets.dates, call(datasets.dates, formats="{day}"), TypeError,
        "dates expects one format or more, strings that name the day, the month and the year, such as '{day} "
        "{month} {year}', but got the str '{day}'."),
    Bad(datasets.dates, call(datasets.dates, formats=["{day} {moon}"]), ValueError,
        "dates expects one format or more, strings that name the day, the month and the year, such as '{day} "
        "{month} {year}', but got the str '{day} {moon}'."),
    Bad(datasets.dates, call(datasets.dates, 10**6), ValueError,
        "dates expects n of at most 730490, 73049 days in 10 formats, but got n=1000000."),
    Bad(datasets.ages, call(datasets.ages, 5, kind="beside"), ValueError,
        "ages expects kind to be one of 'between', 'relations', but got 'beside'."),
    Bad(datasets.ages, call(datasets.ages, 5, people=1), ValueError,
        "ages expects a whole number people of at least 2, but got people=1."),
    Bad(datasets.ages, call(datasets.ages, 5, years=[3]), ValueError,
        "ages expects two ages in years that are two apart, but got the list [3]."),
    Bad(datasets.ages, call(datasets.ages, 5, names=["Ann"]), ValueError,
        "ages expects names of more than 2 people, all different, but got the list ['Ann']."),
    Bad(datasets.sentiments, call(datasets.sentiments, -1), ValueError,
        "sentiments expects a whole number n of at least 1, but got n=-1."),
    Bad(datasets.sentiments, call(datasets.sentiments, 5, kinds=["plane"]), ValueError,
        "sentiments expects kinds to be one of 'plain', 'negated', 'contrast', but got 'plane'. Did you mean 'plain'?"),
    Bad(datasets.sentiments, call(datasets.sentiments, 5, rng="seed"), TypeError,
        "sentiments expects a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try "
        "rng=0."),
    Bad(datasets.toy_language, call(datasets.toy_language, 2.5), TypeError,
        "toy_language expects a whole number n of at least 1, but got the float 2.5."),
    Bad(datasets.toy_language, call(datasets.toy_language, 5, adjectives=(2, 1)), ValueError,
        "toy_language expects adjectives as (least, most), from 0 to 6, but got the tuple (2, 1)."),
    Bad(datasets.toy_language, call(datasets.toy_language, 5, adjectives=3), TypeError,
        "toy_language expects adjectives as (least, most), from 0 to 6, but got the int 3."),
    Bad(datasets.Vocabulary, call(datasets.Vocabulary, "the soup"), TypeError,
        "Vocabulary expects a list of strings as texts, but got the str 'the soup'."),
    Bad(datasets.Vocabulary, call(datasets.Vocabulary, []), ValueError,
        "Vocabulary expects a list of strings as texts, one or more, but got the list []."),
    Bad(datasets.Vocabulary, call(datasets.Vocabulary, ["soup"], unit="letter"), ValueError,
        "Vocabulary expects unit to be one of 'word', 'character', but got 'letter'."),
    Bad(datasets.Vocabulary, call(words.encode, ["soup", 3]), TypeError,
        "Vocabulary.encode expects a list of strings as texts, but got the int 3 in it."),
    Bad(datasets.Vocabulary, call(words.decode, [4, 99]), ValueError,
        "Vocabulary.decode expects one row of whole numbers from 0 to 9, but got the list [4, 99]."),
    Bad(datasets.Vocabulary, call(words.decode, [[4, 5]]), ValueError,
        "Vocabulary.decode expects one row of whole numbers from 0 to 9, but got the list [[4, 5]]."),
]  # fmt: skip

SEED = "a seed of at least 0 or a numpy.random.Generator as rng, but got the str 'seed'. Try rng=0."
for name in ("xor", "moons", "circles", "spirals", "blobs", "steps", "signals", "waves", "adding"):
    f = getattr(datasets, name)
    ROWS += [
        Bad(f, call(f, 0), ValueError, f"{name} expects a whole number n of at least 1, but got n=0."),
        Bad(
            f,
            call(f, 5.0),
            TypeError,
            f"{name} expects a whole number n of at least 1, but got the float 5.0.",
        ),
        Bad(f, call(f, 5, rng="seed"), TypeError, f"{name} expects {SEED}"),
    ]
    if name != "adding":
        ROWS.append(
            Bad(f, call(f, 5, noise=-0.1), ValueError,
                f"{name} expects a finite number noise of at least 0, but got noise=-0.1.")
        )  # fmt: skip
