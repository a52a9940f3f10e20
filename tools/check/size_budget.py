"""The size budget of the house style: short files, short functions, no drawer for odds and ends."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tools.check.tracked_files import tracked_files

MOST_LINES_IN_A_FILE = 400
MOST_CODE_LINES_IN_A_FUNCTION = 50
CODE = frozenset({".py", ".pyi", ".js", ".mjs", ".css", ".html", ".jinja", ".sh"})
SHIPPED = ("specs", "keys", "issuer", "verifier", "wallet_api", "trillium")
NO_SUBJECT = frozenset(
    {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "handler", "handlers"}
)
SILENT = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)


def findings(root: Path) -> list[str]:
    """Files over the limit anywhere; functions over the limit in what is shipped; names without a subject."""
    found = []
    for path in tracked_files(root):
        name = path.relative_to(root)
        if path.suffix not in CODE or name.parts[:2] == ("tests", "vectors"):
            continue
        source = path.read_text(encoding="utf-8")
        found += [f"{name}: {problem}" for problem in _file_problems(name, source)]
        if path.suffix == ".py" and name.parts[0] in SHIPPED:
            found += [f"{name}:{problem}" for problem in _long_functions(source)]
    return found


def _file_problems(name: Path, source: str) -> Iterator[str]:
    lines = source.count("\n")
    if lines > MOST_LINES_IN_A_FILE:
        yield f"{lines} lines, the limit is {MOST_LINES_IN_A_FILE}: two subjects, split by noun"
    for part in name.with_suffix("").parts:
        if NO_SUBJECT.intersection(part.lower().split("_")):
            yield f"'{part}' names no subject"


def _long_functions(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    code_lines = _code_lines(source) - _docstring_lines(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = sum(
                1 for line in range(node.lineno, (node.end_lineno or node.lineno) + 1) if line in code_lines
            )
            if size > MOST_CODE_LINES_IN_A_FUNCTION:
                limit = MOST_CODE_LINES_IN_A_FUNCTION
                yield f"{node.lineno}: {node.name} has {size} lines of code, the limit is {limit}"


def _code_lines(source: str) -> set[int]:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines


def _docstring_lines(tree: ast.AST) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module)
            or not node.body
        ):
            continue
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines
