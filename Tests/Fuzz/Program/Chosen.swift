// SPDX-License-Identifier: Apache-2.0
import Foundation
import FuzzTargets

enum Chosen {
  /// The target of this process. A variable names it, and no argument: libFuzzer hands its arguments on to
  /// the processes that it starts.
  static let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
      fatalError("FUZZ_TARGET names no target; --list does")
    }
    return target
  }()
}
