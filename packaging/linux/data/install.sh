#!/bin/sh
# Installs Kubeferry from this folder, for everybody on this machine. Run by root.
#
#   ./install.sh               install, or bring up to date
#   ./install.sh --uninstall   take everything away again
#
# Where your distribution takes .deb or .rpm, use those: they are removed and updated like everything else.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022
LIST=/usr/lib/kubeferry/files
here=$(dirname "$(readlink -f "$0")")

refuse() { echo "install.sh: $1" >&2; exit 3; }

remove_files() {
    while read -r file; do rm -f "$file"; done < "$1"
    rm -rf /usr/lib/kubeferry /usr/share/doc/kubeferry
}

# The list of what an older version has put there is what is removed, whatever this one brings.
take_away_old() {
    [ -e "$LIST" ] || return 0
    old=$(mktemp)
    cp "$LIST" "$old"
    remove_files "$old"
    rm -f "$old"
}

[ "$(id -u)" = 0 ] || refuse "only root can do this: run it with sudo"
if command -v dpkg-query >/dev/null 2>&1 && dpkg-query -W -f '${db:Status-Status}' kubeferry 2>/dev/null | grep -qx installed; then
    refuse "the package kubeferry is installed; remove it first"
fi
case ${1:-} in
    '')
        before=1
        [ ! -e "$LIST" ] || before=2
        "$here/scripts/preinstall" "$before"
        take_away_old
        (cd "$here/root" && tar -cf - .) | tar -C / -xf - --no-same-owner --no-overwrite-dir --keep-directory-symlink
        cp "$here/files" "$LIST"
        mkdir -p /usr/lib/kubeferry/scripts
        cp "$here/install.sh" /usr/lib/kubeferry/uninstall
        cp "$here"/scripts/* /usr/lib/kubeferry/scripts/
        "$here/scripts/postinstall" "$before"
        echo "Kubeferry is installed. Its removal: /usr/lib/kubeferry/uninstall --uninstall"
        ;;
    --uninstall)
        [ -e "$LIST" ] || refuse "Kubeferry was not installed from here"
        scripts=$(mktemp -d)
        cp /usr/lib/kubeferry/scripts/* "$scripts/"
        "$scripts/preremove" 0
        take_away_old
        "$scripts/postremove" 0
        rm -rf "$scripts"
        echo "Kubeferry is uninstalled."
        ;;
    *)
        echo "usage: install.sh [--uninstall]" >&2
        exit 2
        ;;
esac
