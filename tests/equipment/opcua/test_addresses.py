"""How nodes are written down: by the namespace's URI, never by its number."""

from uuid import UUID

import pytest

from equipment.drivers.base import InvalidAddress, ValueType
from equipment.drivers.opcua.addresses import NodeAddress, check_address, check_endpoint, parse

GUID = UUID("09087e75-8e5e-499b-954f-f2a9603db28a")
WRITTEN = {
    "nsu=http://example.com/press;s=Press.Speed": NodeAddress("http://example.com/press", "Press.Speed"),
    'nsu=http://www.siemens.com/simatic-s7-opcua;s="DB1"."x;y=1"': NodeAddress(
        "http://www.siemens.com/simatic-s7-opcua", '"DB1"."x;y=1"'
    ),
    "nsu=urn:press;i=42": NodeAddress("urn:press", 42),
    f"nsu=urn:press;g={GUID}": NodeAddress("urn:press", GUID),
    "nsu=urn:press;b=AAEC": NodeAddress("urn:press", b"\0\1\2"),
    "nsu=urn:a%3Bb%25c;s=x": NodeAddress("urn:a;b%c", "x"),
    "i=2258": NodeAddress("", 2258),
}


@pytest.mark.parametrize(("text", "address"), WRITTEN.items(), ids=WRITTEN)
def test_an_address_is_read_and_written_the_same(text, address):
    assert parse(text) == address
    assert str(address) == text
    check_address(text, ValueType.FLOAT64)


def test_the_uri_of_the_standard_is_namespace_0():
    assert parse("nsu=http://opcfoundation.org/UA/;i=2258") == NodeAddress("", 2258)


def test_a_namespace_by_its_number_is_refused_with_the_reason():
    with pytest.raises(InvalidAddress) as refused:
        parse("ns=2;s=Press.Speed")
    assert "another one after the server's next start" in str(refused.value)
    assert "nsu=" in str(refused.value)


NO_ADDRESSES = ["", "Press.Speed", "40001", "nsu=urn:x", "nsu=;s=x", "s=", "svr=1;i=1"]
NO_IDS = ["i=x", "i=-1", "i=4294967296", "i=²", "g=1", "b=$"]


@pytest.mark.parametrize("text", NO_ADDRESSES + NO_IDS)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InvalidAddress):
        parse(text)


def test_an_id_has_a_length():
    with pytest.raises(InvalidAddress, match="4096"):
        parse("s=" + "x" * 4097)


@pytest.mark.parametrize(
    "address",
    ["opc.tcp://press:4840/", "opc.tcp://10.1.2.3/ua/server", "opc.tcp://[::1]:4841", "opc.tcp://127.0.0.1:0"],
)
def test_where_a_server_answers_is_a_url(address):
    check_endpoint(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "press:4840", "http://press:4840/", "opc.tcp://", "opc.tcp://:4840/", "opc.tcp://press:99999/"),
        *(
            "opc.tcp://press:48x0/",
            "opc.tcp://[x]:1/",
            "opc.tcp://..:1/",
            "opc.tcp://mes:pw@press:1/",
            "opc.tcp://a b:1",
        ),
        f"opc.tcp://{'a' * 70}.x:1/",
    ],
)
def test_what_is_no_such_url_is_refused(address):
    with pytest.raises(InvalidAddress):
        check_endpoint(address)
