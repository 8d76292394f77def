// SPDX-License-Identifier: Apache-2.0
import Glibc
import Intents
import SystemPackage

import Bundles
import Distribution
import Site
import Trust

/// A folder for one test, removed with the value.
final class SiteFolder {
  let path: FilePath

  init() throws {
    var template = Array("/tmp/waybill-site-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno.current }
    let bytes = template.dropLast().map { UInt8(bitPattern: $0) }
    path = FilePath(String(decoding: bytes, as: UTF8.self))
  }

  deinit { SiteFolder.remove(path) }

  static func remove(_ path: FilePath) {
    if FileQuery.status(path)?.kind == .folder {
      for name in (try? FileQuery.names(in: path)) ?? [] { remove(path.appending(name)) }
      _ = path.withPlatformString { rmdir($0) }
    } else {
      _ = path.withPlatformString { unlink($0) }
    }
  }

  subscript(name: String) -> FilePath { path.appending(name) }
}

let monday = Instant(clamping: 1_790_000_000)

extension PointClock {
  /// A clock that stands, and waits that take no time.
  static var still: PointClock { PointClock(now: { monday }, sleep: { _ in }) }
}

/// The code of the refusal that `body` throws, or what happened instead.
func code(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no refusal"
  } catch let refusal as Refusal {
    return refusal.code
  } catch {
    return "\(error)"
  }
}
