//! Runs a JAM service from Rust: registers and memory are shared, host calls are answered here, gas is printed.
//!
//!     make -C core install PREFIX=$HOME/.local
//!     cd examples/rust && RUSTFLAGS="-L $HOME/.local/lib" LD_LIBRARY_PATH=$HOME/.local/lib cargo run -- ../counter.jam
use std::collections::HashMap;
use std::ffi::{c_char, c_void, CStr};
use std::{env, fs, ptr, slice};

#[repr(C)] // as in pvm.h, as the two below
struct Bytes(*const u8, usize);
#[repr(C)]
struct Problem { code: *const c_char, offset: u64, expected: *const c_char }
#[repr(C)]
struct File {
    kind: u32, version: u32, metadata: Bytes, ro_data: Bytes, rw_data: Bytes, sizes: [u32; 3], jump_table: Bytes, code: Bytes,
    mask: Bytes, jump_len: u64, jump_bytes: u32, stack_top: u32, bounds: [u32; 10], counts: [u32; 2], symbols: [Bytes; 3],
}
type Vm = *mut c_void;
#[link(name = "pvm")]
extern "C" {
    fn pvm_parse(bytes: *const u8, length: usize, kind: u32, file: *mut File, problem: *mut Problem) -> i32;
    fn pvm_create_program(service: u32, file: *const File, problem: *mut Problem) -> Vm;
    fn pvm_start(vm: Vm, file: *const File, entry: u32, args: *const u8, length: u32) -> i32;
    fn pvm_map(vm: Vm, address: u32, bytes: *mut u8, length: u32, access: u32) -> i32;
    fn pvm_set_host_callback(vm: Vm, host: extern "C" fn(Vm, i32, *mut c_void) -> i32, user: *mut c_void);
    fn pvm_set_host_prices(vm: Vm, prices: *const u64, count: u32, other: u64) -> i32;
    fn pvm_read_ram_bytes(vm: Vm, address: u32, into: *mut u8, length: u32) -> i32;
    fn pvm_write_ram_bytes(vm: Vm, address: u32, bytes: *const u8, length: u32) -> i32;
    fn pvm_registers(vm: Vm) -> *mut [u64; 13];
    fn pvm_set_gas(vm: Vm, gas: i64);
    fn pvm_get_gas(vm: Vm) -> i64;
    fn pvm_resume(vm: Vm) -> i32;
    fn pvm_exit_name(exit: i32) -> *const c_char;
}

fn guest(vm: Vm, address: u64, length: u64) -> Vec<u8> {
    let mut into = vec![0; length as usize];
    unsafe { pvm_read_ram_bytes(vm, address as u32, into.as_mut_ptr(), length as u32) };
    into
}

extern "C" fn host(vm: Vm, index: i32, user: *mut c_void) -> i32 {
    let (store, r) = unsafe { (&mut *(user as *mut HashMap<Vec<u8>, Vec<u8>>), &mut *pvm_registers(vm)) };
    match index {
        3 => r[7] = store.get(&guest(vm, r[8], r[9])).map_or(u64::MAX, |value| { // read
            unsafe { pvm_write_ram_bytes(vm, r[10] as u32, value.as_ptr(), value.len() as u32) };
            value.len() as u64
        }),
        4 => drop(store.insert(guest(vm, r[7], r[8]), guest(vm, r[9], r[10]))), // write
        100 => println!("log: {}", String::from_utf8_lossy(&guest(vm, r[10], r[11]))), // log
        _ => r[7] = u64::MAX - 1, // WHAT
    }
    0
}

fn main() {
    let data = fs::read(env::args().nth(1).expect("a file")).expect("readable");
    let (mut file, mut problem): (File, Problem) = unsafe { std::mem::zeroed() };
    let mut store: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    unsafe {
        let parsed = pvm_parse(data.as_ptr(), data.len(), 0, &mut file, &mut problem);
        assert!(parsed == 0, "{:?} at offset {}", CStr::from_ptr(problem.code), problem.offset);
        let vm = pvm_create_program(0, &file, &mut problem);
        pvm_set_host_callback(vm, host, &mut store as *mut _ as *mut c_void);
        pvm_set_host_prices(vm, ptr::null(), 0, 10);
        let rw = file.bounds[2];
        let mut memory = vec![0u8; (file.bounds[3] - rw) as usize]; // the service works in here
        for _ in 0..2 {
            pvm_start(vm, &file, 5, [42u8, 0, 3].as_ptr(), 3); // accumulate starts at 5
            memory.fill(0);
            memory[..file.rw_data.1].copy_from_slice(slice::from_raw_parts(file.rw_data.0, file.rw_data.1));
            pvm_map(vm, rw, memory.as_mut_ptr(), memory.len() as u32, 3);
            pvm_set_gas(vm, 100_000);
            let exit = CStr::from_ptr(pvm_exit_name(pvm_resume(vm))).to_string_lossy();
            let at = (*pvm_registers(vm))[7] as usize - rw as usize;
            println!("{exit}, counter {:?}, gas used {}", memory[at], 100_000 - pvm_get_gas(vm));
        }
    }
}
