// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import SystemPackage

extension BuiltProgram {
  /// Runs it at a terminal of its own, and types each answer once its question has appeared there.
  ///
  /// - Returns: the run, with all that the terminal showed as `errors`.
  package func run(
    _ arguments: [String], answering answers: [(question: String, answer: String)]
  ) throws -> Run {
    let (master, slave) = try pseudoTerminal()
    defer { close(master) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["setsid", "--ctty", "--wait"] + command + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    let scratch = try Scratch()
    let output = try scratch.write("output", "")
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output.string))
    let errors = try scratch.write("errors", "")
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors.string))
    try process.run()
    var shown: [UInt8] = []
    var waiting = answers[...]
    while process.isRunning {
      var poll = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, 50) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { continue }
      shown += buffer[..<count]
      // A question is answered when it is the last thing shown: what is typed sooner would be flushed.
      let text = String(decoding: shown, as: UTF8.self)
      guard let next = waiting.first, text.contains(next.question) else { continue }
      waiting.removeFirst()
      shown.removeAll()
      let line = Array((next.answer + "\n").utf8)
      _ = write(master, line, line.count)
    }
    return Run(
      exit: process.terminationStatus,
      output: String(decoding: try Files.bytes(output), as: UTF8.self),
      errors: String(decoding: shown + (try Files.bytes(errors)), as: UTF8.self))
  }

  /// Both ends of a fresh terminal (pty(7), ioctl_tty(2)).
  private func pseudoTerminal() throws -> (master: Int32, slave: Int32) {
    let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)  // TIOCSPTLCK, TIOCGPTN
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var off: Int32 = 0
    var index: UInt32 = 0
    guard master >= 0, ioctl(master, unlock, &off) == 0, ioctl(master, number, &index) == 0 else {
      throw POSIXError(.ENXIO)
    }
    let slave = open("/dev/pts/\(index)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard slave >= 0 else { throw POSIXError(.ENXIO) }
    return (master, slave)
  }
}
