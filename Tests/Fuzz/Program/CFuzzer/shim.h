// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <stdint.h>

// Of libFuzzer, which comes with the toolchain and has no header (compiler-rt, FuzzerInterface.h).
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test_one_input)(const uint8_t *data, size_t size));
