// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct WaybillCentre: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waybill-centre",
    abstract: "Send signed software and intents to air-gapped sites, and book what comes back.",
    discussion: """
      The centre keeps content in a depot and everything it did in a ledger. One round is:
        content add, content release    put software in and sign it
        policy apply, policy sign       say what a site may do
        intent apply                    say what a site shall have
        approve                         let officers approve what is critical
        plan, export                    write a signed bundle for the courier
        ingest, status                  book the return and see where every site stands
      Keys are with several people: key generate, trust init, sign and trust merge are their part.
      Every refusal has a code; `waybill-centre explain CODE` works without a network.
      """,
    version: Build.version,
    subcommands: [
      Initialise.self, TrustGroup.self, Sign.self, KeyGroup.self, RootGroup.self, SiteGroup.self,
      PolicyGroup.self, ContentGroup.self, IntentGroup.self, PlanCommand.self, OfficerGroup.self,
      Approve.self, Export.self, Ingest.self, Status.self, Doctor.self, History.self,
      AuditGroup.self,
      KitCommand.self, BackupCommand.self, RestoreCommand.self, Explain.self,
    ])
}

enum Build {
  static let version = "0.1.0"
}
