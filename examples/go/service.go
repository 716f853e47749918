// Runs a JAM service from Go: registers and memory are shared, host calls are answered here, gas is printed.
//
//	make -C core install PREFIX=$HOME/.local
//	cd examples/go && PKG_CONFIG_PATH=$HOME/.local/lib/pkgconfig go run . ../counter.jam
package main

/*
#cgo pkg-config: pvm
#include <pvm.h>
#include <stdlib.h>
extern int32_t host(pvm *vm, int32_t index, void *user);
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"os"
	"unsafe"
)

var store = map[string][]byte{}

func guest(vm *C.pvm, address, length C.uint64_t) []byte {
	into := make([]byte, length+1)
	C.pvm_read_ram_bytes(vm, C.uint32_t(address), (*C.uint8_t)(&into[0]), C.uint32_t(length))
	return into[:length]
}

//export host
func host(vm *C.pvm, index C.int32_t, user unsafe.Pointer) C.int32_t {
	r := (*[13]C.uint64_t)(unsafe.Pointer(C.pvm_registers(vm))) // the live registers
	switch index {
	case 3: // read
		value, found := store[string(guest(vm, r[8], r[9]))]
		r[7] = ^C.uint64_t(0)
		if found {
			C.pvm_write_ram_bytes(vm, C.uint32_t(r[10]), (*C.uint8_t)(&value[0]), C.uint32_t(len(value)))
			r[7] = C.uint64_t(len(value))
		}
	case 4: // write
		store[string(guest(vm, r[7], r[8]))] = guest(vm, r[9], r[10])
	case 100: // log
		fmt.Printf("log: %s\n", guest(vm, r[10], r[11]))
	default:
		r[7] = ^C.uint64_t(1) // WHAT
	}
	return C.PVM_HOST_CONTINUE
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	bytes := C.CBytes(data) // the file has to stay where it is
	file, problem := (*C.pvm_file)(C.calloc(1, C.sizeof_pvm_file)), C.pvm_problem{}
	if C.pvm_parse((*C.uint8_t)(bytes), C.size_t(len(data)), C.PVM_KIND_ANY, file, &problem) != C.PVM_OK {
		panic(fmt.Sprintf("%s at offset %d", C.GoString(problem.code), problem.offset))
	}
	vm := C.pvm_create_program(0, file, &problem)
	C.pvm_set_host_callback(vm, C.pvm_host_callback(C.host), nil)
	C.pvm_set_host_prices(vm, nil, 0, 10)
	rw, size := file.bounds.rw_from, file.bounds.rw_to-file.bounds.rw_from
	lent := C.calloc(1, C.size_t(size)) // the service works in here
	memory := unsafe.Slice((*byte)(lent), int(size))
	args := [3]C.uint8_t{42, 0, 3}
	for run := 0; run < 2; run++ {
		C.pvm_start(vm, file, 5, &args[0], 3) // accumulate starts at 5
		clear(memory)
		copy(memory, unsafe.Slice((*byte)(file.rw_data.bytes), int(file.rw_data.length)))
		C.pvm_map(vm, rw, (*C.uint8_t)(lent), size, C.PVM_WRITE)
		C.pvm_set_gas(vm, 100000)
		exit := C.GoString(C.pvm_exit_name(C.pvm_resume(vm)))
		at := uint32((*[13]C.uint64_t)(unsafe.Pointer(C.pvm_registers(vm)))[7]) - uint32(rw)
		fmt.Printf("%s, counter %d, gas used %d\n", exit, binary.LittleEndian.Uint64(memory[at:]), 100000-C.pvm_get_gas(vm))
	}
	C.pvm_destroy(vm)
}
