// All that is cut among threads, several pieces at once, for the thread sanitizer: it
// ends this with a status of its own where two threads meet unguarded.
import Dispatch
import Sched

/// Two shares of a step, and an element.
let length = 2 * 131_072 + 1
let ramp = (0..<length).map { Float($0 &* 7919 % 1009) / 100 - 5 }

/// What becomes of an array in a step or two.
func stepped<O: Optimizer>(
  _ optimizer: O, times: Int = 1, rows: Int = 0, columns: Int = 0
) throws -> [Float] {
  let start = rows == 0 ? ramp : Array(ramp[..<(rows * columns)])
  var (param, state) = (start, O.State())
  for _ in 0..<times {
    try optimizer.step(&param, start, &state, rows: rows, columns: columns)
  }
  return param
}

/// Several arrays, whose states are kept, with all that options ask for.
func owned() throws -> [Float] {
  let optim = Optim<Float>()
  try optim.add(SGD(), sizes: [length], copy: .bf16, average: true, accumulated: true)
  try optim.add(Lion(), sizes: [3], state: .q8)
  var params = [ramp, [1, 2, 3]]
  var options = StepOptions()
  (options.maxNorm, options.skipsNonfinite, options.averageWeight) = (1, true, 0.5)
  try optim.step(&params, [ramp, [1, 1, 1]], options)
  return params[0] + params[1]
}

func searched() throws -> [Float] {
  var (param, state, lbfgs) = (ramp, LBFGSState<Float>(), LBFGS())
  (lbfgs.maxIter, lbfgs.historySize) = (2, 1)
  try lbfgs.step(&param, &state) { param, grad in
    grad = param
    return 1
  }
  return param
}

var orthogonal = Muon()
orthogonal.nsSteps = 1
let muon = orthogonal

let works: [@Sendable () throws -> [Float]] = [
  { try stepped(AdamW(), times: 2) },
  { try stepped(LAMB()) },
  { try stepped(Adafactor(), rows: 512, columns: 512) },
  { try stepped(muon, rows: 256, columns: 256) },
  { try owned() },
  { try searched() },
  { [Float(try Norms.of(ramp)), Float(try Norms.dot(ramp, ramp))] },
]

try Threads.choose(1)
let alone = try works.map { try $0() }
try Threads.choose(3)
// One thread more than there is work: it changes the pool's size and the instruction
// set, which change no bits.
DispatchQueue.concurrentPerform(iterations: works.count + 1) { i in
  do {
    if i < works.count {
      let found = try works[i]()
      precondition(found == alone[i], "other bits than alone: \(i)")
    } else {
      for k in 0..<100 {
        try Threads.choose(1 + k % 4)
        try InstructionSet.choose(k % 2 == 0 ? "baseline" : nil)
      }
    }
  } catch {
    fatalError("\(error)")
  }
}

// On a program's own threads, one kind after the other.
try Threads.borrow(
  { work, data, threads, _ in
    nonisolated(unsafe) let data = data
    DispatchQueue.concurrentPerform(iterations: Int(threads)) { _ in work?(data) }
  }, 3)
try Threads.choose(3)
for (i, work) in works.enumerated() {
  let found = try work()
  precondition(found == alone[i], "other bits on a team: \(i)")
}
print("\(works.count) kinds of work at once: no races")
