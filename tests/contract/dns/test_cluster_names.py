"""What the stub makes of the cluster's DNS: the same with a fake and with a real CoreDNS."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import pytest

from tests.contract.dns.conftest import DOMAIN, MANY, NAMESPACE, POD4, POD6, RunningStub


def data(answer: dns.message.Message) -> list[str]:
    """The records' data; every owner must be the name that was asked."""
    assert all(rrset.name == answer.question[0].name for rrset in answer.answer)
    return sorted(record.to_text() for rrset in answer.answer for record in rrset)


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("asked", "rdtype", "answered"),
    [
        ("reviews", "A", ["10.96.250.7"]),
        (f"reviews.{NAMESPACE}", "A", ["10.96.250.7"]),
        (f"Reviews.{NAMESPACE}.SVC", "A", ["10.96.250.7"]),
        (f"reviews.{NAMESPACE}.svc.{DOMAIN}", "A", ["10.96.250.7"]),
        (f"web.{NAMESPACE}", "A", [POD4]),
        (f"web.{NAMESPACE}", "AAAA", [POD6]),
        (f"web-0.web.{NAMESPACE}", "A", [POD4]),
        (f"web-0.web.{NAMESPACE}.svc", "AAAA", [POD6]),
        (f"_http._tcp.reviews.{NAMESPACE}", "SRV", [f"0 100 80 reviews.{NAMESPACE}.svc.{DOMAIN}."]),
        (f"_http._tcp.reviews.{NAMESPACE}.svc.{DOMAIN}", "SRV", [f"0 100 80 reviews.{NAMESPACE}.svc.{DOMAIN}."]),
        ("7.250.96.10.in-addr.arpa", "PTR", [f"reviews.{NAMESPACE}.svc.{DOMAIN}."]),
        ("10.250.244.10.in-addr.arpa", "PTR", [f"web-0.web.{NAMESPACE}.svc.{DOMAIN}."]),
    ],
)
def test_names_of_the_cluster(resolver: RunningStub, asked: str, rdtype: str, answered: list[str], tcp: bool) -> None:
    answer = resolver.ask(asked, rdtype, tcp=tcp)
    assert answer.rcode() == dns.rcode.NOERROR
    assert data(answer) == answered
    assert resolver.upstream_names == []


@pytest.mark.parametrize("rdtype", ["AAAA", "HTTPS", "TXT"])
@pytest.mark.parametrize("asked", ["reviews", f"reviews.{NAMESPACE}", f"reviews.{NAMESPACE}.svc.{DOMAIN}"])
def test_no_data_is_an_answer(resolver: RunningStub, asked: str, rdtype: str) -> None:
    answer = resolver.ask(asked, rdtype)
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.answer == []
    assert resolver.upstream_names == []


@pytest.mark.parametrize(
    ("asked", "rdtype", "answered"),
    [
        (f"public.{NAMESPACE}", "A", ["192.0.2.81"]),
        ("www.example.com", "A", ["192.0.2.80"]),
        ("9.113.0.203.in-addr.arpa", "PTR", ["public.example.com."]),
    ],
)
def test_what_the_cluster_does_not_have_is_asked_as_before(
    resolver: RunningStub, asked: str, rdtype: str, answered: list[str]
) -> None:
    assert data(resolver.ask(asked, rdtype)) == answered
    assert resolver.upstream_names == [asked]


@pytest.mark.parametrize("asked", ["nothing", f"nothing.{NAMESPACE}", f"nothing.{NAMESPACE}.svc"])
def test_what_exists_nowhere(resolver: RunningStub, asked: str) -> None:
    assert resolver.ask(asked).rcode() == dns.rcode.NXDOMAIN
    assert resolver.upstream_names == [asked]


def test_names_of_the_cluster_never_leave_it(resolver: RunningStub) -> None:
    assert resolver.ask(f"nothing.{NAMESPACE}.svc.{DOMAIN}").rcode() == dns.rcode.NXDOMAIN
    assert resolver.upstream_names == []


def test_an_external_name_is_its_cname(resolver: RunningStub) -> None:
    answer = resolver.ask(f"external.{NAMESPACE}")
    assert data(answer) == ["nowhere.example.com."]
    assert resolver.upstream_names == []


@pytest.mark.parametrize("asked", [f"many.{NAMESPACE}", f"many.{NAMESPACE}.svc.{DOMAIN}"])
def test_a_large_service_is_complete_over_tcp(resolver: RunningStub, asked: str) -> None:
    answer = resolver.ask(asked)
    assert answer.flags & dns.flags.TC or len(data(answer)) == len(MANY)
    assert data(resolver.ask(asked, tcp=True)) == sorted(MANY)
