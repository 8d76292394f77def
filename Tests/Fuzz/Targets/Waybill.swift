// SPDX-License-Identifier: Apache-2.0
import Bundles
import Trust

extension FuzzTarget {
  /// `waybill.json` (FORMAT.md, 6).
  static let waybill = FuzzTarget("waybill", seeds: { Samples.waybills.map(\.encoded) }) { bytes in
    let waybill = try Waybill(parsing: bytes, named: "waybill.json")
    let again = try must("read what was written") {
      try Waybill(parsing: waybill.encoded, named: "output")
    }
    try promise("the same waybill", again == waybill)
    try promise("orders first", waybill.orders.name == "orders.tar")
    try promise("lengths with a sum", waybill.totalLength >= Int64(waybill.files.count))
    try promise("the folder's name can be read", BundleName(waybill.bundleName.description) != nil)
  }
}
