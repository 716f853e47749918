"""Runs a JAM service from Python: no copies of registers or memory, host calls answered here, gas printed.

    make -C core install PREFIX=$HOME/.local
    python3 examples/python/service.py ~/.local/lib/libpvm.so examples/counter.jam
"""
import ctypes as c
import sys

HOST = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_int32, c.c_void_p)


class Bytes(c.Structure):
    _fields_ = [("at", c.POINTER(c.c_uint8)), ("length", c.c_size_t)]


class Problem(c.Structure):
    _fields_ = [("code", c.c_char_p), ("offset", c.c_uint64), ("expected", c.c_char_p)]


class File(c.Structure):
    _fields_ = [("kind", c.c_uint32), ("version", c.c_uint32), ("metadata", Bytes), ("ro_data", Bytes), ("rw_data", Bytes),
                ("ro_size", c.c_uint32), ("rw_size", c.c_uint32), ("stack_size", c.c_uint32), ("jump_table", Bytes),
                ("code", Bytes), ("mask", Bytes), ("jump_len", c.c_uint64), ("jump_bytes", c.c_uint32), ("stack_top", c.c_uint32),
                ("bounds", c.c_uint32 * 10), ("counts", c.c_uint32 * 2), ("symbols", Bytes * 3)]


def main(library: str, path: str) -> None:
    pvm = c.CDLL(library)
    pvm.pvm_create_program.restype = pvm.pvm_registers.restype = c.c_void_p
    pvm.pvm_exit_name.restype = c.c_char_p
    pvm.pvm_get_gas.restype = c.c_int64
    with open(path, "rb") as opened:
        data = opened.read()
    file, problem = File(), Problem()
    if pvm.pvm_parse(data, c.c_size_t(len(data)), 0, c.byref(file), c.byref(problem)) != 0:
        sys.exit(f"{problem.code.decode()} at offset {problem.offset}: expected {problem.expected.decode()}")
    vm = c.c_void_p(pvm.pvm_create_program(0, c.byref(file), c.byref(problem)))
    regs = (c.c_uint64 * 13).from_address(pvm.pvm_registers(vm))  # the live registers
    rw_from, rw_to = file.bounds[2], file.bounds[3]
    memory = (c.c_uint8 * (rw_to - rw_from))()  # the service works in here
    storage = {}

    def guest(address: int, length: int) -> bytes:
        into = c.create_string_buffer(length)
        return into.raw if pvm.pvm_read_ram_bytes(vm, c.c_uint32(address), into, length) == 0 else b""

    def host(_vm: int, index: int, _user: int) -> int:
        if index == 3:  # read
            value = storage.get(guest(regs[8], regs[9]))
            if value is not None:
                pvm.pvm_write_ram_bytes(vm, c.c_uint32(regs[10]), value, len(value))
            regs[7] = 2**64 - 1 if value is None else len(value)
        elif index == 4:  # write
            storage[guest(regs[7], regs[8])] = guest(regs[9], regs[10])
        elif index == 100:  # log
            print("log:", guest(regs[10], regs[11]).decode())
        else:
            regs[7] = 2**64 - 2  # WHAT
        return 0

    callback = HOST(host)  # kept: the library has only its address
    pvm.pvm_set_host_callback(vm, callback, None)
    pvm.pvm_set_host_prices(vm, None, 0, c.c_uint64(10))
    for _ in range(2):
        pvm.pvm_start(vm, c.byref(file), 5, bytes([42, 0, 3]), 3)  # accumulate starts at 5
        c.memset(memory, 0, len(memory))
        c.memmove(memory, file.rw_data.at, file.rw_data.length)
        pvm.pvm_map(vm, rw_from, memory, len(memory), 3)
        pvm.pvm_set_gas(vm, c.c_int64(100000))
        stopped = pvm.pvm_resume(vm)
        at = regs[7] - rw_from
        count = int.from_bytes(bytes(memory[at:at + 8]), "little")
        print(f"{pvm.pvm_exit_name(stopped).decode()}, counter {count}, gas used {100000 - pvm.pvm_get_gas(vm)}")
    pvm.pvm_destroy(vm)


main(*sys.argv[1:3])
