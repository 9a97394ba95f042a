"""What counts as a difference between two revisions."""

from orders.content import Part
from orders.differences import differences


def step(picture: str) -> Part:
    return Part("step", "10 SEAT", "10", {"Picture": picture})


def test_a_picture_that_a_copy_has_named_anew_is_the_same():
    assert not differences([step("SEAT.svg (0123456789abcdef)")], [step("SEAT_x81kd.svg (0123456789abcdef)")])


def test_another_picture_is_a_change_whatever_its_name():
    (change,) = differences([step("SEAT.svg (0123456789abcdef)")], [step("SEAT.svg (fedcba9876543210)")])
    assert change.fields[0].label == "Picture"
    assert differences([step("")], [step("SEAT.svg (0123456789abcdef)")])
