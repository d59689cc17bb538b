import Platform

/// libm's, which gives `x` itself for a power of 1, too, but takes its time.
func pow(_ x: Double, _ y: Double) -> Double { y == 1 ? x : Platform.pow(x, y) }
