#!/usr/bin/env bash
# Makes test/fixtures/polkavm/triangle.polkavm of triangle.c with the public tools: clang and lld 19 (or newer) and the
# crate polkavm-linker. Not part of the build: the file is committed, and this needs a network and two minutes.
#
#   scripts/polkavm-fixture.sh [folder for the linker's build, default a new one in /tmp]
set -euo pipefail
LINKER_VERSION=0.37.0
fixtures=$(cd "$(dirname "$0")/../test/fixtures/polkavm" && pwd)
work=${1:-$(mktemp -d /tmp/polkavm-fixture.XXXXXX)}
mkdir -p "$work/src"

# rv64e with multiplication, atomics, compressed instructions and bit manipulation is what PolkaVM's own target has.
cd "$fixtures"
clang-19 --target=riscv64-unknown-none-elf -march=rv64emac_zbb -mabi=lp64e -O2 -g -fPIC -ffreestanding -nostdlib \
  -fno-unroll-loops -fno-vectorize -Wno-return-type -fdebug-prefix-map="$fixtures"=. -c triangle.c -o "$work/triangle.o"
# The linker reads relocations, so they stay in the file and nothing is relaxed.
ld.lld-19 --emit-relocs --unique --no-relax -pie -z notext -Bsymbolic -e 0 "$work/triangle.o" -o "$work/triangle.elf"

cat >"$work/Cargo.toml" <<TOML
[package]
name = "link"
version = "0.0.0"
edition = "2021"
[dependencies]
polkavm-linker = "=$LINKER_VERSION"
TOML
cat >"$work/src/main.rs" <<'RUST'
use polkavm_linker::{program_from_elf, Config, TargetInstructionSet};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut config = Config::default();
    config.set_strip(false);
    let elf = std::fs::read(&args[1]).unwrap();
    let program = program_from_elf(config, TargetInstructionSet::JamV1, &elf).unwrap_or_else(|error| panic!("{error}"));
    std::fs::write(&args[2], program).unwrap();
}
RUST
cargo run --quiet --manifest-path "$work/Cargo.toml" -- "$work/triangle.elf" "$fixtures/triangle.polkavm"
ls -l "$fixtures/triangle.polkavm"
