#!/bin/sh
# Installs what rendering needs on a bare Debian or Ubuntu, and a compiler for pydensecrf2.
# Does nothing when all is there. Elsewhere, or without root, it only says what is needed.
# make test on a desktop machine needs none of this; a container or a server usually does.
set -eu

packages=""
need() { # need PACKAGE LIBRARY: PACKAGE brings LIBRARY
    if ! ldconfig -p 2>/dev/null | grep -q "$2"; then
        packages="$packages $1"
    fi
}

if [ "$(uname -s)" != Linux ]; then
    echo "Only Linux needs system packages for rendering; nothing to do."
    exit 0
fi
PATH="$PATH:/sbin:/usr/sbin"
need libegl1 'libEGL\.so\.1'
need libgl1 'libGL\.so\.1'
need libglib2.0-0 'libglib-2\.0\.so\.0'
need libfontconfig1 'libfontconfig\.so\.1'
need libdbus-1-3 'libdbus-1\.so\.3'
need libxkbcommon0 'libxkbcommon\.so\.0'
command -v g++ >/dev/null 2>&1 || packages="$packages g++"
# The headers are needed only where pydensecrf2 is compiled, with the Python that compiles it.
python=$(sh "$(dirname "$0")/find_python.sh" "${PYTHON:-}" 2>/dev/null || true)
if [ -n "$python" ]; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip' 2>/dev/null || packages="$packages python$version-venv"
    "$python" -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null ||
        packages="$packages python$version-dev"
fi

if [ -z "$packages" ]; then
    echo "System packages: all there."
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Please install what your system calls these Debian packages:$packages"
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "Please install these packages, for instance with: sudo apt-get install --no-install-recommends$packages"
    exit 0
fi
apt-get update -q
# shellcheck disable=SC2086  # one word a package is what is meant
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
