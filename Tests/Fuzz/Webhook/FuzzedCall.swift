import FuzzSupport
import KubernetesClient

@testable import SatisWebhook

/// A call that a host may have sent, and what somebody has made of it.
struct FuzzedCall {
  /// The secret of the repository.
  static let secret = Array("Iegh7ohd".utf8)

  private(set) var headers: [(name: String, value: String)]
  private(set) var body: [UInt8]
  /// Whether the one who sent it holds the secret, and it arrived as it was sent: only then may it be believed.
  private(set) var isGenuine: Bool

  /// Makes one of three: a call that is changed and then signed, one that is signed and then changed, and one that is
  /// signed with another secret, or with none.
  init(_ sample: HostSample, _ dice: inout Dice) {
    let event = dice.pick(sample.events)
    headers = sample.headers + (sample.eventHeader.map { [($0, event.name)] } ?? [])
    body = Array(event.body.utf8)
    isGenuine = true
    if dice.roll(3) == 0 { wrapInForm() }
    switch dice.roll(3) {
    case 0:
      change(&dice)
      headers.append(sample.proof(of: body, by: Self.secret))
    case 1:
      headers.append(sample.proof(of: body, by: Self.secret))
      let sent = body
      changeBody(&dice)
      isGenuine = body == sent || !sample.coversBody
    default:
      isGenuine = false
      forge(sample, &dice)
      change(&dice)
    }
  }

  var delivery: Delivery {
    Delivery(headers: Headers(headers), body: body, time: Timestamp(seconds: HostSample.time))
  }

  /// The same as raw bytes, as somebody may have recorded it.
  var recording: [UInt8] {
    let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Array("POST /satis/packages HTTP/1.1\r\n\(lines)\r\n".utf8) + body
  }

  private mutating func wrapInForm() {
    headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    var form = Array("payload=".utf8)
    for byte in body {
      let digits = String(byte, radix: 16)
      form += Array("%\(byte < 16 ? "0" : "")\(digits)".utf8)
    }
    body = form
  }

  private mutating func forge(_ sample: HostSample, _ dice: inout Dice) {
    switch dice.roll(6) {
    case 0: return
    case 1: headers.append((sample.proof(of: body, by: []).name, ""))
    case 2: headers.append(sample.proof(of: body, by: []))
    case 3:
      // Right, but for one digit, or cut.
      var (name, value) = sample.proof(of: body, by: Self.secret)
      if dice.roll(2) == 0, let last = value.last {
        value = value.dropLast() + (last == "0" ? "1" : "0")
      } else {
        value = String(value.dropLast(1 + dice.roll(value.count)))
      }
      headers.append((name, value))
    case 4:
      let (name, value) = sample.proof(of: body, by: Self.secret)
      headers.append((name, "\(value)\(value)"))
    // Not a zero at the end: to HMAC that is the same key (RFC 2104, section 2).
    default: headers.append(sample.proof(of: body, by: Self.secret + dice.noise(upTo: 8) + [1]))
    }
  }

  // MARK: - Changes

  private mutating func change(_ dice: inout Dice) {
    if dice.roll(2) == 0 { changeBody(&dice) }
    for _ in 0..<dice.pick([0, 0, 1, 2]) { changeHeader(&dice) }
  }

  private mutating func changeBody(_ dice: inout Dice) {
    switch dice.roll(20) {
    case 0: body = dice.noise(upTo: 400)
    case 1: body = Array(body.prefix(dice.roll(body.count + 1)))
    case 2:
      let depth = dice.roll(dice.roll(200) == 0 ? 100_000 : 600)
      body = Array(String(repeating: dice.pick(["[", "{\"repository\":", "%5B"]), count: depth).utf8)
    default: for _ in 0...dice.roll(4) { dice.mutate(&body) }
    }
  }

  private mutating func changeHeader(_ dice: inout Dice) {
    guard !headers.isEmpty else { return }
    let place = dice.roll(headers.count)
    switch dice.roll(6) {
    case 0: headers.remove(at: place)
    case 1: headers.append(headers[place])
    case 2:
      // Somebody else's header beside the own ones.
      let other = dice.pick(HostSample.all)
      headers.insert(dice.pick(other.headers), at: place)
    case 3:
      headers[place].value = String(repeating: dice.pick(["x", "é", "\u{0}", "%"]), count: dice.roll(3_000))
    case 4: headers[place].value = String(decoding: dice.noise(upTo: 40), as: UTF8.self)
    default:
      headers[place].name = dice.pick([
        "x-hub-signature-256", "content-type", "Authorization", "X-GitHub-Event",
      ])
    }
  }
}
