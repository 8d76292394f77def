// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing

struct ExitCodeTests {
  @Test("the gravest of several codes is what the process ends with")
  func gravest() {
    #expect(ExitCode.gravest([]) == .done && ExitCode.gravest([.done, .done]) == .done)
    #expect(ExitCode.gravest([.done, .waiting]) == .waiting)
    #expect(ExitCode.gravest([.waiting, .expired]) == .expired)
    #expect(ExitCode.gravest([.waiting, .usage]) == .usage)
    #expect(ExitCode.gravest([.usage, .internalError]) == .internalError)
    let order: [Int] = [41, 11, 10, 13, 12, 14, 22, 16, 32, 31, 15, 20, 21, 30, 40]
    #expect(ExitCode.byGravity.map(\.rawValue) == order)
    for (index, code) in ExitCode.byGravity.enumerated() {
      for lesser in ExitCode.byGravity[index...] {
        #expect(ExitCode.gravest([lesser, code, .done, .waiting]) == code)
      }
    }
  }

  @Test("every code has its place in the order of gravity")
  func complete() {
    let placed = Set(ExitCode.byGravity).union([.done, .waiting, .usage, .internalError])
    #expect(placed == Set(ExitCode.allCases))
  }

  @Test("the codes that may succeed later are those of the case list")
  func retryable() {
    let retryable = ExitCode.allCases.filter(\.isRetryable).map(\.rawValue).sorted()
    #expect(retryable == [3, 15, 20, 21, 30, 40])
  }
}
