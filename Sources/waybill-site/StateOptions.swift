// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Bundles
import Distribution
import Intents
import Site
import SystemPackage
import Terminal
import Trust

/// Where the site's state lies.
struct StateOptions: ParsableArguments {
  @Option(
    name: .customLong("state"),
    help: ArgumentHelp("The folder that holds the site's state.", valueName: "dir"))
  var folderName = StateFolder.standard.string

  var folder: StateFolder { StateFolder(FilePath(folderName)) }

  /// Opens the site and says first of all when it is a rehearsal.
  func open(_ console: Console) throws(Refusal) -> OpenedSite {
    let site = try OpenedSite(opening: folder, .system)
    if site.profile.isRehearsal { console.note(Rehearsal.line) }
    return site
  }

  /// As `open`, with the right to change the state; held as long as the lock lives.
  ///
  /// - Parameter passphrase: where that of the site's keys comes from, for commands that need them.
  func openLocked(
    _ console: Console, _ passphrase: SitePassphraseOptions? = nil
  ) throws(Refusal) -> (site: OpenedSite, lock: HeldLock) {
    try folder.requireSite()
    let lock = try lock()
    var site = try open(console)
    try site.checkTrust(at: .now)
    if let passphrase { site.passphrase = { () throws(Refusal) in try passphrase.read() } }
    return (site, lock)
  }

  private func lock() throws(Refusal) -> HeldLock {
    do throws(Refusal) {
      return try HeldLock(FileLock(folder, now: .now))
    } catch {
      // What is told is who holds the state, also when the log cannot be written now.
      try? folder.noteSentAway(error, at: .now)
      throw error
    }
  }
}

/// Keeps a lock for the rest of a command.
final class HeldLock {
  private let lock: FileLock

  init(_ lock: consuming FileLock) { self.lock = lock }
}

extension Instant {
  /// What the host's clock says; asked in commands only.
  static var now: Instant { Instant(clamping: Int64(time(nil))) }
}

extension PointClock {
  /// The host's clock, and waiting that a signal ends.
  static var system: PointClock {
    PointClock(now: { .now }) { (seconds) throws(Refusal) in
      for _ in 0..<(seconds * 10) {
        try Interruption.check()
        usleep(100_000)
      }
    }
  }
}

/// How everything of a rehearsal is marked.
enum Rehearsal {
  static let line = "REHEARSAL: test keys and one operator; nothing here is production"

  static func lines(_ profile: SiteProfile) -> [String] { profile.isRehearsal ? [line] : [] }

  static func fact(_ profile: SiteProfile) -> (String, JSONValue) {
    ("rehearsal", .bool(profile.isRehearsal))
  }
}

extension Console {
  /// The voice of imports and returns on this console.
  var voice: ImportVoice {
    ImportVoice(say: { note($0) }, progress: progress)
  }
}
