// SPDX-License-Identifier: Apache-2.0
import Intents
import TestKit
import Trust

/// Bundles that are in order, with intents that are not carried out, or not yet.
enum PlanVectors {
  static func all() throws -> [GoldenVector] { try refused() + later() }

  private static func refused() throws -> [GoldenVector] {
    try [
      OrdersVectors.wanting(
        "collection-unmapped", "A06 A collection that policy does not name.", "WB3280"
      ) {
        guard let other = CollectionName("Domain Controllers") else { return }
        $0.want("tool-lab", $0.contents[0], collection: other, scope: ["ring:lab"])
      },
      OrdersVectors.wanting(
        "scope-beyond-publisher", "A07 Wider than the publisher allows.", "WB3281"
      ) {
        $0.contents = [try Golden.tool(1, scope: ["site-class:air-gapped"])]
        $0.wantAgain()
      },
      OrdersVectors.wanting("scope-beyond-ceiling", "A07 Wider than policy allows.", "WB3282") {
        $0.policy = Golden.policy(ceiling: ["site-class:air-gapped"])
      },
      OrdersVectors.wanting(
        "program-unknown", "A23 A program that the manifest does not have.", "WB3283"
      ) {
        $0.want(
          "tool-lab", $0.contents[0], program: "format-disk", collection: Golden.collection,
          scope: ["ring:lab"])
      },
      OrdersVectors.wanting("below-floor", "T21 Below the floor of the line.", "WB1382") {
        $0.papers.floors = [$0.contents[0].manifest.line: 5]
      },
    ]
  }

  private static func later() throws -> [GoldenVector] {
    let back = try Golden.bare(n: 3) { forge in
      forge.want(
        "tool-lab", try Golden.tool(1), revision: 3, collection: Golden.collection,
        scope: ["ring:lab"])
      forge.leaveOutContent()
    }
    let peopled = try Golden.full { $0.policy = Golden.policy(operators: 2) }
    let mixed = try Golden.full { forge in
      guard let other = CollectionName("Domain Controllers") else { return }
      forge.want("tool-servers", forge.contents[0], collection: other, scope: ["ring:lab"])
    }
    return try [
      .out(
        "rollback-unsigned", "S06 Below what is applied, and no rollback intent.", "WB1381",
        .orders,
        after: ["out-first", "out-second"], back),
      .out(
        "removal-waits", "A16 An intent left the desired state.", "WB1581", .orders,
        after: ["out-first"], try Golden.bare(n: 2)),
      OrdersVectors.wanting(
        "content-missing", "A09 The exporter counts on files that are not here.", "WB0382"
      ) { _ in },
      .out("two-operators", "P01 Policy asks for two people.", "WB1582", .pieces, peopled),
      .out(
        "work-remains", "One intent is carried out, another refused.", "WB0383", .pieces,
        finds: ["tool-servers: WB3280"], mixed),
    ]
  }
}
