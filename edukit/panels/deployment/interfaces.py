"""What the interfaces of 2024 became, each name with a link to its source."""

from html import escape

from edukit.deployment.interfaces import HEADS, INTERFACES, interfaces
from edukit.table import Table


class Interfaces:
    """The table of `edukit.deployment.interfaces`, as narrow as a page: names, what became of them, what to use."""

    def __repr__(self):
        return interfaces().says

    def _repr_html_(self) -> str:
        page = Table(HEADS[:3], [(row.name, row.today, row.instead) for row in INTERFACES]).html()
        for row in INTERFACES:
            link = f'<a href="{escape(row.source)}">{escape(row.name)}</a>'
            page = page.replace(f">{escape(row.name)}<", f">{link}<")
        return page
