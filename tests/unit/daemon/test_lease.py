from helper.daemon.lease import Lease


def test_it_lasts_as_long_as_its_holder() -> None:
    lease = Lease("app")
    assert lease.remaining_s(1e9) is None
    assert not lease.expired(1e9)


def test_it_expires_a_grace_after_its_holder_left() -> None:
    lease = Lease("app", grace_s=3.0)
    lease.release("app", 100.0)
    assert lease.remaining_s(101.0) == 2.0
    assert not lease.expired(102.9)
    assert lease.expired(103.0)
    assert lease.remaining_s(200.0) == 0.0


def test_it_goes_on_when_it_is_held_again_in_time() -> None:
    lease = Lease("app")
    lease.release("app", 100.0)
    lease.hold("restarted app")
    assert not lease.expired(1e9)


def test_who_does_not_hold_it_cannot_release_it() -> None:
    lease = Lease("app")
    lease.hold("restarted app")
    lease.release("app", 100.0)
    lease.release("somebody", 100.0)
    assert lease.remaining_s(1e9) is None
