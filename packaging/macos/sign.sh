#!/bin/sh
# Signs Kubeferry.app from the inside out, with the hardened runtime, and checks the result.
#
#   sign.sh --identity NAME APP
#
# NAME as for codesign(1); `-` signs ad hoc, without a time stamp.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

refuse() { echo "sign: $1" >&2; exit 1; }
[ $# -eq 3 ] && [ "$1" = --identity ] || refuse "usage: sign.sh --identity NAME APP"
identity=$2
app=$3
[ -d "$app/Contents/MacOS" ] || refuse "$app is no application"
case $identity in
    -) stamp=--timestamp=none ;;
    *) stamp=--timestamp ;;
esac

sign() { codesign --force --sign "$identity" --options runtime "$stamp" "$@"; }

# Libraries first, then the frameworks that hold some of them, then the programs: a signature covers what is below it.
find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' \) \
    -exec codesign --force --sign "$identity" --options runtime "$stamp" {} +
find "$app/Contents" -depth -type d -name '*.framework' \
    -exec codesign --force --sign "$identity" --options runtime "$stamp" {} +
sign --entitlements "$here/helper.entitlements" --identifier io.kubeferry.helper "$app/Contents/MacOS/kubeferry-helper"
sign --entitlements "$here/app.entitlements" "$app"

codesign --verify --deep --strict --verbose=2 "$app"
