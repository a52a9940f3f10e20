"""``python -m trillium``: the same as the ``trillium`` command."""

from trillium.cli import main

if __name__ == "__main__":
    main()
