// SPDX-License-Identifier: Apache-2.0
package import Intents

/// `SMS_Program.ProgramFlags` (configmgr.md, 3.6).
package struct ProgramFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let disabled = ProgramFlags(rawValue: 0x1000)
  package static let unattended = ProgramFlags(rawValue: 0x2000)
  package static let userContext = ProgramFlags(rawValue: 0x4000)
  package static let adminRights = ProgramFlags(rawValue: 0x8000)
  package static let useUNCPath = ProgramFlags(rawValue: 0x10_0000)
  package static let hideWindow = ProgramFlags(rawValue: 0x0100_0000)
  package static let anyPlatform = ProgramFlags(rawValue: 0x0800_0000)

  /// Silent, for the machine: `0x0910A000`.
  package static let machine: ProgramFlags = [
    .adminRights, .unattended, .useUNCPath, .hideWindow, .anyPlatform,
  ]
  /// Silent, with the rights of the user who is logged on.
  package static let user: ProgramFlags = [
    .userContext, .unattended, .useUNCPath, .hideWindow, .anyPlatform,
  ]

  package static func flags(of account: Program.Account) -> ProgramFlags {
    switch account {
    case .system: machine
    case .user: user
    }
  }
}

/// Minutes for `SMS_Program.Duration`: what a program may take, at most the 720 that a site takes.
package enum ProgramDuration {
  package static let longest: Int64 = 720
  package static func minutes(of program: Program) -> Int64 {
    min(max(program.maximumRuntime, 1), longest)
  }
}
