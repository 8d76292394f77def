// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import SystemPackage
import Trust

/// Tells what the library's disk refused from what the caller's own closures refused.
enum LibraryFailure {
  /// Carries a refusal of the caller's through `atPoint` untouched.
  struct Passing: RefusalReason {
    let inner: any RefusalReason
    var code: String { inner.code }
    var summary: String { inner.summary }
    var hint: String { inner.hint }
  }

  /// Runs a closure that the caller gave us.
  static func ofCaller<Value>(
    _ body: () throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    do throws(Refusal) {
      return try body()
    } catch {
      throw rewritten(error, Passing(inner: error.reason))
    }
  }

  /// Runs work on the library: what its file system refuses is a refusal of the distribution point.
  static func atPoint<Value>(
    _ body: () throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    do throws(Refusal) {
      return try body()
    } catch {
      switch error.reason {
      case let passing as Passing: throw rewritten(error, passing.inner)
      case BundleReason.mediumUnreadable: throw rewritten(error, DistributionReason.unavailable)
      case BundleReason.noSpace: throw rewritten(error, DistributionReason.noSpace)
      // Whatever the point is asked next, it is not the point that refuses.
      case BundleReason.machineFailed, BundleReason.interrupted: throw error
      case is BundleReason: throw rewritten(error, DistributionReason.refused)
      case is TrustReason: throw rewritten(error, DistributionReason.recordDamaged)
      default: throw error
      }
    }
  }

  private static func rewritten(_ error: Refusal, _ reason: any RefusalReason) -> Refusal {
    Refusal(
      reason, error.subject, seen: error.seen, expected: error.expected, changed: error.changed)
  }
}

extension ContentRequest {
  /// Streams the files; what `body` throws is ours, what the stream throws is the caller's.
  func walk(_ body: (ContentFile) throws(Refusal) -> Void) throws(Refusal) {
    var own: Refusal?
    do throws(Refusal) {
      try LibraryFailure.ofCaller { () throws(Refusal) in
        try files { (file) throws(Refusal) in
          do throws(Refusal) {
            try body(file)
          } catch {
            own = error
            throw error
          }
        }
      }
    } catch {
      throw own ?? error
    }
  }

  /// Opens the bytes of a file that the library lacks.
  func open(_ file: ContentFile) throws(Refusal) -> FileDescriptor {
    try LibraryFailure.ofCaller { () throws(Refusal) in try provide(file) }
  }
}
