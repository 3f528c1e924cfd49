import KubernetesClient
import SatisAPI
import SatisPlugin
import TestSupport
import Testing
import Yams

@Suite struct OutputFormatTests {
  private static let value: JSONValue = [
    "text": "plain", "number": 3, "time": "2026-01-01T00:00:00Z", "word": "true", "digits": "007",
    "empty": [:],
    "none": [], "nothing": .null, "flag": false, "lines": "one\ntwo\n", "list": ["a", ["b": .number(1.5)]],
    "odd": "a: b # \"c\" \u{7} ä", "on": "off", "blank": "", "tail": "one\n\n", "margin": "  one\ntwo",
  ]

  @Test func `JSON is indented and its members are sorted`() throws {
    let text = try OutputFormat.json.text(of: ["b": ["x", 1], "a": [:], "c": ["d/e": "\"ä\""]] as JSONValue)
    #expect(
      text == """
        {
            "a": {},
            "b": [
                "x",
                1
            ],
            "c": {
                "d/e": "\\"ä\\""
            }
        }
        """)
  }

  @Test func `JSON can be read again`() throws {
    let text = try OutputFormat.json.text(of: Self.value)
    #expect(try JSONValue(parsing: text.utf8) == Self.value)
  }

  @Test func `YAML can be read again, and nothing in it changes its type`() throws {
    let text = try OutputFormat.yaml.text(of: Self.value)
    #expect(try YAMLDecoder().decode(JSONValue.self, from: text) == Self.value)
  }

  @Test func `YAML looks as kubectl prints it`() throws {
    let value: JSONValue = [
      "spec": ["names": ["a", "b"], "time": "2026-01-01T00:00:00Z"], "log": "one\ntwo\n", "empty": [:],
    ]
    #expect(
      try OutputFormat.yaml.text(of: value) == """
        empty: {}
        log: |
          one
          two
        spec:
          names:
          - a
          - b
          time: "2026-01-01T00:00:00Z"
        """)
  }

  @Test func `an object says what kind it is, and several are a list`() throws {
    let build = SatisBuild(
      metadata: ObjectMetadata(name: "b1", namespace: "team"), spec: .init(repositoryRef: .init(name: "acme"))
    )
    let object = try JSONValue(parsing: OutputFormat.json.text(of: try JSONValue(document: build)).utf8)
    #expect(object["apiVersion"] == "satis.dev/v1alpha1")
    #expect(object["kind"] == "SatisBuild")
    #expect(object["spec"]?["repositoryRef"]?["name"] == "acme")
    let list = try JSONValue(parsing: OutputFormat.json.text(of: .list([object])).utf8)
    #expect(list["kind"] == "List")
    #expect(list["items"] == [object])
  }
}
