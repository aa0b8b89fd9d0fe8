"""What may have been meant by a name that is not there: only what is the same but for a slip, else what there is."""

from __future__ import annotations

from headrace.explain.versions import Trail

SHOWN = 3
NEAR = r"""
SELECT value FROM (SELECT DISTINCT value FROM ({values}) WHERE value IS NOT NULL)
WHERE damerau_levenshtein(lower(value), lower($asked)) <= $slips OR starts_with(lower(value), lower($asked))
   OR regexp_replace(value, '(^|[^0-9])0+', '\1', 'g') = regexp_replace($asked, '(^|[^0-9])0+', '\1', 'g')
ORDER BY damerau_levenshtein(lower(value), lower($asked)), value LIMIT {shown}"""
ALL = """
SELECT count(DISTINCT value) AS count, list_slice(list_sort(list_distinct(list(value))), 1, {shown}) AS first
FROM ({values}) WHERE value IS NOT NULL"""


def near(trail: Trail, values: str, asked: str) -> list[str]:
    """Of the `value`s that a statement gives the very one, or those that differ by a slip or two, by zeros before a
    number, or begin so; the nearest first."""
    statement = NEAR.format(values=values, shown=SHOWN)
    found = trail.connection.execute(statement, {"asked": asked, "slips": 1 if len(asked) < 10 else 2}).fetchall()
    values_near = [value for (value,) in found]
    return [asked] if asked in values_near else values_near


def there_are(trail: Trail, values: str, noun: str) -> str:
    """How many there are and the first of them, of which none is near."""
    [found] = trail.objects(ALL.format(values=values, shown=SHOWN))
    if not found["count"]:
        return f"there are no {noun} at all"
    return f"none is near it of the {found['count']:,} {noun}, such as {', '.join(found['first'])}"
