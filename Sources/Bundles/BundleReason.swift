// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 30 to 49 of each exit code are Bundles'.
package enum BundleReason: String, CaseIterable, RefusalReason {
  case notRegular = "WB1030"
  case unusablePath = "WB3230"
  case forbiddenInIntent = "WB3231"
  case newerDocument = "WB1630"
  case mediumUnreadable = "WB2030"
  case noSpace = "WB2130"
  case tooManyEntries = "WB2230"
  case fileTooLarge = "WB2231"
  case fileFailed = "WB7030"

  package var summary: String {
    switch self {
    case .notRegular: "not a regular file"
    case .unusablePath: "a path in a content manifest cannot be used on Windows"
    case .forbiddenInIntent: "an intent holds what only a signed content manifest may hold"
    case .newerDocument: "a document has a newer format than this program knows"
    case .mediumUnreadable: "the medium cannot be read or written"
    case .noSpace: "no space left"
    case .tooManyEntries: "a folder has too many entries"
    case .fileTooLarge: "a file is larger than it may be"
    case .fileFailed: "the operating system refused an operation on a file"
    }
  }

  package var hint: String {
    switch self {
    case .notRegular: "links, devices and pipes are never read: copy the real file there"
    case .unusablePath: "rename the file in the package source folder and release it anew"
    case .forbiddenInIntent: "call the officer: an exporter must not tell a site what to run"
    case .newerDocument: "install the agent that the centre names, then run the command again"
    case .mediumUnreadable: "insert the medium again, or use another one"
    case .noSpace: "make room on the file system named, then run the command again"
    case .tooManyEntries: "point the command at the folder of the bundle itself"
    case .fileTooLarge: "the file is not what it should be: ask the sender for a new one"
    case .fileFailed: "check the permissions and the mount of the path named, then run the command again"
    }
  }
}
