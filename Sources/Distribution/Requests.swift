// SPDX-License-Identifier: Apache-2.0
package import Intents
package import SystemPackage

/// One content version and the way to its bytes.
package struct ContentRequest {
  /// Hands every file of the manifest to `each`, ascending by the bytes of its path. Called several times,
  /// and says the same each time.
  package typealias Files =
    (_ each: (ContentFile) throws(Refusal) -> Void) throws(Refusal) -> Void

  /// The product: the same line gives the same package.
  package let line: RandomID
  /// SHA-256 of the content manifest: the same manifest gives the same content version.
  package let manifest: Digest
  /// What people call the product.
  package let name: String
  /// What people call the version.
  package let version: String
  package let files: Files
  /// Opens the verified bytes of a file that the point lacks, at their beginning. The point closes the
  /// descriptor, and hashes what it reads.
  package let provide: (ContentFile) throws(Refusal) -> FileDescriptor

  package init(
    line: RandomID, manifest: Digest, name: String, version: String, files: @escaping Files,
    provide: @escaping (ContentFile) throws(Refusal) -> FileDescriptor
  ) {
    self.line = line
    self.manifest = manifest
    self.name = name
    self.version = version
    self.files = files
    self.provide = provide
  }
}

/// What the point calls one content version.
package struct ContentReceipt: Hashable, Sendable {
  /// The same for every version of a line.
  package let packageID: PackageID
  /// From 1, rises with every version, never used twice.
  package let sourceVersion: Int64
  /// How many things were wrong in a version that had been complete, and were put right: drift to report.
  package let repaired: Int64

  package init(packageID: PackageID, sourceVersion: Int64, repaired: Int64 = 0) {
    self.packageID = packageID
    self.sourceVersion = sourceVersion
    self.repaired = repaired
  }

  /// What ConfigMgr calls the content of a classic package (configmgr.md, 1.1).
  package var contentID: String { "\(packageID).\(sourceVersion)" }
}

/// A program of a content version that is there.
package struct ProgramRequest: Hashable, Sendable {
  package let content: ContentReceipt
  package let program: Program

  package init(content: ContentReceipt, program: Program) {
    self.content = content
    self.program = program
  }
}

/// A collection that the centre mapped and policy allows.
package struct CollectionRequest: Hashable, Sendable {
  package let name: CollectionName

  package init(name: CollectionName) { self.name = name }
}

/// That the program an intent chose shall run on the collection it chose.
package struct DeploymentRequest: Hashable, Sendable {
  package let intent: DeploymentIntent
  package let content: ContentReceipt

  package init(intent: DeploymentIntent, content: ContentReceipt) {
    self.intent = intent
    self.content = content
  }
}

/// What shall go.
package enum Removal: Hashable, Sendable {
  /// The deployment of an intent, whatever its revision.
  case deployment(intent: Name)
  /// A content version with its programs, finished or not. Refused while a deployment uses it.
  case content(manifest: Digest)
  /// A collection. Refused while a deployment uses it.
  case collection(CollectionName)
}
