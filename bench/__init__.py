"""How fast it is, measured as ratios within one run: `python -m bench [--only NAME]`."""
