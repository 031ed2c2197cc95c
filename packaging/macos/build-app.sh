#!/bin/sh
# Builds dist/macos/Kubeferry.app and signs it. On a Mac (macOS 13 or later), from a checkout.
#
#   build-app.sh [--identity NAME]
#
# --identity  of codesign(1), as "Developer ID Application: …"; without it the signature is ad hoc: good for this Mac
#             only, and not to be notarised. PYTHON names the Python that has the dependencies and PyInstaller.
set -eu
cd "$(dirname "$0")/../.."
identity=-
python=${PYTHON:-python3}
work=build/macos
out=dist/macos

refuse() { echo "build-app: $1" >&2; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
        --identity) [ $# -ge 2 ] || refuse "--identity needs a name"; identity=$2; shift 2 ;;
        *) refuse "unknown option $1; see the head of this file" ;;
    esac
done
[ "$(uname -s)" = Darwin ] || refuse "this needs macOS: neither codesign nor its libraries are anywhere else"
"$python" -c 'import PyInstaller, PySide6' || refuse "install packaging/requirements/app.txt and macos.txt first"

rm -rf "$work" "$out/Kubeferry.app"
mkdir -p "$work/kubeferry" "$out"
"$python" packaging/macos/make_icon.py "$work/kubeferry/Kubeferry.icns"
# PyInstaller's working folder is WORK/NAME-OF-SPEC; --clean would take the icon away.
PYTHONHASHSEED=1 "$python" -m PyInstaller -y --log-level WARN --distpath "$out" --workpath "$work" \
    packaging/macos/kubeferry.spec
rm -rf "$out/Kubeferry"

app=$out/Kubeferry.app
mkdir -p "$app/Contents/Library/LaunchDaemons"
cp packaging/macos/io.kubeferry.helper.plist "$app/Contents/Library/LaunchDaemons/"
packaging/macos/sign.sh --identity "$identity" "$app"
echo "$app"
