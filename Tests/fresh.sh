#!/usr/bin/env bash
# A fresh clone builds, and its demo runs, with nothing of this tree at hand
# but the Python packages.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT

git clone --quiet "$root" "$clone/libsched"
cd "$clone/libsched"
unset LIBSCHED PYTHONPATH MAKEFLAGS MAKELEVEL
make demo
test -s build/demo.png
git status --porcelain | { ! grep .; } || {
  echo "building leaves files that git does not ignore" >&2
  exit 1
}
echo "1 passed, 0 failed"
