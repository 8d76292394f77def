// SPDX-License-Identifier: Apache-2.0

extension FuzzTarget {
  /// Every target; a new one is a file in `Targets/` and a line here.
  package static let all: [FuzzTarget] =
    [
      .json, .metadata, .papers, .waybill, .index, .manifest, .documents, .evidence, .orders,
      .volume, .frame, .delta, .envelope, .statement, .minisign, .sums, .configuration, .keyFile,
      .age, .update, .approval, .approver, .ceremonyRequest, .publicKeyFile, .backupListing,
      .installReport,
    ] + roles
}
