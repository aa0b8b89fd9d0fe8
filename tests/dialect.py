"""The dialect that every engine reads alike: what shared code does not say, and why."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.where import ROOT

PACKAGES = ("transforms", "schemas", "jobs", "lake")
# What one engine alone runs: the engines themselves, and what trains and scores with Spark MLlib.
LEFT_OUT = ("lake/engines/", "jobs/search/")
OF_SPARK_ALONE = ("sparkContext", "rdd", "_jvm", "_jdf", "_jsc", "_sc", "_jsparkSession")
WITHOUT_EFFECT = ("persist", "unpersist", "cache", "checkpoint", "localCheckpoint", "hint")
AS_IT_HAPPENS = ("rand", "randn", "uuid", "monotonically_increasing_id", "spark_partition_id", "input_file_name")
PICKING = ("min", "max", "min_by", "max_by", "greatest", "least", "collect_set", "count_distinct", "countDistinct")
ORDERING = ("orderBy", "sort", "sortWithinPartitions", "partitionBy")
OTHER_PATTERNS = re.compile(r"\\[dDwWsSbB]|\(\?[=!<i]|\$\d")


@dataclass(frozen=True)
class Code:
    """A node with what stands around it; `structs` are the names that its function gives to structs."""

    node: ast.AST
    parents: tuple[ast.AST, ...]
    structs: frozenset[str] = frozenset()

    @property
    def parent(self) -> ast.AST | None:
        return self.parents[-1] if self.parents else None

    def is_function(self, *names: str) -> bool:
        """Whether it calls `F.<name>`."""
        return isinstance(self.node, ast.Call) and _is_of_f(self.node.func) in names

    def is_method(self, *names: str) -> bool:
        """Whether it calls a method of one of these names, of whatever."""
        func = self.node.func if isinstance(self.node, ast.Call) else None
        return isinstance(func, ast.Attribute) and func.attr in names and _is_of_f(func) is None

    def has_struct(self, *nodes: ast.AST) -> bool:
        """Whether one of the nodes makes a struct, or names one."""
        return any(
            (isinstance(node, ast.Call) and _is_of_f(node.func) == "struct")
            or (isinstance(node, ast.Name) and node.id in self.structs)
            for outer in nodes
            for node in ast.walk(outer)
        )

    def is_followed_by(self, *methods: str) -> bool:
        """Whether one of the methods is called on it."""
        return (
            len(self.parents) > 1
            and isinstance(self.parent, ast.Attribute)
            and self.parent.attr in methods
            and isinstance(self.parents[-2], ast.Call)
        )


@dataclass(frozen=True)
class Rule:
    """`breaks` and `keeps` are code that the rule must find, and must not."""

    name: str
    why: str
    finds: Callable[[Code], bool]
    breaks: tuple[str, ...]
    keeps: tuple[str, ...] = ()


def arguments(code: Code) -> list[ast.AST]:
    return [*code.node.args, *(k.value for k in code.node.keywords)] if isinstance(code.node, ast.Call) else []


def is_attribute(*names: str) -> Callable[[Code], bool]:
    return lambda code: isinstance(code.node, ast.Attribute) and code.node.attr in names


def _is_of_f(func: ast.AST) -> str | None:
    """The name of a function of `F`."""
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "F":
        return func.attr
    return None


def _subscribes_a_column(code: Code) -> bool:
    return isinstance(code.node, ast.Subscript) and _root_is_column(code.node.value)


def _root_is_column(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return _is_of_f(node.func) is not None or _root_is_column(node.func)
    return isinstance(node, ast.Attribute | ast.Subscript) and _root_is_column(node.value)


def _compares_structs(code: Code) -> bool:
    if isinstance(code.node, ast.Compare):
        return code.has_struct(code.node.left, *code.node.comparators)
    return code.is_method("eqNullSafe") and code.has_struct(code.node.func, *arguments(code))


def _patterns(code: Code) -> list[str]:
    is_pattern = code.is_function("regexp_replace", "regexp_extract", "rlike", "regexp_like") or code.is_method("rlike")
    values = [a.value for a in arguments(code) if isinstance(a, ast.Constant)] if is_pattern else []
    return [value for value in values if isinstance(value, str)]


def _in_coalesce(code: Code) -> bool:
    return isinstance(code.parent, ast.Call) and _is_of_f(code.parent.func) == "coalesce"


def _chain(node: ast.AST) -> Iterator[str]:
    """The names of `a.b(...).c(...)`, from the last."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        else:
            node = node.func


RULES: tuple[Rule, ...] = (
    Rule(
        "no subscript of a column",
        "Sail takes the column in `array[column]` for text, and Spark refuses a place that an array has not; `F.get` "
        "is null there, on all. No place may be below 0: Sail counts it from the end.",
        _subscribes_a_column,
        ('F.col("dates")[0]', 'F.array(a, b)[F.col("place")]', 'F.max(latest)["vendor_name"]'),
        ('F.get("dates", F.lit(0))', 'F.col("dates.event_on")', "columns[0]", "F.array(*parts[1:])"),
    ),
    Rule(
        "days between dates are cast",
        "`F.datediff` is a bigint on Sail and an int on Spark: the type of whatever is made of it follows.",
        lambda code: code.is_function("datediff", "date_diff") and not code.is_followed_by("cast"),
        ('F.datediff("end_on", "start_on") > 90',),
        ('F.datediff("end_on", "start_on").cast("int")',),
    ),
    Rule(
        "no JSON",
        "Sail writes decimals into JSON as floating point and control characters in small letters (`\\u001f`, of Spark "
        "`\\u001F`): hashes differ. `transforms/identity.py` hashes values as text.",
        lambda code: code.is_function("to_json"),
        ('F.to_json(F.struct("a"))',),
    ),
    Rule(
        "nothing of Spark alone",
        "Sail has no context, no RDDs and no Java behind it.",
        is_attribute(*OF_SPARK_ALONE),
        ("spark.sparkContext", "frame.rdd", "frame._jdf"),
    ),
    Rule(
        "nothing that an engine passes over",
        "Sail persists nothing and takes no hint, without a word: what is to be computed once is kept by the engine "
        "(`Engine.kept`).",
        is_attribute(*WITHOUT_EFFECT),
        ("frame.persist()", 'frame.hint("broadcast")', "frame.localCheckpoint()"),
        ("keep(frame)",),
    ),
    Rule(
        "no settings of a session",
        "Sail knows few of Spark's settings, and passes over the others without a word: what all engines must have "
        "is in `lake.engines.FIXED`.",
        lambda code: code.is_method("set") and list(_chain(code.node))[1:2] == ["conf"],
        ('spark.conf.set("spark.sql.ansi.enabled", "false")',),
        ("names.set(1)",),
    ),
    Rule(
        "files are read and written by the engine",
        "Sail passes over `basePath`: with files one by one the columns of their folders are null; it reads `[`, `{` "
        "and `?` in paths as patterns and finds nothing; and Spark would do the same in other ways. `Engine.read` and "
        "`Engine.write` know.",
        lambda code: (
            (
                code.is_method("parquet", "load", "csv", "json", "save")
                and bool({"read", "write"} & {*_chain(code.node)})
            )
            or (isinstance(code.node, ast.Constant) and code.node.value == "basePath")
        ),
        ("spark.read.parquet(path)", 'frame.write.mode("error").parquet(path)', 'options = {"basePath": path}'),
        ("engine.read([path], struct)",),
    ),
    Rule(
        "no order by a struct",
        "Sail's windows cannot be ordered by a struct.",
        lambda code: code.is_method(*ORDERING) and code.has_struct(*arguments(code)),
        ('Window.orderBy(F.struct("a", "b"))', 'place = F.struct("a", "b")\nWindow.orderBy(place.desc())'),
        ('Window.orderBy("a", "b")',),
    ),
    Rule(
        "no least or greatest struct",
        "Spark orders a null within a struct first, Sail passes over it or puts it elsewhere, and its `min` and `max` "
        "of structs are slow and held 148 GB by its own accounts: by flat columns, `min_by` and flags.",
        lambda code: code.is_function(*PICKING) and code.has_struct(*arguments(code)),
        ('F.max(F.struct("a", "b"))', 'version = F.struct("a", "b")\nF.max(F.when(known, version))'),
        ('F.max_by("a", "b")',),
    ),
    Rule(
        "structs are not compared, and nothing is joined by one",
        "A null within a struct equals a null on Spark; on Sail a join by a column that is a struct loses such rows. "
        "Column by column, with `eqNullSafe` where a null is a value.",
        _compares_structs,
        ('F.struct("a") == F.struct("b")', 'key = F.struct("a")\nkey.eqNullSafe(other)'),
        ('F.col("a").eqNullSafe(F.col("b"))',),
    ),
    Rule(
        "an array that may hold a null is not asked without a default",
        "`array_contains` and `arrays_overlap` that find only nulls are null on Spark; of `array_contains` Sail says "
        "false.",
        lambda code: code.is_function("array_contains", "arrays_overlap") and not _in_coalesce(code),
        ('F.array_contains("records", "order_created")',),
        ('F.coalesce(F.array_contains("records", "order_created"), F.lit(False))',),
    ),
    Rule(
        "patterns mean the same in Java and in Rust",
        "`\\d`, `\\w`, `\\s` and `\\b` take the digits and letters of all scripts on Sail, ASCII only on Spark; Rust "
        "has no lookaround, and reads `$1b` as a group of that name.",
        lambda code: any(OTHER_PATTERNS.search(pattern) for pattern in _patterns(code)),
        (r'F.regexp_replace("a", r"\d+", "")', 'F.col("a").rlike("x(?=y)")', 'F.regexp_replace("a", "(x)", "$1b")'),
        (r'F.regexp_replace("a", r"[^\p{L}\p{N}]+", "")', 'F.regexp_replace("a", "_unreadable$", "_missing")'),
    ),
    Rule(
        "rows have no order of their own",
        "Sail's joins leave rows in another order than Spark's: of rows that nobody ordered no first can be taken.",
        lambda code: (
            (code.is_method("limit", "first", "dropDuplicates") and "orderBy" not in _chain(code.node))
            or (code.is_function("first", "last", "any_value") and not code.is_followed_by("over"))
        ),
        ("frame.limit(3)", "frame.first()", 'F.first("a")', 'frame.dropDuplicates(["a"])'),
        ('frame.orderBy("a").limit(3)', 'F.first("a").over(window)', "frame.distinct()"),
    ),
    Rule(
        "no value that depends on how the rows are spread",
        "Numbers of partitions, files and chance are other ones on each engine, and in each run.",
        lambda code: code.is_function(*AS_IT_HAPPENS),
        ("F.monotonically_increasing_id()", "F.rand()"),
    ),
    Rule(
        "dates and numbers are not formatted by an engine",
        "Patterns of `date_format` and its like are Java's on Spark and chrono's on Sail; text is read and written by "
        "`transforms/standardize`.",
        lambda code: code.is_function(
            "date_format", "to_timestamp", "unix_timestamp", "from_unixtime", "format_number", "format_string", "printf"
        ),
        ('F.date_format("paid_on", "yyyy")',),
        ('F.unix_micros("paid_at")',),
    ),
)


@dataclass(frozen=True)
class Breach:
    rule: str
    place: str
    line: int


def breaches(source: str, path: str = "") -> list[Breach]:
    """What a module says that a rule does not let it: `place` is `path:function`."""
    found = []
    for code, function in _nodes(ast.parse(source)):
        found += [
            Breach(rule.name, f"{path}:{function}", getattr(code.node, "lineno", 0))
            for rule in RULES
            if rule.finds(code)
        ]
    return found


def modules() -> list[Path]:
    """The modules of shared code."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in paths if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT)]


def _nodes(tree: ast.Module) -> Iterator[tuple[Code, str]]:
    def walk(
        node: ast.AST, parents: tuple[ast.AST, ...], function: str, structs: frozenset[str]
    ) -> Iterator[tuple[Code, str]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name if function == "module" else function
            structs = _struct_names(node)
        yield Code(node, parents, structs), function
        for child in ast.iter_child_nodes(node):
            yield from walk(child, (*parents, node), function, structs)

    return walk(tree, (), "module", _struct_names(tree))


def _struct_names(scope: ast.AST) -> frozenset[str]:
    """Names that stand for what is made with a struct, directly or by another such name."""
    names: set[str] = set()
    for _ in range(2):
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and Code(node, (), frozenset(names)).has_struct(node.value):
                if isinstance(node.value, ast.Call) and _gives_no_struct(node.value):
                    continue
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


def _gives_no_struct(call: ast.Call) -> bool:
    """Frames, arrays and sizes are no structs, whatever they are made of."""
    is_frame = isinstance(call.func, ast.Attribute) and _is_of_f(call.func) is None and call.func.attr != "alias"
    return is_frame or _is_of_f(call.func) in ("array", "explode", "size", "collect_set", "collect_list", "inline")
