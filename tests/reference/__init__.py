"""What PyTorch answers, recorded, so that every run of the tests can compare with it.

Each file beside this one names the cases of one idea: functions that compute with PyTorch, in float64, from seeded inputs.
``python -m tests.reference linear activations`` (or without names: all) writes their answers to ``linear.npz`` …; it needs
PyTorch 2.13 (`pip install torch==2.13.0`). `tests/oracle.py` reads them.
"""
