#!/bin/sh
# Looks whether Kubeferry.app is whole and starts, under the runtime that it is signed for. Changes nothing.
#
#   check-app.sh APP
set -eu
refuse() { echo "check-app: $1" >&2; exit 1; }
[ $# -eq 1 ] || refuse "usage: check-app.sh APP"
app=$1
macos=$app/Contents/MacOS
daemon=$app/Contents/Library/LaunchDaemons/io.kubeferry.helper.plist

plutil -lint -s "$app/Contents/Info.plist" "$daemon"
program=$(/usr/libexec/PlistBuddy -c 'Print :BundleProgram' "$daemon")
[ -x "$app/$program" ] || refuse "the daemon's program $program is not in the bundle"
codesign --verify --deep --strict "$app"
codesign --display --verbose=4 "$macos/kubeferry-helper" 2>&1 | grep -q 'flags=.*runtime' \
    || refuse "the helper is not signed for the hardened runtime"

version=$("$macos/kubeferry" --version) || refuse "the application does not start"
helper=$("$macos/kubeferry-helper" --version) || refuse "the helper does not start"
[ "${version##* }" = "${helper##* }" ] || refuse "the application is $version, the helper $helper"
# The helper starts itself again as a worker, by its first argument; without a control socket that refuses.
if "$macos/kubeferry-helper" helper.tunnel >/dev/null 2>&1; then
    refuse "a worker without its socket should refuse to start"
fi
case $(find "$app" -name 'QtQml*' -o -name 'pyroute2*') in
    '') ;;
    *) refuse "there is something in the bundle that should have been left out" ;;
esac
echo "$version, $helper: fine"
