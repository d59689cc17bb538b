import Platform
import Schedules
import StepBody

/// AdamW: Adam with weight decay apart from the gradient.
///
/// ```
/// p ← p · (1 − lr · weightDecay)
/// m ← beta1 · m + (1 − beta1) · g,   v ← beta2 · v + (1 − beta2) · g²
/// p ← p − lr / (1 − beta1ᵗ) · m / (√(v / (1 − beta2ᵗ)) + eps)
/// ```
///
/// With g negated under `maximize`, and under `amsgrad` the largest v so far in
/// place of v in the last line.
///
/// Source: Loshchilov and Hutter, [Decoupled Weight Decay
/// Regularization](https://arxiv.org/abs/1711.05101); PyTorch's `AdamW`.
public struct AdamW: Sendable {
  /// The learning rate; finite, at least 0. Yours to change between steps.
  public var lr: Double
  public let beta1: Double
  public let beta2: Double
  public let eps: Double
  public let weightDecay: Double
  public let amsgrad: Bool
  public let maximize: Bool

  /// Throws unless the rates are finite and at least 0 and the betas from 0 to
  /// below 1.
  public init(
    lr: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8,
    weightDecay: Double = 1e-2, amsgrad: Bool = false, maximize: Bool = false
  ) throws(Refusal) {
    self.lr = lr
    (beta1, beta2) = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
    self.maximize = maximize
    try validate()
  }

  private func validate() throws(Refusal) {
    try check("AdamW", "lr", lr, .notNegative)
    try check("AdamW", "beta1", beta1, .decay)
    try check("AdamW", "beta2", beta2, .decay)
    try check("AdamW", "eps", eps, .notNegative)
    try check("AdamW", "weight_decay", weightDecay, .notNegative)
  }

  /// One parameter's memory, the caller's.
  public struct Arrays {
    public var n: Int
    /// Which step this is, from 1.
    public var step: Int
    public var param: UnsafeMutablePointer<Float>?
    public var grad: UnsafePointer<Float>?
    public var expAvg: UnsafeMutablePointer<Float>?
    public var expAvgSq: UnsafeMutablePointer<Float>?
    /// Only with `amsgrad`; not read otherwise.
    public var maxExpAvgSq: UnsafeMutablePointer<Float>?

    public init(
      n: Int, step: Int, param: UnsafeMutablePointer<Float>?, grad: UnsafePointer<Float>?,
      expAvg: UnsafeMutablePointer<Float>?, expAvgSq: UnsafeMutablePointer<Float>?,
      maxExpAvgSq: UnsafeMutablePointer<Float>? = nil
    ) {
      self.n = n
      self.step = step
      self.param = param
      self.grad = grad
      self.expAvg = expAvg
      self.expAvgSq = expAvgSq
      self.maxExpAvgSq = maxExpAvgSq
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
      var extents = [
        Extent("param", p.param), Extent("grad", p.grad), Extent("exp_avg", p.expAvg),
        Extent("exp_avg_sq", p.expAvgSq),
      ]
      if amsgrad { extents.append(Extent("max_exp_avg_sq", p.maxExpAvgSq)) }
      try check(extents, n: p.n, step: p.step, index: isList ? i : nil, total: &total)
    }
    share({ parameter($0).n }, count, total: total) { i, first, n in
      let p = parameter(i)
      guard let param = p.param, let grad = p.grad, let m = p.expAvg, let v = p.expAvgSq else {
        return
      }
      table.adamW(
        kernel(p.step), n, param + first, grad + first, m + first, v + first,
        amsgrad ? p.maxExpAvgSq.map { $0 + first } : nil)
    }
  }

  private func kernel(_ step: Int) -> AdamWStep {
    AdamWStep(
      lr: lr, beta1: beta1, beta2: beta2, eps: eps, weightDecay: weightDecay, maximize: maximize,
      correction1: 1 - pow(beta1, Double(step)), root2: (1 - pow(beta2, Double(step))).squareRoot())
  }

  /// What AdamW remembers of one parameter.
  public struct State: Sendable {
    /// Steps taken.
    public fileprivate(set) var step = 0
    public fileprivate(set) var expAvg: [Float] = []
    public fileprivate(set) var expAvgSq: [Float] = []
    public fileprivate(set) var maxExpAvgSq: [Float] = []

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
    if state.step > 0 { try require("state", state.expAvg.count, n) }
    if state.expAvg.isEmpty { state.expAvg = [Float](repeating: 0, count: n) }
    if state.expAvgSq.isEmpty { state.expAvgSq = [Float](repeating: 0, count: n) }
    if amsgrad, state.maxExpAvgSq.isEmpty { state.maxExpAvgSq = [Float](repeating: 0, count: n) }
    let step = state.step + 1
    let refusal = param.withUnsafeMutableBufferPointer { p in
      grad.withUnsafeBufferPointer { g in
        state.expAvg.withUnsafeMutableBufferPointer { m in
          state.expAvgSq.withUnsafeMutableBufferPointer { v in
            state.maxExpAvgSq.withUnsafeMutableBufferPointer { x -> Refusal? in
              do throws(Refusal) {
                try self.step(count: 1, isList: false) { _ in
                  Arrays(
                    n: n, step: step, param: p.baseAddress, grad: g.baseAddress,
                    expAvg: m.baseAddress, expAvgSq: v.baseAddress, maxExpAvgSq: x.baseAddress)
                }
                return nil
              } catch {
                return error
              }
            }
          }
        }
      }
    }
    if let refusal { throw refusal }
    state.step = step
  }
}

/// Throws unless an array has as many elements as the parameter.
func require(_ name: StaticString, _ count: Int, _ n: Int) throws(Refusal) {
  guard count == n else {
    throw Refusal(.range, "\(name)", value: "\(count) elements", accepted: "\(n), as param")
  }
}
