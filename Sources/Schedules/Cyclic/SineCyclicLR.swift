import Platform

/// From the base rate up to a peak and down again along half a sine, for ever.
///
/// ```
/// rate(t) = low + |maxLR − base| · sin(π · (t mod period) / period) · scale
/// ```
///
/// where low is the lower of the two, and scale is 1 (sin), halved each period
/// (sin_decay2), or gammaᵗ (sin_exp).
///
/// Source: ParameterSchedulers.jl's `Sin`, `SinDecay2` and `SinExp`, whose first
/// step is 1.
///
/// - Peers:
///   - ParameterSchedulers.jl `Sin(l0, l1, period)`: `SineCyclicLR(l1, period, base_lr=l0)`.
///     Its first step is 1: our t is its t - 1. SinDecay2 is mode='sin_decay2', SinExp
///     mode='sin_exp'.
/// - Complexity: O(1)
/// - Example: `SineCyclicLR(1.0, 40)` from 0.1 over 160 steps
/// - Example: `SineCyclicLR(1.0, 40, mode='sin_decay2')` from 0.1 over 160 steps
public struct SineCyclicLR: Schedule {
  /// How periods differ.
  public enum Mode: Int, Word {
    case sin, sinDecay2, sinExp

    public static let words: [StaticString] = ["sin", "sin_decay2", "sin_exp"]
  }

  /// The peak, in the units of the rate; finite, at least 0.
  public internal(set) var maxLR = 1.0
  /// Steps from the base rate to the peak and back; at least 1.
  public internal(set) var period = 1
  /// The other end, in the units of the rate; `nil` takes the base rate for it.
  public internal(set) var baseLR: Double?
  public internal(set) var mode = Mode.sin
  /// What each step leaves of the peak's height under `sinExp`.
  public internal(set) var gamma = 1.0

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    maxLR: Double, period: Int, baseLR: Double? = nil, mode: Mode = .sin, gamma: Double = 1
  ) throws(Refusal) {
    self.maxLR = maxLR
    self.period = period
    self.baseLR = baseLR
    self.mode = mode
    self.gamma = gamma
    try validate()
  }

  public static var name: StaticString { "SineCyclicLR" }
  public static var summary: StaticString {
    "From the base rate up to a peak and down again along half a sine, for ever."
  }
  public static var formula: StaticString {
    "rate(t) = min(base_lr, max_lr) + |max_lr - base_lr| * sin(pi * (t mod period) / period) * scale, scale 1, 2^-floor(t / period) or gamma^t"
  }
  public static var source: StaticString {
    "ParameterSchedulers.jl, Sin, SinDecay2 and SinExp"
  }

  public mutating func describe(_ fields: Fields) {
    fields.real("max_lr", &maxLR, .required, note: "the peak, in the units of the rate")
    fields.steps(
      "period", &period, .required, note: "steps from the base rate to the peak and back")
    fields.real("base_lr", &baseLR, note: "the other end, in its units; the base rate if absent")
    fields.word("mode", &mode, note: "how periods differ")
    fields.real("gamma", &gamma, note: "what each step leaves of the height under sin_exp")
  }

  public func rate(at t: Int, base: Double) -> Double {
    let other = baseLR ?? base
    // Both halves as the first: past a right angle the sine is a difference.
    let since = min(t % period, period - t % period)
    let height = Platform.sin(.pi * Double(since) / Double(period))
    let scale =
      switch mode {
      case .sin: 1.0
      case .sinDecay2: pow(0.5, Double(t / period))
      case .sinExp: pow(gamma, Double(t))
      }
    return abs(maxLR - other) * (height * scale) + min(other, maxLR)
  }
}
