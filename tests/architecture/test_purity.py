"""The standards and the domains are pure: values in, value or error out."""

import pytest

from tests.architecture.impurities import impurities
from tests.architecture.source_tree import APPS, ROOT, module_files

PURE = ("specs", *(f"{app}/domain" for app in APPS))


def test_the_standards_and_the_domains_read_no_clock_environment_randomness_or_file() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for _module, path in module_files(*PURE)
        for line, name in impurities(path.read_text(encoding="utf-8"))
    ]

    assert not found, "hand it in as an argument instead:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("data = open('x').read()", "open"),
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("import datetime as dt\ndt.datetime.utcnow()", "datetime.datetime.utcnow"),
        ("from datetime import date\ntoday = date.today", "datetime.date.today"),
        ("import time\ntime.time()", "time"),
        ("from time import time", "time.time"),
        ("import os\nos.environ['X']", "os"),
        ("from os import urandom as salt", "os.urandom"),
        ("import random", "random"),
        ("from secrets import token_bytes", "secrets.token_bytes"),
        ("import uuid\nuuid.uuid4()", "uuid.uuid4"),
        ("from uuid import uuid4", "uuid.uuid4"),
        ("import logging", "logging"),
        ("print('x')", "print"),
        ("from pathlib import Path", "pathlib.Path"),
        ("import urllib.request", "urllib.request"),
        ("from jwt import PyJWKClient", "jwt.PyJWKClient"),
        (
            "from cryptography.hazmat.primitives.asymmetric import ec\nec.generate_private_key(c)",
            "generate_private_key",
        ),
    ],
)
def test_an_impure_line_is_found(source: str, name: str) -> None:
    assert name in {found for _line, found in impurities(source)}


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndef f(now: datetime) -> bool: return now > datetime.min",
        "class Ring:\n    def open(self) -> None: ...\nRing().open()",
        "from uuid import UUID\nUUID(int=0)",
        "import urllib.parse\nurllib.parse.urlsplit('')",
        "from pathlib import PurePosixPath",
        "timestamp = 5\nprint_name = timestamp",
    ],
)
def test_a_pure_line_is_left_alone(source: str) -> None:
    assert not list(impurities(source))
