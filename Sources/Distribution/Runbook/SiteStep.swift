// SPDX-License-Identifier: Apache-2.0
package import Intents

/// One change, or one look, at a ConfigMgr site. All that it takes was checked when it was made.
package struct SiteStep: Hashable, Sendable {
  package let key: StepKey
  /// The intent that it is for; of several the first.
  package let intent: Name
  package let action: Action
  /// Steps that must have succeeded before, besides those whose answers it takes.
  package let after: [StepKey]

  package init(_ key: StepKey, for intent: Name, _ action: Action, after: [StepKey] = []) {
    self.key = key
    self.intent = intent
    self.action = action
    self.after = after
  }

  package enum Action: Hashable, Sendable {
    case package(PackageStep)
    /// Makes the site read a source folder anew, and says so in the package's comment (`Update-CMDistributionPoint`).
    case update(package: StepID, stamp: StepMark)
    /// Gives a package to the points that lack it.
    case distribute(package: StepID, points: [StepText])
    /// Takes a package from points.
    case withdraw(package: StepID, points: [StepText])
    /// Whether all points have the package's newest content; waits while they do not.
    case readContent(package: StepID, points: [StepText])
    case program(ProgramStep)
    /// No deployment can use the program any more.
    case disableProgram(package: StepID, name: Name, owner: StepMark)
    case collection(CollectionStep)
    /// One direct membership rule.
    case member(collection: StepID, resource: Int32)
    case deployment(DeploymentStep)
    case removeDeployment(PackageID, stamp: StepMark)
    /// What each device of a deployment reported.
    case readDeployment(StepID, collection: StepID)
  }

  /// Every step that must have succeeded before, each once, ascending.
  package var needs: [StepKey] {
    var ids: [StepID] = []
    switch action {
    case .package, .collection, .removeDeployment: break
    case .update(let package, _), .distribute(let package, _), .withdraw(let package, _),
      .readContent(let package, _), .disableProgram(let package, _, _):
      ids = [package]
    case .program(let step): ids = [step.package]
    case .member(let collection, _): ids = [collection]
    case .deployment(let step): ids = [step.package, step.collection]
    case .readDeployment(let deployment, let collection): ids = [deployment, collection]
    }
    return Set(ids.compactMap(\.need) + after).sorted()
  }
}

extension SiteStep.Action {
  /// What result files call it.
  package enum Kind: String, Sendable, CaseIterable {
    case package, update, distribute, withdraw
    case readContent = "read-content"
    case program
    case disableProgram = "disable-program"
    case collection, member, deployment
    case removeDeployment = "remove-deployment"
    case readDeployment = "read-deployment"
  }

  package var kind: Kind {
    switch self {
    case .package: .package
    case .update: .update
    case .distribute: .distribute
    case .withdraw: .withdraw
    case .readContent: .readContent
    case .program: .program
    case .disableProgram: .disableProgram
    case .collection: .collection
    case .member: .member
    case .deployment: .deployment
    case .removeDeployment: .removeDeployment
    case .readDeployment: .readDeployment
    }
  }
}

/// A package that has one source folder. Made where there is none with its stamp; one that is there gets the
/// folder, and the next `update` makes the site read it.
package struct PackageStep: Hashable, Sendable {
  /// What the site called it when it was last seen.
  package let known: PackageID?
  package let stamp: StepMark
  /// At most 50 characters: `SMS_Package.Name` (configmgr.md, 3.4; the length is recalled).
  package let name: StepText
  package let version: StepText
  package let source: StepText

  /// - Throws: `DistributionReason.valueRefused` when a text is of another kind than its place asks for.
  package init(
    known: PackageID? = nil, stamp: StepMark, name: StepText, version: StepText, source: StepText
  ) throws(Refusal) {
    try name.expect(.name, "package name")
    try version.expect(.name, "package version")
    try source.expect(.path, "source folder")
    self.known = known
    self.stamp = stamp
    self.name = name
    self.version = version
    self.source = source
  }
}

/// A program of a package.
package struct ProgramStep: Hashable, Sendable {
  package let package: StepID
  package let stamp: StepMark
  package let name: Name
  package let commandLine: StepText
  package let account: Program.Account
  /// Minutes.
  package let duration: Int64

  /// - Throws: `DistributionReason.valueRefused`.
  package init(
    package: StepID, stamp: StepMark, name: Name, commandLine: StepText, account: Program.Account,
    duration: Int64
  ) throws(Refusal) {
    try commandLine.expect(.command, "command line of \(name)")
    guard (1...1440).contains(duration) else {
      throw Refusal(
        DistributionReason.valueRefused, "duration of \(name)", seen: "\(duration) minutes",
        expected: "1 to 1440")
    }
    self.package = package
    self.stamp = stamp
    self.name = name
    self.commandLine = commandLine
    self.account = account
    self.duration = duration
  }
}

/// A collection that the site has, or one that we make.
package struct CollectionStep: Hashable, Sendable {
  package enum Origin: Hashable, Sendable {
    /// It is there under this id, and has this name.
    case existing(PackageID)
    /// It is made where there is none with the stamp, below a collection that is there.
    case made(below: PackageID, stamp: StepMark)
  }

  package let name: CollectionName
  package let origin: Origin
  /// How many members it may have, when that is bounded: none or far too many are no target.
  package let members: ClosedRange<Int64>?

  package init(name: CollectionName, origin: Origin, members: ClosedRange<Int64>? = nil) {
    self.name = name
    self.origin = origin
    self.members = members
  }
}

/// A deployment of a program to a collection. An older one of the same stamp goes once this one is there.
package struct DeploymentStep: Hashable, Sendable {
  package let package: StepID
  package let program: Name
  package let collection: StepID
  package let stamp: StepMark
  package let purpose: DeploymentIntent.Purpose
  package let availableFrom: Instant?
  /// Of a required one; nil means as soon as possible.
  package let deadline: Instant?

  package init(
    package: StepID, program: Name, collection: StepID, stamp: StepMark,
    purpose: DeploymentIntent.Purpose, availableFrom: Instant?, deadline: Instant?
  ) {
    self.package = package
    self.program = program
    self.collection = collection
    self.stamp = stamp
    self.purpose = purpose
    self.availableFrom = availableFrom
    self.deadline = deadline
  }
}

extension StepText {
  func expect(_ kind: Kind, _ subject: String) throws(Refusal) {
    guard self.kind == kind else {
      throw Refusal(
        DistributionReason.valueRefused, subject, seen: "a \(self.kind.rawValue)",
        expected: "a \(kind.rawValue)")
    }
  }
}
