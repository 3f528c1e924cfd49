import KubernetesClient

@testable import Curl

/// A request from a controller to the API server and back.
struct Request<Answer> {
  let controller: Controller
  let world: World
  let what: () -> String
  let isWrite: Bool
  let body: (APIServer) throws(KubernetesError) -> Answer
  let answer: (Result<Answer, KubernetesError>) -> Void

  func send() {
    guard controller.isAlive else { return answer(.failure(Self.broken(.cancelled))) }
    if isWrite, world.strikes(.crashBeforeWrite, world.faults.crashAtWrite) {
      world.say(controller.name, "is killed before: \(what())")
      controller.crash()
      return answer(.failure(Self.broken(.cancelled)))
    }
    world.plan(latency) { arrive() }
  }

  private func arrive() {
    // What a controller sent before it died may arrive all the same.
    guard controller.isAlive || world.dice.happens(0.5) else {
      return answer(.failure(Self.broken(.cancelled)))
    }
    guard !world.strikes(.transportError, world.faults.transport) else {
      world.say(controller.name, "cannot reach the server: \(what())")
      return giveBack(.failure(Self.broken(.send)))
    }
    var result: Result<Answer, KubernetesError>
    do throws(KubernetesError) {
      result = .success(try body(world.server))
      if isWrite {
        world.writes += 1
        world.say(controller.name, what())
      }
    } catch {
      if error.isConflict { world.tally.count(.conflict) }
      if error.isAlreadyExists { world.tally.count(.alreadyExists) }
      world.say(controller.name, "\(what()): refused: \(error)")
      result = .failure(error)
    }
    if isWrite, controller.isAlive {
      if world.strikes(.crashAfterWrite, world.faults.crashAtWrite) {
        world.say(controller.name, "is killed after: \(what())")
        controller.crash()
      } else if world.strikes(.lostResponse, world.faults.transport) {
        world.say(controller.name, "does not get the answer: \(what())")
        result = .failure(Self.broken(.receive))
      } else if world.dice.happens(world.faults.stallAtWrite) {
        // Whatever it does next comes late.
        world.leaders.failOver(stalls: true)
      }
    }
    giveBack(result)
  }

  private func giveBack(_ result: Result<Answer, KubernetesError>) {
    world.plan(latency) {
      controller.whenAwake {
        answer(controller.isAlive ? result : .failure(Self.broken(.cancelled)))
      }
    }
  }

  private var latency: Int64 {
    world.dice.happens(0.02) ? world.dice.number(50...3_000) : world.dice.number(1...15)
  }

  private static func broken(_ phase: CurlError.Phase) -> KubernetesError {
    KubernetesError(
      request: "simulated",
      cause: .transport(CurlError(phase: phase, code: 0, url: "https://simulated", message: "broken")))
  }
}
