#!/usr/bin/env bash
# Makes test/fixtures/polkavm/kernels32.polkavm and kernels64.polkavm of kernels.c: clang and lld 19 (or newer), and the crate
# polkavm-linker 0.35, which writes Latest32 and Latest64. Not part of the build: the files are committed.
#
#   scripts/kernels-fixture.sh [folder for the linker's build, default a new one in /tmp]
set -euo pipefail
fixtures=$(cd "$(dirname "$0")/../test/fixtures/polkavm" && pwd)
work=${1:-$(mktemp -d /tmp/kernels-fixture.XXXXXX)}
mkdir -p "$work/src"
cat >"$work/Cargo.toml" <<TOML
[package]
name = "link"
version = "0.0.0"
edition = "2021"
[dependencies]
polkavm-linker = "=0.35.0"
TOML
cat >"$work/src/main.rs" <<'RUST'
use polkavm_linker::{program_from_elf, Config, TargetInstructionSet};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut config = Config::default();
    config.set_strip(true);
    let elf = std::fs::read(&args[1]).unwrap();
    // Latest32 or Latest64, by the width of the file.
    let program = program_from_elf(config, TargetInstructionSet::Latest, &elf).unwrap_or_else(|error| panic!("{error}"));
    std::fs::write(&args[2], program).unwrap();
}
RUST
for bits in 32 64; do
  abi=$([ $bits = 64 ] && echo lp64e || echo ilp32e)
  clang-19 --target=riscv$bits-unknown-none-elf -march=rv${bits}emac_zbb -mabi=$abi -O2 -fPIC -ffreestanding -fno-builtin \
    -nostdlib -fno-vectorize -fno-slp-vectorize -c "$fixtures/kernels.c" -o "$work/kernels$bits.o"
  ld.lld-19 --emit-relocs --unique --no-relax -pie -z notext -Bsymbolic -e 0 "$work/kernels$bits.o" -o "$work/kernels$bits.elf"
  cargo run --quiet --manifest-path "$work/Cargo.toml" -- "$work/kernels$bits.elf" "$fixtures/kernels$bits.polkavm"
done
ls -l "$fixtures"/kernels*.polkavm
