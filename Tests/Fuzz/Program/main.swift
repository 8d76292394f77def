// SPDX-License-Identifier: Apache-2.0
// Runs libFuzzer with its own arguments on the target that FUZZ_TARGET names; `--list` names all targets,
// `--seeds DIR` writes their seeds.
import CFuzzer
import Foundation
import FuzzTargets

switch CommandLine.arguments.dropFirst().first {
case "--list":
  for target in FuzzTarget.all { print(target.name) }
case "--seeds":
  for target in FuzzTarget.all {
    let folder = URL(fileURLWithPath: CommandLine.arguments[2]).appendingPathComponent(target.name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (number, seed) in try target.seeds().enumerated() {
      try Data(seed).write(to: folder.appendingPathComponent("seed-\(number + 1)"))
    }
  }
default:
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  exit(
    LLVMFuzzerRunDriver(&count, &arguments) { data, size in
      let bytes = Array(UnsafeBufferPointer(start: data, count: size))
      if let defect = Chosen.target.defect(on: bytes) { fatalError(defect) }
      return 0
    })
}
