import Testing

@testable import KubernetesClient

@Suite struct WatchEventTests {
  private func event(_ line: String) throws -> WatchEvent<Pod> {
    try WatchEvent(line: Array(line.utf8))
  }

  @Test(arguments: ["ADDED", "MODIFIED"])
  func `a new and a changed object are both there now`(type: String) throws {
    let event = try event(
      #"{"type":"\#(type)","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"shop","#
        + #""resourceVersion":"7"},"status":{"phase":"Running"}}}"#)
    guard case .applied(let pod) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(pod.key == NamespacedName(namespace: "shop", name: "p"))
    #expect(pod.status?.phase == "Running")
    #expect(event.resourceVersion == "7")
  }

  @Test func `a deleted object comes with its last version`() throws {
    let event = try event(
      #"{"type":"DELETED","object":{"metadata":{"name":"p","namespace":"shop","resourceVersion":"8"}}}"#)
    guard case .deleted(let pod) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(pod.metadata.name == "p")
    #expect(event.resourceVersion == "8")
  }

  @Test func `a bookmark is a version and nothing else`() throws {
    let event = try event(
      #"{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9","creationTimestamp":null},"spec":{"containers":null},"status":{}}}"#
    )
    guard case .bookmark("9", endsInitialEvents: false) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(event.resourceVersion == "9")
  }

  @Test func `the bookmark that closes a streaming list is told from others`() throws {
    for (value, expected) in [("true", true), ("false", false)] {
      let event = try event(
        #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":"#
          + #"{"k8s.io/initial-events-end":"\#(value)"}}}}"#)
      guard case .bookmark("9", let endsInitialEvents) = event else {
        Issue.record("\(event)")
        return
      }
      #expect(endsInitialEvents == expected)
    }
  }

  @Test func `the members of an event may come in any order, with others between them`() throws {
    let event = try event(
      #" {"x":[1,{"y":null}],"object":{"metadata":{"name":"p","resourceVersion":"7"}},"type":"ADDED"} "#)
    guard case .applied(let pod) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(pod.metadata.name == "p")
  }

  @Test func `an error carries the server's status and no version`() throws {
    let event = try event(
      #"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","#
        + #""message":"too old resource version: 1 (5)","reason":"Expired","code":410}}"#)
    guard case .failure(let status) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(status == .init(code: 410, reason: "Expired", message: "too old resource version: 1 (5)"))
    #expect(event.resourceVersion == nil)
  }

  @Test(arguments: ["ADDED", "MODIFIED", "DELETED"])
  func `an object that does not fit its type is named and keeps its version`(type: String) throws {
    let event = try event(
      #"{"type":"\#(type)","object":{"metadata":{"name":"p","namespace":"shop","resourceVersion":"7"},"#
        + #""status":{"phase":["Running"]}}}"#)
    guard case .unreadable(let object, "7") = event else {
      Issue.record("\(event)")
      return
    }
    #expect(object.key == NamespacedName(namespace: "shop", name: "p"))
    #expect(object.problem.hasSuffix("at status.phase"))
    #expect(object.isDeleted == (type == "DELETED"))
    #expect(object.description.hasPrefix("shop/p: "))
  }

  @Test(arguments: ["ADDED", "MODIFIED", "DELETED"])
  func `an object of too many levels is named and keeps its version`(type: String) throws {
    let event = try event(
      #"{"type":"\#(type)","object":{"spec":\#(String.nestedLists(10_000)),"#
        + #""metadata":{"name":"p","namespace":"shop","resourceVersion":"7"}}}"#)
    guard case .unreadable(let object, "7") = event else {
      Issue.record("\(event)")
      return
    }
    #expect(object.key == NamespacedName(namespace: "shop", name: "p"))
    #expect(object.problem.hasPrefix("more than 512 containers in each other at byte "))
    #expect(object.isDeleted == (type == "DELETED"))
  }

  @Test func `an object may be as deep in an event as in a list`() throws {
    func event(levels: Int) throws -> WatchEvent<Pod> {
      try self.event(
        #"{"type":"ADDED","object":{"metadata":{"name":"p"},"x":\#(String.nestedLists(levels - 1))}}"#)
    }
    guard case .applied = try event(levels: 512), case .unreadable = try event(levels: 513) else {
      Issue.record("another limit")
      return
    }
  }

  @Test(arguments: ["1,", "1}", "nul", "[", #"{"a"}"#])
  func `an object of too many levels that is no JSON is no event`(broken: String) {
    let value = String.nestedLists(1_000, around: broken)
    #expect(throws: JSONCodingError.self) {
      try event(#"{"type":"ADDED","object":{"metadata":{"name":"p"},"spec":\#(value)}}"#)
    }
  }

  @Test func `an object without readable metadata does not break the stream either`() throws {
    let event = try event(#"{"type":"ADDED","object":{"metadata":"none"}}"#)
    guard case .unreadable(let object, "") = event else {
      Issue.record("\(event)")
      return
    }
    #expect(object.key == NamespacedName(namespace: "", name: ""))
  }

  @Test(arguments: [
    "", "{}", "not JSON", #"{"type":"GOSSIP","object":{}}"#, #"{"type":"BOOKMARK","object":{}}"#,
    #"{"type":"ADDED"}"#, #"{"object":{"metadata":{"name":"p"}}}"#,
    #"{"type":"ADDED","object":{"metadata":{"name":"p"}}} {}"#,
    #"{"type":"ADDED","object":{"metadata":{"name":"p"}}"#,
  ])
  func `what is no event is refused`(line: String) {
    #expect(throws: JSONCodingError.self) { try event(line) }
  }
}
