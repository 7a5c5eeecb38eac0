/// An invented person who works for one of the bundled companies.
struct Contact: Sendable {
  let id: String
  let firstName: String
  let lastName: String
  let jobTitle: String
  let seniority: String
  let department: String
  /// Always under `.example`.
  let email: String
  /// Always under `linkedin.example`.
  let linkedinURL: String
  /// The employer's position in `CompanyData.all`.
  let companyIndex: Int

  var fullName: String { firstName + " " + lastName }
}

/// The invented people: the same in every process (docs/demo-data.md says how they are made).
struct ContactData: Sendable {
  let all: [Contact]
  private let byEmail: [String: Int]
  private let byLinkedinURL: [String: Int]
  private let byCompany: [[Int]]

  static let shared = ContactData(companies: CompanyData.shared)

  private init(companies: CompanyData) {
    var contacts: [Contact] = []
    var byCompany: [[Int]] = []
    for (index, company) in companies.all.enumerated() {
      var own: [Int] = []
      var names: Set<String> = []
      for number in 0..<ContactData.count(at: company) {
        let contact = ContactData.contact(number, at: company, index: index)
        guard names.insert(contact.fullName).inserted else { continue }
        own.append(contacts.count)
        contacts.append(contact)
      }
      byCompany.append(own)
    }
    all = contacts
    self.byCompany = byCompany
    byEmail = Dictionary(
      contacts.enumerated().map { ($1.email, $0) }, uniquingKeysWith: { first, _ in first })
    byLinkedinURL = Dictionary(
      contacts.enumerated().map { ($1.linkedinURL, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Two fifths of the companies have two to four people each.
  private static func count(at company: Company) -> Int {
    let hash = StableHash.of("contacts", company.id).value
    return hash % 100 < 37 ? 2 + Int(hash / 100 % 3) : 0
  }

  private static func contact(_ number: Int, at company: Company, index: Int) -> Contact {
    func pick<T>(_ what: String, _ list: [T]) -> T {
      list[Int(StableHash.of(what, company.id, String(number)).value % UInt64(list.count))]
    }
    let first = pick("first", firstNames)
    let last = pick("last", lastNames)
    let role = pick("role", roles)
    let local = CompanyName.folded(first) + "." + CompanyName.folded(last)
    let tag = StableHash.of("linkedin", company.id, String(number)).value % 100_000
    return Contact(
      id: "contact-\(company.id)-\(number + 1)", firstName: first, lastName: last,
      jobTitle: role.title, seniority: role.seniority, department: role.department,
      email: "\(local)@\(company.id).example",
      linkedinURL: "https://linkedin.example/in/\(local.replacing(".", with: "-"))-\(tag)",
      companyIndex: index)
  }

  func withEmail(_ email: String) -> Contact? { byEmail[email.lowercased()].map { all[$0] } }

  func withLinkedinURL(_ url: String) -> Contact? {
    byLinkedinURL[url.lowercased()].map { all[$0] }
  }

  /// The people of a company.
  func people(at company: Company) -> [Contact] {
    // A company of `CompanyData.all` has exactly one id.
    guard let index = ContactData.indices[company.id] else { return [] }
    return byCompany[index].map { all[$0] }
  }

  private static let indices: [String: Int] = Dictionary(
    CompanyData.shared.all.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first }
  )

  private static let firstNames = [
    "Ada", "Agnes", "Alba", "Amir", "Anders", "Anouk", "Arjun", "Astrid", "Aya", "Bastien", "Bea",
    "Bruno", "Carla", "Chiara", "Cleo", "Dario", "Dina", "Eero", "Elif", "Emil", "Esme", "Farid",
    "Fiona", "Gita", "Gustav", "Hana", "Henrik", "Ida", "Imran", "Ines", "Ingrid", "Jonas", "Juno",
    "Kaito", "Karim", "Lars", "Leila", "Lena", "Livia", "Luca", "Maeve", "Malik", "Marta", "Mateo",
    "Mila", "Nadia", "Nils", "Nora", "Olek", "Oona", "Paolo", "Petra", "Priya", "Rafael", "Rosa",
    "Sanna", "Silas", "Sofia", "Soren", "Tariq", "Tessa", "Theo", "Uma", "Vera", "Viktor", "Wanda",
    "Yara", "Yusuf", "Zara", "Zoe",
  ]

  private static let lastNames = [
    "Abel", "Adler", "Almeida", "Aubert", "Bakker", "Banks", "Barros", "Becker", "Berg", "Blom",
    "Bonnet", "Brandt", "Castell", "Cole", "Costa", "Dahl", "Danner", "Ekman", "Elster", "Falk",
    "Ferro", "Field", "Fontaine", "Gallo", "Garrick", "Grove", "Haas", "Hale", "Holm", "Horvat",
    "Iversen", "Jansen", "Kaya", "Keller", "Kimura", "Kohler", "Lange", "Leclerc", "Lind",
    "Lombardi", "Marek", "Marsh", "Mensah", "Mori", "Nagel", "Navarro", "Nielsen", "Novak",
    "Okafor",
    "Olsen", "Orlov", "Patel", "Perrin", "Quist", "Rao", "Reyes", "Ricci", "Rossi", "Sato",
    "Schaefer", "Serra", "Silva", "Sorel", "Stone", "Strand", "Tanaka", "Thorn", "Vance", "Vidal",
    "Voss", "Wagner", "Weber", "West", "Winter", "Yilmaz", "Young", "Zeller", "Ziegler",
  ]

  private typealias Role = (title: String, seniority: String, department: String)
  private static let roles: [Role] = [
    ("Chief Revenue Officer", "c_suite", "sales"), ("VP Sales", "vp", "sales"),
    ("Head of Sales", "head", "sales"), ("Account Executive", "individual", "sales"),
    ("Sales Operations Manager", "manager", "sales"),
    ("Chief Marketing Officer", "c_suite", "marketing"), ("VP Marketing", "vp", "marketing"),
    ("Demand Generation Manager", "manager", "marketing"),
    ("Content Strategist", "individual", "marketing"),
    ("Chief Technology Officer", "c_suite", "engineering"),
    ("VP Engineering", "vp", "engineering"), ("Engineering Manager", "manager", "engineering"),
    ("Data Engineer", "individual", "engineering"),
    ("Chief Financial Officer", "c_suite", "finance"),
    ("Finance Director", "director", "finance"), ("Controller", "manager", "finance"),
    ("Head of Procurement", "head", "operations"),
    ("Operations Director", "director", "operations"),
    ("HR Director", "director", "people"), ("Talent Partner", "individual", "people"),
  ]
}
