// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Intents
import Synchronization
package import Trust

/// A server of one repository, in memory, that writes down what it was asked for.
package final class SimulatedRepository: MetadataSource {
  private struct State {
    var files: [String: [UInt8]]
    var requests: [String] = []
  }

  private let state: Mutex<State>

  package init(_ forge: RepositoryForge) throws(Refusal) {
    state = Mutex(State(files: try forge.files()))
  }

  /// Serves what `forge` makes now, and nothing from before.
  package func publish(_ forge: RepositoryForge) throws(Refusal) {
    let files = try forge.files()
    state.withLock { $0.files = files }
  }

  /// Serves `bytes` under `name`; nil takes the file away.
  package func set(_ name: String, _ bytes: [UInt8]?) {
    state.withLock { $0.files[name] = bytes }
  }

  package var files: [String: [UInt8]] { state.withLock { $0.files } }

  /// What was asked for since the last time that this was asked.
  package func takeRequests() -> [String] {
    state.withLock { state in
      defer { state.requests = [] }
      return state.requests
    }
  }

  package func metadata(_ name: String, atMost cap: Int64) throws(Refusal) -> [UInt8]? {
    let bytes = state.withLock { state in
      state.requests.append(name)
      return state.files[name]
    }
    guard let bytes, Int64(bytes.count) > cap else { return bytes }
    throw Refusal(
      TrustReason.roleTooLarge, name, seen: "more than \(cap) bytes", expected: "at most \(cap)")
  }
}

/// A client's metadata folder, in memory.
package final class SimulatedStore: MetadataStore {
  private let state: Mutex<[String: [UInt8]]>

  package init(root: [UInt8]?) { state = Mutex(root.map { ["root.json": $0] } ?? [:]) }

  package var files: [String: [UInt8]] { state.withLock { $0 } }
  package func set(_ name: String, _ bytes: [UInt8]?) { state.withLock { $0[name] = bytes } }

  package func read(_ name: String, atMost cap: Int64) throws(Refusal) -> [UInt8]? {
    state.withLock { $0[name] }.flatMap { Int64($0.count) > cap ? nil : $0 }
  }

  package func keep(_ bytes: [UInt8], as name: String) throws(Refusal) { set(name, bytes) }
  package func remove(_ name: String) throws(Refusal) { set(name, nil) }
}

/// A client of a simulated repository, and what became of its last update.
package struct SimulatedClient {
  package let repository: SimulatedRepository
  package let store: SimulatedStore
  package var clock: Instant

  /// A client that trusts root 1 of what `forge` makes.
  package init(of forge: RepositoryForge) throws(Refusal) {
    repository = try SimulatedRepository(forge)
    store = SimulatedStore(root: forge.roots[1])
    clock = forge.now
  }

  /// The code of the refusal, or `done`.
  package func refresh() -> String {
    outcome { () throws(Refusal) in try refreshed().root.version }
  }

  /// The same, from what `forge` makes now.
  package func refresh(_ forge: RepositoryForge) throws(Refusal) -> String {
    try repository.publish(forge)
    return refresh()
  }

  package func refreshed() throws(Refusal) -> TrustedMetadata {
    var updater = try Updater(repository, store, at: clock)
    try updater.refresh()
    return updater.trusted
  }

  /// What the repository says of `paths`, one after the other in one update.
  package func find(_ paths: String...) throws(Refusal) -> [TargetFile] {
    var updater = try Updater(repository, store, at: clock)
    try updater.refresh()
    var found: [TargetFile] = []
    for path in paths {
      guard let path = TargetPath(path) else { preconditionFailure("a path is not empty") }
      found.append(try updater.find(path))
    }
    return found
  }

  /// The code of the refusal of a search, or `done`.
  package func search(_ path: String) -> String {
    outcome { () throws(Refusal) in try find(path) }
  }

  /// The version that lies in the store under `name`; nil when there is none.
  package func version(_ name: String) -> Int64? {
    guard let bytes = store.files[name],
      let tree = try? JSONValue(parsing: bytes, named: name),
      case .integer(let version)? = tree.member("signed version")
    else { return nil }
    return version
  }

  private func outcome(_ body: () throws(Refusal) -> some Any) -> String {
    do {
      _ = try body()
      return "done"
    } catch {
      return error.code
    }
  }
}

package enum TestHash {
  package static func sha512(_ bytes: [UInt8]) -> String {
    Hex.encode(Array(SHA512.hash(data: bytes)))
  }
}
