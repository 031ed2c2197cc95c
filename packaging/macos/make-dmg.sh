#!/bin/sh
# Makes dist/macos/Kubeferry-VERSION-ARCH.dmg of the signed application: to be dragged to Applications.
#
#   make-dmg.sh [--identity NAME]
set -eu
cd "$(dirname "$0")/../.."
out=dist/macos
app=$out/Kubeferry.app
identity=

refuse() { echo "make-dmg: $1" >&2; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
        --identity) [ $# -ge 2 ] || refuse "--identity needs a name"; identity=$2; shift 2 ;;
        *) refuse "unknown option $1; see the head of this file" ;;
    esac
done
[ -d "$app" ] || refuse "there is no $app; run build-app.sh first"

version=$(/usr/libexec/PlistBuddy -c 'Print :CFBundleShortVersionString' "$app/Contents/Info.plist")
image=$out/Kubeferry-$version-$(uname -m).dmg
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
ditto "$app" "$stage/Kubeferry.app"
ln -s /Applications "$stage/Applications"
rm -f "$image"
hdiutil create -volname "Kubeferry $version" -srcfolder "$stage" -fs HFS+ -format UDZO -ov "$image"
[ -z "$identity" ] || codesign --force --sign "$identity" --timestamp "$image"
echo "$image"
