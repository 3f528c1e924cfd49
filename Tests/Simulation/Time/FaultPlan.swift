/// How often each thing goes wrong in a run.
struct FaultPlan {
  var crashAtWrite = 0.0
  var transport = 0.0
  var stallAtWrite = 0.0
  var slowWatch = 0.0
  var relist = 0.0
  var jobInvalid = 0.0
  var skewedServer = 0.0
  var lateCollection = 0.0
  var latePod = 0.0
  var imagePull = 0.0
  var unschedulable = 0.0
  var outOfMemory = 0.0
  var evicted = 0.0
  var reportLost = 0.0
  var publishFails = 0.0
  var slowSatis = 0.0
  var otherVersion = 0.0
  /// How many disturbances from outside come in an hour: crashes, failovers, lost nodes, people with kubectl.
  var disturbances: Int64 = 0

  /// Nothing goes wrong any more.
  static let quiet = FaultPlan()

  /// Some runs are wild, some nearly calm: rare combinations need both.
  init(_ dice: inout Dice) {
    func some(_ most: Double) -> Double {
      dice.happens(0.3) ? 0 : most * Double(dice.number(1...100)) / 100
    }
    crashAtWrite = some(0.02)
    transport = some(0.03)
    stallAtWrite = some(0.01)
    slowWatch = some(0.1)
    relist = some(0.1)
    jobInvalid = some(0.02)
    skewedServer = some(0.3)
    lateCollection = some(0.2)
    latePod = some(0.15)
    imagePull = some(0.1)
    unschedulable = some(0.1)
    outOfMemory = some(0.1)
    evicted = some(0.1)
    reportLost = some(0.1)
    publishFails = some(0.1)
    slowSatis = some(0.05)
    otherVersion = some(0.7)
    disturbances = dice.number(0...90)
  }

  private init() {}
}
