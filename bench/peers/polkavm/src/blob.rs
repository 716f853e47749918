//! Wraps a raw Gray Paper 0.7.2 program and its page map in a `.polkavm` container of instruction set JamV1.
//! Not a linker: a page map that PolkaVM's fixed memory layout cannot express is refused.

use crate::program::Program;
use std::collections::HashMap;

const K: u32 = 0x1_0000;
const JAM_V1: u8 = 3;
const ECALLI: u8 = 10;
const SBRK: u8 = 101;
/// PolkaVM's stack ends one guard zone below the auxiliary data, which ends here.
const AUX_END: u32 = 0xffff_0000;
/// Writable pages from here on are the stack.
const STACK_ZONE: u32 = 0xf000_0000;

fn align_k(x: u32) -> u32 {
    x.div_ceil(K) * K
}

fn put_varint(out: &mut Vec<u8>, x: u32) {
    let length = match x {
        0..=0x7f => 0,
        0x80..=0x3fff => 1,
        0x4000..=0x1f_ffff => 2,
        0x20_0000..=0x0fff_ffff => 3,
        _ => 4,
    };
    let prefix = 256u32 - (1 << (8 - length));
    out.push((prefix + if length == 4 { 0 } else { x >> (8 * length) }) as u8);
    out.extend(&x.to_le_bytes()[..length]);
}

fn get_varint(bytes: &[u8], at: &mut usize) -> Result<u32, String> {
    let first = *bytes.get(*at).ok_or("program blob ends early")?;
    let length = first.leading_ones() as usize;
    if length > 4 {
        return Err("program blob: number too long".into());
    }
    let mut rest = [0u8; 4];
    let tail = bytes.get(*at + 1..*at + 1 + length).ok_or("program blob ends early")?;
    rest[..length].copy_from_slice(tail);
    *at += 1 + length;
    let high = if length == 4 { 0 } else { (u32::from(first) & (0x7f >> length)) << (8 * length) };
    Ok(high | u32::from_le_bytes(rest))
}

/// The parts of a program blob: start and length of the code, start of its bitmask.
struct Parts {
    code: usize,
    code_length: usize,
    mask: usize,
}

fn parts(blob: &[u8]) -> Result<Parts, String> {
    let mut at = 0;
    let entries = get_varint(blob, &mut at)? as usize;
    let entry_size = usize::from(*blob.get(at).ok_or("program blob ends early")?);
    at += 1;
    let code_length = get_varint(blob, &mut at)? as usize;
    let code = at + entries * entry_size;
    let mask = code + code_length;
    if blob.len() != mask + code_length.div_ceil(8) {
        return Err("program blob: lengths do not add up".into());
    }
    Ok(Parts { code, code_length, mask })
}

/// Turns every sbrk into an `ecalli` of the same two bytes; answers where they were and their operand byte.
pub fn replace_sbrk(blob: &mut [u8]) -> Result<HashMap<u32, u8>, String> {
    let p = parts(blob)?;
    let mut found = HashMap::new();
    for i in 0..p.code_length {
        if blob[p.mask + i / 8] >> (i % 8) & 1 == 1 && blob[p.code + i] == SBRK {
            blob[p.code + i] = ECALLI;
            found.insert(i as u32, blob[p.code + i + 1]);
        }
    }
    Ok(found)
}

/// The program with its opcodes in the numbering of Gray Paper 0.8.0: 102..=111 move down by one.
fn transcode(blob: &[u8]) -> Result<Vec<u8>, String> {
    let Parts { code, code_length, mask } = parts(blob)?;
    let mut out = blob.to_vec();
    for i in 0..code_length {
        if blob[mask + i / 8] >> (i % 8) & 1 == 0 {
            continue;
        }
        match blob[code + i] {
            SBRK => return Err("sbrk is not in JamV1".into()),
            n @ 102..=111 => out[code + i] = n - 1,
            _ => {}
        }
    }
    Ok(out)
}

struct Layout {
    ro_size: u32,
    rw_start: u32,
    rw_size: u32,
    stack_size: u32,
    aux_size: u32,
}

fn layout(program: &Program) -> Result<Layout, String> {
    let mut l = Layout { ro_size: 0, rw_start: 0, rw_size: 0, stack_size: 0, aux_size: 0 };
    let (mut rw_end, mut ro_end) = (0, K);
    for page in &program.pages {
        let end = page.address + page.length;
        if page.address >= STACK_ZONE {
            l.stack_size = page.length;
            l.aux_size = (AUX_END - K).checked_sub(end).ok_or("stack above PolkaVM's")?;
            if l.aux_size % K != 0 || l.stack_size == 0 {
                return Err("stack end is not on a 64 KiB boundary".into());
            }
        } else if page.is_writable {
            l.rw_start = if l.rw_start == 0 { page.address } else { l.rw_start.min(page.address) };
            rw_end = rw_end.max(end);
        } else {
            ro_end = ro_end.max(end);
        }
    }
    l.ro_size = ro_end - K;
    if rw_end != 0 {
        l.rw_size = rw_end - l.rw_start;
        // The read-write zone begins behind the read-only one: stretch that where the page map leaves a wider gap.
        let gap = l.rw_start.checked_sub(2 * K).ok_or("read-write pages below 0x20000")?;
        if align_k(l.ro_size) != gap {
            if gap % K != 0 || gap < l.ro_size {
                return Err("read-write pages do not follow the read-only ones".into());
            }
            l.ro_size = gap;
        }
    }
    Ok(l)
}

/// The contents of the zone [start, start + size), without trailing zeros.
fn contents(program: &Program, start: u32, size: u32) -> Vec<u8> {
    let mut out = vec![0u8; size as usize];
    for chunk in &program.memory {
        if chunk.address >= start && chunk.address - start < size {
            let from = (chunk.address - start) as usize;
            out[from..from + chunk.contents.len()].copy_from_slice(&chunk.contents);
        }
    }
    out.truncate(out.iter().rposition(|b| *b != 0).map_or(0, |i| i + 1));
    out
}

/// The container, and the size of the auxiliary data zone that puts the stack where the page map has it.
pub fn container(program: &Program) -> Result<(Vec<u8>, u32), String> {
    let l = layout(program)?;
    if program.memory.iter().any(|c| c.address >= STACK_ZONE) {
        return Err("initial stack contents cannot be expressed".into());
    }
    let mut config = Vec::new();
    for size in [l.ro_size, l.rw_size, l.stack_size] {
        put_varint(&mut config, size);
    }
    let sections = [
        (1u8, config),
        (2, contents(program, K, l.ro_size)),
        (3, contents(program, l.rw_start, l.rw_size)),
        (6, transcode(&program.code)?),
    ];
    let mut out = Vec::from(*b"PVM\0");
    out.push(JAM_V1);
    out.extend([0; 8]);
    for (id, payload) in sections.iter().filter(|(_, payload)| !payload.is_empty()) {
        out.push(*id);
        put_varint(&mut out, payload.len() as u32);
        out.extend(payload);
    }
    out.push(0);
    let length = (out.len() as u64).to_le_bytes();
    out[5..13].copy_from_slice(&length);
    Ok((out, l.aux_size))
}
