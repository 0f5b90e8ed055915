"""Runs the whole of Status Monitor on one machine: `python -m infra.local`, which is what `make run` starts."""
