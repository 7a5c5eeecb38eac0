import Testing

@testable import Runtime

@Suite struct EmailAddressTests {
  @Test(
    arguments: [
      ("ada@acme.com", "ada@acme.com"), ("  ADA@Acme.COM ", "ada@acme.com"),
      ("mailto:ada@acme.com?subject=Hi", "ada@acme.com"),
      ("Ada Lovelace <ada@acme.com>", "ada@acme.com"),
      ("\"Lovelace, Ada\" <ada@acme.com>", "ada@acme.com"),
      ("ada+crm@acme.com", "ada+crm@acme.com"), ("ada.l@mail.acme.co.uk", "ada.l@mail.acme.co.uk"),
      ("ada@acme.com.", "ada@acme.com"), ("ada@acme.com; bob@acme.com", "ada@acme.com"),
      ("E-Mail: ada@acme.com", "ada@acme.com"),
      ("'ada@acme.com'", "ada@acme.com"), ("o'neil@acme.com", "o'neil@acme.com"),
      ("a\u{200b}da@acme.com", "ada@acme.com"),
      ("ada@müller.de", "ada@xn--mller-kva.de"), ("ada@acme.example", "ada@acme.example"),
      ("n/a ada@acme.com", "ada@acme.com"),
      ("ada@", nil), ("@acme.com", nil), ("ada", nil), ("", nil), ("ada@acme", nil),
      ("ada@@acme.com", nil), (".ada@acme.com", nil),
      ("a..b@acme.com", nil), ("ada.@acme.com", nil), ("ada@acme.nosuchtld", nil),
      ("ada@-acme.com", nil), ("ada@127.0.0.1", nil),
      ("ada@acme..com", nil), ("ädä@acme.com", nil), ("ada at acme.com", nil),
      (String(repeating: "a", count: 65) + "@acme.com", nil), ("not provided", nil),
    ] as [(String, String?)])
  func finds(text: String, expected: String?) { #expect(EmailAddress(in: text)?.text == expected) }

  @Test(arguments: [
    ("a@gmail.com", true), ("a@googlemail.com", true), ("a@yahoo.co.uk", true),
    ("a@hotmail.fr", true), ("a@outlook.com.br", true),
    ("a@web.de", true), ("a@proton.me", true), ("a@qq.com", true), ("a@orange.fr", true),
    ("a@comcast.net", true), ("a@acme.com", false),
    ("a@gmail.acme.com", false), ("a@yahoo-inc.com", false), ("a@live.acme.de", false),
    ("a@orange.com", false), ("a@google.com", false),
  ])
  func free(text: String, expected: Bool) throws {
    #expect(try #require(EmailAddress(in: text)).isFree == expected)
  }

  @Test(arguments: [
    ("info@acme.com", true), ("Sales@acme.com", true), ("sales+x@acme.com", true),
    ("no-reply@acme.com", true), ("noreply@acme.com", true),
    ("support2@acme.com", true), ("sales-us@acme.com", true), ("info.de@acme.com", true),
    ("kontakt@acme.de", true), ("postmaster@acme.com", true),
    ("ada@acme.com", false), ("irene@acme.com", false), ("sales.manager@acme.com", false),
    ("salesman@acme.com", false), ("it.smith@acme.com", false),
    ("hrvoje@acme.com", false), ("h.info@acme.com", false), ("allan@acme.com", false),
  ])
  func role(text: String, expected: Bool) throws {
    #expect(try #require(EmailAddress(in: text)).isRole == expected)
  }

  @Test(arguments: [
    ("a@mailinator.com", true), ("a@x.mailinator.com", true), ("a@yopmail.fr", true),
    ("a@trashmail.de", true), ("a@acme.com", false),
    ("a@notmailinator.com", false),
  ])
  func disposable(text: String, expected: Bool) throws {
    #expect(try #require(EmailAddress(in: text)).isDisposable == expected)
  }
}
