"""Wrong calls of everything public, one file for each part of the package; tests/test_bad_calls.py makes them."""
