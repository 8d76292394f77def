// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

/// Turns errors of the operating system into refusals: no space 21, what cannot be read 20, else internal 70.
package enum FileError {
  /// Runs `body`; an `Errno` becomes a refusal that names the action and the path.
  package static func catching<Value>(
    _ action: String, _ path: FilePath, _ body: () throws -> Value
  ) throws(Refusal) -> Value {
    do {
      return try body()
    } catch let error as Errno {
      throw refusal(action, path, error)
    } catch {
      throw Refusal(
        BundleReason.fileFailed, path.text, seen: "\(error)", expected: "to \(action) it")
    }
  }

  /// Runs a call that answers -1 and sets errno; repeats it when a signal came between.
  package static func checking(
    _ action: String, _ path: FilePath, accepting accepted: Errno? = nil, _ call: () -> CInt
  ) throws(Refusal) {
    while call() != 0 {
      let error = Errno.current
      if error == accepted { return }
      if error == .interrupted { continue }
      throw refusal(action, path, error)
    }
  }

  /// Runs work that writes on `medium`: what fails there is the medium's, not this machine's.
  package static func onMedium<Value>(
    _ medium: FilePath, _ body: () throws(Refusal) -> Value
  ) throws(Refusal) -> Value {
    do throws(Refusal) {
      return try body()
    } catch {
      guard error.reason as? BundleReason == .machineFailed, error.subject.hasPrefix(medium.text)
      else { throw error }
      throw Refusal(
        BundleReason.mediumUnreadable, error.subject, seen: error.seen, expected: error.expected,
        changed: error.changed)
    }
  }

  /// The refusal for `error`, met while trying to `action` the file `path`.
  ///
  /// What cannot be read may be read on another try, from another copy. What cannot be written or synced is a
  /// fault of the machine, as long as nobody says that it is a medium's.
  package static func refusal(_ action: String, _ path: FilePath, _ error: Errno) -> Refusal {
    let reason: BundleReason =
      switch error {
      case .noSpace, .diskQuotaExceeded: .noSpace
      case .ioError, .noSuchAddressOrDevice, Errno(rawValue: 19):
        readings.contains(action) ? .mediumUnreadable : .machineFailed
      case .readOnlyFileSystem, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory,
        .interrupted:
        .machineFailed
      default: .fileFailed
      }
    return Refusal(reason, path.text, seen: "\(error)", expected: "to \(action) it")
  }

  private static let readings = ["read", "open", "read folder", "ask for free space"]
}

extension Errno {
  /// What the last failed call of this thread left in errno.
  package static var current: Errno { Errno(rawValue: currentErrno()) }
}
