//! Replays recorded service runs (see polkavm-traces.mjs): host calls are answered from the record, the end and the gas are
//! compared. JamV1 has no sbrk, so every sbrk has become an `ecalli` of the same length and is told apart by its pc.

use crate::blob;
use crate::program::{Chunk, Program};
use crate::{milliseconds, thread_time, Options};
use polkavm::{
    ArcBytes, Engine, InterruptKind, Module, ModuleConfig, ProgramCounter, RawInstance, Reg,
};
use serde::Deserialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};

const PASSES: usize = 7;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    program: serde_json::Value,
    args_address: u32,
    args: Vec<u8>,
    calls: Vec<Call>,
    end: String,
    gas: i64,
}

#[derive(Deserialize)]
struct Call {
    index: u32,
    price: i64,
    writes: Vec<Chunk>,
    registers: Vec<(usize, String)>,
}

struct Ready {
    program: Program,
    bytes: ArcBytes,
    aux: u32,
    /// pc of each former sbrk, and its operand byte: destination in the low half, source in the high one.
    sbrk: HashMap<u32, u8>,
    trace: Trace,
    registers: Vec<Vec<(Reg, u64)>>,
}

fn ready(trace: Trace) -> Result<Ready, String> {
    let mut program = Program::parse(&trace.program.to_string())?;
    let sbrk = blob::replace_sbrk(&mut program.code)?;
    let (bytes, aux) = blob::container(&program)?;
    let value = |text: &String| text.parse::<u64>().map_err(|e| e.to_string());
    let registers = trace
        .calls
        .iter()
        .map(|c| c.registers.iter().map(|(r, v)| Ok((Reg::ALL[*r], value(v)?))).collect::<Result<Vec<_>, String>>())
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Ready { program, bytes: bytes.into(), aux, sbrk, trace, registers })
}

fn compile(engine: &Engine, o: &Options, r: &Ready) -> Result<Module, String> {
    let mut config = ModuleConfig::new();
    config.set_gas_metering(o.gas);
    config.set_aux_data_size(r.aux);
    Module::new(engine, &config, r.bytes.clone()).map_err(|e| e.to_string())
}

/// A machine at the start of a trace.
fn started(module: &Module, r: &Ready) -> Result<RawInstance, String> {
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let mut vm = module.instantiate().map_err(|e| text(&e))?;
    vm.set_accessible_aux_size(4096).map_err(|e| text(&e))?;
    if !r.trace.args.is_empty() {
        vm.write_memory(r.trace.args_address, &r.trace.args).map_err(|e| text(&e))?;
    }
    for (reg, value) in Reg::ALL.into_iter().zip(r.program.regs.iter()) {
        vm.set_reg(reg, *value);
    }
    vm.set_gas(r.program.gas);
    vm.set_next_program_counter(ProgramCounter(r.program.pc));
    Ok(vm)
}

fn play(module: &Module, r: &Ready) -> Result<(), String> {
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let mut vm = started(module, r)?;
    let mut at = 0;
    loop {
        match vm.run().map_err(|e| text(&e))? {
            InterruptKind::Ecalli(index) => {
                let pc = vm.program_counter().map_or(0, |p| p.0);
                if let Some(operands) = r.sbrk.get(&pc) {
                    grow(&mut vm, *operands)?;
                    continue;
                }
                let call = r.trace.calls.get(at).ok_or("more host calls than recorded")?;
                if call.index != index {
                    return Err(format!("host call {at}: {index}, recorded {}", call.index));
                }
                for write in &call.writes {
                    vm.write_memory(write.address, &write.contents).map_err(|e| text(&e))?;
                }
                for (reg, value) in &r.registers[at] {
                    vm.set_reg(*reg, *value);
                }
                // Blocks are paid on entry, so the price is taken off instead of setting the recorded value.
                vm.set_gas(vm.gas() - call.price);
                at += 1;
            }
            InterruptKind::Finished if r.trace.end == "HALT" && at == r.trace.calls.len() => {
                return if vm.gas() == r.trace.gas { Ok(()) } else { Err(format!("gas {} at the end", vm.gas())) };
            }
            InterruptKind::NotEnoughGas if r.trace.end == "OOG" => return Ok(()),
            InterruptKind::Trap if r.trace.end == "PANIC" => return Ok(()),
            other => return Err(format!("{other:?} after {at} host calls, recorded {}", r.trace.end)),
        }
    }
}

fn grow(vm: &mut RawInstance, operands: u8) -> Result<(), String> {
    let register = |nibble: u8| Reg::ALL[usize::from(nibble.min(12))];
    let size = u32::try_from(vm.reg(register(operands >> 4))).map_err(|e| e.to_string())?;
    let end = vm.sbrk(size).map_err(|e| e.to_string())?;
    vm.set_reg(register(operands & 15), end.map_or(0, u64::from));
    Ok(())
}

/// Resident memory of this process in KiB.
fn resident_kib() -> Result<u64, String> {
    let text = std::fs::read_to_string("/proc/self/statm").map_err(|e| e.to_string())?;
    let pages = text.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).ok_or("statm")?;
    Ok(pages * 4)
}

/// How much memory is resident when so many machines of the first trace wait, each after `gas` or at its first host call.
pub fn machines(o: &Options, engine: &Engine, file: &str, count: usize, gas: i64) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let traces: Vec<Trace> = serde_json::from_str(&text).map_err(|e| format!("{file}: {e}"))?;
    let first = ready(traces.into_iter().next().ok_or("no trace")?)?;
    let module = compile(engine, o, &first)?;
    let waiting = || {
        let mut vm = started(&module, &first)?;
        vm.set_gas(gas);
        match vm.run().map_err(|e| e.to_string())? {
            InterruptKind::Ecalli(_) | InterruptKind::NotEnoughGas => Ok(vm),
            other => Err(format!("{other:?} instead of a host call or no gas")),
        }
    };
    let kept = (0..count).map(|_| waiting()).collect::<Result<Vec<_>, String>>()?;
    let kib = resident_kib()?;
    println!("{}", serde_json::json!({ "machines": kept.len(), "kib": kib }));
    Ok(())
}

/// Prints the passes: every trace with a module of its own, then with one module for all.
pub fn run(o: &Options, engine: &Engine, file: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let traces: Vec<Trace> = serde_json::from_str(&text).map_err(|e| format!("{file}: {e}"))?;
    let all = traces.into_iter().map(ready).collect::<Result<Vec<_>, String>>()?;
    let linux = o.backend == "linux";
    let clock = Instant::now();
    // The process sandbox runs in another process, whose time is only on the wall clock.
    let now = || if linux { clock.elapsed() } else { thread_time() };
    let mut fresh: Vec<Duration> = Vec::new();
    for _ in 0..PASSES {
        let begun = now();
        for (i, r) in all.iter().enumerate() {
            play(&compile(engine, o, r)?, r).map_err(|e| format!("trace {}: {e}", i + 1))?;
        }
        fresh.push(now() - begun);
    }
    let module = compile(engine, o, &all[0])?;
    let mut kept: Vec<Duration> = Vec::new();
    for _ in 0..PASSES {
        let begun = now();
        for (i, r) in all.iter().enumerate() {
            play(&module, r).map_err(|e| format!("trace {}: {e}", i + 1))?;
        }
        kept.push(now() - begun);
    }
    let print = |name: &str, value: f64| {
        let engine = format!("polkavm {}", o.backend);
        println!("{}", serde_json::json!({ "engine": engine, "name": name, "value": value, "unit": "ms" }));
    };
    print("32 traces, first pass of a process", fresh[0].as_secs_f64() * 1e3);
    print("32 traces, second pass", fresh[1].as_secs_f64() * 1e3);
    print("32 traces, third pass and later", milliseconds(&mut fresh[2..]).0);
    print("32 traces, third pass and later, program kept", milliseconds(&mut kept[2..]).0);
    Ok(())
}
