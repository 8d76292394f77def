// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 30 to 49 of each exit code are Bundles'.
package enum BundleReason: String, CaseIterable, RefusalReason {
  case notRegular = "WB1030"
  case listingLayout = "WB1031"
  case mediumUnreadable = "WB2030"
  case noSpace = "WB2130"
  case tooManyEntries = "WB2230"
  case fileTooLarge = "WB2231"
  case lineTooLong = "WB2232"
  case fileFailed = "WB7030"

  package var summary: String {
    switch self {
    case .notRegular: "not a regular file"
    case .listingLayout: "a listing is not laid out line by line as the format says"
    case .mediumUnreadable: "the medium cannot be read or written"
    case .noSpace: "no space left"
    case .tooManyEntries: "a folder has too many entries"
    case .fileTooLarge: "a file is larger than it may be"
    case .lineTooLong: "a line of a listing is too long"
    case .fileFailed: "the operating system refused an operation on a file"
    }
  }

  package var hint: String {
    switch self {
    case .notRegular: "links, devices and pipes are never read: copy the real file there"
    case .listingLayout:
      "the file is damaged or was not made by Waybill: copy the medium again, "
        + "or ask the sender for a new one"
    case .mediumUnreadable: "insert the medium again, or use another one"
    case .noSpace: "make room on the file system named, then run the command again"
    case .tooManyEntries: "point the command at the folder of the bundle itself"
    case .fileTooLarge: "the file is not what it should be: ask the sender for a new one"
    case .lineTooLong:
      "the file is not one that Waybill writes: keep the medium and call the sender"
    case .fileFailed:
      "check the permissions and the mount of the path named, then run the command again"
    }
  }
}
