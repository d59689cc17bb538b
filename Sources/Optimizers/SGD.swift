import Schedules
import StepBody

/// Stochastic gradient descent with momentum.
///
/// ```
/// g ← g + weightDecay · p
/// b ← g at step 1, then momentum · b + (1 − dampening) · g
/// p ← p − lr · (nesterov ? g + momentum · b : b)
/// ```
///
/// With g negated first under `maximize`, and b = g without momentum.
///
/// Source: PyTorch's `SGD`; Sutskever et al., [On the importance of
/// initialization and momentum](https://proceedings.mlr.press/v28/sutskever13.html).
public struct SGD: Sendable {
  /// The learning rate; finite, at least 0. Yours to change between steps.
  public var lr: Double
  public let momentum: Double
  public let dampening: Double
  public let weightDecay: Double
  public let nesterov: Bool
  public let maximize: Bool

  /// Throws unless the numbers are finite and at least 0 (dampening may be
  /// negative), and nesterov has momentum and no dampening.
  public init(
    lr: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
    nesterov: Bool = false, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.maximize = maximize
    try validate()
  }

  private func validate() throws(Refusal) {
    try check("SGD", "lr", lr, .notNegative)
    try check("SGD", "momentum", momentum, .notNegative)
    try check("SGD", "dampening", dampening, .any)
    try check("SGD", "weight_decay", weightDecay, .notNegative)
    if nesterov && (momentum == 0 || dampening != 0) {
      throw Refusal(
        .value, "SGD nesterov", value: "1",
        accepted: "only with momentum above 0 and dampening 0")
    }
  }

  /// One parameter's memory, the caller's.
  public struct Arrays {
    public var n: Int
    /// Which step this is, from 1.
    public var step: Int
    public var param: UnsafeMutablePointer<Float>?
    public var grad: UnsafePointer<Float>?
    /// Only with momentum; not read otherwise.
    public var momentumBuffer: UnsafeMutablePointer<Float>?

    public init(
      n: Int, step: Int, param: UnsafeMutablePointer<Float>?, grad: UnsafePointer<Float>?,
      momentumBuffer: UnsafeMutablePointer<Float>? = nil
    ) {
      self.n = n
      self.step = step
      self.param = param
      self.grad = grad
      self.momentumBuffer = momentumBuffer
    }
  }

  /// One step of `count` parameters; `parameter` gives each one's memory.
  ///
  /// Throws before anything is stepped.
  public func step(
    count: Int, isList: Bool = true, _ parameter: (Int) -> Arrays
  ) throws(Refusal) {
    try validate()
    let table = try InstructionSet.table()
    var total = 0
    for i in 0..<count {
      let p = parameter(i)
      var extents = [Extent("param", p.param), Extent("grad", p.grad)]
      if momentum != 0 { extents.append(Extent("momentum_buffer", p.momentumBuffer)) }
      try check(extents, n: p.n, step: p.step, index: isList ? i : nil, total: &total)
    }
    share({ parameter($0).n }, count, total: total) { i, first, n in
      let p = parameter(i)
      guard let param = p.param, let grad = p.grad else { return }
      table.sgd(
        kernel(isFirst: p.step == 1), n, param + first, grad + first,
        momentum != 0 ? p.momentumBuffer.map { $0 + first } : nil)
    }
  }

  private func kernel(isFirst: Bool) -> SGDStep {
    SGDStep(
      lr: lr, momentum: momentum, dampening: dampening, weightDecay: weightDecay,
      nesterov: nesterov, maximize: maximize, isFirst: isFirst)
  }

  /// What SGD remembers of one parameter.
  public struct State: Sendable {
    /// Steps taken.
    public fileprivate(set) var step = 0
    public fileprivate(set) var momentumBuffer: [Float] = []

    public init() {}
  }

  /// One step of one parameter, in place.
  ///
  /// Throws, with nothing changed, when there is not one gradient for each
  /// element, or the state is of another length.
  public func step(
    _ param: inout [Float], _ grad: [Float], _ state: inout State
  ) throws(Refusal) {
    let n = param.count
    try require("grad", grad.count, n)
    if state.step > 0, momentum != 0 { try require("state", state.momentumBuffer.count, n) }
    if momentum != 0, state.momentumBuffer.isEmpty {
      state.momentumBuffer = [Float](repeating: 0, count: n)
    }
    let step = state.step + 1
    let refusal = param.withUnsafeMutableBufferPointer { p in
      grad.withUnsafeBufferPointer { g in
        state.momentumBuffer.withUnsafeMutableBufferPointer { b -> Refusal? in
          do throws(Refusal) {
            try self.step(count: 1, isList: false) { _ in
              Arrays(
                n: n, step: step, param: p.baseAddress, grad: g.baseAddress,
                momentumBuffer: b.baseAddress)
            }
            return nil
          } catch {
            return error
          }
        }
      }
    }
    if let refusal { throw refusal }
    state.step = step
  }
}
