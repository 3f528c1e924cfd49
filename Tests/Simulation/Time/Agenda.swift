/// What is going to happen, by virtual time; of things at the same time, what was planned first comes first.
final class Agenda {
  private struct Entry {
    var time: Int64
    var order: UInt64
    var step: () -> Void

    func comes(before other: Self) -> Bool { (time, order) < (other.time, other.order) }
  }

  private(set) var now = VirtualTime(milliseconds: 0)
  private var heap: [Entry] = []
  private var planned: UInt64 = 0

  /// Plans a step.
  func after(_ milliseconds: Int64, _ step: @escaping () -> Void) {
    planned += 1
    heap.append(Entry(time: now.milliseconds + max(0, milliseconds), order: planned, step: step))
    var child = heap.count - 1
    while child > 0, heap[child].comes(before: heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Moves time to the next step and takes it; false when there is none before the end.
  func step(until end: VirtualTime) -> Bool {
    guard let first = heap.first, first.time <= end.milliseconds else {
      now = max(now, end)
      return false
    }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    now = VirtualTime(milliseconds: max(now.milliseconds, first.time))
    first.step()
    return true
  }

  /// Forgets everything that is planned.
  func clear() { heap = [] }

  private func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].comes(before: heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
