import Platform

/// From the base rate up to a peak and down again in straight lines, for ever.
///
/// ```
/// rate(t) = base + (maxLR − base) · height · scale
/// ```
///
/// where height goes 0 ↗ 1 over `stepSizeUp` steps and ↘ 0 over `stepSizeDown`,
/// and scale is 1 (triangular), halved each cycle (triangular2), or gammaᵗ
/// (exp_range), or a caller's function of the cycle or of the step, as ``LambdaLR``
/// has one. Momentum goes from `maxMomentum` down to `baseMomentum` and back.
///
/// Source: Smith, [Cyclical Learning Rates](https://arxiv.org/abs/1506.01186);
/// PyTorch's `CyclicLR`.
///
/// - Peers:
///   - PyTorch `CyclicLR(base_lr, max_lr, step_size_up=2000, step_size_down=None,
///     mode='triangular', gamma=1.0, cycle_momentum=True)`: The same bits. There base_lr takes
///     the place of the optimizer's rate; here it is the base rate where it is left out.
///     The numbers that scale_fn gets are whole.
///   - TensorFlow Addons `TriangularCyclicalLearningRate(initial, maximal, step_size)`:
///     `CyclicLR(initial, maximal, step_size_up=step_size, cycle_momentum=False)`. Both halves
///     are step_size long.
///   - TensorFlow Addons `Triangular2CyclicalLearningRate(initial, maximal, step_size)`:
///     `CyclicLR(initial, maximal, step_size_up=step_size, mode='triangular2',
///     cycle_momentum=False)`. With its scale_mode 'cycle', the default.
///   - TensorFlow Addons `ExponentialCyclicalLearningRate(initial, maximal, step_size,
///     gamma=1.0)`: `CyclicLR(initial, maximal, step_size_up=step_size, mode='exp_range',
///     gamma=gamma, cycle_momentum=False)`. With its scale_mode 'iterations', the default.
///   - PaddlePaddle `CyclicLR(base_learning_rate, max_learning_rate, step_size_up,
///     step_size_down, mode, exp_gamma)`: `CyclicLR(base_learning_rate, max_learning_rate,
///     step_size_up, step_size_down, mode, exp_gamma, cycle_momentum=False)`. It has no
///     momentum.
///   - ParameterSchedulers.jl `Triangle(l0, l1, period)`: `CyclicLR(l0, l1,
///     step_size_up=period//2, cycle_momentum=False)`. The period is a whole cycle there, and
///     its first step is 1. TriangleDecay2 is mode='triangular2', TriangleExp mode='exp_range'.
/// - Complexity: O(1)
/// - Example: `CyclicLR(max_lr=1.0, step_size_up=20, step_size_down=40)` from 0.1 over 180
///   steps
/// - Example: `CyclicLR(max_lr=1.0, step_size_up=30, mode='triangular2', cycle_momentum=False)`
///   from 0.1 over 180 steps
public struct CyclicLR: Schedule {
  /// How cycles differ.
  public enum Mode: Int, Word {
    case triangular, triangular2, expRange

    public static let words: [StaticString] = ["triangular", "triangular2", "exp_range"]
  }

  /// What a scale of the caller's is a function of.
  public enum ScaleMode: Int, Word {
    case cycle, iterations

    public static let words: [StaticString] = ["cycle", "iterations"]
  }

  /// The rate at both ends, in its units; `nil` takes the base rate for it.
  public internal(set) var baseLR: Double?
  /// The peak, in the units of the rate; finite, at least 0.
  public internal(set) var maxLR = 1.0
  /// Steps up; at least 1.
  public internal(set) var stepSizeUp = 2000
  /// Steps down; `nil` for as many as up.
  public internal(set) var stepSizeDown: Int?
  public internal(set) var mode = Mode.triangular
  /// What each step leaves of the peak's height under `expRange`.
  public internal(set) var gamma = 1.0
  /// How high the triangle is, in place of `mode`; `nil` for none.
  public internal(set) var scaleFn: StepFunction?
  /// Whether that is a function of the cycle, from 1, or of the step.
  public internal(set) var scaleMode = ScaleMode.cycle
  /// Whether it drives the momentum at all.
  public internal(set) var cycleMomentum = true
  public internal(set) var baseMomentum = 0.8
  public internal(set) var maxMomentum = 0.9

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    baseLR: Double? = nil, maxLR: Double, stepSizeUp: Int = 2000, stepSizeDown: Int? = nil,
    mode: Mode = .triangular, gamma: Double = 1, scaleFn: StepFunction? = nil,
    scaleMode: ScaleMode = .cycle, cycleMomentum: Bool = true,
    baseMomentum: Double = 0.8, maxMomentum: Double = 0.9
  ) throws(Refusal) {
    self.baseLR = baseLR
    self.maxLR = maxLR
    self.stepSizeUp = stepSizeUp
    self.stepSizeDown = stepSizeDown
    self.mode = mode
    self.gamma = gamma
    self.scaleFn = scaleFn
    self.scaleMode = scaleMode
    self.cycleMomentum = cycleMomentum
    self.baseMomentum = baseMomentum
    self.maxMomentum = maxMomentum
    try validate()
  }

  public static var name: StaticString { "CyclicLR" }
  public static var summary: StaticString {
    "From the base rate up to a peak and down again in straight lines, for ever."
  }
  public static var formula: StaticString {
    "rate(t) = base_lr + (max_lr - base_lr) * height * scale, height up 0 to 1 over step_size_up steps and down over step_size_down, scale 1, 2^-cycle or gamma^t"
  }
  public static var source: StaticString {
    "Smith, Cyclical Learning Rates (arXiv:1506.01186); PyTorch, CyclicLR"
  }

  public mutating func describe(_ fields: Fields) {
    fields.real(
      "base_lr", &baseLR, note: "the rate at both ends, in its units; the base rate if absent")
    fields.real("max_lr", &maxLR, .required, note: "the peak, in the units of the rate")
    fields.steps("step_size_up", &stepSizeUp, note: "steps up")
    fields.steps("step_size_down", &stepSizeDown, note: "steps down; as many as up if absent")
    fields.word("mode", &mode, note: "how cycles differ")
    fields.real("gamma", &gamma, note: "what each step leaves of the height under exp_range")
    fields.function(
      "scale_fn", &scaleFn, note: "how high the triangle is, in place of mode; none if absent")
    fields.word(
      "scale_mode", &scaleMode, note: "what scale_fn gets: the cycle, from 1, or the step")
    fields.flag("cycle_momentum", &cycleMomentum, note: "whether it drives the momentum")
    fields.real(
      "base_momentum", &baseMomentum, accepts: .fraction, note: "the momentum at the peak")
    fields.real("max_momentum", &maxMomentum, accepts: .fraction, note: "the momentum at both ends")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let low = baseLR ?? base
    let (height, scale) = shape(at: t)
    return low + (maxLR - low) * height * scale
  }

  public func momentum(at t: Int, base: Double) -> Double {
    guard cycleMomentum else { return base }
    let (height, scale) = shape(at: t)
    return maxMomentum - (maxMomentum - baseMomentum) * height * scale
  }

  /// Where on its triangle a step is, 0 to 1, and how high the triangle is.
  private func shape(at t: Int) -> (height: Double, scale: Double) {
    let total = Double(stepSizeUp) + Double(stepSizeDown ?? stepSizeUp)
    let ratio = Double(stepSizeUp) / total
    let cycle = (1 + Double(t) / total).rounded(.down)
    let x = 1 + Double(t) / total - cycle
    let height = x <= ratio ? x / ratio : (x - 1) / (ratio - 1)
    if let scaleFn { return (height, scaleFn(scaleMode == .cycle ? Int(cycle) : t)) }
    return switch mode {
    case .triangular: (height, 1)
    case .triangular2: (height, 1 / pow(2, cycle - 1))
    case .expRange: (height, pow(gamma, Double(t)))
    }
  }
}
