"""What can be heard of orders."""

from uuid import UUID

from mes.kernel.topics import topic


def one_order(site: UUID, order: UUID) -> str:
    """An order: its status, its units and what is done on them."""
    return topic(site, "order", order)


def orders(site: UUID) -> str:
    """Which orders there are at a site, and their status."""
    return topic(site, "orders")
