from orders.models.products import BomLine, Product, ProductRevision, Tracking
from orders.models.routings import (
    Operation,
    OperationEdge,
    OperationQualification,
    Routing,
    RoutingRevision,
    Step,
    StepKind,
)
from orders.models.work_orders import PinnedPlan, WorkOrder

__all__ = [
    "BomLine",
    "Operation",
    "OperationEdge",
    "OperationQualification",
    "PinnedPlan",
    "Product",
    "ProductRevision",
    "Routing",
    "RoutingRevision",
    "Step",
    "StepKind",
    "Tracking",
    "WorkOrder",
]
