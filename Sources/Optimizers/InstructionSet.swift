import Lanes
import Platform
import Schedules
import StepAVX2
import StepAVX512
import StepBaseline
import StepBody
import Synchronization

/// A variable of the environment.
func environment(_ name: StaticString) -> UTF8Text? {
  getenv(UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
    .map { UTF8Text(cString: $0) }
}

/// Which of the kernels' instruction sets is in use.
public enum InstructionSet {
  /// Every table this machine can run, widest first. A table that it cannot
  /// run is not even made: making it could take that instruction set, too.
  static let runnable: [StepTable] =
    (lanes_has_avx512() != 0 ? [.avx512()] : [])
    + (lanes_has_avx2() != 0 ? [.avx2()] : [])
    + [.baseline()]

  /// What a program chose: an index into `runnable`, or −1.
  private static let chosen = Atomic<Int>(-1)

  /// What the environment or the machine chose, looked up once.
  private static let initial: Result<Int, Refusal> = {
    guard let value = environment("SCHED_ISA"), !value.isEmpty else { return .success(0) }
    do throws(Refusal) {
      return .success(try index(value, "SCHED_ISA"))
    } catch {
      return .failure(error)
    }
  }()

  private static func index(_ name: UTF8Text, _ argument: UTF8Text) throws(Refusal) -> Int {
    for (i, table) in runnable.enumerated() where same(name, table.name) { return i }
    throw Refusal(
      .instructionSet, argument, value: name.isEmpty ? "''" : name,
      accepted: .list(runnable.count) { "\(runnable[$0].name)" })
  }

  /// The kernels in use. Throws when `SCHED_ISA` names a set that this machine
  /// has not.
  static func table() throws(Refusal) -> StepTable {
    let index = chosen.load(ordering: .relaxed)
    return runnable[index >= 0 ? index : try initial.get()]
  }

  /// "baseline", "avx2" or "avx512": the widest of the machine, unless the
  /// environment's `SCHED_ISA` names another.
  public static func name() throws(Refusal) -> StaticString { try table().name }

  /// Chooses another from now on; `nil` for what it was at first.
  public static func choose(_ name: String?) throws(Refusal) {
    try choose(utf8: name.map { UTF8Text($0.utf8) })
  }

  /// ``choose(_:)``, for C.
  public static func choose(utf8 name: UTF8Text?) throws(Refusal) {
    chosen.store(
      try name.map { (name) throws(Refusal) in try index(name, "name") } ?? -1, ordering: .relaxed)
  }
}
