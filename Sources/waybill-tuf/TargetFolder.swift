// SPDX-License-Identifier: Apache-2.0
import Bundles
import HTTP
import Intents
import SystemPackage
import Terminal
import Trust

/// The folder that targets are fetched into. A file of it is always whole and one that some role vouched for.
struct TargetFolder {
  private let folder: FilePath
  private let base: String
  private let console: Console

  init(_ folder: String, from address: String, _ console: Console) {
    self.folder = FilePath(folder)
    base = address.withoutFinalSlash
    self.console = console
  }

  /// Fetches `target` unless it is there already.
  ///
  /// - Throws: `TrustReason.otherLength`, `.otherHash`; what was there before stays.
  func fetch(
    _ target: TargetFile, isConsistent: Bool, _ http: HTTPClient
  ) throws(Refusal) {
    try DurableFile.makeFolder(folder)
    let path = folder.appending(target.path.fileName)
    if try isThere(target, path) {
      console.note("\(target.path) is there already")
      return
    }
    let temporary = path.appendingSuffix(".part")
    try DurableFile.unlinkIfPresent(temporary)
    let descriptor = try DurableFile.create(temporary)
    do throws(Refusal) {
      let address = "\(base)/\(target.remotePath(isConsistent: isConsistent))"
      try receive(target, address, http, descriptor, temporary)
      try descriptor.synchronize(naming: temporary)
      try descriptor.closing(naming: temporary)
    } catch {
      // The first failure is the one to tell; what is left over is overwritten by the next try.
      try? descriptor.close()
      try? DurableFile.unlinkIfPresent(temporary)
      throw error
    }
    try DurableFile.rename(temporary, to: path)
    console.note("fetched \(target.path)")
  }

  private func receive(
    _ target: TargetFile, _ address: String, _ http: HTTPClient, _ descriptor: FileDescriptor,
    _ temporary: FilePath
  ) throws(Refusal) {
    var check = TargetCheck(target)
    let status = try http.get(address, atMost: target.length) { bytes throws(Refusal) in
      check.update(bytes)
      try descriptor.writeAll(bytes, naming: temporary)
    }
    console.note("GET \(address): \(status == 200 ? "\(check.length) bytes" : "status \(status)")")
    guard status == 200 else { throw HTTPClient.unexpected(status, address) }
    try check.finish()
  }

  private func isThere(_ target: TargetFile, _ path: FilePath) throws(Refusal) -> Bool {
    guard let status = FileQuery.status(path), status.kind == .regular,
      status.length == target.length
    else { return false }
    let file = try FileSource(path)
    var check = TargetCheck(target)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while check.length < target.length {
      let count = try buffer.withMutableBytes { (buffer) throws(Refusal) -> Int in
        let count = try file.read(at: check.length, into: buffer)
        check.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return count
      }
      if count == 0 { return false }
    }
    // Another file under this name is fetched anew, whatever it is.
    return (try? check.finish()) != nil
  }
}
