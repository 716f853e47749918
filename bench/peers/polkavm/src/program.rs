//! The benchmark programs' JSON form (W3F vector form with a few more fields). Not a general vector reader.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    name: String,
    initial_regs: [u64; 13],
    initial_pc: u32,
    initial_page_map: Vec<Page>,
    initial_memory: Vec<Chunk>,
    initial_gas: i64,
    program: Vec<u8>,
    expected_status: Option<String>,
    expected_regs: Option<[u64; 13]>,
    expected_gas: Option<i64>,
    #[serde(rename = "expected-result-r7")]
    expected_r7: Option<u64>,
    #[serde(rename = "expected-result-r8")]
    expected_r8: Option<u64>,
    expected_gas_used: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Page {
    pub address: u32,
    pub length: u32,
    pub is_writable: bool,
}

#[derive(Deserialize)]
pub struct Chunk {
    pub address: u32,
    pub contents: Vec<u8>,
}

pub struct Program {
    pub name: String,
    pub regs: [u64; 13],
    pub pc: u32,
    pub pages: Vec<Page>,
    pub memory: Vec<Chunk>,
    pub gas: i64,
    pub code: Vec<u8>,
    status: String,
    r7: Option<u64>,
    r8: Option<u64>,
    gas_used: Option<i64>,
}

impl Program {
    pub fn read(path: &str) -> Result<Program, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
        Program::parse(&text).map_err(|e| format!("{path}: {e}"))
    }

    pub fn parse(text: &str) -> Result<Program, String> {
        let f: File = serde_json::from_str(text).map_err(|e| e.to_string())?;
        Ok(Program {
            name: f.name,
            regs: f.initial_regs,
            pc: f.initial_pc,
            pages: f.initial_page_map,
            memory: f.initial_memory,
            gas: f.initial_gas,
            code: f.program,
            status: f.expected_status.unwrap_or_else(|| "halt".into()),
            r7: f.expected_regs.map(|r| r[7]).or(f.expected_r7),
            r8: f.expected_regs.map(|r| r[8]).or(f.expected_r8),
            gas_used: f.expected_gas.map(|g| f.initial_gas - g).or(f.expected_gas_used),
        })
    }

    /// What differs from the file's expectation; gas only where it was metered.
    pub fn mismatches(&self, status: &str, r7: u64, r8: u64, gas_used: Option<i64>) -> Vec<String> {
        let mut out = Vec::new();
        if status != self.status {
            out.push(format!("status {status}, expected {}", self.status));
        }
        for (name, got, expected) in [("r7", r7, self.r7), ("r8", r8, self.r8)] {
            if let Some(expected) = expected.filter(|e| *e != got) {
                out.push(format!("{name} {got}, expected {expected}"));
            }
        }
        if let (Some(got), Some(expected)) = (gas_used, self.gas_used) {
            if got != expected {
                out.push(format!("gas used {got}, expected {expected}"));
            }
        }
        out
    }
}
