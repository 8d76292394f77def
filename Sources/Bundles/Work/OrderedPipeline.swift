// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
package import Intents

/// Does work on both cores and hands the results on in the order of the jobs.
///
/// The calling thread makes jobs and takes results, `workers` threads do the work between. At most `ahead` jobs are
/// between the two ends, so what they hold stays bounded. The first refusal, a signal to end too, ends everything and is
/// thrown, with no thread left behind.
package struct OrderedPipeline<Job: Sendable, Output: Sendable> {
  private let workers: Int
  private let ahead: Int

  /// - Parameters:
  ///   - workers: threads that work; two cores are what Waybill is made for.
  ///   - ahead: jobs made and not taken yet, at most.
  package init(workers: Int = 2, ahead: Int = 8) {
    precondition(workers > 0 && ahead >= workers, "every worker can have a job")
    self.workers = workers
    self.ahead = ahead
  }

  /// - Parameters:
  ///   - makeWorker: called once on each working thread; what it returns does one job after the other there.
  ///   - next: makes jobs, on the calling thread; nil ends them.
  ///   - take: gets each result, in order, on the calling thread.
  package func run(
    makeWorker: @Sendable () throws(Refusal) -> ((Job) throws(Refusal) -> Output),
    next: () throws(Refusal) -> Job?, take: (Output) throws(Refusal) -> Void
  ) throws(Refusal) {
    let belt = Belt<Job, Output>()
    // The closure outlives no thread: every thread has ended when this returns.
    withoutActuallyEscaping(makeWorker) { makeWorker in
      let threads = DispatchGroup()
      let queue = DispatchQueue(label: "waybill.pipeline", attributes: .concurrent)
      for _ in 0..<workers { queue.async(group: threads) { belt.work(makeWorker) } }
      do throws(Refusal) {
        try feed(belt, next, take)
      } catch {
        belt.fail(error)
      }
      threads.wait()
    }
    if let refusal = belt.refusal { throw refusal }
  }

  private func feed(
    _ belt: Belt<Job, Output>, _ next: () throws(Refusal) -> Job?,
    _ take: (Output) throws(Refusal) -> Void
  ) throws(Refusal) {
    while true {
      try Interruption.check()
      switch belt.step(ahead: ahead) {
      case .take(let output): try take(output)
      case .make:
        if let job = try next() { belt.add(job) } else { belt.complete() }
      case .end: return try Interruption.check()
      }
    }
  }
}

/// What lies between the ends of a pipeline.
private final class Belt<Job: Sendable, Output: Sendable>: @unchecked Sendable {
  // Unchecked: everything below is only touched while the condition is locked.

  enum Step {
    case take(Output)
    case make
    case end
  }

  private let condition = NSCondition()
  private var waiting: [(number: Int, job: Job)] = []
  private var done: [Int: Output] = [:]
  private var made = 0
  private var taken = 0
  private var isComplete = false
  private var failure: Refusal?

  var refusal: Refusal? { condition.withLock { failure } }

  /// What the calling thread does next: results come first, so that their memory goes soon.
  func step(ahead: Int) -> Step {
    condition.withLock {
      while failure == nil {
        if let output = done.removeValue(forKey: taken) {
          taken += 1
          return .take(output)
        }
        if !isComplete, made - taken < ahead { return .make }
        if isComplete, taken == made { return .end }
        condition.wait()
      }
      return .end
    }
  }

  func add(_ job: Job) {
    condition.withLock {
      waiting.append((made, job))
      made += 1
      condition.broadcast()
    }
  }

  func complete() {
    condition.withLock {
      isComplete = true
      condition.broadcast()
    }
  }

  func fail(_ refusal: Refusal) {
    condition.withLock {
      failure = failure ?? refusal
      waiting.removeAll()
      done.removeAll()
      condition.broadcast()
    }
  }

  func work(_ makeWorker: () throws(Refusal) -> ((Job) throws(Refusal) -> Output)) {
    do throws(Refusal) {
      let work = try makeWorker()
      while let (number, job) = nextJob() { finish(number, try work(job)) }
    } catch {
      fail(error)
    }
  }

  private func nextJob() -> (Int, Job)? {
    condition.withLock {
      while waiting.isEmpty, !isComplete, failure == nil { condition.wait() }
      return failure != nil || waiting.isEmpty ? nil : waiting.removeFirst()
    }
  }

  private func finish(_ number: Int, _ output: Output) {
    condition.withLock {
      if failure == nil { done[number] = output }
      condition.broadcast()
    }
  }
}
