"""A function's source with every number a single: what the loader compiles for single precision.

numba takes a number written in the source, or a module's constant, for a double, and whatever
meets a double becomes one.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import CodeType, FunctionType
from typing import Any

import numpy as np

# The floors whose constants are plain numbers of the rules, never indices: small integers there
# stay as narrow as a single, so that they fit the same registers.
NARROW_INTEGERS = ("hvac_rl",)


def single(value: Any, module: str) -> Any:
    """A module's constant as it looks in single precision; what is no number stays."""
    if isinstance(value, float):
        return np.float32(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and module.split(".")[0] in NARROW_INTEGERS:
        return np.int32(value)
    # Named tuples' classes and tuples of other things are left alone.
    if type(value) is tuple and value and all(type(one) is float for one in value):
        return tuple(np.float32(one) for one in value)
    return value


def single_precision(function: FunctionType) -> tuple[CodeType, dict[str, Any]]:
    """(code, globals that it needs beside its own): each literal becomes a named single."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    literals = _Literals()
    tree = literals.visit(tree)
    # Line numbers of the file: errors point there, and the cache tells functions apart by them.
    ast.increment_lineno(tree, first - 1)
    ast.fix_missing_locations(tree)
    module = compile(tree, inspect.getsourcefile(function) or "", "exec")
    code = next(c for c in module.co_consts if isinstance(c, CodeType))
    return code, literals.found


class _Literals(ast.NodeTransformer):
    """Puts names in the place of numbers with a point, and leaves annotations out."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, float):
            return node
        name = f"_single_{len(self.found)}"
        self.found[name] = np.float32(node.value)
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        node.decorator_list = []
        # Defaults live in the function that was compiled before.
        node.args.defaults = []
        node.args.kw_defaults = []
        for argument in [*node.args.args, *node.args.kwonlyargs]:
            argument.annotation = None
        node.body = [self.visit(statement) for statement in node.body]
        return node
