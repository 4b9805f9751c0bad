"""The first waiting row of every line there is, found by stepping from one line to the next.

Looking at each waiting row instead would let one person with two thousand messages slow everyone down.
"""

from sqlalchemy import ColumnElement, Select, Table, func, select


def heads(rows: Table, line: str, state: str) -> Select[tuple[str]]:
    """Ids of the rows in this state with the lowest `seq` of their `line`; by one index on all three."""
    waiting = rows.alias("waiting")
    here = waiting.c.state == state
    lines = select(func.min(waiting.c[line]).label("line")).where(here).cte("lines", recursive=True)
    following = select(func.min(waiting.c[line])).where(here, waiting.c[line] > lines.c.line)
    lines = lines.union_all(
        select(following.correlate(lines).scalar_subquery()).where(lines.c.line.is_not(None))
    )
    head, each = rows.alias("head"), rows.alias("each")
    lowest: ColumnElement[int] = (
        select(func.min(each.c.seq))
        .where(each.c.state == state, each.c[line] == lines.c.line)
        .scalar_subquery()
    )
    return (
        select(head.c.id)
        .select_from(lines)
        .join(head, head.c[line] == lines.c.line)
        .where(head.c.state == state, head.c.seq == lowest)
    )
