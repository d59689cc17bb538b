import Platform

/// Up to the base rate, then any schedule, whose own time starts there.
///
/// ```
/// t < steps: base · (startRatio + (1 − startRatio) · ramp((t + offset) / span))
/// else:      schedule.rate(t − steps + skip)
/// ```
///
/// With `startLR` it starts from that rate instead of a part of the base rate,
/// and with `endLR` it arrives at that one instead of the base rate, from where
/// the schedule may jump. The shapes of the ramp, with n = t + `offset` and
/// u = min(1, n / `span`):
///
/// ```
/// linear:      u
/// cosine:      (1 − cos(πu)) / 2
/// 1-sqrt:      1 − √(1 − u)
/// polynomial:  u^power
/// log:         ln(1 + n) / ln(1 + span)
/// exponential: 1 − exp(−n / span), 63 % of the way at the span
/// constant:    0
/// geometric:   none, but base · startRatio^(1 − u)
/// ```
///
/// How peers count, with W for their warm-up steps:
///
/// - Hugging Face, Megatron: `steps=W`, from 0 at t = 0 to the base rate at W;
/// - fairseq's fixed, torchtitan: `steps=W, offset=1`, from 1/W to all at W − 1;
/// - ignite, Hugging Face's `cosine_warmup_with_min_lr` with a start ratio:
///   `steps=W, span=W-1`, from 0 to all at W − 1;
/// - DeepSpeed: `steps=W, span=W-1, shape='log'`, and with its cosine, as with
///   the last, `skip=1`: step W is the second of what follows;
/// - timm without a prefix: `steps=W, skip=W`: what follows has run all along.
///
/// Source: Goyal et al., [Accurate, Large Minibatch SGD](https://arxiv.org/abs/1706.02677),
/// gradual warm-up; Hugging Face's `get_*_schedule_with_warmup`, DeepSpeed's
/// `WarmupLR`, mmcv's `LrUpdaterHook` (constant, exp), ignite's
/// `create_lr_scheduler_with_warmup`.
///
/// - Peers:
///   - Hugging Face `get_constant_schedule_with_warmup(num_warmup_steps)`: `Warmup(Constant(),
///     W)`. From 0 at t = 0 to the base rate at W.
///   - optax `warmup_constant_schedule(init_value, peak_value, warmup_steps)`:
///     `Warmup(Constant(), W, start_lr=init_value, rounding='rest')`. The base rate is
///     peak_value.
///   - DeepSpeed `WarmupLR(warmup_min_lr=0.0, warmup_max_lr=1e-3, warmup_num_steps=1000,
///     warmup_type='log')`: `Warmup(Constant(), W, shape='log', start_lr=warmup_min_lr,
///     span=W-1)`. The base rate is warmup_max_lr; with warmup_type='linear' without shape and
///     span. Its last_batch_iteration is our step.
///   - ignite `create_lr_scheduler_with_warmup(lr_scheduler, warmup_start_value,
///     warmup_duration, warmup_end_value)`: `Warmup(schedule, warmup_duration-1,
///     start_lr=warmup_start_value, rounding='product')`. The schedule's first step is the
///     warm-up's last. Where it ends elsewhere than the schedule begins: steps=warmup_duration,
///     span=warmup_duration-1, end_lr=warmup_end_value.
///   - PaddlePaddle `LinearWarmup(learning_rate, warmup_steps, start_lr, end_lr)`:
///     `Warmup(schedule, W, start_lr=start_lr, end_lr=end_lr, rounding='product')`. The base
///     rate is the schedule's own.
///   - fairseq `fixed(warmup_updates)`: `Warmup(Constant(), W, offset=1)`. From 1/W at t = 0 to
///     the base rate at W - 1.
///   - pytorch_warmup `LinearWarmup(warmup_period)`: `Warmup(Constant(), W, offset=1)`. In
///     front of a constant rate; any other schedule runs on meanwhile, as in Dampening.
///   - Composer `ConstantWithWarmupScheduler(t_warmup, alpha=1.0)`: `Warmup(Constant(), W)`
///   - timm `warmup_t, warmup_lr_init, warmup_prefix=False`: `Warmup(schedule, warmup_t,
///     start_lr=warmup_lr_init, skip=warmup_t)`. What follows has run all along; with
///     warmup_prefix=True without skip.
///   - fvcore `WarmupParamScheduler(scheduler, warmup_factor, warmup_length)`:
///     `Warmup(schedule, W, start_ratio=warmup_factor, skip=W)`. It aims at where the schedule
///     is by then, which for a flat start is the base rate.
///   - MMCV `LrUpdaterHook(warmup='exp', warmup_ratio)`: `Warmup(schedule, W,
///     shape='geometric', start_ratio=warmup_ratio)`. warmup='constant' is shape='constant'.
/// - Complexity: that of the schedule; O(1) of its own
/// - Example: `Warmup(LinearDecay(80), 40)` over 120 steps
/// - Example: `Warmup(LinearDecay(80), 40, shape='cosine')` over 120 steps
/// - Example: `Warmup(LinearDecay(80), 40, shape='1-sqrt')` over 120 steps
/// - Example: `Warmup(LinearDecay(80), 40, shape='log')` over 120 steps
public struct Warmup: Schedule {
  /// In which order a straight line is computed. It moves the last bit only,
  /// and lets each peer's bits be had.
  public enum Rounding: Int, Word {
    /// start + (1 − start) · (place / span)
    case fraction
    /// start + ((1 − start) · place) / span
    case product
    /// start + place · ((1 − start) / span)
    case slope
    /// (start − 1) · (1 − place / span) + 1
    case rest

    public static let words: [StaticString] = ["fraction", "product", "slope", "rest"]
  }

  /// What comes after the warm-up.
  public internal(set) var schedule = AnySchedule(Constant())
  /// Steps of the warm-up; 0 for none.
  public internal(set) var steps = 0
  public internal(set) var shape = Ramp.linear
  /// The part of the base rate that it starts from; finite, at least 0.
  public internal(set) var startRatio = 0.0
  /// The rate that it starts from, in place of `startRatio`.
  public internal(set) var startLR: Double?
  /// The rate that it arrives at, in place of the base rate.
  public internal(set) var endLR: Double?
  /// Added to the step: 1 for peers that count from 1.
  public internal(set) var offset = 0
  /// What the step is divided by; `nil` for `steps`.
  public internal(set) var givenSpan: Int?
  /// The step of `schedule` at which it begins.
  public internal(set) var skip = 0
  /// The exponent of the polynomial shape; finite, above 0.
  public internal(set) var power = 1.0
  public internal(set) var rounding = Rounding.fraction

  public init() {}

  /// Throws when a field is out of its range.
  public init(
    _ schedule: AnySchedule, steps: Int, shape: Ramp = .linear, startRatio: Double = 0,
    startLR: Double? = nil, offset: Int = 0, span: Int? = nil, skip: Int = 0, power: Double = 1,
    rounding: Rounding = .fraction, endLR: Double? = nil
  ) throws(Refusal) {
    self.schedule = schedule
    self.steps = steps
    self.shape = shape
    self.startRatio = startRatio
    self.startLR = startLR
    self.offset = offset
    givenSpan = span
    self.skip = skip
    self.power = power
    self.rounding = rounding
    self.endLR = endLR
    try validate()
  }

  /// Throws when a field is out of its range.
  public init(
    _ schedule: some Schedule, steps: Int, shape: Ramp = .linear, startRatio: Double = 0,
    startLR: Double? = nil, offset: Int = 0, span: Int? = nil, skip: Int = 0, power: Double = 1,
    rounding: Rounding = .fraction, endLR: Double? = nil
  ) throws(Refusal) {
    try self.init(
      AnySchedule(schedule), steps: steps, shape: shape, startRatio: startRatio, startLR: startLR,
      offset: offset, span: span, skip: skip, power: power, rounding: rounding, endLR: endLR)
  }

  public static var name: StaticString { "Warmup" }
  public static var summary: StaticString {
    "Up to the base rate, then any schedule, whose own time starts there."
  }
  public static var formula: StaticString {
    "rate(t) = base * (start_ratio + (1 - start_ratio) * ramp((t + offset) / span)) for t < steps, then schedule.rate(t - steps + skip)"
  }
  public static var source: StaticString {
    "Goyal et al., Accurate, Large Minibatch SGD (arXiv:1706.02677); Hugging Face, get_*_schedule_with_warmup; DeepSpeed, WarmupLR; ignite, create_lr_scheduler_with_warmup"
  }

  public mutating func describe(_ fields: Fields) {
    fields.schedule("schedule", &schedule, note: "what comes after the warm-up")
    fields.step("steps", &steps, .required, note: "steps of the warm-up; 0 for none")
    fields.word("shape", &shape, note: "the way up")
    fields.real(
      "start_ratio", &startRatio, note: "the part of the base rate that it starts from")
    fields.real(
      "start_lr", &startLR,
      note: "what it starts from, in the units of the rate, in place of start_ratio")
    fields.step("offset", &offset, note: "added to the step: 1 where a peer counts from 1")
    fields.steps("span", &givenSpan, note: "what the step is divided by; steps if absent")
    fields.step("skip", &skip, note: "the step of the schedule at which it begins")
    fields.real("power", &power, accepts: .positive, note: "the exponent of the shape polynomial")
    fields.word(
      "rounding", &rounding, note: "the order in which a line is computed, for a peer's last bit")
    fields.real(
      "end_lr", &endLR, note: "what it arrives at, in the units of the rate, in place of the base")
  }

  /// What the step is divided by.
  public var span: Int { givenSpan ?? max(steps, 1) }

  public static var reacts: Bool { true }

  public var parts: [AnySchedule] { [schedule] }

  public func inconsistency() -> Refusal? {
    guard skip <= schedule.lastStep else {
      return Refusal(
        .value, "Warmup skip", value: "\(skip)",
        accepted: "at most \(schedule.lastStep), where the schedule ends")
    }
    if let startLR, startRatio != 0 {
      return Refusal(
        .value, "Warmup start_lr", value: "\(startLR)",
        accepted: "none beside start_ratio=\(startRatio), which is a start, too")
    }
    if shape == .geometric, startLR != nil || startRatio == 0 {
      return Refusal(
        .value, "Warmup start_ratio", value: "\(startRatio)",
        accepted: "above 0.0, and no start_lr: no factor leads up from 0")
    }
    if let endLR, shape == .geometric {
      return Refusal(
        .value, "Warmup end_lr", value: "\(endLR)",
        accepted: "none with the shape 'geometric', which is a factor of the base rate")
    }
    return nil
  }

  public var lastStep: Int { min(maxStep, steps + schedule.lastStep - skip) }

  public func rate(at t: Int, base: Double) -> Double {
    t < steps ? climb(at: t, base: base) : schedule.rate(at: local(t), base: base)
  }

  public func fill(
    _ rates: inout MutableSpan<Double>, _ places: Range<Int>, from first: Int, base: Double
  ) -> Bool {
    let up = min(places.count, max(0, steps - first))
    let top = places.lowerBound + up
    for i in 0..<up { rates[places.lowerBound + i] = climb(at: first + i, base: base) }
    if up == places.count { return true }
    schedule.fill(&rates, top..<places.upperBound, from: local(first + up), base: base)
    return true
  }

  public func rate(at t: Int, base: Double, current: Double) -> Double {
    if t < steps { return climb(at: t, base: base) }
    // What follows starts from the base rate, not from where the warm-up ended.
    return t == steps && t > 0
      ? schedule.rate(at: local(t), base: base)
      : schedule.rate(at: local(t), base: base, current: current)
  }

  public func observing(_ metric: Double, at t: Int, base: Double) -> Self {
    guard t >= steps else { return self }
    var copy = self
    copy.schedule = schedule.observing(metric, at: local(t), base: base)
    return copy
  }

  public func momentum(at t: Int, base: Double) -> Double {
    schedule.momentum(at: local(max(t, steps)), base: base)
  }

  /// The schedule's own time.
  private func local(_ t: Int) -> Int { min(t - steps + skip, schedule.lastStep) }

  private func climb(at t: Int, base: Double) -> Double {
    let span = Double(span)
    let place = min(Double(t + offset), shape == .exponential ? .infinity : span)
    if shape == .geometric { return base * pow(startRatio, 1 - place / span) }
    // In base rates, unless one of the ends is a rate.
    let isRate = startLR != nil || endLR != nil
    let start = startLR ?? (isRate ? startRatio * base : startRatio)
    let top = endLR ?? (isRate ? base : 1)
    let rise = top - start
    let way = shape.value(at: place, of: span, power: power)
    let value =
      switch (shape, rounding) {
      case (.linear, .product): start + rise * place / span
      case (.linear, .slope): start + place * (rise / span)
      case (_, .rest): (start - top) * (1 - way) + top
      default: start + rise * way
      }
    return isRate ? value : base * value
  }
}
