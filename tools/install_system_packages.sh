#!/bin/sh
# Installs what the tests drive besides Python: a browser, a software HSM, a database server, and an
# OpenID Connect client written by somebody else. Nothing of this is needed to run Trillium.
set -eu

packages="chromium softhsm2 postgresql apache2 libapache2-mod-auth-openidc"

have() {
    for candidate in "$@"; do
        command -v "$candidate" >/dev/null 2>&1 && return 0
        [ -e "$candidate" ] && return 0
    done
    return 1
}

missing() {
    have chromium chromium-browser || echo chromium
    have softhsm2-util || echo softhsm2
    have initdb /usr/lib/postgresql/*/bin/initdb || echo postgresql
    have apache2 /usr/sbin/apache2 || echo apache2
    have /usr/lib/apache2/modules/mod_auth_openidc.so || echo libapache2-mod-auth-openidc
}

wanted=$(missing | tr '\n' ' ')
[ -n "$wanted" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    sudo -n true 2>/dev/null || as_root="unavailable"
fi
if [ "$as_root" = unavailable ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need programs that are not on this machine: $wanted" >&2
    echo "Install them, then run 'make test' again. On Debian and Ubuntu:" >&2
    echo "    sudo apt-get install -y $packages" >&2
    exit 2
fi

echo "installing for the tests: $wanted"
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of package names
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
