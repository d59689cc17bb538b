// `import Sched` is all a Swift program needs.
@_exported import Monitors
@_exported import Optimizers
@_exported import Schedules
@_exported import StepBody
