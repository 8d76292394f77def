// SPDX-License-Identifier: Apache-2.0
package import HTTP
package import Intents
import Trust

/// What the connector needs of the world: two ways to send, a clock, a sleep, chance, and where it is kept which
/// host is left alone.
package struct GraphLink {
  /// Sends one request to Graph or the token server.
  let send: PatientClient.Send
  /// Sends one request to a server of files: its answers may be larger, and no token ever goes to it.
  let download: PatientClient.Send
  let timing: PatientClient.Timing
  /// The kept breaker of a host, by its origin.
  let memory: (String) -> PatientClient.Memory
  /// An id that was never used before.
  let identify: () -> RandomID

  package init(
    send: @escaping PatientClient.Send, download: @escaping PatientClient.Send,
    timing: PatientClient.Timing, memory: @escaping (String) -> PatientClient.Memory,
    identify: @escaping () -> RandomID = RandomID.generate
  ) {
    self.send = send
    self.download = download
    self.timing = timing
    self.memory = memory
    self.identify = identify
  }

  /// Over libcurl.
  ///
  /// - Parameter authorities: path of a PEM file with the only authorities that are believed; nil means those of
  ///   the machine.
  /// - Throws: `HTTPReason.libraryFailed`.
  package init(
    authorities: String? = nil, timing: PatientClient.Timing,
    memory: @escaping (String) -> PatientClient.Memory
  ) throws(Refusal) {
    let client = try HTTPClient(HTTPOptions(authorities: authorities))
    // Files come from another host, whose certificate the authorities of Graph need not have issued.
    let downloads = try HTTPClient(HTTPOptions(cap: IntuneLimits.exportZip))
    self.init(
      send: { (request) throws(Refusal) in try client.send(request) },
      download: { (request) throws(Refusal) in try downloads.send(request) }, timing: timing,
      memory: memory)
  }

  /// A client with retries for one host.
  func client(of origin: String, probe: String) -> PatientClient {
    PatientClient(
      send, probe: HTTPRequest(.get, origin + probe), timing: timing, memory: memory(origin))
  }
}
