import Testing

@testable import Sched

/// Parameters and gradients that two swapped lanes would show in.
private func ramp<T: BinaryFloatingPoint>(_ n: Int, _ scale: T, _ t: Int = 0) -> [T] {
  (0..<n).map { scale * (T(($0 * 7 + t * 3) % 29) - 14.5) }
}

@Suite("An optimizer that keeps its states")
struct OptimTests {
  static let sizes = [1, 37, 300]

  /// Against steps of each array on its own, whose states are values.
  private func agrees<O: Optimizer, T: ParameterElement & Element & BinaryFloatingPoint>(
    _ first: O, _ change: (inout O, Int) -> Void,
    _ step: (O, inout [T], [T], inout OptimizerState<T>) throws -> Void
  ) throws {
    var (optimizer, params) = (first, Self.sizes.map { ramp($0, T(0.125)) })
    var (expected, states) = (params, params.map { _ in OptimizerState<T>() })
    var optim = Optim<T>()
    var groups = [
      try optim.add(optimizer, sizes: Array(Self.sizes[..<2])),
      try optim.add(optimizer, sizes: Array(Self.sizes[2...])),
    ]
    for t in 0..<8 {
      change(&optimizer, t)
      for group in groups { group.settings = optimizer }
      let grads = Self.sizes.indices.map { i -> [T]? in
        i == 1 && t == 3 || i == 2 && t == 0 ? nil : ramp(Self.sizes[i], T(0.0625), t + i)
      }
      for (i, grad) in grads.enumerated() {
        if let grad { try step(optimizer, &expected[i], grad, &states[i]) }
      }
      try optim.step(&params, grads)
      #expect(params == expected, "step \(t)")
      for (i, state) in states.enumerated() {
        #expect(try optim.steps(of: i) == state.step)
        for name in state.names {
          #expect(try optim.state("\(name)", of: i) == state["\(name)"]?.map { Double($0) })
        }
      }
      guard t == 0 || t == 4 else { continue }
      // Another goes on where this one was.
      let saved = try optim.save()
      optim = Optim<T>()
      groups = [
        try optim.add(first, sizes: Array(Self.sizes[..<2])),
        try optim.add(first, sizes: Array(Self.sizes[2...])),
      ]
      try optim.load(saved)
      #expect(try optim.save() == saved)
    }
  }

  @Test("steps as its optimizer does, saved and loaded on the way")
  func steps() throws {
    var adamW = AdamW()
    adamW.amsgrad = true
    let slower: (Double, Int) -> Double = { lr, t in lr / Double(t + 1) }
    try agrees(adamW, { $0.lr = slower(1e-2, $1) }) { (o, p: inout [Float], g, s) in
      try o.step(&p, g, &s)
    }
    // The largest is kept from a step on.
    try agrees(AdamW(), { $0.amsgrad = $1 > 2 }) { (o, p: inout [Float], g, s) in
      try o.step(&p, g, &s)
    }
    try agrees(NAdam(), { $0.lr = slower(1e-2, $1) }) { (o, p: inout [Double], g, s) in
      try o.step(&p, g, &s)
    }
    try agrees(ScheduleFreeAdamW(), { $0.lr = slower(1e-2, $1) }) { (o, p: inout [Float], g, s) in
      try o.step(&p, g, &s)
    }
    try agrees(Rprop(), { $0.lr = slower(1e-2, $1) }) { (o, p: inout [Float], g, s) in
      try o.step(&p, g, &s)
    }
    try agrees(LAMB(), { $0.lr = slower(1e-2, $1) }) { (o, p: inout [Float], g, s) in
      try o.step(&p, g, &s)
    }
  }

  @Test("goes on from states and steps, wherever they come from")
  func states() throws {
    let (sizes, state): ([Int], ElementType?) = ([37, 5], nil)
    func check<T: ParameterElement & BinaryFloatingPoint, O: Optimizer>(
      _ optimizer: O, _ start: [[T]], _ names: [String], state: ElementType? = state
    ) throws {
      let (optim, next) = (Optim<T>(), Optim<T>())
      for one in [optim, next] { try one.add(optimizer, sizes: sizes, state: state) }
      var params = start
      let grads = start.map { $0.map { -$0 / 3 } }
      for t in 0..<3 { try optim.step(&params, t == 1 ? [grads[0], nil] : grads) }
      for (i, name) in sizes.indices.flatMap({ i in names.map { (i, $0) } }) {
        try next.setState(name, of: i, to: optim.state(name, of: i))
      }
      for i in sizes.indices { try next.setSteps(optim.steps(of: i), of: i) }
      #expect(try next.steps(of: 0) == 3 && next.steps(of: 1) == 2)
      #expect(try next.save() == optim.save())
      var others = params
      try optim.step(&params, grads)
      try next.step(&others, grads)
      #expect(others == params && params != start)
    }
    try check(
      NAdam(), sizes.map { ramp($0, Float(0.125)) }, ["mu_product", "exp_avg", "exp_avg_sq"])
    try check(AdamW(), sizes.map { ramp($0, 0.125) }, ["exp_avg", "exp_avg_sq"])
    // Of 16 bits, which doubles hold.
    try check(
      Rprop(), sizes.map { ramp($0, Float(0.125)) }, ["prev", "step_size"], state: .bf16)
    let optim = Optim<Float>()
    try optim.add(AdamW(), sizes: sizes)
    let saved = try optim.save()
    #expect(throws: Refusal.self) { try optim.setState("exp_avg", of: 0, to: [1]) }
    #expect(throws: Refusal.self) { try optim.setState("momentum", of: 0, to: []) }
    #expect(throws: Refusal.self) { try optim.setState("exp_avg", of: 2, to: []) }
    #expect(throws: Refusal.self) { try optim.setSteps(-1, of: 0) }
    #expect(throws: Refusal.self) { try optim.setSteps(.max, of: 0) }
    #expect(throws: Refusal.self) { try optim.setSteps(1, of: -1) }
    #expect(try optim.save() == saved)
  }

  @Test(
    "goes on where torch was", arguments: StepTests.vectors.filter { $0.lines["midway"] != nil })
  func midway(_ vector: Vector) throws { try goesOn(StepTests.kind(vector), vector) }

  /// From torch's state after some of its steps to its parameter and state after all.
  private func goesOn<O: Optimizer>(_: O.Type, _ vector: Vector) throws {
    let start = try #require(vector.floats("midway_param").first)
    let grads = vector.floats("grad").dropFirst(vector.integers("midway")[0])
    // What torch counts no steps of has begun.
    let counted = vector.integers("midway_step").first ?? 1
    let names = vector.lines.keys.filter { $0.hasPrefix("midway_") }.map { $0.dropFirst(7) }
      .filter { $0 != "param" && $0 != "step" }.map(String.init)
    let (optim, shape) = (Optim<Float>(), StepTests.shape(vector))
    try optim.add(StepTests.optimizer(O.self, vector), sizes: [start.count], shapes: [shape])
    for name in names {
      let state = try #require(vector.floats("midway_\(name)").first)
      try optim.setState(name, of: 0, to: state.map { Double($0) })
    }
    try optim.setSteps(counted, of: 0)
    var params = [start]
    for grad in grads { try optim.step(&params, [grad]) }
    #expect(try optim.steps(of: 0) == counted + grads.count)
    try StepTests.expectNear(vector, params[0], from: start)
    for name in names {
      let ours = try optim.state(name, of: 0)
      let torch = try #require(vector.floats("\(name)32").first).map { Double($0) }
      // Rounded in another order: errors are relative to the whole.
      let bound = Double(8 * (grads.count + 1)) * 0x1p-23 * (torch.map(abs).max() ?? 0)
      #expect(ours.count == torch.count, "\(name)")
      #expect(zip(ours, torch).allSatisfy { abs($0 - $1) <= bound }, "\(name)")
    }
  }

  @Test("steps rows of a sparse gradient as if there were no others")
  func rows() throws {
    let adam = SparseAdam()
    let start: [Float] = ramp(40, 0.125)
    var (param, state) = (start, SparseAdam.State())
    // Rows 1, 4 and 9 of ten alone.
    let indices = [1, 4, 9]
    func some(_ all: [Float]) -> [Float] { indices.flatMap { all[($0 * 4)..<($0 * 4 + 4)] } }
    var (few, fewState) = (some(start), SparseAdam.State())
    for t in 0..<3 {
      let grad: [Float] = ramp(12, 0.25, t)
      try adam.step(&param, rows: indices, of: 10, grad, &state)
      try adam.step(&few, grad, &fewState)
    }
    #expect(some(param) == few && few != some(start))
    #expect(state.step == 3 && state["exp_avg"].map(some) == fewState["exp_avg"])
    var others = param
    for i in indices {
      others.replaceSubrange((i * 4)..<(i * 4 + 4), with: start[(i * 4)..<(i * 4 + 4)])
    }
    #expect(others == start)
    try adam.step(&param, rows: [], of: 10, [], &state)
    #expect(some(param) == few && state.step == 4)
    let before = param
    for (rows, total, count) in [
      ([1, 1], 10, 8), ([1, 10], 10, 8), ([-1], 10, 4), ([4, 1], 10, 8), ([0], 7, 4), ([0], 0, 4),
      ([0], -1, 4), ([0], .max, 4), ([0, 1], 1, 80), ([0], 10, 3), ([0], 10, 40),
    ] {
      #expect(throws: Refusal.self, "\(rows) of \(total)") {
        try adam.step(&param, rows: rows, of: total, [Float](repeating: 1, count: count), &state)
      }
    }
    var (whole, none) = (param, NAdam.State())
    #expect(throws: Refusal.self) { try NAdam().step(&whole, rows: [1], of: 10, ramp(4, 1), &none) }
    #expect(param == before && whole == before && state.step == 4)
  }

  @Test("keeps what it was asked to, and no more")
  func keeping() throws {
    let start: [[BFloat16]] = [(0..<64).map { BFloat16(Float($0) / 7 + 1) }]
    let grads = [[Float](repeating: 1, count: 64)]
    func stepped(
      _ rounding: Rounding, seed: UInt64 = 0
    ) throws -> (Optim<BFloat16>, [BFloat16]) {
      let optim = Optim<BFloat16>()
      try optim.add(
        SGD(lr: 1e-3), sizes: [64], gradients: .f32, rounding: rounding, seed: seed)
      var params = start
      try optim.step(&params, grads)
      return (optim, params[0])
    }
    let chance = try stepped(.stochastic, seed: 1).1
    #expect(try stepped(.stochastic, seed: 1).1 == chance)
    #expect(try stepped(.stochastic, seed: 2).1 != chance)
    #expect(try stepped(.nearest).1 != chance)
    let (kahan, rounded) = try stepped(.kahan)
    let sums = zip(try kahan.state("residual", of: 0), rounded).map { $0 + Double(Float($1)) }
    #expect(zip(sums, start[0]).allSatisfy { abs($0 - Double(Float($1)) + 1e-3) < 1e-5 })
    #expect(throws: Refusal.self) { try kahan.state("master", of: 0) }

    let optim = Optim<Float>()
    try optim.add(SGD(lr: 1), sizes: [2], accumulated: true)
    var (params, options): ([[Float]], StepOptions) = ([[5, 5]], StepOptions())
    options.accumulates = true
    try optim.step(&params, [[1, 2]], options)
    #expect(try optim.state("accumulated", of: 0) == [1, 2] && params == [[5, 5]])
    try optim.step(&params, [[1, 1]])
    #expect(params == [[3, 2]])
    #expect(throws: Refusal.self) { try optim.state("average", of: 0) }
  }

  @Test("steps matrices, and has nothing to do without any")
  func matrices() throws {
    let optim = Optim<Float>()
    var params: [[Float]] = []
    try optim.step(&params, [])
    try optim.add(Adafactor(), sizes: [12, 5], shapes: [(3, 4), (0, 0)])
    params = [ramp(12, 0.5), ramp(5, 0.5)]
    var (expected, states) = (params, [Adafactor.State(), Adafactor.State()])
    for t in 0..<3 {
      let grads: [[Float]] = [ramp(12, 0.25, t), ramp(5, 0.25, t)]
      try optim.step(&params, grads)
      try Adafactor().step(&expected[0], grads[0], &states[0], rows: 3, columns: 4)
      try Adafactor().step(&expected[1], grads[1], &states[1])
    }
    #expect(params == expected)
    #expect(try optim.state("row_var", of: 0).count == 3)
    #expect(try optim.state("variance", of: 1) == states[1]["variance"]?.map { Double($0) })
  }

  @Test("has groups of several optimizers, whose settings are properties")
  func groups() throws {
    let optim = Optim<Float>()
    let (lion, sgd) = (try optim.add(Lion(), sizes: [4]), try optim.add(SGD(), sizes: [2]))
    lion.lr = 0.5
    sgd.lr = 0.25
    #expect(lion.settings.lr == 0.5 && sgd.lr == 0.25)
    var params: [[Float]] = [[1, 2, 3, 4], [5, 6]]
    try optim.step(&params, [[1, -1, 1, -1], [2, -2]])
    #expect(params == [[0.5, 2.5, 2.5, 4.5], [4.5, 6.5]])
    // The norm of all gradients together, of which one is left out here.
    var options = StepOptions()
    options.maxNorm = 1
    let grads: [[Float]?] = [nil, [3, 4]]
    let outcome = try optim.step(&params, grads, options)
    #expect(outcome.norm == 5)
    #expect(try optim.steps(of: 0) == 1 && optim.steps(of: 1) == 2)
  }

  @Test("refuses, and stays as it was")
  func refusals() throws {
    let optim = Optim<Float>()
    let group = try optim.add(AdamW(), sizes: [2, 2])
    var params: [[Float]] = [[1, 2], [3, 4]]
    let grads: [[Float]] = [[1, 1], [1, 1]]
    try optim.step(&params, grads)
    let (before, saved) = (params, try optim.save())
    func refuses(_ reason: Refusal.Reason, _ argument: String, _ body: () throws -> Void) {
      do {
        try body()
        Issue.record("\(argument) was accepted")
      } catch let refusal as Refusal {
        #expect(refusal.reason == reason && refusal.argument == argument, "\(refusal)")
      } catch {
        Issue.record(error)
      }
    }
    refuses(.range, "params") {
      var fewer = [params[0]]
      try optim.step(&fewer, grads)
    }
    refuses(.range, "params[1]") {
      var longer: [[Float]] = [[1, 2], [3, 4, 5]]
      try optim.step(&longer, grads)
    }
    refuses(.range, "grads") { try optim.step(&params, [grads[0]]) }
    refuses(.range, "grads[1]") { try optim.step(&params, [grads[0], []]) }
    refuses(.type, "grads[0]") {
      try optim.step(&params, [[1.0, 1.0], [1.0, 1.0]] as [[Double]])
    }
    refuses(.value, "zeroesGradients") {
      var options = StepOptions()
      options.zeroesGradients = true
      try optim.step(&params, grads, options)
    }
    refuses(.memory, "n") { try optim.add(AdamW(), sizes: [.max]) }
    refuses(.memory, "list[1].n") { try optim.add(AdamW(), sizes: [2, -1]) }
    refuses(.memory, "n") { try optim.add(AdamW(), sizes: [1 << 45]) }
    refuses(.range, "array") { _ = try optim.state("exp_avg", of: 2) }
    refuses(.field, "AdamW momentum") { _ = try optim.state("momentum", of: 0) }
    refuses(.state, "data") { try optim.load([]) }
    refuses(.state, "data") { try optim.load(saved.dropLast()) }
    #expect(params == before)
    #expect(try optim.save() == saved)
    group.lr = -1
    refuses(.value, "AdamW lr") { try optim.step(&params, grads) }
    refuses(.value, "AdamW lr") { _ = try optim.save() }
    #expect(params == before)
    group.lr = 1e-3
    #expect(try optim.save() == saved)
  }

  @Test("keeps floats of bfloat16s, which follow")
  func master() throws {
    let optim = Optim<BFloat16>()
    let group = try optim.add(SGD(), sizes: [37], gradients: .f32, master: true, average: true)
    let start: [Float] = ramp(37, 0.5)
    var (params, expected) = ([start.map { BFloat16($0) }], start)
    var state = SGD.State()
    group.lr = 1e-4
    var options = StepOptions()
    options.averageWeight = 1
    for t in 0..<50 {
      let grad: [Float] = ramp(37, 0.25, t)
      try optim.step(&params, [grad], options)
      try group.settings.step(&expected, grad, &state)
    }
    #expect(try optim.state("master", of: 0) == expected.map { Double($0) })
    #expect(try optim.state("average", of: 0) == expected.map { Double($0) })
    #expect(params[0] == expected.map { BFloat16($0) })
    #expect(params[0] != start.map { BFloat16($0) })
  }

  @Test("has states of 8 bits, near to what they would be")
  func codes() throws {
    func check<O: Optimizer>(_ optimizer: O, _ names: [String]) throws {
      let grads = Self.sizes.map { n -> [Float]? in ramp(n, 0.0625) }
      let start = Self.sizes.map { ramp($0, Float(0.125)) }
      var (expected, params) = (start, start)
      let (floats, optim, other) = (Optim<Float>(), Optim<Float>(), Optim<Float>())
      try floats.add(optimizer, sizes: Self.sizes)
      try optim.add(optimizer, sizes: Self.sizes, state: .q8)
      try floats.step(&expected, grads)
      try optim.step(&params, grads)
      // A step is by the states before they are rounded.
      #expect(params == expected)
      for (i, name) in Self.sizes.indices.flatMap({ i in names.map { (i, $0) } }) {
        let (exact, stored) = try (floats.state(name, of: i), optim.state(name, of: i))
        // Half of the widest gap between two codes.
        let limit = try #require(exact.map(abs).max()) * 0.9 / 63 / 2 * 1.001
        #expect(zip(exact, stored).allSatisfy { abs($0 - $1) <= limit }, "\(O.name) \(name)")
        #expect(exact != stored || exact.count == 1, "\(O.name) \(name)")
      }
      try other.add(optimizer, sizes: Self.sizes, state: .q8)
      try other.load(optim.save())
      #expect(try other.save() == optim.save())
    }
    try check(AdamW(), ["exp_avg", "exp_avg_sq"])
    try check(Adam(), ["exp_avg", "exp_avg_sq"])
    try check(Lion(), ["exp_avg"])
    try check(SGD(momentum: 0.9), ["momentum_buffer"])
    try check(AdEMAMix(), ["exp_avg_fast", "exp_avg_slow", "exp_avg_sq"])
    try check(Adagrad(), ["sum"])
  }

  @Test("has copies of 16 bits of what it has stepped, each in its place")
  func copies() throws {
    let optim = Optim<Float>()
    try optim.add(SGD(lr: 0.125), sizes: [37, 0, 3], copy: .bf16)
    try optim.add(SGD(lr: 0.125), sizes: [5])
    try optim.add(AdamW(), sizes: [2], copy: .f16)
    var params: [[Float]] = [ramp(37, 0.5), [], [1, 2, 3], [5, 6, 7, 8, 9], [0.1, -0.3]]
    let grads = params.map { $0.map { $0 / 3 } }
    func copy(_ i: Int) throws -> [UInt16] {
      try optim.withCopy(of: i) { Array($0.bindMemory(to: UInt16.self)) }
    }
    #expect(try copy(0) == [UInt16](repeating: 0, count: 37))
    for _ in 0..<2 {
      try optim.step(&params, [grads[0], grads[1], nil, grads[3], grads[4]])
      #expect(try copy(0) == params[0].map { BFloat16($0).bitPattern })
      #expect(try copy(1) == [] && copy(2) == [0, 0, 0])
      #expect(try copy(4) == params[4].map { Float16($0).bitPattern })
    }
    do {
      _ = try copy(3)
      Issue.record("a copy of what has none")
    } catch let refusal as Refusal {
      #expect(refusal.reason == .field && refusal.argument == "copy")
      #expect(refusal.accepted == "a group that was added with a type of copies")
    }
    for sizes in [[-1], [3, .max, .max], [1 << 60]] {
      #expect(throws: Refusal.self) { try optim.add(SGD(), sizes: sizes, copy: .bf16) }
    }
    #expect(throws: Refusal.self) { try optim.add(SGD(), sizes: [3], copy: .f32) }
    #expect(try optim.steps(of: 4) == 2)
  }

  @Test("makes zeros of gradients that are inout, and of no other array that shares them")
  func zeroing() throws {
    let optim = Optim<Float>()
    try optim.add(SGD(lr: 1), sizes: [2, 3], gradients: .bf16)
    var params: [[Float]] = [[1, 2], [3, 4, 5]]
    let ones = [BFloat16](repeating: BFloat16(1), count: 3)
    var grads: [[BFloat16]?] = [nil, ones]
    var options = StepOptions()
    try optim.step(&params, &grads, options)
    #expect(params == [[1, 2], [2, 3, 4]] && grads == [nil, ones])
    options.zeroesGradients = true
    try optim.step(&params, &grads, options)
    #expect(params == [[1, 2], [1, 2, 3]])
    #expect(grads == [nil, [BFloat16](repeating: BFloat16(0), count: 3)])
    #expect(ones[0] == BFloat16(1))
    // As many as there are; skipped, they are zeros as well.
    var all = [[BFloat16(.infinity), BFloat16(1)], ones]
    options.skipsNonfinite = true
    let outcome = try optim.step(&params, &all, options)
    #expect(outcome.isSkipped && params == [[1, 2], [1, 2, 3]])
    #expect(all == [[BFloat16(0), BFloat16(0)], [BFloat16](repeating: BFloat16(0), count: 3)])
    all = [[BFloat16(1), BFloat16(2)], ones]
    try optim.step(&params, &all, options)
    #expect(params == [[0, 0], [0, 1, 2]])
    #expect(throws: Refusal.self) { try optim.step(&params, [ones, ones], options) }
    all[0] = ones
    let before = all
    #expect(throws: Refusal.self) { try optim.step(&params, &all, options) }
    #expect(all == before && params == [[0, 0], [0, 1, 2]])
  }

  /// The layout as it is documented, written by hand.
  @Test("steps arrays that share their elements as if they did not")
  func shared() throws {
    let (optim, start): (Optim<Float>, [Float]) = (Optim(), ramp(37, 0.125))
    try optim.add(AdamW(), sizes: [37, 37])
    var (params, grads) = ([start, start], [start, start])
    for _ in 0..<3 { try optim.step(&params, grads) }
    #expect(params[0] == params[1] && params[0] != start && grads == [start, start])
    var options = StepOptions()
    options.zeroesGradients = true
    try optim.step(&params, &grads, options)
    #expect(params[0] == params[1] && start == ramp(37, 0.125))
    #expect(grads == [[Float]](repeating: [Float](repeating: 0, count: 37), count: 2))
  }

  @Test("loads bytes of version 1")
  func version() throws {
    func number(_ x: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: x >> (8 * $0)) } }
    func name(_ name: String) -> [UInt8] { [UInt8(name.utf8.count)] + name.utf8 }
    func named(_ key: String, _ x: Double) -> [UInt8] { name(key) + number(x.bitPattern) }
    var bytes: [UInt8] = Array("schedopt".utf8) + number(1) + number(1)
    bytes += name("NAdam") + number(1) + number(1)
    bytes += number(2) + named("lr", 0.5) + named("maximize", 1)
    bytes += number(2) + number(0) + number(0) + number(7) + number(3) + number(1) + number(2)
    bytes += named("mu_product", 0.25)
    for (array, values) in [("exp_avg", [1, 2] as [Float]), ("exp_avg_sq", [3, 4])] {
      bytes += name(array) + number(1) + number(2)
      for value in values { bytes += number(UInt64(value.bitPattern))[..<4] }
    }
    let optim = Optim<Float>()
    let group = try optim.add(NAdam(), sizes: [2])
    try optim.load(bytes)
    #expect(group.lr == 0.5 && group.maximize && group.beta1 == 0.9)
    #expect(try optim.steps(of: 0) == 7)
    #expect(try optim.state("mu_product", of: 0) == [0.25])
    #expect(try optim.state("exp_avg", of: 0) == [1, 2])
    #expect(try optim.state("exp_avg_sq", of: 0) == [3, 4])
  }
}
