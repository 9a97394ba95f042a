"""What the records have in common that may name a defect: `defect_code` and `defect_name`, both blank where none is."""

from django.db.models import Q

from mes.kernel.constraints import both_or_neither

DEFECT_IN_WORDS = both_or_neither(Q(defect_code=""), Q(defect_name=""))
