"""A process with a ring, for tests that need real ones: `python -m tests.keys.ring_process ACT DIRECTORY`.

start: opens the ring, waits for a line on standard input, makes its keys, prints the ids.
rotate: prepares and rotates for ever, printing a line for each round.
cut-start, cut-rotate: in DIRECTORY/1, DIRECTORY/2 … a first start, or a round of rotations, that is killed
before its first, second … change of the files, until one survives. Prints how many died.
"""

import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from keys import KeyPurpose
from tests.keys.rings import NOW, WANTED, file_ring

CHANGES = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.chmod"})


def start(directory: Path) -> None:
    ring = file_ring(directory)
    sys.stdin.readline()
    ring.ensure(WANTED, NOW)
    print(*sorted(one.key_id for one in ring.state.entries), flush=True)


def first_start(directory: Path) -> None:
    file_ring(directory).ensure(WANTED, NOW)


def rotate_once(directory: Path) -> None:
    ring = file_ring(directory)
    for purpose in (KeyPurpose.CREDENTIAL, KeyPurpose.WRAPPING):
        ring.prepare_next(purpose, NOW)
        ring.rotate(purpose, NOW + timedelta(hours=1))


def rotate_for_ever(directory: Path) -> None:
    while True:
        rotate_once(directory)
        print("round", flush=True)


def die_before_change(number: int, directory: Path) -> None:
    """SIGKILL, as a power cut would: nothing is cleaned up."""
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in CHANGES and any(str(directory) in str(one) for one in arguments):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def cut_everywhere(act: Callable[[Path], None], parent: Path, prepare: Callable[[Path], None]) -> None:
    for number in itertools.count(1):
        directory = parent / str(number)
        prepare(directory)
        child = os.fork()
        if child == 0:
            die_before_change(number, directory)
            act(directory)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            print(number - 1, flush=True)
            return
        assert os.WTERMSIG(status) == signal.SIGKILL, f"{directory} ended with {status}"


def copy_ring(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    target.chmod(0o700)


def main(act: str, directory: Path) -> None:
    match act:
        case "start":
            start(directory)
        case "rotate":
            rotate_for_ever(directory)
        case "cut-start":
            cut_everywhere(first_start, directory, lambda _: None)
        case "cut-rotate":
            first_start(directory / "whole")
            cut_everywhere(rotate_once, directory, lambda ring: copy_ring(directory / "whole", ring))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
