// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Intents

/// Hands bytes, in order, to a thread of its own: what makes them and what takes them run side by side, with a
/// bounded number of bytes between. The thread begins with the first buffer that is full; less than that is taken where
/// it is made. The first refusal is thrown by the next call.
final class ByteLane {
  typealias Consumer = @Sendable (UnsafeRawBufferPointer) throws(Refusal) -> Void

  /// Bytes of a buffer, and how many of them there are.
  private static let length = 1 << 20
  private static let buffers = 4

  private let consumer: Consumer
  private let queue = BufferQueue()
  private let thread = DispatchGroup()
  private var hasBegun = false
  private var made = 0
  private var open: StreamBuffer?
  private var used = 0

  init(to consumer: @escaping Consumer) { self.consumer = consumer }

  deinit { stop() }

  func write(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    var rest = bytes
    while !rest.isEmpty {
      let buffer = try current()
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(buffer.bytes.count - used))
      UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[used...]).copyMemory(from: part)
      used += part.count
      if used == buffer.bytes.count { send(buffer) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
    }
  }

  /// Returns when everything was taken.
  func finish() throws(Refusal) {
    if let open, used > 0 {
      if hasBegun {
        send(open)
      } else {
        try consumer(UnsafeRawBufferPointer(rebasing: open.bytes[..<used]))
      }
    }
    open = nil
    queue.end()
    thread.wait()
    if let refusal = queue.refusal { throw refusal }
  }

  /// Leaves what was not taken, and returns when the thread has ended.
  func stop() {
    queue.give(up: nil)
    thread.wait()
  }

  private func current() throws(Refusal) -> StreamBuffer {
    if let open { return open }
    used = 0
    if made < ByteLane.buffers {
      made += 1
      open = StreamBuffer(count: ByteLane.length)
    } else {
      open = queue.nextFree()
    }
    guard let open else { throw queue.refusal ?? ByteLane.ended }
    return open
  }

  private func send(_ buffer: StreamBuffer) {
    queue.add(buffer, used)
    open = nil
    guard !hasBegun else { return }
    hasBegun = true
    let (queue, consumer) = (queue, consumer)
    DispatchQueue(label: "waybill.lane").async(group: thread) {
      while let (buffer, used) = queue.nextFull() {
        do throws(Refusal) {
          try consumer(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<used]))
          queue.free(buffer)
        } catch {
          queue.give(up: error)
        }
      }
    }
  }

  private static let ended = Refusal(
    BundleReason.machineFailed, "write", seen: "a lane that was stopped", expected: "an open one")
}

/// The buffers on their way, there and back.
private final class BufferQueue: @unchecked Sendable {
  // Unchecked: everything below is only touched while the condition is locked, and a buffer by one side at a time.

  private let condition = NSCondition()
  private var full: [(buffer: StreamBuffer, used: Int)] = []
  private var empty: [StreamBuffer] = []
  private var isEnded = false
  private var hasFailed = false
  private var failure: Refusal?

  var refusal: Refusal? { condition.withLock { failure } }

  func add(_ buffer: StreamBuffer, _ used: Int) { change { full.append((buffer, used)) } }
  func free(_ buffer: StreamBuffer) { change { empty.append(buffer) } }
  func end() { change { isEnded = true } }

  func give(up refusal: Refusal?) {
    change {
      failure = failure ?? refusal
      hasFailed = true
      full.removeAll()
    }
  }

  /// Nil behind the last, or when there is nobody to take any.
  func nextFull() -> (StreamBuffer, Int)? {
    condition.withLock {
      while full.isEmpty, !isEnded, !hasFailed { condition.wait() }
      return hasFailed || full.isEmpty ? nil : full.removeFirst()
    }
  }

  /// Nil when there is nobody who would free one.
  func nextFree() -> StreamBuffer? {
    condition.withLock {
      while empty.isEmpty, !hasFailed { condition.wait() }
      return hasFailed ? nil : empty.removeLast()
    }
  }

  private func change(_ body: () -> Void) {
    condition.withLock {
      body()
      condition.broadcast()
    }
  }
}
