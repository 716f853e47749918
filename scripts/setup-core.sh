#!/usr/bin/env sh
# Installs what changing the C core takes, beside Node and git: clang-19, lld-19 and make. Says what it did, and checks it.
# Debian and Ubuntu; elsewhere it says what is missing. `--all` adds what single tests and checks use.
set -eu

needed="clang-19 lld-19 make"
extra="libclang-rt-19-dev valgrind chromium redis-server parallel"

has() { dpkg -s "$1" >/dev/null 2>&1; }

say_missing() {
  for name in clang-19 wasm-ld-19; do
    command -v "$name" >/dev/null || echo "missing: $name"
  done
  echo "This is no system with apt. Install LLVM 19 (clang and lld) from https://releases.llvm.org,"
  echo "so that clang-19 and wasm-ld-19 are on the PATH."
  exit 1
}

[ "${1:-}" = "" ] || [ "$1" = --all ] || { echo "usage: scripts/setup-core.sh [--all]"; exit 2; }
wanted=$needed
[ "${1:-}" = --all ] && wanted="$needed $extra"

if ! command -v apt-get >/dev/null; then
  command -v clang-19 >/dev/null && command -v wasm-ld-19 >/dev/null || say_missing
else
  missing=""
  for package in $wanted; do
    if has "$package"; then echo "there:     $package"; else missing="$missing $package"; fi
  done
  if [ -n "$missing" ]; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update -qq
    # One by one: what a system does not have is named, and does not stop the others.
    for package in $missing; do
      if $as_root apt-get install -y -qq --no-install-recommends "$package" >/dev/null; then echo "installed: $package"
      else echo "failed:    $package"; fi
    done
  fi
fi

command -v clang-19 >/dev/null && command -v wasm-ld-19 >/dev/null || say_missing
cd "$(dirname "$0")/.."
[ -d node_modules ] || { echo "now: npm ci, then npm run core"; exit 0; }
npm run --silent core:check
echo "ready: the core that is committed is what these tools make of core/"
