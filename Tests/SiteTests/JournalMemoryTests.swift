// SPDX-License-Identifier: Apache-2.0
import Distribution
import Intents
import Site
import Testing

/// What an adapter remembers outlives the process, and only what it asked for.
@Suite struct JournalMemoryTests {
  @Test func `what is remembered is there after reopening, and what is forgotten is not`() throws {
    let folder = try SiteFolder()
    let path = folder["journal.sqlite"]
    let memory = JournalMemory(
      try Journal.create(path, profile: try JournalTests.profile(), at: monday))
    #expect(try memory.remembered("package/a") == nil)
    #expect(try memory.keys(beginning: "").isEmpty)
    try memory.remember([1, 2], as: "package/a")
    try memory.remember([3], as: "package/b%")
    try memory.remember([], as: "other")
    try memory.remember([4], as: "package/a")
    let again = JournalMemory(try Journal(opening: path))
    #expect(try again.remembered("package/a") == [4])
    #expect(try again.remembered("other") == [])
    #expect(try again.keys(beginning: "package/") == ["package/a", "package/b%"])
    #expect(try again.keys(beginning: "package/b%") == ["package/b%"])
    try again.remember(nil, as: "package/a")
    #expect(try memory.keys(beginning: "package/") == ["package/b%"])
  }
}
