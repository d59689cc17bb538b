import Platform
import Schedules
import Synchronization

/// How many threads a step may use, and the threads.
///
/// One pool, made at first use. Its threads sleep between steps; a child of
/// `fork`, which has none of them, makes its own.
public enum Threads {
  public static let limit = 1024

  /// What a program asked for; 0 for the environment's or the machine's.
  private static let asked = Atomic<Int>(0)

  private static let initial: Int = {
    if let count = environment("SCHED_NUM_THREADS")?.integer, (1...limit).contains(count) {
      return count
    }
    return min(limit, Int(platform_processors()))
  }()

  /// How many threads a step may use, the caller's included.
  public static var count: Int {
    let asked = asked.load(ordering: .relaxed)
    return asked > 0 ? asked : initial
  }

  /// Asks for 1 to 1024, or with 0 for what it was at first. Fewer than before
  /// ends the threads there are; the next step makes its own.
  public static func choose(_ count: Int) throws(Refusal) {
    let accepts = Integers(0, limit)
    guard accepts.contains(count) else {
      throw Refusal(.range, "threads", value: "\(count)", accepted: accepts.text)
    }
    asked.store(count, ordering: .relaxed)
    Pool.shared.resize(Self.count - 1)
  }

  /// Calls `work` with every share's number from 0, the caller doing the
  /// first; returns when all are done. When the pool is busy with another
  /// caller's step, this caller does all of them itself.
  static func run(_ shares: Int, _ work: (Int) -> Void) {
    guard shares > 1 else { return work(0) }
    withoutActuallyEscaping(work) { work in
      if !Pool.shared.run(shares, work) {
        for share in 0..<shares { work(share) }
      }
    }
  }
}

/// Threads that wait for shares of a job.
private final class Pool: @unchecked Sendable {
  static let shared = Pool()

  /// Held by the caller whose job it is.
  private let busy = Mutex()
  /// Guards all that follows.
  private let lock = Mutex()
  private let wake = Condition()
  private let done = Condition()

  private var threads: [pthread_t] = []
  private var isEnding = false
  private var job: ((Int) -> Void)?
  private var shares = 0
  private var nextShare = 0
  private var unfinished = 0
  /// Whether there are unfinished ones, for a look without the lock.
  private let isUnfinished = Atomic<Bool>(false)

  private init() {
    // Before any thread of the child's can come here.
    pthread_atfork(nil, nil) { Pool.shared.forget() }
  }

  /// False when another caller is using the pool.
  func run(_ shares: Int, _ work: @escaping (Int) -> Void) -> Bool {
    guard busy.tryLock() else { return false }
    defer { busy.unlock() }
    lock.lock()
    if threads.count < shares - 1 { start(shares - 1) }
    (job, self.shares, nextShare, unfinished) = (work, shares, 1, shares - 1)
    isUnfinished.store(true, ordering: .relaxed)
    lock.unlock()
    wake.broadcast()

    work(0)

    // Whatever no thread has begun, the caller takes itself: a pool that got
    // fewer threads than it asked for still finishes.
    lock.lock()
    while takeShare() {}
    if unfinished > 0 {
      lock.unlock()
      lookForTheEnd()
      lock.lock()
    }
    while unfinished > 0 { done.wait(lock) }
    job = nil
    lock.unlock()
    return true
  }

  /// Looks for some tens of microseconds: sleeping and waking take as long, and shares
  /// end almost together.
  private func lookForTheEnd() {
    var left = 1_024
    while left > 0 && isUnfinished.load(ordering: .relaxed) {
      platform_pause()
      left -= 1
    }
  }

  /// Ends the threads when there are more than `count`.
  func resize(_ count: Int) {
    busy.lock()
    defer { busy.unlock() }
    guard threads.count > count else { return }
    lock.lock()
    isEnding = true
    wake.broadcast()
    lock.unlock()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
    isEnding = false
  }

  /// With the lock held: does one share, if there is one; false if not.
  private func takeShare() -> Bool {
    guard let job, nextShare < shares else { return false }
    let share = nextShare
    nextShare += 1
    lock.unlock()
    job(share)
    lock.lock()
    unfinished -= 1
    if unfinished == 0 {
      isUnfinished.store(false, ordering: .relaxed)
      done.broadcast()
    }
    return true
  }

  private func serve() {
    lock.lock()
    while !isEnding {
      if !takeShare() { wake.wait(lock) }
    }
    lock.unlock()
  }

  private func start(_ count: Int) {
    // Signals are the program's; no handler of its runs on our threads.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    while threads.count < count {
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { pool in
          Unmanaged<Pool>.fromOpaque(pool!).takeUnretainedValue().serve()
          return nil
        }, Unmanaged.passUnretained(self).toOpaque())
      guard status == 0 else { break }
      threads.append(thread)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  /// In a child of fork, the threads are gone and the locks may be held by
  /// them: both are made anew.
  private func forget() {
    busy.reset()
    lock.reset()
    wake.reset()
    done.reset()
    threads = []
    isEnding = false
    job = nil
    (shares, nextShare, unfinished) = (0, 0, 0)
  }
}

private final class Mutex {
  let handle = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  init() { reset() }
  func reset() { pthread_mutex_init(handle, nil) }
  func lock() { pthread_mutex_lock(handle) }
  func tryLock() -> Bool { pthread_mutex_trylock(handle) == 0 }
  func unlock() { pthread_mutex_unlock(handle) }
}

private final class Condition {
  let handle = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  init() { reset() }
  func reset() { pthread_cond_init(handle, nil) }
  func broadcast() { pthread_cond_broadcast(handle) }
  func wait(_ mutex: Mutex) { pthread_cond_wait(handle, mutex.handle) }
}
