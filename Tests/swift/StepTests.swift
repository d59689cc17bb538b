import Sched
import Testing

/// What doubles become, by way of floats, and what they are then.
private protocol Rounded: ParameterElement {
  init(rounding wide: Double)
  var wide: Double { get }
}

extension Double: Rounded {
  init(rounding wide: Double) { self = wide }
  var wide: Double { self }
}

extension Float: Rounded {
  init(rounding wide: Double) { self.init(wide) }
  var wide: Double { Double(self) }
}

extension BFloat16: Rounded {
  init(rounding wide: Double) { self.init(Float(wide)) }
  var wide: Double { Double(Float(self)) }
}

#if !(os(macOS) && arch(x86_64))
  extension Float16: Rounded {
    init(rounding wide: Double) { self.init(Float(wide)) }
    var wide: Double { Double(self) }
  }
#endif

/// Serial: which instruction set and how many threads is the process's.
@Suite("Optimizer steps", .serialized)
struct StepTests {
  static let vectors = Vector.all("steps.txt") + Vector.all("keras_steps.txt")

  /// What a vector steps with.
  static func kind(_ vector: Vector) -> any Optimizer.Type {
    switch vector.text("kind") {
    case "adamw": AdamW.self
    case "sgd": SGD.self
    case "adam": Adam.self
    case "adagrad": Adagrad.self
    case "adadelta": Adadelta.self
    case "rmsprop": RMSprop.self
    case "adamax": Adamax.self
    case "nadam": NAdam.self
    case "radam": RAdam.self
    case "asgd": ASGD.self
    case "lamb": LAMB.self
    case "lion": Lion.self
    case "adafactor": Adafactor.self
    case "muon": Muon.self
    case "sparse_adam": SparseAdam.self
    default: Rprop.self
    }
  }

  /// An optimizer with a vector's settings.
  static func optimizer<O: Optimizer>(_: O.Type, _ vector: Vector) throws -> O {
    // C's struct, from the settings in its order: numbers, then flags.
    var bytes: [UInt8] = []
    let flags = [
      "amsgrad", "maximize", "nesterov", "centered", "decoupled_weight_decay", "lr_in_velocity",
      "eps_in_root", "eps_in_denominator", "epsilon_hat", "bias_correction", "ns_steps",
      "match_rms_adamw",
    ]
    for pair in vector.text("hyper").split(separator: " ") {
      let sides = pair.split(separator: "=")
      let value = try #require(Double(sides[1]))
      if flags.contains(String(sides[0])) {
        withUnsafeBytes(of: Int32(value)) { bytes += $0 }
      } else {
        withUnsafeBytes(of: value) { bytes += $0 }
      }
    }
    // Flags that the peer has not, which are the last.
    bytes += [UInt8](repeating: 0, count: 32)
    var optimizer = O()
    bytes.withUnsafeBytes {
      var declaration = Declaration(O.name, reading: $0.baseAddress)
      optimizer.describe(&declaration)
    }
    return optimizer
  }

  /// Runs a vector's steps; the parameters and the states, by their names.
  static func run(_ vector: Vector) throws -> [String: [Float]] {
    let kind = kind(vector)
    return try run(kind, vector)
  }

  static func run<O: Optimizer>(_: O.Type, _ vector: Vector) throws -> [String: [Float]] {
    let optimizer = try optimizer(O.self, vector)
    var param = try #require(vector.floats("param").first)
    var state = O.State()
    let (rows, columns) = shape(vector)
    for grad in vector.floats("grad") {
      try optimizer.step(&param, grad, &state, rows: rows, columns: columns)
    }
    var result = ["param32": param]
    for name in state.names { result["\(name)32"] = state["\(name)"] }
    return result
  }

  /// Rows and columns of its matrices; 0 of a vector.
  static func shape(_ vector: Vector) -> (rows: Int, columns: Int) {
    let numbers = vector.integers("shape") + [0, 0]
    return (numbers[0], numbers[1])
  }

  /// How far an element of Muon's may be off: elements of up to 1 that were
  /// bfloat16s several times, to two of their ulps.
  static func muonBound(_ vector: Vector, _ lr: Double) -> Double {
    let (rows, columns) = shape(vector)
    let scale =
      vector.text("hyper").contains("match_rms_adamw=1")
      ? 0.2 * Double(max(rows, columns)).squareRoot()
      : max(1, Double(rows) / Double(columns)).squareRoot()
    return lr * scale * 0x1p-6
  }

  /// Each step rounds the parameter once, half an ulp, and the update a few
  /// times more. Where the terms of the first moment cancel, its error is one
  /// of their ulps, not of the small difference's: an Adam step of about lr is
  /// then off by ulps of lr. What torch's own float32 step loses is allowed on
  /// top: it is of the inputs, not of the order of operations.
  @Test(
    "come as near the peer's float64 answer as its float32 one, and an ulp a step",
    arguments: vectors)
  func accuracy(_ vector: Vector) throws {
    let start = try #require(vector.floats("param").first)
    try Self.expectNear(vector, try #require(Self.run(vector)["param32"]), from: start)
  }

  static func expectNear(_ vector: Vector, _ ours: [Float], from start: [Float]) throws {
    let torch = try #require(vector.floats("param32").first)
    // Absent where float32 cannot hold what float64 can.
    let exact = vector.doubles("param64") ?? torch.map(Double.init)
    let steps = Double(vector.floats("grad").count)
    let lr = vector.text("hyper").split(separator: " ").first { $0.hasPrefix("lr=") }!
    let isMuon = vector.text("kind") == "muon"
    let stride =
      isMuon
      ? muonBound(vector, Double(lr.dropFirst(3))!) : Double(Float(lr.dropFirst(3))!.ulp)
    for i in ours.indices {
      if !exact[i].isFinite || !torch[i].isFinite {
        #expect(ours[i].isNaN == torch[i].isNaN, "element \(i)")
        #expect(ours[i].isNaN || ours[i] == torch[i], "element \(i): \(ours[i]) ≠ \(torch[i])")
        continue
      }
      let ulp = Double(max(abs(Float(exact[i])), abs(start[i]), abs(torch[i])).ulp)
      let bound =
        abs(Double(torch[i]) - exact[i]) + (steps / 2 + 2) * ulp
        + (vector.text("kind") == "sgd" ? 0 : steps * stride)
      #expect(abs(Double(ours[i]) - exact[i]) <= bound, "element \(i)")
    }
  }

  @Test("give the same bits on every instruction set and number of threads", arguments: vectors)
  func bits(_ vector: Vector) throws {
    var first: [String: [UInt32]]?
    for name in ["baseline", "avx2", "avx512"] {
      guard (try? InstructionSet.choose(name)) != nil else { continue }
      defer { try! InstructionSet.choose(nil) }
      #expect(try "\(InstructionSet.name())" == name)
      let bits = try Self.run(vector).mapValues { $0.map(\.bitPattern) }
      #expect(bits == first ?? bits, "\(name)")
      first = bits
    }
  }

  @Test("cut among threads give the same bits")
  func threads() throws {
    defer { try! Threads.choose(0) }
    let n = 400_003
    let start = (0..<n).map { Float(($0 * 7919) % 10_007) / 1e3 - 5 }
    let grad = (0..<n).map { Float(($0 * 104_729) % 20_011) / 1e4 - 1 }
    var first: [UInt32]?
    for threads in [1, 2, 3, 7, 64] {
      try Threads.choose(threads)
      #expect(Threads.count == threads)
      var (param, state) = (start, AdamW.State())
      for _ in 0..<3 { try AdamW().step(&param, grad, &state) }
      let bits = param.map(\.bitPattern)
      #expect(bits == first ?? bits, "\(threads) threads")
      first = bits
    }
  }

  @Test("from several threads at once do not meet")
  func concurrent() async throws {
    defer { try! Threads.choose(0) }
    try Threads.choose(2)
    let n = 300_000
    let grad = (0..<n).map { Float($0 % 101) / 100 - 0.5 }
    @Sendable func steps() throws -> [UInt32] {
      var (param, state) = ([Float](repeating: 1, count: n), SGD.State())
      for _ in 0..<4 { try SGD(lr: 0.1, momentum: 0.9).step(&param, grad, &state) }
      return param.map(\.bitPattern)
    }
    let expected = try steps()
    try await withThrowingTaskGroup(of: [UInt32].self) { group in
      for _ in 0..<8 { group.addTask { try steps() } }
      for try await bits in group { #expect(bits == expected) }
    }
  }

  @Test("have norms and products, the same bits on every instruction set")
  func norms() throws {
    let x: [Float] = (0..<10_000).map { Float($0 % 7) - 3 }
    // Integers: the sums are exact.
    let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
    for name in ["baseline", "avx2", "avx512"] {
      guard (try? InstructionSet.choose(name)) != nil else { continue }
      defer { try! InstructionSet.choose(nil) }
      #expect(try Norms.of(x) == squares.squareRoot())
      #expect(try Norms.of(x.map(Double.init), 1) == x.reduce(0) { $0 + Double(abs($1)) })
      #expect(try Norms.of(x, .infinity) == 3)
      #expect(try Norms.dot(x, x) == squares)
      #expect(throws: Refusal.self) { try Norms.dot(x, [1]) }
    }
  }

  @Test("have states of 8 bits, the same on every instruction set")
  func eightBits() throws {
    // Past a block, and of every size down to 2⁻²⁰ of the largest, which is exact.
    let n = 300
    let x = (0..<n).map { i in
      Float(sign: i % 3 == 0 ? .minus : .plus, exponent: -(i % 21), significand: 1 + Float(i) / 512)
    }
    var stored: Set<[UInt8]> = []
    for name in ["baseline", "avx2", "avx512"] {
      guard (try? InstructionSet.choose(name)) != nil else { continue }
      defer { try! InstructionSet.choose(nil) }
      var codes = [UInt8](repeating: 0xa5, count: 2 * 4 + n)
      var back = [Float](repeating: .nan, count: n)
      try convert(x, dtype: 1, &codes, toDtype: 5, n)
      try convert(codes, dtype: 5, &back, toDtype: 1, n)
      stored.insert(codes)
      for (block, first) in [0, 256].enumerated() {
        let values = x[first..<min(n, first + 256)]
        let largest = try #require(values.max { abs($0) < abs($1) })
        for i in values.indices {
          #expect(abs(back[i] - x[i]) <= abs(largest) * 0.9 / 128 * 1.001, "\(i) of block \(block)")
          if x[i] == largest { #expect(back[i] == largest) }
          // Above the least of its codes, none loses its sign, nor three quarters of itself.
          if abs(x[i]) > abs(largest) * 1e-6 { #expect(back[i] / x[i] > 0.25) }
        }
      }
    }
    #expect(stored.count == 1)
    var few = [Float](repeating: 1, count: 2)
    #expect(throws: Refusal.self) { try convert(x, dtype: 2, &few, toDtype: 5, 1) }
    #expect(few == [1, 1])
  }

  @Test("are by the settings that they are made with")
  func settings() throws {
    let made: [(Any, String)] = [
      (
        try SGD(lr: 0.1, momentum: 0.2, weightDecay: 0.4, nesterov: true, lrInVelocity: true),
        "lr=0.1 momentum=0.2 dampening=0.0 weightDecay=0.4 nesterov=true lrInVelocity=true"
      ),
      (
        try SGD(dampening: 0.3, maximize: true, decoupledWeightDecay: true),
        "lr=0.001 momentum=0.0 dampening=0.3 weightDecay=0.0 maximize=true decoupledWeightDecay=true"
      ),
      (
        try AdamW(lr: 0.1, betas: (0.2, 0.3), eps: 0.4, weightDecay: 0.5, amsgrad: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 weightDecay=0.5 amsgrad=true"
      ),
      (
        try Adam(
          lr: 0.1, betas: (0.2, 0.3), eps: 0.4, weightDecay: 0.5, amsgrad: true,
          decoupledWeightDecay: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 weightDecay=0.5 amsgrad=true decoupledWeightDecay=true"
      ),
      (
        try Adam(maximize: true, epsilonHat: true),
        "lr=0.001 beta1=0.9 beta2=0.999 eps=1e-08 weightDecay=0.0 maximize=true epsilonHat=true"
      ),
      (
        try Adagrad(
          lr: 0.1, lrDecay: 0.2, weightDecay: 0.3, initialAccumulatorValue: 0.4, eps: 0.5,
          maximize: true, epsInRoot: true),
        "lr=0.1 lrDecay=0.2 weightDecay=0.3 initialAccumulatorValue=0.4 eps=0.5 maximize=true epsInRoot=true"
      ),
      (
        try Adadelta(lr: 0.1, rho: 0.2, eps: 0.3, weightDecay: 0.4, maximize: true),
        "lr=0.1 rho=0.2 eps=0.3 weightDecay=0.4 maximize=true"
      ),
      (
        try RMSprop(
          lr: 0.1, alpha: 0.2, eps: 0.3, weightDecay: 0.4, momentum: 0.5, centered: true,
          decoupledWeightDecay: true, lrInVelocity: true),
        "lr=0.1 alpha=0.2 eps=0.3 weightDecay=0.4 momentum=0.5 centered=true decoupledWeightDecay=true lrInVelocity=true"
      ),
      (
        try Adamax(
          lr: 0.1, betas: (0.2, 0.3), eps: 0.4, weightDecay: 0.5, maximize: true,
          epsInDenominator: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 weightDecay=0.5 maximize=true epsInDenominator=true"
      ),
      (
        try NAdam(
          lr: 0.1, betas: (0.2, 0.3), eps: 0.4, weightDecay: 0.5, momentumDecay: 0.6,
          decoupledWeightDecay: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 weightDecay=0.5 momentumDecay=0.6 decoupledWeightDecay=true"
      ),
      (
        try RAdam(
          lr: 0.1, betas: (0.2, 0.3), eps: 0.4, weightDecay: 0.5, decoupledWeightDecay: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 weightDecay=0.5 decoupledWeightDecay=true"
      ),
      (
        try ASGD(lr: 0.1, lambd: 0.2, alpha: 0.3, t0: 0.4, weightDecay: 0.5, maximize: true),
        "lr=0.1 lambd=0.2 alpha=0.3 t0=0.4 weightDecay=0.5 maximize=true"
      ),
      (
        try Rprop(
          lr: 0.1, etaminus: 0.2, etaplus: 1.3, stepSizeMin: 0.4, stepSizeMax: 0.5, maximize: true),
        "lr=0.1 etaminus=0.2 etaplus=1.3 stepSizeMin=0.4 stepSizeMax=0.5 maximize=true"
      ),
      (
        try Lion(lr: 0.1, betas: (0.2, 0.3), weightDecay: 0.4, maximize: true),
        "lr=0.1 beta1=0.2 beta2=0.3 weightDecay=0.4 maximize=true"
      ),
      (
        try Adan(lr: 0.1, betas: (0.2, 0.3, 0.4), eps: 0.5, weightDecay: 0.6, noProx: true),
        "lr=0.1 beta1=0.2 beta2=0.3 beta3=0.4 eps=0.5 weightDecay=0.6 noProx=true"
      ),
      (
        try AdEMAMix(
          lr: 0.1, betas: (0.2, 0.3, 0.4), alpha: 0.5, beta3Warmup: 6, alphaWarmup: 7, eps: 0.8,
          weightDecay: 0.9, maximize: true),
        "lr=0.1 beta1=0.2 beta2=0.3 beta3=0.4 alpha=0.5 beta3Warmup=6.0 alphaWarmup=7.0 eps=0.8 weightDecay=0.9 maximize=true"
      ),
      (
        try Sophia(lr: 0.1, beta1: 0.2, rho: 0.3, batch: 0.4, weightDecay: 0.5, maximize: true),
        "lr=0.1 beta1=0.2 rho=0.3 batch=0.4 weightDecay=0.5 maximize=true"
      ),
      (try Average(keep: 0.1, squares: true), "keep=0.1 squares=true"),
      (
        try ScheduleFreeSGD(
          lr: 0.1, momentum: 0.2, weightDecay: 0.3, warmupSteps: 4, r: 0.5, weightLrPower: 0.6,
          maximize: true),
        "lr=0.1 momentum=0.2 weightDecay=0.3 warmupSteps=4.0 r=0.5 weightLrPower=0.6 maximize=true"
      ),
      (
        try ScheduleFreeAdamW(
          lr: 0.1, betas: (0.2, 0.3), eps: 0.4, weightDecay: 0.5, warmupSteps: 6, r: 0.7,
          weightLrPower: 0.8, maximize: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 weightDecay=0.5 warmupSteps=6.0 r=0.7 weightLrPower=0.8 maximize=true"
      ),
      (
        try SparseAdam(lr: 0.1, betas: (0.2, 0.3), eps: 0.4, maximize: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 maximize=true"
      ),
      (
        try LAMB(
          lr: 0.1, betas: (0.2, 0.3), eps: 0.4, weightDecay: 0.5, biasCorrection: false,
          decoupledWeightDecay: true),
        "lr=0.1 beta1=0.2 beta2=0.3 eps=0.4 weightDecay=0.5 decoupledWeightDecay=true"
      ),
      (
        try LARS(
          lr: 0.1, momentum: 0.2, dampening: 0.3, weightDecay: 0.4, trustCoefficient: 0.5,
          maximize: true),
        "lr=0.1 momentum=0.2 dampening=0.3 weightDecay=0.4 trustCoefficient=0.5 maximize=true"
      ),
      (
        try Adafactor(
          lr: 0.1, beta2Decay: -0.2, eps: (0.3, 0.4), d: 5, weightDecay: 0.6, maximize: true),
        "lr=0.1 beta2Decay=-0.2 eps1=0.3 eps2=0.4 d=5.0 weightDecay=0.6 maximize=true"
      ),
      (
        try Muon(
          lr: 0.1, weightDecay: 0.2, momentum: 0.3, nesterov: false,
          nsCoefficients: (0.4, 0.5, 0.6), eps: 0.7, nsSteps: 8, matchRmsAdamw: true),
        "lr=0.1 weightDecay=0.2 momentum=0.3 nsA=0.4 nsB=0.5 nsC=0.6 eps=0.7 nsSteps=8 matchRmsAdamw=true"
      ),
    ]
    for (optimizer, expected) in made {
      let found = Mirror(reflecting: optimizer).children.map { "\($0.label ?? "")=\($0.value)" }
      let asked = found.filter { !$0.hasSuffix("=false") }
      #expect(Set(asked) == Set(expected.split(separator: " ").map { String($0) }))
    }
  }

  @Test("refuse what does not fit, with nothing changed")
  func refusals() throws {
    var param: [Float] = [1, 2, 3]
    var state = AdamW.State()
    #expect(throws: Refusal.self) { try AdamW().step(&param, [1, 2], &state) }
    try AdamW().step(&param, [1, 2, 3], &state)
    let (before, moments) = (param, state["exp_avg"])
    var longer: [Float] = [1, 2, 3, 4]
    #expect(throws: Refusal.self) { try AdamW().step(&longer, [1, 2, 3, 4], &state) }
    #expect(throws: Refusal.self) { try Threads.choose(-1) }
    #expect(throws: Refusal.self) { try Threads.choose(1025) }
    #expect(throws: Refusal.self) { try InstructionSet.choose("sse9") }
    #expect(param == before && state["exp_avg"] == moments && state.step == 1)
    #expect(longer == [1, 2, 3, 4])
  }

  @Test("of L-BFGS go where torch's go", arguments: Vector.all("lbfgs.txt"))
  func lbfgs(_ vector: Vector) throws {
    var hyper: [String: Double] = [:]
    for pair in vector.text("hyper").split(separator: " ") {
      let sides = pair.split(separator: "=")
      hyper[String(sides[0])] = Double(sides[1])
    }
    var lbfgs = LBFGS()
    lbfgs.lr = hyper["lr"]!
    (lbfgs.toleranceGrad, lbfgs.toleranceChange) = (
      hyper["tolerance_grad"]!, hyper["tolerance_change"]!
    )
    (lbfgs.maxIter, lbfgs.maxEval) = (Int(hyper["max_iter"]!), Int(hyper["max_eval"]!))
    (lbfgs.historySize, lbfgs.strongWolfe) = (
      Int(hyper["history_size"]!), hyper["strong_wolfe"]! != 0
    )
    switch (vector.text("param"), vector.text("grad")) {
    case ("float64", _): try follow(vector, lbfgs, as: Double.self, Double.self)
    case ("float32", "float32"): try follow(vector, lbfgs, as: Float.self, Float.self)
    case ("float32", _): try follow(vector, lbfgs, as: Float.self, BFloat16.self)
    case ("bfloat16", "float32"): try follow(vector, lbfgs, as: BFloat16.self, Float.self)
    case ("bfloat16", _): try follow(vector, lbfgs, as: BFloat16.self, BFloat16.self)
    #if !(os(macOS) && arch(x86_64))
      case (_, "float32"): try follow(vector, lbfgs, as: Float16.self, Float.self)
      case (_, _): try follow(vector, lbfgs, as: Float16.self, Float16.self)
    #else
      case (_, _): break
    #endif
    }
  }

  private func follow<T: Rounded, G: Rounded>(
    _ vector: Vector, _ lbfgs: LBFGS, as _: T.Type, _: G.Type
  ) throws {
    var point = try #require(vector.doubles("from")).map { T(rounding: $0) }
    var (lbfgs, state) = (lbfgs, LBFGSState<T>())
    func valley(_ x: [T], _ g: inout [G]) -> Double? {
      var wide = [Double](repeating: 0, count: g.count)
      let loss = Self.valley(x.map(\.wide), &wide)
      g = wide.map { G(rounding: $0) }
      return loss
    }
    for loss in try #require(vector.doubles("losses")) {
      let first = try #require(try lbfgs.step(&point, &state, valley))
      #expect(abs(first - loss) <= 1e-6 * (1e-6 + abs(loss)))
    }
    for (ours, theirs) in zip(point, try #require(vector.doubles("to"))) {
      #expect(abs(ours.wide - theirs) <= 1e-5)
    }
    #expect("\(state.iterations)" == vector.text("iterations"))
    #expect("\(state.evaluations)" == vector.text("evaluations"))
    #expect(throws: Refusal.self) {
      lbfgs.historySize += 1
      try lbfgs.step(&point, &state, valley)
    }
  }

  /// Rosenbrock's function, and its gradient.
  static func valley(_ x: [Double], _ g: inout [Double]) -> Double? {
    var sum = 0.0
    for i in 0..<max(0, x.count - 1) {
      let (across, along) = (x[i + 1] - x[i] * x[i], 1 - x[i])
      sum += 100 * across * across + along * along
      g[i] += -400 * across * x[i] - 2 * along
      g[i + 1] += 200 * across
    }
    return sum
  }

  @Test("of nothing do nothing")
  func empty() throws {
    var (param, state) = ([Float](), AdamW.State())
    try AdamW().step(&param, [], &state)
    #expect(param.isEmpty)
  }
}
