public import CargoClient

extension Permissions {
  /// Why a URL may not be asked; nil when it may.
  ///
  /// Addresses that are not out on the Internet, and `localhost`, need a grant of the command line that
  /// names them: neither a star nor a manifest reaches them. What is not encrypted goes to this machine alone.
  public func refusal(of url: WebURL) -> CargoError? {
    if let refusal = refusal(ofHost: url.host, port: url.port) { return refusal }
    let isThisMachine = PeerAddress(url.host).map(\.isLoopback) ?? (url.host == "localhost")
    if url.scheme == "https" || isThisMachine { return nil }
    return CargoError(
      .permission, "\(url.origin) is not encrypted", hint: "ask https://\(url.host) instead")
  }

  /// Why a host may not be spoken to; nil when it may.
  public func refusal(ofHost host: String, port: Int) -> CargoError? {
    let name = host.lowercased()
    let needsName = name == "localhost" || PeerAddress(name).map { !$0.isPublic } ?? false
    let isGranted = (needsName ? given : grant).net.contains { pattern in
      let pattern = HostPattern(pattern)
      return needsName ? pattern.names(name, port: port) : pattern.matches(name, port: port)
    }
    if isGranted { return nil }
    let place = needsName ? "\(name):\(port)" : name
    return CargoError(
      .permission, "the host \(host) was not granted",
      hint: needsName
        ? "grant it with --allow-net \(place): a manifest opens no private address"
        : "grant it with permissions.net = { \"\(place)\" } in the manifest, or --allow-net \(place)"
    )
  }

  /// Whether a connection to an address may be opened. A name may resolve to anything, and to
  /// something else a moment later; so addresses that are not out on the Internet need a grant of
  /// the command line, whatever name led to them. `localhost` stands for the addresses of this machine.
  public func allows(_ peer: PeerAddress, port: Int) -> Bool {
    peer.isPublic
      || given.net.contains { text in
        let pattern = HostPattern(text)
        return pattern.names(peer.description, port: port)
          || peer.isLoopback && pattern.names("localhost", port: port)
      }
  }
}

/// A host that may be spoken to.
private struct HostPattern {
  let host: Substring
  let port: Int?

  init(_ text: String) {
    // An IPv6 address has colons of its own and a port only after its bracket.
    let end = text.lastIndex(of: "]") ?? text.startIndex
    if let colon = text[end...].lastIndex(of: ":"),
      let port = Int(text[text.index(after: colon)...]),
      text.hasPrefix("[") || text.firstIndex(of: ":") == colon
    {
      host = Substring(text[..<colon].lowercased())
      self.port = port
    } else {
      host = Substring(text.lowercased())
      port = nil
    }
  }

  /// Whether the host itself is named, and not a star that covers it.
  func names(_ name: String, port: Int) -> Bool {
    if let own = self.port, own != port { return false }
    if host == name { return true }
    guard let own = PeerAddress(host), let other = PeerAddress(name) else { return false }
    return own == other
  }

  func matches(_ name: String, port: Int) -> Bool {
    if names(name, port: port) { return true }
    if let own = self.port, own != port { return false }
    if host == "*" { return true }
    // `*.example.com` is every host below, and not example.com itself.
    return host.hasPrefix("*.") && name.hasSuffix(host.dropFirst())
      && name.utf8.count > host.utf8.count - 1
  }
}
