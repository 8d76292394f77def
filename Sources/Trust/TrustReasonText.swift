// SPDX-License-Identifier: Apache-2.0

extension TrustReason {
  package var summary: String {
    switch self {
    case .malformedJSON: "not a strict JSON text"
    case .malformedField: "a field is not what the format says"
    case .malformedBase64: "not strict base64"
    case .malformedEnvelope: "not a strict DSSE envelope"
    case .damagedKeyFile: "the key file is damaged"
    case .malformedMinisign: "not a strict minisign text"
    case .malformedMetadataSet: "the papers do not hold exactly the metadata files of a bundle"
    case .otherLength: "another length than its parent lists"
    case .otherHash: "another hash than its parent lists"
    case .otherVersion: "another version than its file name or its parent says"
    case .notOneNumber: "timestamp, snapshot and site role do not carry one number"
    case .incompleteEntry: "an entry lacks what it always has"
    case .otherPayloadType: "the envelope holds another type of payload"
    case .malformedAge: "not an age file, or not as it was sealed"
    case .tooFewSignatures: "not signed by enough trusted keys"
    case .rootNotVouchedFor:
      "a root is not signed by enough keys of the root before it and of its own"
    case .rootMissing: "the chain of roots has a gap"
    case .rootWithheld: "the papers require a newer root than they bring"
    case .impossibleThreshold: "a role asks for a number of keys that it cannot have"
    case .repeatedKeyID: "a key id stands twice"
    case .otherKeyID: "a key id is not the SHA-256 of its key"
    case .otherRole: "the file is of another role"
    case .otherRoot: "a root with other bytes than the one that is trusted"
    case .wrongDelegations: "the targets role delegates otherwise than the format says"
    case .overreachingRole: "a role lists or delegates what it has no say in"
    case .unlistedRole: "the snapshot does not list a role"
    case .madeBeforeKeyChange: "signed by keys that have since been replaced"
    case .brokenPinnedRoot: "the pinned root does not verify itself"
    case .falseMinisign: "the minisign signature does not verify"
    case .otherMinisignKey: "the minisign signature is by another key"
    case .legacyMinisign: "the minisign signature is of the legacy kind that is not prehashed"
    case .unacceptableComment: "a comment of the minisign signature is not acceptable"
    case .testOnlyKey: "production rests on a key whose secret is published"
    case .otherSite: "the papers are for another site"
    case .sealedToAnother: "sealed to another key"
    case .superseded: "a newer bundle of this site was taken before"
    case .loweredVersion: "a role falls below a version that was seen before"
    case .droppedRole: "the snapshot drops a role that was there before"
    case .expired: "expired"
    case .issuedAfterExpiry: "issued later than a role of the bundle expires"
    case .issuedAheadOfClock: "issued too far ahead of the clock"
    case .issuedFarAhead: "issued too far ahead of everything seen before"
    case .clockFarAhead: "the clock is too far ahead of everything that was signed"
    case .unsupportedSpecification: "another major version of the TUF specification"
    case .unsupportedKeyTypes: "the threshold needs keys of a type that this version does not know"
    case .noSuchTarget: "no role vouches for this target"
    case .unsupportedHashes: "only hashes that this version does not know"
    case .missingFile: "a metadata file is not there"
    case .unsupportedKeyFile: "the key file is of a format that this version does not know"
    case .jsonLimit: "a JSON text passes a limit"
    case .roleTooLarge: "a metadata file is larger than its cap"
    case .tooManyRoots: "more roots than one walk may follow"
    case .tooManyKeys: "more keys or signatures than a role may have"
    case .ageHeaderTooLarge: "the header of an age file passes a limit"
    case .equivocation: "two signed contents under one number"
    case .wrongPassphrase: "the passphrase does not open the key file"
    case .missingPassphrase: "no passphrase was given"
    case .unprotectedKey: "a key file without encryption outside a rehearsal"
    case .noGuardedMemory: "the system gave no guarded memory"
    case .cryptography: "the cryptographic library reported an error"
    }
  }

  package var hint: String {
    switch self {
    case .malformedJSON, .malformedField, .malformedBase64, .malformedEnvelope, .malformedMinisign,
      .malformedMetadataSet, .otherLength, .otherHash, .otherVersion, .notOneNumber,
      .incompleteEntry, .otherPayloadType, .malformedAge:
      "the file is damaged or was not made by Waybill: copy the medium again, or ask the sender for a new one"
    case .damagedKeyFile: "restore the key file from its backup"
    case .tooFewSignatures, .otherRole, .wrongDelegations, .overreachingRole, .unlistedRole,
      .repeatedKeyID, .otherKeyID, .impossibleThreshold:
      "do not use it: keep the medium and call the sender by the second channel"
    case .rootNotVouchedFor, .rootMissing, .rootWithheld:
      "ask the centre for a new export that holds every root; if it comes again, call the security officer"
    case .otherRoot, .brokenPinnedRoot:
      "compare the root fingerprint with the one on paper, two people together, and call the security officer"
    case .madeBeforeKeyChange: "the bundle was made before the key change: ask for a new export"
    case .falseMinisign, .otherMinisignKey, .legacyMinisign, .unacceptableComment:
      "do not hand it over: keep the medium and call the sender by the second channel"
    case .testOnlyKey:
      "keys of the repository are for tests and rehearsals: call the security officer, and make keys of your own"
    case .otherSite: "give it back to the courier"
    case .sealedToAnother:
      "ask the centre for a new export; if the site's key was changed or lost, enrol it first"
    case .superseded: "nothing to do: the newer bundle holds everything"
    case .loweredVersion, .droppedRole:
      "ask the centre for a new export; if it comes again, call the security officer"
    case .expired: "ask the centre for a new export"
    case .issuedAfterExpiry: "the centre must renew the role that expires, then export again"
    case .issuedAheadOfClock:
      "check this host's clock, then call the centre: its signing key may be stolen"
    case .issuedFarAhead, .clockFarAhead: "two people must confirm today's date"
    case .unsupportedSpecification, .unsupportedKeyTypes, .unsupportedKeyFile, .unsupportedHashes:
      "install the newer Waybill that knows it; its package travels on the medium, signed"
    case .noSuchTarget: "ask whoever publishes it under which name it was released"
    case .missingFile:
      "copy the repository again, all of it; a first root comes by a second channel"
    case .jsonLimit, .roleTooLarge, .tooManyKeys, .ageHeaderTooLarge:
      "the file is not one that Waybill writes: keep the medium and call the sender"
    case .tooManyRoots: "run again: the roots verified so far are kept"
    case .equivocation:
      "two exporters used one number, or a key is stolen: keep both media and call the security officer"
    case .wrongPassphrase: "type it again"
    case .missingPassphrase: "give it at the terminal or through --passphrase-fd"
    case .unprotectedKey: "protect the key with a passphrase"
    case .noGuardedMemory: "free memory or raise the limit of locked memory, then run again"
    case .cryptography: "run again; if it comes again, report it with the program's version"
    }
  }
}
