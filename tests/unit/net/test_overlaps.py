import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from helper.net.kernel_route import KernelRoute
from helper.net.overlaps import MAX_OVERLAPS, SubnetIndex, find_overlaps
from helper.net.plan import IpNetwork, overlap

networks4 = st.builds(
    lambda value, length: ipaddress.IPv4Network((value << 24 >> (32 - length) << (32 - length), length)),
    st.integers(0, 255),
    st.integers(1, 32),
)
networks6 = st.builds(
    lambda value, length: ipaddress.IPv6Network((value << 120 >> (128 - length) << (128 - length), length)),
    st.integers(0, 255),
    st.integers(1, 128),
)
networks: st.SearchStrategy[IpNetwork] = st.one_of(networks4, networks6)


@given(st.sets(networks, max_size=20), networks)
def test_the_index_finds_what_comparing_each_with_each_finds(taken: set[IpNetwork], subnet: IpNetwork) -> None:
    expected = {other for other in taken if overlap(subnet, other)}
    found = list(SubnetIndex(taken).overlapping(subnet))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_overlaps_name_interface_and_owner_and_leave_out_link_local() -> None:
    routes = [
        KernelRoute(ipaddress.IPv4Network("10.0.0.0/8"), "eth0"),
        KernelRoute(ipaddress.IPv4Network("10.96.0.0/12"), "kubeferry0"),
        KernelRoute(ipaddress.IPv6Network("fe80::/64"), "eth0"),
    ]
    asked = (ipaddress.IPv4Network("10.96.0.0/16"), ipaddress.IPv6Network("fe80::/10"))
    found = find_overlaps(asked, routes, {"kubeferry0": 1000})
    assert [(one.taken, one.interface, one.owner_uid) for one in found] == [
        ("10.0.0.0/8", "eth0", None),
        ("10.96.0.0/12", "kubeferry0", 1000),
    ]


def test_the_answer_is_bounded() -> None:
    routes = [KernelRoute(ipaddress.IPv4Network((0x0A000000 + n, 32)), "eth0") for n in range(2 * MAX_OVERLAPS)]
    assert len(find_overlaps((ipaddress.IPv4Network("10.0.0.0/8"),), routes, {})) == MAX_OVERLAPS
