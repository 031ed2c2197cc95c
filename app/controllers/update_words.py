"""What is told of a check for updates that gave nothing: one sentence each, with the next step where there is one."""

from __future__ import annotations

from app.controllers.words import tr
from app.platform.release_feed import FeedError, FeedFault


def fault_text(fault: FeedFault, detail: str = "") -> str:
    """`detail` as in FeedError."""
    texts = {
        FeedFault.ADDRESS: tr("This is not an address; it looks like https://example.com/kubeferry/releases.json."),
        FeedFault.NOT_HTTPS: tr("Release news is fetched over https only; write https:// in front."),
        FeedFault.LOGIN_IN_ADDRESS: tr("The address has a user's name or password in it; use one without."),
        FeedFault.UNREACHABLE: tr("The release news cannot be fetched ({reason}); it is tried again.", reason=detail),
        FeedFault.STATUS: tr("The server answers with status {status}; look at the address.", status=detail),
        FeedFault.NO_FEED: tr("What is at the address is no release news; look at the address."),
        FeedFault.UNSIGNED: tr("The release news is not signed with Kubeferry's key, so it is not believed."),
        FeedFault.FORM: tr("The release news is of a form that this version does not know."),
        FeedFault.EXPIRED: tr("The release news was good until {date} only: its server is behind.", date=detail),
        FeedFault.NO_KEY: tr("This build has no key to verify release news with."),
    }
    return texts[fault]


def error_text(error: FeedError) -> str:
    return fault_text(error.fault, error.detail)
