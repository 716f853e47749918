#!/usr/bin/env bash
# Makes the files in test/fixtures/polkavm of C with the public tools: clang and lld 19 (or newer) and the crate polkavm-linker, which
# bench/peers/polkavm-extended has. Not part of the build: the files are committed, and this needs a network and two minutes. CI makes them again, where there is cargo.
#
#   scripts/polkavm-fixture.sh [folder for objects, default a new one in /tmp] [folder for files, default test/fixtures/polkavm]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
fixtures=$root/test/fixtures/polkavm
work=${1:-$(mktemp -d /tmp/polkavm-fixture.XXXXXX)}
files=${2:-$fixtures}
mkdir -p "$work" "$files"
cd "$fixtures"

elf() { # elf NAME
  # rv64e with multiplication, atomics, compressed instructions and bit manipulation is what PolkaVM's own target has.
  clang-19 --target=riscv64-unknown-none-elf -march=rv64emac_zbb -mabi=lp64e -O2 -g -fPIC -ffreestanding -nostdlib \
    -fno-unroll-loops -fno-vectorize -Wno-return-type -fdebug-prefix-map="$fixtures"=. -c "$1.c" -o "$work/$1.o"
  # The linker reads relocations, so they stay in the file and nothing is relaxed.
  ld.lld-19 --emit-relocs --unique --no-relax -pie -z notext -Bsymbolic -e 0 "$work/$1.o" -o "$work/$1.elf"
}

link() { # link NAME jam-v1|latest FILE
  cargo run --release --quiet --manifest-path "$root/bench/peers/polkavm-extended/Cargo.toml" -- link "$work/$1.elf" "$2" "$files/$3"
}

elf triangle
link triangle jam-v1 triangle.polkavm
elf mixture
link mixture jam-v1 mixture.polkavm
link mixture latest mixture-extended.polkavm
ls -l "$files"
