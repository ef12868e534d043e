"""Record what PyTorch answers: ``python -m tests.reference [NAME …]``."""

import sys

from tests import oracle

names = sys.argv[1:] or sorted(
    path.stem for path in oracle.FOLDER.glob("*.py") if not path.stem.startswith("_")
)
for name in names:
    print(f"{name}: {oracle.record(name)} cases")
