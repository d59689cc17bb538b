#!/usr/bin/env bash
# A fresh clone builds, and its demo runs, with nothing of this tree at hand
# but the Python packages.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT

git clone --quiet "$root" "$clone/libsched"

# Whether this tree is such a clone: what is committed, no more, and a library
# made of that from nothing. That it builds has been seen then.
is_fresh() {
  [ -z "$(git status --porcelain)" ] && [ -e build/libsched.so ] || return 1
  local began
  began=$(stat -c %.W .build/embedded) && [ "${began%.*}" -gt 0 ] &&
    [ -z "$(find Package.swift Makefile Sources Include -newermt "@$began" -print -quit)" ]
}

cd "$root"
if is_fresh; then
  mkdir "$clone/libsched/build"
  cp build/libsched.so "$clone/libsched/build"
fi
cd "$clone/libsched"
unset LIBSCHED PYTHONPATH MAKEFLAGS MAKELEVEL
make demo
test -s build/demo.png
git status --porcelain | { ! grep .; } || {
  echo "building leaves files that git does not ignore" >&2
  exit 1
}
echo "1 passed, 0 failed"
