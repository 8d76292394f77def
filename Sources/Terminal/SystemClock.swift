// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Intents

/// The one place where a program reads the clock; everything below takes the time as a parameter.
package enum SystemClock {
  /// The C library's clock, so that a test can preload another one.
  package static func now() -> Instant { Instant(clamping: Int64(time(nil))) }
}
