"""Make the virtual environment in the folder given, after checking that this Python can.

Runs on the machine's own python3, whatever its age: keep to syntax that an old one can read.
"""

import subprocess
import sys

OLDEST = (3, 11)


def main():
    # type: () -> int
    if len(sys.argv) != 2:
        print("usage: python3 tools/create_venv.py FOLDER")
        return 2
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        print("Trillium needs Python 3.11 or newer; %s is %s." % (sys.executable, found))  # noqa: UP031
        print("Name a newer one: make PYTHON=python3.12 run")
        return 2
    try:
        import ensurepip  # noqa: F401, PLC0415 -- Debian ships it in a package of its own
        import venv  # noqa: F401, PLC0415
    except ImportError:
        print("This Python cannot make virtual environments. On Debian and Ubuntu:")
        print("    sudo apt-get install -y python3-venv")
        return 2
    return subprocess.call([sys.executable, "-m", "venv", sys.argv[1]])


if __name__ == "__main__":
    sys.exit(main())
