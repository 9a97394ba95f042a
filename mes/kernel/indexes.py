from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models.functions import Upper


def text_index(field: str, *, name: str) -> GinIndex:
    """An index for `icontains`, as a person searches by a part of a name: of every three characters, in capitals."""
    return GinIndex(OpClass(Upper(field), name="gin_trgm_ops"), name=name)
