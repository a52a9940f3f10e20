"""Finds what a pure module must not do: read the clock, the environment, random numbers or files, or log.

A rule that takes `now`, salts and bytes as arguments gives the same answer twice, needs no fake in its
tests, and can be checked line by line against the standard. The scan is by name: it resolves imports and
their aliases, and takes every mention of a forbidden name as a use of it.
"""

import ast
from collections.abc import Iterator

FORBIDDEN_BUILTINS = frozenset(
    {"open", "print", "input", "exec", "eval", "compile", "breakpoint", "__import__"}
)
FORBIDDEN_NAMES = frozenset(
    {
        "asyncio",
        "contextvars",
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "http.client",
        "importlib",
        "io.FileIO",
        "io.open",
        "jwt.PyJWKClient",
        "locale",
        "logging",
        "multiprocessing",
        "os",
        "pathlib.Path",
        "random",
        "secrets",
        "shutil",
        "socket",
        "sqlite3",
        "ssl",
        "structlog",
        "subprocess",
        "sys.argv",
        "sys.stderr",
        "sys.stdin",
        "sys.stdout",
        "tempfile",
        "threading",
        "time",
        "urllib.request",
        "uuid.getnode",
        "uuid.uuid1",
        "uuid.uuid4",
        "uuid.uuid6",
        "uuid.uuid7",
        "warnings",
    }
)
MAKES_KEYS = frozenset({"generate_private_key", "generate_key"})


def impurities(source: str) -> Iterator[tuple[int, str]]:
    """Line number and name of every forbidden use in a module's source."""
    tree = ast.parse(source)
    aliases = dict(_imports(tree))
    own = _own_names(tree)
    for name in aliases.values():
        if _forbidden(name):
            yield _line_of_import(tree, name), name
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_BUILTINS - own - aliases.keys():
            yield node.lineno, node.id
        if isinstance(node, ast.Attribute):
            if node.attr in MAKES_KEYS:
                yield node.lineno, node.attr
            name = _resolved(node, aliases)
            if name in FORBIDDEN_NAMES:
                yield node.lineno, name


def _forbidden(name: str) -> bool:
    parts = name.split(".")
    if parts[-1] in MAKES_KEYS:
        return True
    return any(".".join(parts[:length]) in FORBIDDEN_NAMES for length in range(1, len(parts) + 1))


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _own_names(tree: ast.Module) -> set[str]:
    """Functions and variables that the module defines itself: a method called `open` is not the builtin."""
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return defined | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _resolved(node: ast.Attribute, aliases: dict[str, str]) -> str:
    parts = [node.attr]
    inner: ast.expr = node.value
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return ""
    return ".".join([aliases.get(inner.id, inner.id), *reversed(parts)])


def _line_of_import(tree: ast.Module, name: str) -> int:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name == name for alias in node.names):
            return node.lineno
        if isinstance(node, ast.ImportFrom) and any(f"{node.module}.{a.name}" == name for a in node.names):
            return node.lineno
    return 1
