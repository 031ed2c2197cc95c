"""The pictures of the user guide: drawn by the real windows from made-up data, so that they never age.

`python -m tests.guide` draws all of them into resources/docs, `python -m tests.guide NAME...` some.
"""
