import FuzzSupport
import Glibc
import KubernetesClient

@testable import SatisWebhook

/// Sends calls that no git host would send to the webhook service, without its network.
///
/// Whatever they are, the outcome is an answer. A crash is a failure, and so is a build, or a success, for a call that
/// does not come from a holder of the secret as it was sent; and memory that grows with the number of calls.
///
///     fuzz-webhook [CALLS_OF_EACH_HOST] [FIRST_SEED]
@main
struct WebhookFuzz {
  static func main() async {
    let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
    let fuzz = WebhookFuzz(count: numbers.first ?? 100_000, first: numbers.dropFirst().first ?? 0)
    guard await fuzz.run() else { exit(1) }
  }

  /// Calls of each host.
  let count: UInt64
  let first: UInt64

  private let store = FuzzStore()
  private static let namespace = "satis"
  /// What the allocator, and the sanitizer's notes about it, may keep for themselves, in bytes.
  private static let slack = 192 << 20

  init(count: UInt64, first: UInt64) {
    self.count = count
    self.first = first
  }

  /// - Returns: whether nothing was found.
  func run() async -> Bool {
    let handler = DeliveryHandler(store: store, namespace: Self.namespace, timeLimit: .seconds(60))
    var failed = 0
    var all: [String: Int] = [:]
    for provider in GitHosts.providers {
      let samples = HostSample.all.filter { $0.provider == provider }
      guard !samples.isEmpty else {
        print("there is no sample of what \(provider) sends; add one to HostSample.all")
        return false
      }
      var tally: [String: Int] = [:]
      var early = 0
      for seed in first..<(first + count) {
        var dice = Dice(seed: seed)
        let call = FuzzedCall(dice.pick(samples), &dice)
        // To a repository, or to all of its namespace.
        let address = Address(
          namespace: Self.namespace, repository: dice.roll(3) == 0 ? nil : "packages")
        let (result, problem) = await send(call, to: address, of: handler)
        tally[result, default: 0] += 1
        if let problem {
          failed += 1
          print("\(provider), seed \(seed): \(problem)")
        }
        if seed % 64 == 0 { await rehearse(call) }
        if seed - first == count / 5 { early = Self.residentBytes }
      }
      let growth = Self.residentBytes - early
      if early > 0, growth > Self.slack {
        failed += 1
        print("\(provider): memory has grown by \(growth >> 20) MB")
      }
      print(
        "\(provider): \(tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
      )
      all.merge(tally, uniquingKeysWith: +)
    }
    print("fuzzed calls \(count) of each of \(GitHosts.providers.count) hosts, failed \(failed)")
    // A fuzzer whose calls are all refused, or all accepted, tests nothing.
    let isVaried = ["created", "duplicate", "ignored", "malformed", "unauthorized"].allSatisfy {
      all[$0] ?? 0 > 0
    }
    return failed == 0 && (isVaried || count < 1_000)
  }

  /// - Returns: the word of the answer, and what is wrong with it.
  private func send(
    _ call: FuzzedCall, to address: Address, of handler: DeliveryHandler
  ) async -> (result: String, problem: String?) {
    let delivery = call.delivery
    let requests = store.requests
    let builds = store.builds
    let answer = await handler.answer(delivery, from: GitHosts.sender(of: delivery.headers), to: address)
    guard !call.isGenuine else { return (answer.result, nil) }
    if store.builds > builds { return (answer.result, "a build was made without the secret") }
    // What is answered without a question to the cluster says nothing about it.
    guard answer.isSuccess, store.requests > requests else { return (answer.result, nil) }
    return (answer.result, "answered '\(answer.result)' without the secret")
  }

  /// What `verify` makes of it, broken a little more.
  private func rehearse(_ call: FuzzedCall) async {
    var dice = Dice(seed: UInt64(call.body.count))
    var bytes = call.recording
    for _ in 0..<dice.roll(3) { dice.mutate(&bytes) }
    _ = try? await Rehearsal(of: bytes, from: nil, secret: FuzzedCall.secret).description
  }

  /// proc(5): the second number of `statm`, in pages.
  private static var residentBytes: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = fread(&bytes, 1, bytes.count, file)
    let words = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
