// SPDX-License-Identifier: Apache-2.0
import Intune

extension FuzzTarget {
  /// What Intune exports: a zip with a table in it (configmgr.md, 6.4).
  static let installReport = FuzzTarget(
    "install-report", seeds: { Samples.reports }, mend: withSum
  ) { bytes in
    let results = try InstallResult.results(inZip: bytes, named: "report")
    let latest = InstallResult.latest(results)
    try promise("a device once", latest.count == Set(results.map(\.device)).count)
  }

  /// The sum that a first, stored entry should have, in the zip's first header and in the directory's.
  private static func withSum(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.starts(with: [0x50, 0x4B, 3, 4]), bytes.count > 30, bytes[8] == 0,
      let directory = bytes.indices.first(where: { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }),
      directory + 20 <= bytes.count
    else { return bytes }
    let start = 30 + Int(bytes[26]) + Int(bytes[28])
    guard start <= directory else { return bytes }
    let sum = CRC32.sum(Array(bytes[start..<directory]))
    var mended = bytes
    for place in 0..<4 {
      let byte = UInt8(truncatingIfNeeded: sum >> UInt32(8 * place))
      mended[14 + place] = byte
      mended[directory + 16 + place] = byte
    }
    return mended
  }
}
