from __future__ import annotations

from helper.cluster.manager.pod_dns import parse_resolv_conf


def test_what_the_kubelet_writes() -> None:
    dns = parse_resolv_conf(
        "search shop.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions ndots:5\n"
    )
    assert dns.servers == ("10.96.0.10",)
    assert dns.cluster_domain == "cluster.local"
    assert dns.search_domains[0] == "shop.svc.cluster.local"


def test_another_cluster_domain_and_two_servers() -> None:
    dns = parse_resolv_conf("nameserver fd00::a\nnameserver 10.0.0.10\nsearch x.svc.k8s.corp. svc.k8s.corp. k8s.corp.")
    assert dns.servers == ("fd00::a", "10.0.0.10")
    assert dns.cluster_domain == "k8s.corp"


def test_no_more_is_told_than_a_laptop_takes() -> None:
    dns = parse_resolv_conf("search " + "a..b svc.c " * 40 + "\n" + "nameserver 10.0.0.1\n" * 20)
    assert (len(dns.servers), len(dns.search_domains), dns.cluster_domain) == (8, 32, "c")


def test_nonsense_is_passed_over() -> None:
    dns = parse_resolv_conf("# comment\nnameserver\nnameserver nowhere\nsearch\n;\nbogus line here")
    assert (dns.servers, dns.cluster_domain, dns.search_domains) == ((), "cluster.local", ())
