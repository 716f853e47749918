//! Runs `.polkavm` files given as lines of text and prints what came out, for comparing (scripts/narrow.mjs).
//! Not a benchmark.
//!
//! A line: `naive` or `full` (the cost model), `paged` for `naive` with dynamic paging; gas, code offset, 13 registers, the file;
//! numbers and bytes in hex.
//! The answer: how it ended, code offset, gas, size of the heap, 13 registers, hash of the writable memory; or `refused`.

use polkavm::{
    BackendKind, CacheModel, Config, CostModelKind, Engine, GasMeteringKind, InterruptKind, Module, ModuleConfig,
    ProgramCounter, RawInstance, Reg, SandboxKind,
};
use std::io::{BufRead, Write};

/// Host calls that are answered before the machine is left at one.
const CALLS: usize = 12;

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100000001b3))
}

/// Writable memory: data and heap, at most 128 KiB of them, then the stack.
fn memory_hash(vm: &mut RawInstance, module: &Module) -> Result<u64, String> {
    let map = module.memory_map();
    let data = map.rw_data_address();
    let page = 4096;
    let end = u64::from(map.heap_base()) + u64::from(vm.heap_size());
    let end = (end.max(u64::from(data) + u64::from(map.rw_data_size())) + page - 1) / page * page;
    let mut hash = 0xcbf29ce484222325;
    let areas = [
        (data, (end - u64::from(data)).min(128 * 1024) as u32),
        (map.stack_address_low(), map.stack_size()),
    ];
    for (address, length) in areas {
        if length == 0 {
            continue;
        }
        let bytes = vm.read_memory(address, length).map_err(|e| format!("{address:x}+{length:x}: {e}"))?;
        hash = fnv(hash, &bytes);
    }
    Ok(hash)
}

fn run(vm: &mut RawInstance) -> Result<&'static str, String> {
    let mut calls = 0;
    loop {
        match vm.run().map_err(|e| e.to_string())? {
            InterruptKind::Finished => return Ok("halt"),
            InterruptKind::Trap => return Ok("panic"),
            InterruptKind::NotEnoughGas => return Ok("out-of-gas"),
            InterruptKind::Segfault(_) => return Ok("page-fault"), // with dynamic paging only
            // More than a register of 32 bits holds, so that writing it is part of what is compared.
            InterruptKind::Ecalli(_) if calls == CALLS => return Ok("host"),
            InterruptKind::Ecalli(index) => {
                calls += 1;
                let low = vm.reg(Reg::A0) & 0xffffffff;
                vm.set_reg(Reg::A0, low.wrapping_mul(0x9e3779b97f4a7c15).wrapping_add(u64::from(index)));
            }
            InterruptKind::Step => {}
        }
    }
}

fn answer(engine: &Engine, line: &str) -> Result<String, String> {
    let mut words = line.split(' ');
    let mut word = || words.next().ok_or("a word is missing");
    let number = |text: &str| u64::from_str_radix(text, 16).map_err(|e| format!("{text}: {e}"));
    let (full, paged) = match word()? {
        "full" => (true, false),
        "paged" => (false, true),
        _ => (false, false),
    };
    let gas = number(word()?)? as i64;
    let pc = number(word()?)? as u32;
    let regs = (0..13).map(|_| number(word()?)).collect::<Result<Vec<_>, String>>()?;
    let text = word()?;
    let blob = (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|e| e.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut config = ModuleConfig::new();
    config.set_gas_metering(Some(GasMeteringKind::Sync));
    config.set_page_size(4096);
    config.set_dynamic_paging(paged);
    if full {
        config.set_cost_model(Some(CostModelKind::Full(CacheModel::L2Hit)));
    }
    let module = match Module::new(engine, &config, blob.into()) {
        Ok(module) => module,
        Err(error) => return Ok(format!("refused {error}")),
    };
    let mut vm = module.instantiate().map_err(|e| e.to_string())?;
    vm.set_gas(gas);
    for (reg, value) in Reg::ALL.into_iter().zip(regs) {
        vm.set_reg(reg, value);
    }
    vm.set_next_program_counter(ProgramCounter(pc));
    let status = run(&mut vm)?;
    let at = vm.program_counter().map_or(String::from("-"), |pc| format!("{:x}", pc.0));
    let regs: Vec<String> = Reg::ALL.into_iter().map(|reg| format!("{:x}", vm.reg(reg))).collect();
    // With dynamic paging PolkaVM has no heap, and all memory is the host's.
    let (heap, hash) = if paged { (0, 0) } else { (vm.heap_size(), memory_hash(&mut vm, &module)?) };
    Ok(format!("{status} {at} {:x} {:x} {} {hash:x}", vm.gas(), heap, regs.join(" ")))
}

/// Answers lines until there are no more. The recompiler runs in this process.
pub fn serve_on(backend: BackendKind) -> Result<(), String> {
    let mut config = Config::new();
    config.set_backend(Some(backend));
    config.set_sandbox(Some(SandboxKind::Generic));
    config.set_allow_experimental(true);
    config.set_allow_dynamic_paging(true);
    let engine = Engine::new(&config).map_err(|e| e.to_string())?;
    let mut out = std::io::stdout().lock(); // by lines: whoever asks waits for the answer
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|e| e.to_string())?;
        writeln!(out, "{}", answer(&engine, &line)?).map_err(|e| e.to_string())?;
    }
    Ok(())
}
