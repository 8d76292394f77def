// SPDX-License-Identifier: Apache-2.0
import SystemPackage

/// A built program with no terminal to ask at, a few seconds to live, and its memory measured.
package struct BoundedProgram: Sendable {
  /// What a run took.
  package struct Cost: Sendable {
    package let run: BuiltProgram.Run
    /// The most memory that it held at once, in bytes.
    package let peak: Int
  }

  /// What a run ends with that was stopped for its time; no program of ours ends with it.
  package static let timeOut: Int32 = 124

  private static let watcher = """
    import resource, subprocess, sys
    try:
        child = subprocess.run(
            sys.argv[3:], stdin=subprocess.DEVNULL, timeout=float(sys.argv[2]),
            start_new_session=True)
        code = child.returncode
    except subprocess.TimeoutExpired:
        code = 124
    with open(sys.argv[1], "w") as file:
        file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
    sys.exit(code if code >= 0 else 128 - code)
    """

  private let name: String
  private let wrapper: [String]
  private let seconds: Int

  package init(_ name: String, wrapper: [String] = [], seconds: Int = 5) {
    self.name = name
    self.wrapper = wrapper
    self.seconds = seconds
  }

  package func run(_ arguments: [String]) throws -> Cost {
    let scratch = try Scratch()
    let place = scratch["peak"]
    let run = try BuiltProgram(
      name, wrapper: ["python3", "-c", Self.watcher, place.string, "\(seconds)"] + wrapper
    ).run(arguments)
    let kibibytes = Int(String(decoding: try Files.bytes(place), as: UTF8.self)) ?? Int.max >> 10
    return Cost(run: run, peak: kibibytes << 10)
  }
}
