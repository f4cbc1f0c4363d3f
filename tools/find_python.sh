#!/bin/sh
# Prints a Python 3.11 to 3.13: the one given, or the first found. Says what to do when there is none.
usable() {
    "$1" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

if [ -n "$1" ]; then
    if usable "$1"; then
        echo "$1"
        exit 0
    fi
    found=$("$1" --version 2>&1) || found="not to be found"
    echo "PYTHON=$1 is $found; this project needs Python 3.11, 3.12 or 3.13." >&2
    exit 1
fi
for candidate in python3.12 python3.11 python3.13 python3 python; do
    if usable "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done
found=$(python3 --version 2>&1) || found="no Python 3"
echo "This project needs Python 3.11, 3.12 or 3.13; found $found." >&2
echo "Install one (python.org, or your system's packages), then: make PYTHON=/path/to/python3.12 ..." >&2
exit 1
