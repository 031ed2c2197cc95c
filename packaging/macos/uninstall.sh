#!/bin/sh
# Takes Kubeferry off a Mac: helper, application, the terminal's command. Run with sudo. Your settings stay:
# ~/Library/Application Support/Kubeferry and ~/Library/LaunchAgents/io.kubeferry.app.plist are yours to remove.
set -eu
[ "$(id -u)" = 0 ] || { echo "uninstall: run it with sudo" >&2; exit 1; }
app=/Applications/Kubeferry.app
label=io.kubeferry.helper

# Ended in good order the helper undoes what it has set; a killed one's journal is replayed.
launchctl bootout "system/$label" 2>/dev/null || true
if [ -x "$app/Contents/MacOS/kubeferry-helper" ]; then
    "$app/Contents/MacOS/kubeferry-helper" --cleanup || echo "uninstall: something is left; see the words above" >&2
fi
rm -rf "$app" /var/db/kubeferry
rm -f /var/log/kubeferry-helper.log
if [ "$(readlink /usr/local/bin/kubeferry 2>/dev/null)" = "$app/Contents/MacOS/kubeferry" ]; then
    rm -f /usr/local/bin/kubeferry
fi
pkgutil --forget io.kubeferry.app.pkg >/dev/null 2>&1 || true
