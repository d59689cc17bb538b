#!/usr/bin/env bash
# The Debian packages that the tests use and the library does not.
set -euo pipefail

packages=(
  cmake doctest-dev libcmocka-dev libpython3-dev openmpi-bin pkg-config qemu-user valgrind
)
missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "the tests need: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
