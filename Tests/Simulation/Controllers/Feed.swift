import ControllerRuntime
import KubernetesClient

/// A watch: it brings the changes of one kind to one controller's cache, late, and sometimes not each of them.
final class Feed<Object: KubernetesObject> {
  private unowned let world: World
  private unowned let controller: Controller
  private let collection: Collection<Object>
  private let cache: Cache<Object>
  /// Changes that the cache has.
  private var position = 0
  private var isListed = false
  private var isBusy = false

  init(_ controller: Controller, _ world: World, _ collection: Collection<Object>, _ cache: Cache<Object>) {
    self.controller = controller
    self.world = world
    self.collection = collection
    self.cache = cache
  }

  /// Lists, perhaps from an API server that is behind.
  func start() {
    isBusy = true
    world.plan(world.dice.number(20...2_000)) { [self] in
      position = collection.history.count
      if world.dice.happens(world.faults.relist) {
        let behind = Int(world.dice.number(1...12))
        if position > behind { world.tally.count(.staleRestart) }
        position = max(0, position - behind)
      }
      isListed = true
      deliver(.replaced(collection.list(after: position), unreadable: []))
    }
  }

  /// Something changed.
  func wake() {
    guard isListed, !isBusy, controller.isAlive, position < collection.history.count else { return }
    isBusy = true
    let isSlow = world.strikes(.slowWatch, world.faults.slowWatch)
    let lag = isSlow ? world.dice.number(2_000...30_000) : world.dice.number(1...150)
    if world.strikes(.relist, world.faults.relist) {
      world.plan(lag) { [self] in
        let end = collection.history.count
        countUnseen(upTo: end)
        position = end
        let list = collection.list(after: end)
        world.plan(world.dice.number(1...1_000)) { [self] in deliver(.replaced(list, unreadable: [])) }
      }
    } else {
      world.plan(lag) { [self] in
        let update = collection.history[position]
        position += 1
        deliver(update)
      }
    }
  }

  private func deliver(_ update: WatchUpdate<Object>) {
    controller.whenAwake { [self] in
      isBusy = false
      guard controller.isAlive else { return }
      controller.changed(cache.take(update), WorkPriority(of: update))
      // What came meanwhile is in the same stream already.
      while position < collection.history.count, world.dice.happens(0.8) {
        let next = collection.history[position]
        position += 1
        controller.changed(cache.take(next), WorkPriority(of: next))
      }
      wake()
    }
  }

  private func countUnseen(upTo end: Int) {
    var created: Set<NamespacedName> = []
    for change in collection.history[position..<end] {
      switch change {
      case .applied(let object): if cache[object.key] == nil { created.insert(object.key) }
      case .deleted(let object): if created.contains(object.key) { world.tally.count(.unseen) }
      default: break
      }
    }
  }
}
