// SPDX-License-Identifier: Apache-2.0
import Glibc
import SystemPackage

/// The folder that the program was started in.
enum WorkingFolder {
  static var path: FilePath {
    guard let text = getcwd(nil, 0) else { return "/" }
    defer { free(text) }
    return FilePath(String(cString: text))
  }
}
