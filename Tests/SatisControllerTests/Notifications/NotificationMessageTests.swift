import KubernetesClient
import Testing

@testable import SatisController

@Suite struct NotificationMessageTests {
  @Test func `the operator's own form has all that is known of a build`() throws {
    let message = try NotificationMessage(
      .example(source: "https://u:pw@git.example.test/a.git"), for: .example("https://example.test"))
    #expect(
      try JSONValue(parsing: message.body) == [
        "id": "u-1", "type": "Failed", "namespace": "shop", "repository": "acme", "build": "acme-7",
        "reason": "SatisFailed", "message": "git said no", "source": "https://***@git.example.test/a.git",
        "commit": "abc123", "attempts": 2, "release": "r-1", "startTime": "2023-11-14T22:13:20Z",
        "completionTime": "2023-11-14T22:14:20Z",
      ])
    #expect(message.headers.map(\.name) == ["Content-Type", "X-Satis-Delivery", "X-Satis-Event"])
    #expect(message.headers.map(\.value) == ["application/json", "u-1", "Failed"])
  }

  @Test func `a secret signs the body`() throws {
    // The code is Python's hmac for this body.
    let signed = try NotificationMessage(
      .example(), for: .example("https://example.test", secret: "It's a secret"))
    let signature = try #require(signed.headers.first { $0.name == "X-Satis-Signature-256" }?.value)
    #expect(signature == "sha256=a4f0c06d0f540f1f4ec1ae53ae0b2b90782baf80d8192f5bdb60bc6dca7e074d")
    let unsigned = try NotificationMessage(.example(), for: .example("https://example.test", secret: ""))
    #expect(!unsigned.headers.contains { $0.name == "X-Satis-Signature-256" })
  }

  @Test func `Slack gets a line of text and blocks, in which nothing calls anybody`() throws {
    let json = SlackMessage.json(.example(message: "<!channel> a & b ```x``` https://u:pw@h"))
    let text = try #require(json["text"]?.text)
    #expect(
      text == "Satis build shop/acme-7 of acme failed: &lt;!channel&gt; a &amp; b ```x``` https://***@h")
    let blocks = try #require(json["blocks"]?.elements)
    #expect(blocks.count == 3)
    #expect(blocks[0]["text"]?["text"] == "*Satis build shop/acme-7 of acme failed*")
    #expect(blocks[1]["fields"]?.elements?.count == 7)
    #expect(blocks[2]["text"]?["text"] == "```&lt;!channel&gt; a &amp; b '''x''' https://***@h```")
    #expect(blocks[2]["text"]?["verbatim"] == true)
  }

  @Test(arguments: [
    (BuildNotification.Result.succeeded, "succeeded"), (.failed, "failed"), (.recovered, "succeeded again"),
  ])
  func `Slack's line says how the build ended`(result: BuildNotification.Result, words: String) {
    #expect(
      SlackMessage.json(.example(result: result))["text"]?.text?.contains(" of acme \(words): ") == true)
  }

  @Test func `no text is longer than Slack takes`() throws {
    let json = SlackMessage.json(
      .example(message: String(repeating: "&", count: 9_000), source: String(repeating: "<", count: 9_000)))
    for block in try #require(json["blocks"]?.elements) {
      #expect(block["text"]?["text"]?.text?.utf8.count ?? 0 <= 3_000)
      for field in block["fields"]?.elements ?? [] { #expect(field["text"]?.text?.utf8.count ?? 0 <= 2_000) }
    }
  }

  @Test func `credentials are out before a text is cut`() {
    let long = BuildNotification.example(
      message: String(repeating: "x", count: 4_080) + " ghp_0123456789abcdef0123")
    #expect(long.message.hasSuffix("x ***"))
    #expect(
      BuildNotification.example(message: String(repeating: "x", count: 5_000)).message.utf8.count <= 4_096)
  }

  @Test func `a receiver never shows its URL or secret`() {
    let receiver = NotificationReceiver.example("https://hooks.example.test/planted", secret: "planted")
    #expect("\(receiver)" == "Webhook receiver notifications[0]")
    #expect(!String(reflecting: receiver).contains("planted"))
  }
}
