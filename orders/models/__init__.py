from orders.models.instructions import Instruction, InstructionConfirmation, InstructionFile, InstructionRevision
from orders.models.products import (
    BomLine,
    BomSubstitute,
    Product,
    ProductRevision,
    QuantityBasis,
    TraceLevel,
    Tracking,
)
from orders.models.routings import (
    Comparison,
    Operation,
    OperationAsset,
    OperationEdge,
    OperationQualification,
    OperationSetpoint,
    Routing,
    RoutingRevision,
    Step,
    StepKind,
)
from orders.models.work_orders import PinnedPlan, WorkOrder

__all__ = [
    "BomLine",
    "BomSubstitute",
    "Comparison",
    "Instruction",
    "InstructionConfirmation",
    "InstructionFile",
    "InstructionRevision",
    "Operation",
    "OperationAsset",
    "OperationEdge",
    "OperationQualification",
    "OperationSetpoint",
    "PinnedPlan",
    "Product",
    "ProductRevision",
    "QuantityBasis",
    "Routing",
    "RoutingRevision",
    "Step",
    "StepKind",
    "TraceLevel",
    "Tracking",
    "WorkOrder",
]
