// SPDX-License-Identifier: Apache-2.0
package import Trust

/// What stock age 1.1.1 and age-keygen wrote.
package enum StockAge {
  package static let recipient = "age1c3g060mg379zzk6rq4zktt5q7eppskvugcn743j9svsa4uvyt4ssjdn0aj"
  package static let hello =
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBOWUx3QWg2V3RadmhtUThVZzhZc3pHUFNNMzZvdHFYU3l2aDdD"
    + "YW9EY0JBCmdNK3BteWg1Ym1BRVpmL2s0V29ySU51dnJvVFBKMDRUWDRBamFJSGl2QVkKLS0tIDYvSStFRVRMUGRqYmhD"
    + "ZGRGZGp5Mms4dVZ4S21VTmd5U2ZzTit3SXRWQVkKyPW/3jO8sAr4ykTtRSiq9B/SFpV+Kgv1l80ztN/CY5Zd0aiHN0Ib"
    + "dLgD2yM="
  package static let empty =
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBKYUdSZXpqcTM4Tk1KVHRUeWc4Q1NZa1RqWUdUTXJFQmRHNzhr"
    + "Ti82c0RvCld0bTNFVXFneHFEL3RKT1J5Vm5nR3ZHOFBmTmhPZ1cxMCtqWFJqSVBBTzgKLS0tIDA1ZFg4WktKWVUvWGRG"
    + "VzdTTERuNk9WblA3bEJZbG51Z0lxSlN2TkVFNVkKtxMbezlLz+/skVyZrOs9Kr1Tr53JYLidj4shc1ln75A="

  /// The identity that all of it is sealed to.
  package static let path = Repository.path(of: "keys/stock-age.txt")

  package static func identity() throws -> AgeIdentity {
    var file = try Repository.contents(of: "keys/stock-age.txt")
    return try AgeIdentity(wipingFile: &file, named: "keys/stock-age.txt")
  }
}
