#!/bin/sh
# Writes the lock files from pyproject.toml: exact versions with hashes, for every platform and Python 3.11 or newer.
# They hold no address of a package index: each machine installs from the index it is set up for.
# `tools/lock.sh --upgrade` moves everything to the newest versions; `--upgrade-package NAME` moves one.
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v .venv/bin/uv || command -v uv) || {
    echo "tools/lock.sh: needs uv; 'make check' installs it into .venv" >&2
    exit 2
}

compile() {
    lock=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --output-file "$lock" "$@"
}

compile requirements/run.txt pyproject.toml --group build "$@"
compile requirements/test.txt pyproject.toml --group dev --constraint requirements/run.txt "$@"
compile requirements/node.txt --group node "$@"
