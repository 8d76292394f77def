// SPDX-License-Identifier: Apache-2.0
package import Intents

extension DistributionPoint {
  /// What every point can say: whether it answers, what it holds, and how much room it has.
  package func diagnose() -> [Diagnosis] {
    do throws(Refusal) {
      let description = try describe()
      return [
        .fine(
          "distribution point",
          "\(description.id), \(description.kind.rawValue): \(description.contents.count) contents, "
            + "\(description.deployments.count) deployments"),
        .disk(
          "room for content", free: description.freeBytes, least: DistributionLimits.roomNotice),
      ]
    } catch {
      return [.broken("distribution point", error)]
    }
  }
}
