// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The program of an air-gapped site.
@main
struct WaybillSite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waybill-site",
    abstract: "Takes signed bundles from a medium, applies them, and writes signed proof back.",
    discussion: """
      The loop of a site: the courier brings a medium, you run `import`, then `return`, and the courier takes \
      the medium back.

        waybill-site inspect /media/stick          see what is on it
        waybill-site import /media/stick --plan    see what would happen
        waybill-site import /media/stick           verify, stage, apply
        waybill-site approve --key my-key.json     when it waits for a second person, then `apply`
        waybill-site return --to /media/stick      write the signed report

      Nothing is done with a bundle before every byte of it was verified. A run that was interrupted is \
      simply run again. Each refusal has a code; `waybill-site explain CODE` tells what to do.
      """,
    version: "0.1.0",
    subcommands: [
      InitCommand.self, EnrolCommand.self, InspectCommand.self, ImportCommand.self,
      ApproveCommand.self, ApplyCommand.self, ReturnCommand.self, StatusCommand.self,
      DoctorCommand.self, HistoryCommand.self, AuditCommand.self, PointCommand.self,
      LibraryCommand.self,
      TimeCommand.self,
      KeyCommand.self, ExplainCommand.self,
    ])
}
