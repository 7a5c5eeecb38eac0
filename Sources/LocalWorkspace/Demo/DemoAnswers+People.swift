import CargoClient

// Everything about people is invented.
extension DemoAnswers {
  static func person(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    guard let contact = input.contact(), covers(action, contact.id) else { return miss }
    return hit { write(contact, fields: action.outputs, to: &$0) }
  }

  private static func write(_ contact: Contact, fields: [String], to out: inout JSONWriter) {
    let company = CompanyData.shared.all[contact.companyIndex]
    for field in fields {
      switch field {
      case "fullName": out.field(field, contact.fullName)
      case "firstName": out.field(field, contact.firstName)
      case "lastName": out.field(field, contact.lastName)
      case "jobTitle": out.field(field, contact.jobTitle)
      case "seniority": out.field(field, contact.seniority)
      case "department": out.field(field, contact.department)
      case "email": out.field(field, contact.email)
      case "verification": out.field(field, status(ofEmail: contact.email))
      case "linkedinUrl": out.field(field, contact.linkedinURL)
      case "companyName": out.field(field, company.name)
      case "domain": present(field, company.domain, &out)
      case "country": present(field, company.country, &out)
      default: break
      }
    }
  }

  /// Of a hundred known addresses 85 are valid, 8 risky and 7 invalid; an unknown one is invalid.
  private static func status(ofEmail email: String) -> String {
    guard ContactData.shared.withEmail(email) != nil else { return "invalid" }
    switch StableHash.of("verification", email.lowercased()).value % 100 {
    case ..<85: return "valid"
    case ..<93: return "risky"
    default: return "invalid"
    }
  }

  static func verification(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    let email = input.text("email") ?? ""
    return hit { out in
      out.field("email", email)
      out.field("status", status(ofEmail: email))
    }
  }

  /// Of a hundred people 80 stay, 12 move to another of the companies, 5 leave, of 3 nobody knows.
  static func jobChange(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    guard let contact = input.contact(), covers(action, contact.id) else { return miss }
    let companies = CompanyData.shared.all
    let chance = StableHash.of("jobChange", contact.id).value
    return hit { out in
      out.field("fullName", contact.fullName)
      out.field("companyName", companies[contact.companyIndex].name)
      switch chance % 100 {
      case ..<80: out.field("status", "NO_CHANGE")
      case ..<92:
        // Anywhere but where they are.
        let step = 1 + Int(chance / 100 % UInt64(companies.count - 1))
        let employer = companies[(contact.companyIndex + step) % companies.count]
        out.field("status", "MOVED")
        out.field("newCompanyName", employer.name)
        present("newDomain", employer.domain, &out)
        out.field("newJobTitle", contact.jobTitle)
      case ..<97: out.field("status", "LEFT")
      default: out.field("status", "UNKNOWN")
      }
    }
  }

  static func peopleSearch(_ action: Action, _ input: DemoInput) -> ConnectorAnswer {
    let people: [Contact]
    if input.text("domain", "companyName", "company") != nil {
      people = input.company().map { ContactData.shared.people(at: $0) } ?? []
    } else {
      people = ContactData.shared.all
    }
    let seniorities = input.words("seniorities")
    let departments = input.words("departments")
    let titles = input.words("titles")
    let found = people.filter { contact in
      if !seniorities.isEmpty && !seniorities.contains(CompanyName.folded(contact.seniority)) {
        return false
      }
      if !departments.isEmpty && !departments.contains(contact.department) { return false }
      if !titles.isEmpty {
        let title = CompanyName.folded(contact.jobTitle)
        if !titles.contains(where: title.contains) { return false }
      }
      return covers(action, contact.id)
    }
    // A search gives no address: that is what the finders are paid for.
    let fields = [
      "fullName", "firstName", "lastName", "jobTitle", "seniority", "department", "companyName",
      "domain", "country", "linkedinUrl",
    ]
    let page = found.dropFirst(input.offset).prefix(input.limit)
    return list(action, page, total: found.count) { write($0, fields: fields, to: &$1) }
  }
}
