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
    if asked > 0 { return asked }
    return team.load(ordering: .relaxed) == 0 ? initial : min(initial, members)
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

  /// A program's threads: calls a function with a pointer on so many of them, the
  /// caller's among them, and returns when all calls have. The last is 0.
  public typealias Team =
    @convention(c) (
      (@convention(c) (UnsafeMutableRawPointer?) -> Void)?, UnsafeMutableRawPointer?, UInt32, UInt32
    ) -> Void

  /// A team's address, if there is one, and its size.
  private static let team = Atomic<UInt>(0)
  private static let size = Atomic<Int>(0)
  private static var members: Int { size.load(ordering: .relaxed) }

  /// From now on a team of that many for what needs no more; nil for the pool's own.
  public static func borrow(_ team: Team?, _ members: Int = 0) throws(Refusal) {
    let accepts = Integers(1, limit)
    guard team == nil || accepts.contains(members) else {
      throw Refusal(.range, "threads", value: "\(members)", accepted: accepts.text)
    }
    if team != nil { size.store(members, ordering: .relaxed) }
    Self.team.store(team.map { unsafeBitCast($0, to: UInt.self) } ?? 0, ordering: .relaxed)
  }

  /// A child of fork has none of a program's threads.
  fileprivate static func forget() { team.store(0, ordering: .relaxed) }

  /// Calls `work` with every share's number from 0, the caller doing the
  /// first; returns when all are done. When the pool is busy with another
  /// caller's step, this caller does all of them itself.
  static func run(_ shares: Int, _ work: (Int) -> Void) {
    guard shares > 1 else { return work(0) }
    let (team, members) = (team.load(ordering: .relaxed), members)
    withoutActuallyEscaping(work) { work in
      let isDone =
        team == 0 || shares > members
        ? Pool.shared.run(shares, work)
        : Pool.shared.run(shares, work, on: unsafeBitCast(team, to: Team.self), members)
      if !isDone {
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

  /// The same on a program's threads: all of them, as OpenMP would end those of which
  /// it is not asked.
  func run(
    _ shares: Int, _ work: @escaping (Int) -> Void, on team: Threads.Team, _ members: Int
  ) -> Bool {
    guard busy.tryLock() else { return false }
    defer { busy.unlock() }
    let job = BorrowedJob(shares, work)
    team(
      { Unmanaged<BorrowedJob>.fromOpaque($0!).takeUnretainedValue().takeShares() },
      Unmanaged.passUnretained(job).toOpaque(), UInt32(members), 0)
    // Whatever calls there were.
    job.takeShares()
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
    Threads.forget()
    threads = []
    isEnding = false
    job = nil
    (shares, nextShare, unfinished) = (0, 0, 0)
  }
}

/// Shares for a program's threads, each of which takes one after the other.
private final class BorrowedJob: @unchecked Sendable {
  private let shares: Int
  private let work: (Int) -> Void
  private let caller = pthread_self()
  private let isFirstTaken = Atomic<Bool>(false)
  private let next = Atomic<Int>(1)

  init(_ shares: Int, _ work: @escaping (Int) -> Void) { (self.shares, self.work) = (shares, work) }

  /// The caller begins with the first, so that with two threads each finds in its
  /// cache what it had in the step before.
  func takeShares() {
    if pthread_equal(pthread_self(), caller) != 0 { takeFirst() }
    while true {
      let share = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard share < shares else { break }
      work(share)
    }
    takeFirst()
  }

  private func takeFirst() {
    if !isFirstTaken.exchange(true, ordering: .relaxed) { work(0) }
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
