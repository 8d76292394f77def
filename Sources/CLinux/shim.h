// SPDX-License-Identifier: Apache-2.0
// Calls of Linux that Swift's Glibc does not show: their names stand behind _GNU_SOURCE.
#ifndef WAYBILL_LINUX
#define WAYBILL_LINUX
int syncfs(int descriptor);
long copy_file_range(int in, long *in_offset, int out, long *out_offset, unsigned long count, unsigned int flags);
int sync_file_range(int descriptor, long offset, long count, unsigned int flags);
#endif
