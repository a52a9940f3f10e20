#!/bin/sh
# Makes sure that the tests find Node 20 or newer with npm: the machine's, else one from a Python wheel in .venv.
# The Makefile puts .venv/bin first on the path.
set -eu
cd "$(dirname "$0")/.."

version=$(node --version 2>/dev/null | sed -n 's/^v\([0-9][0-9]*\)\..*/\1/p')
if [ "${version:-0}" -ge 20 ] && npm --version >/dev/null 2>&1; then
    exit 0
fi
echo "no Node 20 or newer on this machine: installing one into .venv"
.venv/bin/pip install --quiet --require-hashes -r requirements/node.txt
