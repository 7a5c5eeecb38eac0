/// E-mail addresses as they are compared.
public struct EmailAddress: Equatable, Sendable {
  /// What stands before the `@`, in small letters, tags kept (`ada+crm`).
  public let local: String
  /// The domain, in small letters and ASCII.
  public let domain: String

  /// The whole address.
  public var text: String { local + "@" + domain }

  /// Finds the first address in a text: alone, after `mailto:`, behind a name in angle brackets, among
  /// others. Nil when there is none that mail could be sent to: the local part is one that providers
  /// give (RFC 5322's atoms, no quotes), the top-level domain exists.
  public init?(in text: String) {
    for token in text.split(whereSeparator: { $0.isWhitespace || ",;<>()[]|\"“”".contains($0) }) {
      if let address = EmailAddress(token: token) {
        self = address
        return
      }
    }
    return nil
  }

  private init?(token: Substring) {
    var rest = token
    if rest.lowercased().hasPrefix("mailto:") {
      rest = rest.dropFirst(7)
      if let query = rest.firstIndex(of: "?") { rest = rest[..<query] }
    }
    rest.unicodeScalars.removeAll { Blank.isBlank($0) }
    while let last = rest.last, ".:'’".contains(last) { rest.removeLast() }
    while let first = rest.first, "'‘:".contains(first) { rest.removeFirst() }
    let parts = rest.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, EmailAddress.isLocal(parts[0]), parts[1].contains("."),
      let domain = DomainName.ascii(parts[1]), let top = domain.split(separator: ".").last,
      TopLevelDomains.contains(top)
    else { return nil }
    local = parts[0].lowercased()
    self.domain = domain
    guard text.utf8.count <= 254 else { return nil }
  }

  private static func isLocal(_ text: Substring) -> Bool {
    guard (1...64).contains(text.utf8.count), text.first != ".", text.last != "." else {
      return false
    }
    var previous: UInt8 = 0
    return text.utf8.allSatisfy { byte in
      defer { previous = byte }
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        return true
      case UInt8(ascii: "."): return previous != UInt8(ascii: ".")
      default: return "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
      }
    }
  }

  /// Whether it is a mailbox that anyone can get for nothing (`gmail.com`).
  public var isFree: Bool { MailProviders.isFree(domain) }

  /// Whether it belongs to a task and not to a person (`info@`, `sales@`).
  public var isRole: Bool {
    RoleNames.contains(local.prefix { $0 != "+" })
  }

  /// Whether its provider hands out addresses to be thrown away.
  public var isDisposable: Bool { MailProviders.isDisposable(domain) }
}

/// Local parts that belong to tasks.
enum RoleNames {
  static func contains(_ name: Substring) -> Bool {
    if all.contains(name) { return true }
    // sales-us, info.de, support2
    let stem = name.prefix { $0.isLetter }
    let rest = name.dropFirst(stem.count)
    return !rest.isEmpty && rest.utf8.count <= 4 && all.contains(stem)
      && (rest.allSatisfy(\.isNumber) || "-._".contains(rest.first ?? " "))
  }

  private static let all = Set(names.split(whereSeparator: \.isWhitespace))

  // RFC 2142's mailbox names, and those usual in offices, in the languages of Western Europe.
  private static let names = """
    abuse account accounting accounts admin administration administrator ads advertising affiliates
    anfrage anfragen all api app apply ask assistance atencion atendimento auftrag automated
    backoffice bewerbung bewerbungen billing board bookings booking bonjour brand buchhaltung business
    campaign careers career ceo cfo clientes clients client comercial comms communication
    communications community company compliance compras contabilidad contabilita contact contacto contato
    contactus contabilidade corporate cto customer customercare customers customerservice customersupport
    datenschutz data demo dev developer developers direccion direction dispatch dns dpo editor editorial
    empfang empleo enquiries enquiry events event everyone export facturacion facturation feedback finance
    finanzen founders fragen frontdesk ftp gdpr general gestion hallo hello help helpdesk hi hola
    hostmaster hosting hr human.resources humanresources impressum info infos informacion informatique
    information informazioni inquiries inquiry international investor investors investorrelations invoice
    invoices invoicing ir it jobs job kontakt kundenservice kundendienst legal licensing list list-request
    logistics mail mailbox mailer-daemon mail-daemon management manager marketing media membership
    merchandising moderator news newsletter nobody no-reply noreply no_reply donotreply do-not-reply
    notifications notify office ofertas operations ops order orders owner partner partners partnership
    partnerships payments payroll pedidos personal personnel post postmaster pr praxis presse press prensa
    privacy procurement production project projects public publicidad publicrelations purchase purchases
    purchasing qa quality rechnung rechnungen reception recepcion recrutement recruiter recruiting
    recruitment redaktion registrar registration remove reply request requests research reservations
    reservation returns rh root rsvp rrhh sale sales sav secretaria secretariat security sekretariat
    service services shipping shop signup social soporte spam staff store studio subscribe subscriptions
    suporte support sysadmin talent team tech technical testing tester test training travel unsubscribe
    usenet uucp vendas ventas verkauf verwaltung vertrieb vendor vendors web webadmin webmaster website
    welcome wholesale www zentrale
    """
}
