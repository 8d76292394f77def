// SPDX-License-Identifier: Apache-2.0
import Intents

extension SiteReason {
  package var summary: String {
    switch self {
    case .stateHeld: "another process works on this state"
    case .journalBusy: "another process reads or writes the journal for a long time"
    case .contentMissing: "files that this intent needs are not here"
    case .workRemains: "some work was done and some waits"
    case .pointPending: "the distribution point has not finished"
    case .promiseBroken: "files that the last report promised are gone"
    case .journalDamaged: "the journal is damaged"
    case .storedFileAltered: "a file in the content store is not what it was when it was verified"
    case .strangerInOrders: "orders hold an entry that no signed list names, or one out of place"
    case .orderDiffers: "an order is not what the signed list says"
    case .manifestDiffers: "a content manifest is not what its release entry says"
    case .contentDiffers: "content from a volume is not what the index says"
    case .indexDiffers: "the index does not fit the bundle"
    case .logBroken: "the audit log does not chain"
    case .logDisagrees: "the journal keeps something else than its log tells"
    case .notVouched: "no release signer vouches for a content manifest"
    case .otherPinnedRoot: "the trusted state does not begin with the root that was pinned"
    case .trustEdited: "the trusted state is not the one that the log tells of"
    case .policyEdited: "the kept policy is not the one that was signed"
    case .foreignBundle: "the bundle is for another site"
    case .otherFingerprint: "the fingerprint is not that of the root"
    case .otherEnrolment: "the centre enrolled another key, epoch or root for this site"
    case .foreignOrder: "an order names another site"
    case .superseded: "a newer bundle was applied before"
    case .unsignedRollback: "an intent goes below the applied version without a signed rollback"
    case .belowFloor: "an intent goes below the lowest version that release signers allow"
    case .tooFewPeople: "setting up a production site needs two people"
    case .removalWaits: "an intent left the desired state; its removal waits for people"
    case .secondPersonMissing: "awaiting second person: too few people have approved this change"
    case .breakGlassWaits:
      "awaiting people: too few have approved that this expired bundle is taken"
    case .reviewWaits: "awaiting people: policy asks for a review before a report leaves"
    case .nothingWaits: "nothing waits for approval"
    case .newerState: "the state was written by a newer program"
    case .noBundle: "no bundle for this site is finished on this medium"
    case .ordersMissing: "orders.tar is not on this medium"
    case .volumesMissing: "volumes are missing on this medium"
    case .mediumNotWritable: "the medium cannot be written"
    case .noSpaceForContent: "there is not enough space for the content"
    case .journalFull: "no space left for the journal"
    case .tooMuchOfSomething: "a limit of the site was passed"
    case .unmappedCollection: "the collection is not among those that policy allows"
    case .beyondPublisherScope: "the scope is wider than the publisher allows"
    case .beyondPolicyCeiling: "the scope is wider than the policy's ceiling"
    case .unknownProgram: "the content has no such program"
    case .sealingDemanded: "policy demands sealed orders and these are plain"
    case .looserPolicy: "the policy is for another site or looser than the built-in bounds"
    case .otherRehearsal: "rehearsal and production do not mix"
    case .rehearsalPlane: "a rehearsal may not drive this distribution point"
    case .otherAcknowledgement: "the centre acknowledges a report that this site did not write"
    case .logCut: "a line of this site's log that the centre holds is not in it"
    case .clockBehind: "the clock of this host is behind a date that was signed before"
    case .epochEnded: "this life of the site has ended: its host was restored from an old copy"
    case .looseMode: "a secret file or folder is open to others"
    case .stateExists: "there is a site in this state folder already"
    case .noState: "there is no site in this state folder"
    case .wrongOption: "an option has a value that cannot be used"
    case .fileExists: "the file is there already"
    case .notEnrolled: "this site has not written its enrolment yet"
    case .journalFailed: "the journal answered with an error"
    }
  }

  package var hint: String {
    switch self {
    case .stateHeld: "wait until the process named is done, then run the command again"
    case .journalBusy: "end what reads journal.sqlite, then run the command again"
    case .contentMissing:
      "run `return` and carry it to the centre: the report names the files, and the next bundle brings them"
    case .workRemains: "see the table of intents; run `apply` again when what it names is there"
    case .pointPending: "wait, then run `apply`"
    case .promiseBroken:
      "run `return` and carry it to the centre: it no longer counts on them then"
    case .journalDamaged, .logBroken, .logDisagrees:
      "stop, keep a copy of the state folder, and restore it from the backup, or enrol the site again"
    case .storedFileAltered:
      "look for who writes to the store; import the bundle again, or bring the file with the next one"
    case .strangerInOrders, .orderDiffers, .manifestDiffers, .contentDiffers, .indexDiffers:
      "keep the medium, call the officer at the centre, and ask for a new export"
    case .notVouched:
      "call the officer at the centre: the exporter names software that was never released"
    case .otherPinnedRoot, .trustEdited, .policyEdited:
      "someone edited the state folder: stop, keep a copy of it, and call the officer"
    case .foreignBundle: "give it back to the courier; nothing of it was kept"
    case .otherFingerprint:
      "compare with the separate paper; when it differs there too, stop and call the centre"
    case .otherEnrolment, .foreignOrder:
      "call the officer at the centre over the second channel before anything else"
    case .superseded: "nothing to do; give the medium back to the courier"
    case .unsignedRollback: "ask the centre for a rollback intent, or for the newer version"
    case .belowFloor: "ask the centre for a version at or above the floor"
    case .tooFewPeople:
      "let two people make a key with `key generate`, and name both with --operator; or use --rehearsal to try the loop"
    case .removalWaits:
      "let each person run `waybill-site approve --key FILE`, then run `waybill-site apply`; without them it stays"
    case .secondPersonMissing:
      "let each person run `waybill-site approve --key FILE` with their own key, then run `waybill-site apply`"
    case .breakGlassWaits:
      "let each person run `waybill-site approve --key FILE`, then run the same `import` again"
    case .reviewWaits:
      "let each person run `waybill-site approve --key FILE`, then run `return` again"
    case .nothingWaits: "run `waybill-site status`, or `import` first"
    case .newerState: "install the newer program again; the state was not touched"
    case .noBundle:
      "point at the folder of the bundle, or ask the courier: it may not be finished where it was written"
    case .ordersMissing, .volumesMissing: "insert the rest, or copy the whole bundle again"
    case .mediumNotWritable: "use another medium, or remove its write protection"
    case .noSpaceForContent, .journalFull:
      "make room on the file system named, then run the command again"
    case .tooMuchOfSomething: "ask the centre for a smaller bundle"
    case .unmappedCollection:
      "ask the centre to map the collection and to sign it into this site's policy"
    case .beyondPublisherScope, .beyondPolicyCeiling:
      "ask the centre for an intent with a narrower scope"
    case .unknownProgram: "ask the centre for an intent with one of the programs named"
    case .sealingDemanded: "ask the centre for a sealed export, or for a policy with sealing none"
    case .looserPolicy: "call the officer at the centre; the last good policy stays"
    case .otherRehearsal: "use the root of the same kind of centre"
    case .rehearsalPlane: "set up a production site to drive a real ConfigMgr site"
    case .clockBehind:
      "set the clock right; until then the newest signed date counts as now, and nothing was refused for it"
    case .epochEnded:
      "keep this folder; set the site up anew beside it: `waybill-site init --restored-from EPOCH`, then `enrol`"
    case .otherAcknowledgement, .logCut:
      "stop: this host may have been restored from an old copy; call the officer at the centre"
    case .looseMode:
      "set mode 0600 for the file, 0700 for the folder, and find out who could read it"
    case .stateExists: "use another --state folder"
    case .noState: "run `waybill-site init` first, or name the folder with --state"
    case .wrongOption: "see --help of the command"
    case .fileExists: "name a file that does not exist yet"
    case .notEnrolled: "run `enrol` and bring the file to the centre first"
    case .journalFailed:
      "check disk and permissions of the state folder, then run the command again"
    }
  }
}
