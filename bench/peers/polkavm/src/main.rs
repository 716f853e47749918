//! Runs coulis's benchmark programs (W3F-like JSON) on PolkaVM and prints one JSON line per program.
//! Not a test of PolkaVM: an outcome other than the file's expected one is reported as `ok: false` and counted.

mod blob;
mod program;
mod programs;
mod traces;

use polkavm::{
    ArcBytes, BackendKind, Config, Engine, GasMeteringKind, InterruptKind, Module, ModuleConfig, ProgramCounter,
    RawInstance, Reg, SandboxKind,
};
use program::Program;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: polkavm-bench --backend interpreter|generic|linux --gas sync|none \
[--runs N] [--seconds S] program.json ... | --traces file [--machines N] | --programs [recompiler] <lines";

/// What a machine runs before it waits, with `--machines`: as in bench/curves/machines.mjs.
const WAITING_GAS: i64 = 20_000;

struct Options {
    backend: String,
    gas: Option<GasMeteringKind>,
    runs: usize,
    /// A program stops being repeated when its timed runs have taken this long in total.
    limit: Duration,
    files: Vec<String>,
    /// Recorded runs to replay instead of running files.
    traces: Option<String>,
    /// With `traces`: how many machines of the first one to keep, instead of replaying all.
    machines: Option<usize>,
}

fn options() -> Result<Options, String> {
    let mut o = Options {
        backend: String::new(),
        gas: None,
        runs: 5,
        limit: Duration::from_secs(10),
        files: Vec::new(),
        traces: None,
        machines: None,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--traces" => o.traces = Some(value()?),
            "--machines" => o.machines = Some(value()?.parse().map_err(|e| format!("--machines: {e}"))?),
            "--backend" => o.backend = value()?,
            "--gas" => {
                o.gas = match value()?.as_str() {
                    "sync" => Some(GasMeteringKind::Sync),
                    "none" => None,
                    other => return Err(format!("--gas {other}: sync or none")),
                }
            }
            "--runs" => o.runs = value()?.parse().map_err(|e| format!("--runs: {e}"))?,
            "--seconds" => {
                let seconds: f64 = value()?.parse().map_err(|e| format!("--seconds: {e}"))?;
                o.limit = Duration::from_secs_f64(seconds);
            }
            _ if arg.starts_with("--") => return Err(USAGE.into()),
            _ => o.files.push(arg),
        }
    }
    if o.backend.is_empty() || (o.files.is_empty() && o.traces.is_none()) || o.runs == 0 {
        return Err(USAGE.into());
    }
    Ok(o)
}

fn engine(backend: &str) -> Result<Engine, String> {
    let mut config = Config::new();
    // Pinning would move this process away from the core the runner gave it.
    config.set_core_pinning(polkavm::CorePinning::Disabled);
    match backend {
        "interpreter" => {
            config.set_backend(Some(BackendKind::Interpreter));
        }
        "linux" => {
            config.set_backend(Some(BackendKind::Compiler));
            config.set_sandbox(Some(SandboxKind::Linux));
        }
        "generic" => {
            config.set_backend(Some(BackendKind::Compiler));
            config.set_sandbox(Some(SandboxKind::Generic));
            config.set_allow_experimental(true);
        }
        other => return Err(format!("--backend {other}: interpreter, generic or linux")),
    }
    Engine::new(&config).map_err(|e| e.to_string())
}

/// What one run of a program came to.
struct Outcome {
    status: &'static str,
    r7: u64,
    r8: u64,
    gas_left: i64,
    run: Duration,
    instantiate: Duration,
}

fn run_once(module: &Module, program: &Program) -> Result<Outcome, String> {
    let begun = Instant::now();
    let mut vm = module.instantiate().map_err(|e| e.to_string())?;
    for (reg, value) in Reg::ALL.into_iter().zip(program.regs.iter()) {
        vm.set_reg(reg, *value);
    }
    vm.set_gas(program.gas);
    vm.set_next_program_counter(ProgramCounter(program.pc));
    let instantiate = begun.elapsed();

    let wall = Instant::now();
    let begun = thread_time();
    let status = run_to_end(&mut vm)?;
    // The process sandbox runs in another process, whose time is only on the wall clock.
    let run = if vm.pid().is_some() { wall.elapsed() } else { thread_time() - begun };
    Ok(Outcome {
        status,
        r7: vm.reg(Reg::A0),
        r8: vm.reg(Reg::A1),
        gas_left: vm.gas(),
        run,
        instantiate,
    })
}

/// Processor time of this thread: what others do on the core does not count.
fn thread_time() -> Duration {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `t` is a valid timespec for the call to fill.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    Duration::new(t.tv_sec as u64, t.tv_nsec as u32)
}

/// Host call 1 adds 1 to r7; host call 2 reads 32 bytes at r7 and writes their wrapping u64 sum at r8.
fn run_to_end(vm: &mut RawInstance) -> Result<&'static str, String> {
    loop {
        match vm.run().map_err(|e| e.to_string())? {
            InterruptKind::Finished => return Ok("halt"),
            InterruptKind::Trap => return Ok("panic"),
            InterruptKind::NotEnoughGas => return Ok("out-of-gas"),
            InterruptKind::Segfault(_) => return Ok("page-fault"),
            InterruptKind::Ecalli(1) => vm.set_reg(Reg::A0, vm.reg(Reg::A0).wrapping_add(1)),
            InterruptKind::Ecalli(2) => {
                let mut bytes = [0u8; 32];
                let from = vm.reg(Reg::A0) as u32;
                vm.read_memory_into(from, &mut bytes[..]).map_err(|e| e.to_string())?;
                let sum = bytes
                    .chunks_exact(8)
                    .fold(0u64, |s, c| s.wrapping_add(u64::from_le_bytes(c.try_into().unwrap())));
                let to = vm.reg(Reg::A1) as u32;
                vm.write_memory(to, &sum.to_le_bytes()).map_err(|e| e.to_string())?;
            }
            InterruptKind::Ecalli(index) => return Err(format!("unexpected host call {index}")),
            InterruptKind::Step => {}
        }
    }
}

fn milliseconds(durations: &mut [Duration]) -> (f64, f64, f64) {
    durations.sort();
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    let n = durations.len();
    let median = if n % 2 == 1 {
        ms(durations[n / 2])
    } else {
        (ms(durations[n / 2 - 1]) + ms(durations[n / 2])) / 2.0
    };
    (median, ms(durations[0]), ms(durations[n - 1]))
}

fn measure(o: &Options, engine: &Engine, program: &Program) -> Result<serde_json::Value, String> {
    let mut config = ModuleConfig::new();
    config.set_gas_metering(o.gas);
    let (bytes, aux) = blob::container(program)?;
    config.set_aux_data_size(aux);
    let bytes: ArcBytes = bytes.into();

    let begun = Instant::now();
    let module = Module::new(engine, &config, bytes).map_err(|e| e.to_string())?;
    let compile = begun.elapsed();

    let (mut runs, mut instantiations) = (Vec::new(), Vec::new());
    let mut last = None;
    let begun = Instant::now();
    while runs.len() < o.runs && (runs.is_empty() || begun.elapsed() < o.limit) {
        let outcome = run_once(&module, program)?;
        runs.push(outcome.run);
        instantiations.push(outcome.instantiate);
        last = Some(outcome);
    }
    let last = last.ok_or("no run")?;
    let gas_used = o.gas.map(|_| program.gas - last.gas_left);
    let mismatches = program.mismatches(last.status, last.r7, last.r8, gas_used);
    let count = runs.len();
    let (median, min, max) = milliseconds(&mut runs);
    let (instantiate, _, _) = milliseconds(&mut instantiations);
    Ok(serde_json::json!({
        "program": program.name,
        "engine": "polkavm",
        "version": env!("CARGO_PKG_VERSION"),
        "backend": o.backend,
        "gas": if o.gas.is_some() { "sync" } else { "none" },
        "runs": count,
        "ms": { "median": median, "min": min, "max": max },
        "setupMs": { "program": compile.as_secs_f64() * 1e3, "instance": instantiate },
        "status": last.status,
        "r7": last.r7.to_string(),
        "r8": last.r8.to_string(),
        "gasUsed": gas_used.map(|g| g.to_string()),
        "ok": mismatches.is_empty(),
        "mismatches": mismatches,
    }))
}

fn main() {
    let fail = |message: String| -> ! {
        eprintln!("{message}");
        std::process::exit(2)
    };
    if std::env::args().nth(1).as_deref() == Some("--programs") {
        let compiled = std::env::args().nth(2).as_deref() == Some("recompiler");
        let backend = if compiled { BackendKind::Compiler } else { BackendKind::Interpreter };
        return programs::serve_on(backend).unwrap_or_else(|e| fail(e));
    }
    let o = options().unwrap_or_else(|e| fail(e));
    let engine = engine(&o.backend).unwrap_or_else(|e| fail(e));
    if let (Some(file), Some(count)) = (&o.traces, o.machines) {
        traces::machines(&o, &engine, file, count, WAITING_GAS).unwrap_or_else(|e| fail(e));
        return;
    }
    if let Some(file) = &o.traces {
        traces::run(&o, &engine, file).unwrap_or_else(|e| fail(e));
        return;
    }
    let mut failures = 0;
    for file in &o.files {
        let result = Program::read(file).and_then(|program| measure(&o, &engine, &program));
        match result {
            Ok(line) => {
                failures += usize::from(line["ok"] != true);
                println!("{line}");
            }
            Err(error) => {
                failures += 1;
                println!("{}", serde_json::json!({ "file": file, "engine": "polkavm", "ok": false, "error": error }));
            }
        }
    }
    std::process::exit(i32::from(failures > 0));
}
