//! What PolkaVM 0.37 makes of code in the extended encoding, for test/extended to compare with. Not a test of its own.
//!
//!   polkavm-extended facts [text]   reads codes (a length of 4 bytes, little-endian, and the code) and prints for each the hashes
//!                                   of its instructions, of its jump targets, and of the costs of its blocks; with `text` itself
//!   polkavm-extended programs [recompiler]  runs files in PolkaVM's interpreter, or recompiler, for test/extended/runs.ts: bench/peers/polkavm/src/programs.rs says how
//!   polkavm-extended link ELF SET FILE

use polkavm::{
    ArcBytes, BackendKind, CacheModel, Config, CostModelKind, Engine, GasMeteringKind, Module, ModuleConfig, ProgramBlob,
    ProgramCounter, ProgramParts,
};
use polkavm_common::program::{Instruction, InstructionSetKind};
use polkavm_linker::{program_from_elf, Config as LinkerConfig, TargetInstructionSet};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Read, Write};

#[path = "../../polkavm/src/programs.rs"]
mod programs;

/// FNV-1a of 32 bits; test/extended/oracle.ts has the same.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c9dc5, |h, byte| (h ^ u32::from(byte)).wrapping_mul(0x01000193))
}

fn read_exact(input: &mut impl Read, bytes: &mut [u8]) -> bool {
    input.read_exact(bytes).is_ok()
}

fn u32_of(input: &mut impl Read) -> Option<u32> {
    let mut bytes = [0; 4];
    read_exact(input, &mut bytes).then(|| u32::from_le_bytes(bytes))
}

fn code_of(input: &mut impl Read) -> Option<Vec<u8>> {
    let mut code = vec![0; u32_of(input)? as usize];
    read_exact(input, &mut code).then_some(code)
}

fn blob_of(code: &[u8]) -> ProgramBlob {
    let mut parts = ProgramParts::empty(InstructionSetKind::Latest64);
    // No jump table: a count and an entry size of zero.
    parts.code_and_jump_table = ArcBytes::from([&[0, 0], code].concat());
    ProgramBlob::from_parts(parts).expect("any code is a program")
}

/// The instruction without the undecoded registers that Debug shows in parentheses.
fn text_of(instruction: Instruction) -> String {
    let text = format!("{instruction:?}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(" (0x") {
        out.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find(')').unwrap() + 1..];
    }
    out + rest
}

fn engine() -> Engine {
    let mut config = Config::new();
    config.set_backend(Some(BackendKind::Interpreter));
    Engine::new(&config).expect("an interpreter")
}

fn module_of(engine: &Engine, blob: ProgramBlob) -> Module {
    let mut config = ModuleConfig::new();
    config.set_gas_metering(Some(GasMeteringKind::Sync));
    config.set_cost_model(Some(CostModelKind::Full(CacheModel::L2Hit)));
    Module::from_blob(engine, &config, blob).expect("a module")
}

fn facts(in_words: bool) {
    let mut input = io::stdin().lock();
    let mut output = BufWriter::new(io::stdout().lock());
    let engine = engine();
    while let Some(code) = code_of(&mut input) {
        let length = code.len() as u32;
        let blob = blob_of(&code);
        let (mut instructions, mut targets, mut costs) = (String::new(), String::new(), String::new());
        for parsed in blob.instructions() {
            if parsed.offset.0 >= length {
                break;
            }
            let _ = write!(instructions, "{} {} {};", parsed.offset.0, parsed.next_offset.0, text_of(parsed.kind));
        }
        let module = module_of(&engine, blob.clone());
        for pc in 0..length + 2 {
            if !blob.scan_is_jump_target_valid(blob.isa(), ProgramCounter(pc)) {
                continue;
            }
            let _ = write!(targets, "{pc};");
            let _ = write!(costs, "{pc} {};", module.calculate_gas_cost_for(ProgramCounter(pc)).unwrap());
        }
        if in_words {
            writeln!(output, "{instructions}\n{targets}\n{costs}").unwrap();
        } else {
            writeln!(output, "{} {} {}", hash(&instructions), hash(&targets), hash(&costs)).unwrap();
        }
    }
}

fn link(elf: &str, set: &str, file: &str) {
    let set = match set {
        "jam-v1" => TargetInstructionSet::JamV1,
        "latest" => TargetInstructionSet::Latest,
        _ => panic!("{set}: jam-v1 or latest"),
    };
    let mut config = LinkerConfig::default();
    config.set_strip(false);
    let program = program_from_elf(config, set, &std::fs::read(elf).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    std::fs::write(file, program).unwrap();
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["facts"] => facts(false),
        ["facts", "text"] => facts(true),
        ["programs", "recompiler"] => programs::serve_on(BackendKind::Compiler).unwrap_or_else(|error| panic!("{error}")),
        ["programs"] => programs::serve_on(BackendKind::Interpreter).unwrap_or_else(|error| panic!("{error}")),
        ["link", elf, set, file] => link(elf, set, file),
        _ => panic!("facts, facts text, programs, or link ELF SET FILE"),
    }
}
