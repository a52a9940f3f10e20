"""How fast Trillium is, side by side with the limit and with peers: `python -m bench`, or `make bench`.

Rates depend on the machine and the day. What is kept are ratios between things that were measured in turn,
in one run: ours, bare ES256 through `cryptography` (the limit), and other libraries.
"""
