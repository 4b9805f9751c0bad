"""The first waiting row of every line there is, found by stepping from one line to the next.

Looking at each waiting row instead would let one person with two thousand messages slow everyone down.
"""

from sqlalchemy import Select, Table, func, select


def heads(rows: Table, line: str, state: str) -> Select[tuple[str]]:
    """Ids of the rows in this state with the lowest `seq` of their `line`; by one index on all three."""
    waiting = rows.alias("waiting")
    here = waiting.c.state == state
    lines = select(func.min(waiting.c[line]).label("line")).where(here).cte("lines", recursive=True)
    following = select(func.min(waiting.c[line])).where(here, waiting.c[line] > lines.c.line)
    lines = lines.union_all(
        select(following.correlate(lines).scalar_subquery()).where(lines.c.line.is_not(None))
    )
    each = rows.alias("each")
    # One looked up for each line, not a join: how to join them is a guess that a planner may get wrong.
    first = (
        select(each.c.id)
        .where(each.c.state == state, each.c[line] == lines.c.line)
        .order_by(each.c.seq)
        .limit(1)
        .scalar_subquery()
    )
    return select(first).where(lines.c.line.is_not(None))
