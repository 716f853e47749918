//! What PolkaVM 0.37 makes of code in the extended encoding, for test/extended/oracle.ts to compare with. Not a test of its own.
//!
//!   polkavm-extended facts [text]   reads codes (a length of 4 bytes, little-endian, and the code) and prints for each the hashes
//!                                   of its instructions, of its jump targets, and of the costs of its blocks; with `text` itself
//!   polkavm-extended run            reads codes, each with pc, gas and 13 registers in front; prints how each ends
//!   polkavm-extended link ELF SET FILE

use polkavm::{
    ArcBytes, BackendKind, CacheModel, Config, CostModelKind, Engine, GasMeteringKind, InterruptKind, Module, ModuleConfig,
    ProgramBlob, ProgramCounter, ProgramParts, Reg,
};
use polkavm_common::program::{Instruction, InstructionSetKind};
use polkavm_linker::{program_from_elf, Config as LinkerConfig, TargetInstructionSet};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Read, Write};

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

fn u64_of(input: &mut impl Read) -> Option<u64> {
    let mut bytes = [0; 8];
    read_exact(input, &mut bytes).then(|| u64::from_le_bytes(bytes))
}

fn code_of(input: &mut impl Read) -> Option<Vec<u8>> {
    let mut code = vec![0; u32_of(input)? as usize];
    read_exact(input, &mut code).then_some(code)
}

fn blob_of(code: &[u8], rw_data_size: u32) -> ProgramBlob {
    let mut parts = ProgramParts::empty(InstructionSetKind::Latest64);
    // No jump table: a count and an entry size of zero.
    parts.code_and_jump_table = ArcBytes::from([&[0, 0], code].concat());
    parts.rw_data_size = rw_data_size;
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
        let blob = blob_of(&code, 0);
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

/// Each code runs with a page of memory at 0x20000, until it does anything but go on.
fn run() {
    let mut input = io::stdin().lock();
    let mut output = BufWriter::new(io::stdout().lock());
    let engine = engine();
    while let Some(pc) = u32_of(&mut input) {
        let gas = u64_of(&mut input).unwrap();
        let registers: Vec<u64> = (0..13).map(|_| u64_of(&mut input).unwrap()).collect();
        let code = code_of(&mut input).unwrap();
        let module = module_of(&engine, blob_of(&code, 4096));
        let mut vm = module.instantiate().expect("an instance");
        for (reg, value) in Reg::ALL.into_iter().zip(&registers) {
            vm.set_reg(reg, *value);
        }
        vm.set_gas(gas as i64);
        vm.set_next_program_counter(ProgramCounter(pc));
        let end = match vm.run().expect("a run") {
            InterruptKind::Finished => "halt".to_string(),
            InterruptKind::Trap => "panic".to_string(),
            InterruptKind::Ecalli(index) => format!("host {index}"),
            InterruptKind::NotEnoughGas => "out of gas".to_string(),
            other => format!("{other:?}"),
        };
        let at = vm.program_counter().map_or(-1, |pc| i64::from(pc.0));
        let values: Vec<String> = Reg::ALL.into_iter().map(|reg| vm.reg(reg).to_string()).collect();
        let memory = vm.read_memory(0x20000, 4096).map_or(0, |bytes| bytes.iter().fold(0x811c9dc5, |h: u32, byte| (h ^ u32::from(*byte)).wrapping_mul(0x01000193)));
        writeln!(output, "{end} at {at} gas {} regs {} memory {memory}", vm.gas(), values.join(",")).unwrap();
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
        ["run"] => run(),
        ["link", elf, set, file] => link(elf, set, file),
        _ => panic!("facts, facts text, run, or link ELF SET FILE"),
    }
}
