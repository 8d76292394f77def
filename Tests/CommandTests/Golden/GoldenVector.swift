// SPDX-License-Identifier: Apache-2.0
import Bundles
import Intents
import TestKit
import Trust

/// One scenario: what lies in `bundles/NAME/` and in `bundles/NAME.expect`.
struct GoldenVector {
  let name: String
  var expect: Expectation
  /// By name; none when the scenario is about another vector's bundle.
  var files: [String: [UInt8]] = [:]

  /// How much of a bundle a scenario needs: what a program never comes to read is left out.
  enum Extent { case papers, orders, pieces, whole }

  /// A bundle that `forge` makes and the site meets.
  ///
  /// - Parameter code: of the refusal, whose exit code it names; nil for none.
  static func out(
    _ name: String, _ about: String, _ code: String?, _ extent: Extent, after: [String] = [],
    finds: [String] = [], _ forge: BundleForge
  ) throws -> GoldenVector {
    var vector = GoldenVector(name: name, expect: Expectation(about: about))
    vector.files = try forge.files().filter { extent.has($0.key) }
    vector.expect.folder = forge.name.text
    vector.expect.after = after
    vector.expect.finds = finds
    vector.refuse(code)
    return vector
  }

  /// The bundle of another vector under other circumstances.
  static func other(
    _ name: String, _ about: String, of bundle: String, _ code: String?,
    changing files: [String: [UInt8]] = [:], _ edit: (inout Expectation) -> Void = { _ in }
  ) -> GoldenVector {
    var vector = GoldenVector(name: name, expect: Expectation(about: about), files: files)
    vector.expect.bundle = bundle
    vector.refuse(code)
    edit(&vector.expect)
    return vector
  }

  mutating func refuse(_ code: String?) {
    expect.code = code
    expect.exit = code.flatMap { Int($0.dropFirst(2).prefix(2)) } ?? 0
  }
}

extension GoldenVector.Extent {
  func has(_ file: String) -> Bool {
    switch self {
    case .papers: file == BundleFiles.papers
    case .orders: file == BundleFiles.papers || file == BundleFiles.orders
    case .pieces: self == .orders || file == BundleFiles.papers || isPiece(file)
    case .whole: true
    }
  }

  private func isPiece(_ file: String) -> Bool {
    file == BundleFiles.orders || file.hasPrefix("volume-")
  }
}
