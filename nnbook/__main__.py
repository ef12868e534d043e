"""`python -m nnbook` is `nnbook`, for when the command is not on the path."""

import sys

from nnbook.cli import main

if __name__ == "__main__":
    sys.exit(main())
