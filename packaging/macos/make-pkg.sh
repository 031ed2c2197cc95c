#!/bin/sh
# Makes dist/macos/Kubeferry-VERSION-ARCH.pkg: the application in /Applications, and `kubeferry` for the terminal.
# For machines that are looked after by others (MDM); the helper is registered by the application at its first start.
#
#   make-pkg.sh [--identity NAME]      of productsign(1), as "Developer ID Installer: …"
set -eu
cd "$(dirname "$0")/../.."
out=dist/macos
app=$out/Kubeferry.app
identity=

refuse() { echo "make-pkg: $1" >&2; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
        --identity) [ $# -ge 2 ] || refuse "--identity needs a name"; identity=$2; shift 2 ;;
        *) refuse "unknown option $1; see the head of this file" ;;
    esac
done
[ -d "$app" ] || refuse "there is no $app; run build-app.sh first"

version=$(/usr/libexec/PlistBuddy -c 'Print :CFBundleShortVersionString' "$app/Contents/Info.plist")
package=$out/Kubeferry-$version-$(uname -m).pkg
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/root/Applications"
ditto "$app" "$stage/root/Applications/Kubeferry.app"
# Without this the installer would put a newer version where it finds an older one: in a build folder, for instance.
pkgbuild --analyze --root "$stage/root" "$stage/components.plist"
plutil -replace 0.BundleIsRelocatable -bool NO "$stage/components.plist"
pkgbuild --root "$stage/root" --component-plist "$stage/components.plist" --scripts packaging/macos/pkg-scripts \
    --identifier io.kubeferry.app.pkg --version "$version" --install-location / "$stage/app.pkg"
productbuild --package "$stage/app.pkg" "$stage/product.pkg"
rm -f "$package"
if [ -n "$identity" ]; then
    productsign --sign "$identity" --timestamp "$stage/product.pkg" "$package"
else
    cp "$stage/product.pkg" "$package"
fi
echo "$package"
