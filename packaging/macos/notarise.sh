#!/bin/sh
# Has Apple look at a .dmg or .pkg, and staples its word to it, so that it opens without the network.
#
#   notarise.sh FILE
#
# Credentials: NOTARY_PROFILE, a profile that `xcrun notarytool store-credentials` has put into the keychain; or
# NOTARY_KEY (a file), NOTARY_KEY_ID and NOTARY_ISSUER, of an App Store Connect API key.
set -eu
refuse() { echo "notarise: $1" >&2; exit 1; }
[ $# -eq 1 ] || refuse "usage: notarise.sh FILE"
file=$1
[ -f "$file" ] || refuse "there is no file $file"

if [ -n "${NOTARY_PROFILE:-}" ]; then
    set -- --keychain-profile "$NOTARY_PROFILE"
elif [ -n "${NOTARY_KEY:-}" ] && [ -n "${NOTARY_KEY_ID:-}" ] && [ -n "${NOTARY_ISSUER:-}" ]; then
    set -- --key "$NOTARY_KEY" --key-id "$NOTARY_KEY_ID" --issuer "$NOTARY_ISSUER"
else
    refuse "no credentials: set NOTARY_PROFILE, or NOTARY_KEY, NOTARY_KEY_ID and NOTARY_ISSUER"
fi

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
xcrun notarytool submit "$file" "$@" --wait --timeout 30m --output-format plist > "$answer" || {
    cat "$answer" >&2
    refuse "the submission failed"
}
status=$(/usr/libexec/PlistBuddy -c 'Print :status' "$answer")
if [ "$status" != Accepted ]; then
    xcrun notarytool log "$(/usr/libexec/PlistBuddy -c 'Print :id' "$answer")" "$@" >&2 || true
    refuse "Apple says $status; see the log above"
fi
xcrun stapler staple "$file"
case $file in
    *.pkg) spctl --assess --type install --verbose=2 "$file" ;;
    *) spctl --assess --type open --context context:primary-signature --verbose=2 "$file" ;;
esac
