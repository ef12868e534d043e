"""The fixture `lab` for every test here."""

from tests.lab import lab, lab_server

__all__ = ["lab", "lab_server"]
