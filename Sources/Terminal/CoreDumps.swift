// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Keeps what is in memory out of files and messages: a core of a program that has opened a key could hold it, and so
/// could the backtrace that Swift's runtime prints, which shows the bytes that registers point at.
enum CoreDumps {
  /// A limit of one byte, not of none: core(5) has it end a core that would go to a pipe too.
  static func refuse() {
    var limit = rlimit(rlim_cur: 1, rlim_max: 1)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    for caught in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
      signal(caught, SIG_DFL)
    }
  }
}
