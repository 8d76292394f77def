// SPDX-License-Identifier: Apache-2.0
import Intents

/// Why this module refuses. Numbers 50 to 59 of each exit code are Distribution's.
package enum DistributionReason: String, CaseIterable, RefusalReason {
  case contentDiffers = "WB1050"
  case recordDamaged = "WB1051"
  case libraryDisagrees = "WB1052"
  case noSpace = "WB2150"
  case idsExhausted = "WB2250"
  case unavailable = "WB3050"
  case busy = "WB3051"
  case refused = "WB3150"
  case foreignLibrary = "WB3151"
  case nameRefused = "WB3152"
  case keyReused = "WB3153"
  case inUse = "WB3154"
  case unknownObject = "WB3155"
  case deviceListMalformed = "WB3156"
  case signInRefused = "WB3157"
  case answerMalformed = "WB3158"
  case serverUntrusted = "WB3159"
  case wrongLibrary = "WB3250"
  case rightsRefused = "WB3251"
  case wrongSite = "WB3252"
  case foreignObject = "WB3253"
  case stampTwice = "WB3254"
  case valueRefused = "WB3255"
  case redirected = "WB3256"
  case collectionRefused = "WB3257"

  package var summary: String {
    switch self {
    case .contentDiffers: "bytes handed to the distribution point are not those of the manifest"
    case .recordDamaged: "a record of the content library is damaged"
    case .libraryDisagrees: "the tree does not agree with the layout known to public readers"
    case .noSpace: "the distribution point has too little space for the content"
    case .idsExhausted: "the content library has no number left for a new object"
    case .unavailable: "the distribution point cannot be reached"
    case .busy: "another process works on the distribution point"
    case .refused: "the distribution point refused an operation for good"
    case .foreignLibrary: "the folder is a content library that Waybill did not create"
    case .nameRefused: "the distribution point cannot hold a file of this name"
    case .keyReused: "a correlation id comes again with other content"
    case .inUse: "the object is still used"
    case .unknownObject: "the distribution point knows no such object"
    case .deviceListMalformed: "a line of the device list is not of the documented form"
    case .signInRefused: "the site server does not take the account of this host"
    case .answerMalformed: "an answer of the site server is not of the documented form"
    case .serverUntrusted: "the site server's certificate is not one that was pinned"
    case .wrongLibrary: "the folder belongs to another distribution point"
    case .rightsRefused: "the account's role or scope at the site does not allow it"
    case .wrongSite: "another ConfigMgr site answers"
    case .foreignObject: "an object of this name is there that Waybill did not make"
    case .stampTwice: "two objects carry the stamp of one"
    case .valueRefused: "a value is not of the characters that may reach a query or a script"
    case .redirected: "the site server sends on to another address"
    case .collectionRefused: "the collection is not one that may be deployed to"
    }
  }

  package var hint: String {
    switch self {
    case .contentDiffers:
      "the staged file changed after it was verified: find out who wrote to it, then import again"
    case .recordDamaged:
      "someone edited the folder waybill of the library: restore it from a backup, or make a new library"
    case .libraryDisagrees:
      "run `apply --recheck` for content that Waybill manages; ask who changed the tree for any other"
    case .noSpace: "make room on the file system of the library, then run the command again"
    case .idsExhausted: "make a new library with another site code"
    case .unavailable: "check that the disk or share is mounted and healthy, then run again"
    case .busy: "wait until the other command has ended, then run again"
    case .refused: "read what was seen, correct it at the distribution point, then run again"
    case .foreignLibrary:
      "choose an empty folder: a production content library must never be written to"
    case .nameRefused: "ask the centre for a release whose file names Windows can hold"
    case .keyReused: "ask the centre for a new revision of the intent"
    case .inUse: "remove the deployments that use it first"
    case .unknownObject: "apply the intent first, then ask again"
    case .deviceListMalformed: "correct the line named in devices.ndjson, then run again"
    case .signInRefused:
      "check the Kerberos ticket, that the account is an administrative user of the site, and that the server does not demand Extended Protection"
    case .answerMalformed:
      "look whether a proxy or portal answers instead; the texts are in AdminService.log and SMS_REST_PROVIDER.log"
    case .serverUntrusted:
      "find out who answers at this address before anything else; pin the site's new authority only when it is known"
    case .wrongLibrary: "check the folder and the site code in the configuration of the site"
    case .rightsRefused: "have a full administrator look at the role and scope of the account"
    case .wrongSite: "check address and site code in the configuration of the site"
    case .foreignObject:
      "rename or remove the object at the site, or have the centre choose another name: nothing is adopted"
    case .stampTwice:
      "find out who copied the object, and remove the copy; nothing is changed meanwhile"
    case .valueRefused: "ask the centre for a release whose names are of the plain characters named"
    case .redirected: "find out who answers at this address; it is never followed"
    case .collectionRefused: "correct the collection at the site, or have the centre choose another"
    }
  }
}
