// SPDX-License-Identifier: Apache-2.0
import Intents

/// One parser of outside data, with what must hold whatever it is given: it takes the bytes, or refuses them
/// with a `Refusal` that is no internal error. libFuzzer calls it with what it makes up (`make fuzz`); the
/// ordinary tests call it with the inputs kept in `corpus/`.
package struct FuzzTarget: Sendable {
  package typealias Body = @Sendable (_ bytes: [UInt8]) throws -> Void

  /// The name of its folder in `corpus/`.
  package let name: String
  /// Sound inputs, made by our own writers: what fuzzing starts from.
  package let seeds: @Sendable () throws -> [[UInt8]]
  private let mend: @Sendable ([UInt8]) -> [UInt8]
  private let body: Body

  /// - Parameters:
  ///   - mend: puts right what chance never gets right, such as a checksum; the parser is given both forms.
  ///   - body: parses and checks; throws a refusal, or `BrokenPromise`.
  init(
    _ name: String, seeds: @escaping @Sendable () throws -> [[UInt8]],
    mend: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }, _ body: @escaping Body
  ) {
    self.name = name
    self.seeds = seeds
    self.mend = mend
    self.body = body
  }

  /// What is wrong with how `bytes` are dealt with; nil when they are taken or refused as they should be.
  package func defect(on bytes: [UInt8]) -> String? {
    if let defect = outcome(of: bytes).defect { return defect }
    let mended = mend(bytes)
    return mended == bytes ? nil : outcome(of: mended).defect
  }

  /// Why `bytes`, as they are, are not taken; nil when they are.
  package func refusal(of bytes: [UInt8]) -> String? {
    switch outcome(of: bytes) {
    case .taken: nil
    case .refused(let text), .defect(let text): text
    }
  }

  private enum Outcome {
    case taken
    case refused(String)
    case defect(String)

    var defect: String? { if case .defect(let text) = self { text } else { nil } }
  }

  private func outcome(of bytes: [UInt8]) -> Outcome {
    do {
      try body(bytes)
      return .taken
    } catch let refusal as Refusal {
      // The whole text, since a person is going to read it.
      let text = "\(refusal.code) \(refusal) \(refusal.hint)"
      return refusal.exit == .internalError ? .defect("internal error: \(text)") : .refused(text)
    } catch {
      return .defect("\(error)")
    }
  }
}

extension FuzzTarget: CustomStringConvertible {
  package var description: String { name }
}

/// A promise of a parser that does not hold.
struct BrokenPromise: Error, CustomStringConvertible {
  let description: String
}

/// Throws unless `holds`.
func promise(_ text: String, _ holds: Bool) throws {
  if !holds { throw BrokenPromise(description: "does not hold: \(text)") }
}

/// Does what can only succeed; a refusal here is a defect.
func must<Value>(_ text: String, _ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch let refusal as Refusal {
    throw BrokenPromise(description: "cannot \(text): \(refusal)")
  }
}
