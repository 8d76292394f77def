// SPDX-License-Identifier: Apache-2.0

/// What a call of libarchive returned (archive.h), so that codes are matched by name.
struct ArchiveResult: RawRepresentable, Equatable {
  let rawValue: CInt

  static let end = ArchiveResult(rawValue: 1)
  static let ok = ArchiveResult(rawValue: 0)
  /// Done, with a doubt: for us a reason to refuse.
  static let warning = ArchiveResult(rawValue: -20)
}
