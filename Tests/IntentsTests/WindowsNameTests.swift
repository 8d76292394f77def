// SPDX-License-Identifier: Apache-2.0
import Intents
import Testing

struct WindowsNameTests {
  @Test(
    "C17: a path that Windows can hold is taken",
    arguments: [
      "setup.exe", "a/b/c.txt", "Ünïcode/名前.txt", ".hidden", "a b/c d", "console", "com", "com10",
      "nulls.txt",
      "a.con", String(repeating: "a", count: 150),
    ])
  func taken(path: String) {
    #expect(WindowsName.defect(ofPath: path) == nil)
  }

  @Test(
    "C17 H03: a path that Windows cannot hold is refused with the reason",
    arguments: [
      "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\\b", "C:", "a:b", "a|b", "a?b",
      "a*b", "a<b",
      "a>b", "a\"b", "a.", "a ", "dir./x", "dir /x", "CON", "con", "Con.txt", "nul.tar.gz",
      "x/LPT1", "COM9.log",
      "CONIN$", "aux", "prn.x", "a\nb", "a\u{0}b", "a\u{1b}b", "a\u{7f}",
      String(repeating: "a", count: 151),
      String(repeating: "a/", count: 80) + "a",
      // Dots and blanks count where they form one character with a mark beside them, too.
      "con.\u{301}txt", "tool\u{600}.", "tool\u{600} ", "con .txt", "COM\u{B9}", "lpt\u{B3}.log",
    ])
  func refused(path: String) {
    #expect(WindowsName.defect(ofPath: path) != nil)
  }

  @Test("length counts UTF-16 units, as Windows does")
  func utf16() {
    #expect(WindowsName.defect(ofPath: String(repeating: "é", count: 120)) == nil)
    #expect(WindowsName.defect(ofPath: String(repeating: "😀", count: 76)) != nil)
  }

  @Test("C17: a path is judged as its parts are, whatever is seen at first sight")
  func parts() {
    let stems = [
      "a", "con", "CoN", "prn", "aux", "nul", "com1", "LPT9", "com0", "lpt", "conin", "tool",
    ]
    for stem in stems {
      for name in [
        stem, "\(stem).txt", ".\(stem)", "x\(stem)", "\(stem).", "\(stem)-", "\(stem).a.b",
      ] {
        for path in [name, "dir/\(name)", "\(name)/file", "a/\(name)/b", "\(name)/"] {
          let parts = path.split(separator: "/", omittingEmptySubsequences: false)
          let isSound = parts.allSatisfy { WindowsName.defect(ofComponent: $0) == nil }
          #expect((WindowsName.defect(ofPath: path) == nil) == isSound, "\(path)")
        }
      }
    }
  }
}
