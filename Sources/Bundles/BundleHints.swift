// SPDX-License-Identifier: Apache-2.0
import Intents

extension BundleReason {
  package var hint: String {
    switch self {
    case .interrupted: "run the same command again: it goes on where that is safe, or starts anew"
    case .notRegular: "links, devices and pipes are never read: copy the real file there"
    case .listingLayout, .papersForm, .waybillInvalid, .archiveForm, .indexInvalid, .sumsForm:
      "the file is damaged or was not made by Waybill: copy the medium again, "
        + "or ask the sender for a new one"
    case .papersEntries:
      "keep the medium as evidence and ask the sender for a new export of this bundle"
    case .blockDamaged, .fileDamaged, .frameDamaged:
      "insert the medium again, or a second copy of the same bundle; keep the damaged one, "
        + "and ask what scanned or copied it on the way"
    case .papersNewer, .formatNewer, .encodingUnknown:
      "install the newer agent that the sender names, then run the command again"
    case .mediumUnreadable: "insert the medium again, or use another one"
    case .pieceShort, .pieceMissing, .frameMissing:
      "insert the medium that holds the rest, or ask the courier for a second copy"
    case .mediumForgets: "throw this medium away and write the bundle to another one"
    case .noSpace: "make room on the file system named, then run the command again"
    case .tooManyEntries, .searchTooWide: "point the command at the folder of the bundle itself"
    case .fileTooLarge: "the file is not what it should be: ask the sender for a new one"
    case .lineTooLong, .papersTooLarge, .valueAboveLimit, .frameForbidden:
      "this is not what Waybill writes: keep the medium and call the sender"
    case .bundleThere: "use the bundle that is there, or another folder"
    case .folderNotEmpty: "name a folder that does not exist yet"
    case .fileFailed:
      "check the permissions and the mount of the path named, then run the command again"
    case .machineFailed:
      "check the disk that holds the path named and the limits of this machine, then run again"
    case .libraryFailed: "run the command again; if it stays so, report it with this message"
    }
  }
}
