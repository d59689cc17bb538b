import Schedules

/// Whose way of comparing and counting it is.
public enum Manner: Int, Word {
  case libsched, keras, lightning, ignite, transformers, fastai, mmengine, xgboost, lightgbm
  case composer, bjarten, score

  public static let words: [StaticString] = [
    "libsched", "keras", "lightning", "ignite", "transformers", "fastai", "mmengine", "xgboost",
    "lightgbm", "composer", "bjarten", "score",
  ]

  /// The first value is the best, whatever it is. Others begin with infinity.
  var takesFirst: Bool {
    switch self {
    case .libsched, .lightning, .fastai, .mmengine: false
    default: true
    }
  }

  /// A threshold ends the run before anything is compared, and must be passed.
  var asksThresholdsFirst: Bool { self == .lightning || self == .mmengine }

  /// It asks what is not better, and so NaN is better than anything.
  var isNegated: Bool { self == .ignite || self == .mmengine || self == .score }
}

/// A peer's own declaration of its early stopping, with its names, order and
/// defaults.
struct Preset: Sendable {
  let name: StaticString
  let manner: Manner
  let source: StaticString

  init(_ name: StaticString, _ manner: Manner, _ source: StaticString) {
    self.name = name
    self.manner = manner
    self.source = source
  }

  /// The rule with the peer's defaults, as a visitor leaves it.
  func visited(by fields: Fields) -> Patience {
    var rule = Patience()
    rule.manner = manner
    declare(&rule, fields)
    return rule
  }

  private func declare(_ rule: inout Patience, _ fields: Fields) {
    let monitor: StaticString = "the metric's name; empty where there is only one"
    func delta(_ name: StaticString, _ value: inout Double) {
      fields.real(name, &value, note: "by how much a new best beats the old")
    }
    func patience(_ name: StaticString, _ value: inout Int, _ standard: Int?) {
      value = standard ?? 1
      fields.number(
        name, &value, standard == nil ? .required : .optional,
        accepts: standard == nil ? .counts : .steps, note: "evaluations without a new best")
    }
    func direction(_ name: StaticString) {
      var comparison = Comparison.less
      fields.word(name, &comparison, note: "whether less is better or greater")
      rule.mode = comparison == .less ? .min : .max
    }
    func more(_ name: StaticString) {
      var isMax = false
      fields.flag(name, &isMax, note: "whether more is better")
      rule.mode = isMax ? .max : .min
    }
    func finite() {
      var check = true
      fields.flag("check_finite", &check, note: "whether NaN and infinities stop")
      rule.nan = check ? .stop : manner.isNegated ? .take : .bad
      rule.infinity = check ? .stop : .take
    }
    func mode() { fields.word("mode", &rule.mode, note: "whether less is better or more") }
    func stoppingThreshold() {
      fields.real(
        "stopping_threshold", &rule.stoppingThreshold, accepts: .any,
        note: "stops when the metric is better than this")
    }

    switch manner {
    case .libsched, .keras:
      fields.name("monitor", &rule.monitor, note: monitor)
      delta("min_delta", &rule.minDelta)
      patience("patience", &rule.patience, 0)
      mode()
      fields.real(
        "baseline", &rule.baseline, accepts: .any,
        note: "a new best that does not beat this, too, does not end the wait")
      fields.number(
        "start_from_epoch", &rule.startFrom, note: "epochs before this are not looked at")
    case .lightning:
      fields.name("monitor", &rule.monitor, note: monitor)
      delta("min_delta", &rule.minDelta)
      patience("patience", &rule.patience, 3)
      mode()
      finite()
      stoppingThreshold()
      fields.real(
        "divergence_threshold", &rule.divergenceThreshold, accepts: .any,
        note: "stops when the metric is worse than this")
      fields.number("min_epochs", &rule.minEpochs, note: "the Trainer's")
      fields.number("min_steps", &rule.minSteps, note: "the Trainer's")
    case .ignite:
      rule.mode = .max
      rule.cumulative = false
      rule.nan = .take
      patience("patience", &rule.patience, nil)
      delta("threshold", &rule.minDelta)
      fields.flag("cumulative", &rule.cumulative, note: "whether small gains add up to a new best")
      fields.word(
        "threshold_mode", &rule.minDeltaMode,
        note: "whether threshold is in the metric's units, or a part of the best")
      mode()
    case .transformers:
      rule.cumulative = false
      patience("early_stopping_patience", &rule.patience, 1)
      delta("early_stopping_threshold", &rule.minDelta)
      more("greater_is_better")
    case .fastai:
      fields.name("monitor", &rule.monitor, note: monitor)
      direction("comp")
      delta("min_delta", &rule.minDelta)
      patience("patience", &rule.patience, 1)
    case .mmengine:
      rule.minDelta = 0.1
      fields.name("monitor", &rule.monitor, note: monitor)
      direction("rule")
      delta("min_delta", &rule.minDelta)
      finite()
      patience("patience", &rule.patience, 5)
      stoppingThreshold()
    case .xgboost:
      patience("rounds", &rule.patience, nil)
      fields.name("metric_name", &rule.monitor, note: monitor)
      more("maximize")
      delta("min_delta", &rule.minDelta)
    case .lightgbm:
      patience("stopping_rounds", &rule.patience, nil)
      delta("min_delta", &rule.minDelta)
      fields.name("metric", &rule.monitor, note: monitor)
      more("is_higher_better")
    case .composer:
      rule.unit = .epochs
      rule.counting = .exceeded
      fields.name("monitor", &rule.monitor, note: monitor)
      direction("comp")
      delta("min_delta", &rule.minDelta)
      patience("patience", &rule.patience, 1)
      fields.word("unit", &rule.unit, note: "what patience counts: epochs, or steps for batches")
    case .bjarten:
      rule.nan = .ignore
      patience("patience", &rule.patience, 7)
      delta("delta", &rule.minDelta)
    case .score:
      rule.mode = .max
      rule.nan = .take
      patience("patience", &rule.patience, 7)
      delta("delta", &rule.minDelta)
      mode()
    }
  }

  /// Which of two values is better.
  private enum Comparison: Int, Word {
    case less, greater

    static let words: [StaticString] = ["less", "greater"]
  }
}

/// Every peer's.
let presets: [Preset] = [
  Preset("Keras", .keras, "Keras 3.15, EarlyStopping"),
  Preset("Lightning", .lightning, "Lightning 2.6, EarlyStopping"),
  Preset("Ignite", .ignite, "ignite 0.5, EarlyStopping"),
  Preset("Transformers", .transformers, "transformers 5.23, EarlyStoppingCallback"),
  Preset("Fastai", .fastai, "fastai 2.8, EarlyStoppingCallback"),
  Preset("MMEngine", .mmengine, "mmengine 0.10, EarlyStoppingHook"),
  Preset("XGBoost", .xgboost, "XGBoost 3.2, EarlyStopping"),
  Preset("LightGBM", .lightgbm, "LightGBM 4.7, early_stopping"),
  Preset("Composer", .composer, "Composer 0.32, EarlyStopper"),
  Preset(
    "Bjarten", .bjarten,
    "the textbook's class of a validation loss: Bjarten, early-stopping-pytorch"),
  Preset("Score", .score, "the textbook's class of a score, in which what is equal is better"),
]
