// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intents
package import SystemPackage
package import Trust

/// One of the built programs, run as a user would.
package struct BuiltProgram: Sendable {
  /// What a run ended with.
  package struct Run: Sendable {
    package let exit: Int32
    /// Standard output.
    package let output: String
    /// Standard error.
    package let errors: String

    /// The one JSON object on standard output; nil when there is none.
    package var json: JSONValue? {
      guard let value = try? JSONValue(parsing: Array(output.utf8), named: "output") else {
        return nil
      }
      if case .object = value { return value }
      return nil
    }

    package subscript(key: String) -> JSONValue? {
      if case .object(let object) = json { object[key] } else { nil }
    }

    package func text(_ key: String) -> String? {
      if case .string(let text) = self[key] { text } else { nil }
    }

    package func list(_ key: String) -> [JSONValue] {
      if case .array(let list) = self[key] { list } else { [] }
    }
  }

  let command: [String]
  let environment: [String: String]

  /// - Parameter wrapper: a command that runs the program, such as `strace` with its options.
  package init(
    _ name: String, wrapper: [String] = [], environment: [String: String] = [:]
  ) {
    command = wrapper + [BuiltProgram.folder + "/" + name]
    self.environment = environment
  }

  /// A program of the system.
  package init(tool: String, environment: [String: String] = [:]) {
    command = [tool]
    self.environment = environment
  }

  /// Where the build put the programs: beside the bundle of tests that is running.
  package static let folder: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let candidates = [own] + CommandLine.arguments
    for candidate in candidates {
      var folder = URL(fileURLWithPath: candidate).deletingLastPathComponent()
      for _ in 0..<3 {
        if FileManager.default.isExecutableFile(atPath: folder.path + "/waybill-centre") {
          return folder.path
        }
        folder = folder.deletingLastPathComponent()
      }
    }
    return "."
  }()

  /// Runs it to its end, with no terminal and no standard input.
  package func run(_ arguments: [String], in folder: FilePath? = nil) throws -> Run {
    try start(arguments, in: folder).finish()
  }

  package func run(_ arguments: String...) throws -> Run { try run(arguments) }

  /// Starts it and does not wait.
  package func start(_ arguments: [String], in folder: FilePath? = nil) throws -> RunningProgram {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.string) }
    process.standardInput = FileHandle.nullDevice
    // Files rather than pipes: a full pipe would stop the program while nobody reads.
    let scratch = try Scratch()
    let output = try scratch.write("output", "")
    let errors = try scratch.write("errors", "")
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output.string))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors.string))
    try process.run()
    return RunningProgram(process: process, output: output, errors: errors, scratch: scratch)
  }
}

/// A program that was started.
package final class RunningProgram {
  private let process: Process
  private let output: FilePath
  private let errors: FilePath
  private let scratch: Scratch

  init(process: Process, output: FilePath, errors: FilePath, scratch: Scratch) {
    self.process = process
    self.output = output
    self.errors = errors
    self.scratch = scratch
  }

  /// Waits for its end.
  package func finish() throws -> BuiltProgram.Run {
    process.waitUntilExit()
    return BuiltProgram.Run(
      exit: process.terminationReason == .exit
        ? process.terminationStatus : 128 + process.terminationStatus,
      output: String(decoding: try Files.bytes(output), as: UTF8.self),
      errors: String(decoding: try Files.bytes(errors), as: UTF8.self))
  }
}

/// A program of the system, run as `BuiltProgram` runs ours.
package struct Tool: Sendable {
  private let name: String

  package init(_ name: String) { self.name = name }

  package func run(_ arguments: String...) throws -> BuiltProgram.Run {
    try BuiltProgram(tool: name).run(arguments)
  }
}
