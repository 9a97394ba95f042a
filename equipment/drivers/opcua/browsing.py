"""Looking around in a server's address space, one level at a time."""

from collections.abc import Sequence
from typing import Any

from asyncua import ua

from equipment.drivers.base import Node, Value, ValueType
from equipment.drivers.opcua.session import Session
from equipment.drivers.opcua.values import VALUE_TYPES, Misfit, read_as

PAGE = 1000  # references in one answer
_ROOT = ua.NodeId(ua.ObjectIds.ObjectsFolder)
_HIERARCHICAL = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
_CLASSES = ua.NodeClass.Object | ua.NodeClass.Variable
_WRITABLE = 1 << ua.AccessLevel.CurrentWrite


async def children(session: Session, node: ua.NodeId | None) -> list[Node]:
    """The objects and variables below a node, the root of the objects for None. Raises LinkLost."""
    references = await _references(session, _ROOT if node is None else node)
    variables = [found.NodeId for found in references if found.NodeClass == ua.NodeClass.Variable]
    values = await session.read(variables)
    levels = await session.read(variables, ua.AttributeIds.UserAccessLevel)
    known = {node: pair for node, *pair in zip(variables, values, levels, strict=True)}
    return [_node(session, found, known.get(found.NodeId)) for found in references]


def _node(session: Session, found: ua.ReferenceDescription, known: Sequence[ua.DataValue] | None) -> Node:
    name = (found.DisplayName.Text if found.DisplayName else "") or found.BrowseName.Name or ""
    address = session.address(found.NodeId)
    if known is None:
        return Node(address=address, name=name, has_children=True)
    value_type, value = _value(known[0])
    return Node(
        address=address,
        name=name,
        # The parts of a structure or a list are nodes below it; what is a value itself has no tags there.
        has_children=value_type is None,
        value_type=value_type,
        value=value,
        is_writable=value_type is not None and bool(_content(known[1], 0) & _WRITABLE),
    )


def _value(found: ua.DataValue) -> tuple[ValueType | None, Value | None]:
    variant = found.Value
    if variant is None or variant.is_array or isinstance(variant.Value, (list, tuple)):
        return None, None
    value_type = VALUE_TYPES.get(variant.VariantType)
    if value_type is None or variant.Value is None:
        return value_type, None
    try:
        return value_type, read_as(value_type, int(variant.VariantType), variant.Value)
    except Misfit:
        return value_type, None


def _content(found: ua.DataValue, otherwise: Any) -> Any:
    return otherwise if found.Value is None or found.Value.Value is None else found.Value.Value


async def _references(session: Session, node: ua.NodeId) -> list[ua.ReferenceDescription]:
    """Each once, in the server's order, however many answers they take."""
    description = ua.BrowseDescription()
    description.NodeId = node
    description.BrowseDirection = ua.BrowseDirection.Forward
    description.ReferenceTypeId = _HIERARCHICAL
    description.IncludeSubtypes = True
    description.NodeClassMask = _CLASSES
    description.ResultMask = ua.BrowseResultMask.All
    parameters = ua.BrowseParameters()
    parameters.RequestedMaxReferencesPerNode = PAGE
    parameters.NodesToBrowse = [description]
    async with session.within("a browse"):
        (result,) = await session.client.uaclient.browse(parameters)
        result.StatusCode.check()
    references = list(result.References)
    while result.ContinuationPoint:
        onward = ua.BrowseNextParameters()
        onward.ReleaseContinuationPoints = False
        onward.ContinuationPoints = [result.ContinuationPoint]
        async with session.within("a browse"):
            (result,) = await session.client.uaclient.browse_next(onward)
            result.StatusCode.check()
        references += result.References
    once = {found.NodeId: found for found in references}
    return [found for found in once.values() if not getattr(found.NodeId, "ServerIndex", 0)]
