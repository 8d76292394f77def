// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Keeps what is in memory out of files: a core of a program that has opened a key would hold it.
enum CoreDumps {
  static func refuse() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    // Nor may another process of the same user look in.
    prctl(PR_SET_DUMPABLE, 0)
  }
}
