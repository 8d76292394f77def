// SPDX-License-Identifier: Apache-2.0

extension AdditiveControl {
  /// Puts the plain bytes together. The streams have the lengths that `operations` were checked against.
  func join(
    _ differences: UnsafeRawBufferPointer, _ literals: UnsafeRawBufferPointer,
    _ reference: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) {
    var (at, cursor, difference, literal) = (0, 0, 0, 0)
    for operation in operations {
      let copied = operation.copied
      add(
        UnsafeRawBufferPointer(rebasing: differences[difference..<difference + copied]),
        UnsafeRawBufferPointer(rebasing: reference[cursor..<cursor + copied]),
        into: UnsafeMutableRawBufferPointer(rebasing: target[at..<at + copied]))
      at += copied
      difference += copied
      UnsafeMutableRawBufferPointer(rebasing: target[at..<at + operation.literal])
        .copyMemory(
          from: UnsafeRawBufferPointer(rebasing: literals[literal..<literal + operation.literal]))
      at += operation.literal
      literal += operation.literal
      cursor += copied + operation.seek
    }
  }

  private func add(
    _ difference: UnsafeRawBufferPointer, _ old: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) {
    guard let difference = difference.baseAddress, let old = old.baseAddress,
      let out = target.baseAddress
    else { return }
    for index in 0..<target.count {
      out.storeBytes(
        of: old.byte(index) &+ difference.byte(index), toByteOffset: index, as: UInt8.self)
    }
  }
}
