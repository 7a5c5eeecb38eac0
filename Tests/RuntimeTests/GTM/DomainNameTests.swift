import Testing

@testable import Runtime

@Suite struct DomainNameTests {
  @Test(
    arguments: [
      // URLs and hosts
      ("https://www.acme.com/about?x=1#y", "acme.com"), ("HTTP://Acme.COM:8080", "acme.com"),
      ("acme.com.", "acme.com"), ("//cdn.acme.com/x", "acme.com"), ("www.acme.com", "acme.com"),
      ("blog.eu.acme.com", "acme.com"), ("https://user:pass@acme.com/", "acme.com"),
      ("https://acme.com\\@evil.com", "acme.com"), ("https://evil.com#acme.com", "evil.com"),
      // addresses
      ("ada@mail.acme.co.uk", "acme.co.uk"), ("Ada <ada@acme.com>", "acme.com"),
      ("mailto:ada@acme.com?subject=x", "acme.com"),
      // what stands in lists
      ("www.allstate.com www.allstatecorporation.com", "allstate.com"),
      ("adva.com at the Wayback Machine (archived 2020-03-11)", "adva.com"),
      ("{{URL|resonac.com}", "resonac.com"),
      ("bmwgroup.com (corporate) bmw.com (brand)", "bmwgroup.com"),
      ("www.agc.com /english /index.html", "agc.com"), ("see acme.com, or acme.de", "acme.com"),
      ("“acme.com”", "acme.com"), ("\u{200b}acme.com\u{a0}", "acme.com"),
      ("*.acme.com", "acme.com"),
      ("https://www.yaskawa.co.jp/en/ Official website]", "yaskawa.co.jp"),
      // suffixes
      ("a.b.co.uk", "b.co.uk"), ("www.asahi.co.jp", "asahi.co.jp"), ("x.com.au", "x.com.au"),
      ("x.y.com.br", "y.com.br"), ("firma.com.pl", "firma.com.pl"), ("a.b.de", "b.de"),
      ("global.abb", "global.abb"), ("www.group.rwe", "group.rwe"), ("y.kh", nil),
      ("a.x.y.kh", "x.y.kh"),
      ("acme.myshopify.com", "acme.myshopify.com"), ("www.wordpress.com", "wordpress.com"),
      ("x.acme.github.io", "acme.github.io"), ("acme.example", "acme.example"),
      // other letters
      ("https://www.müller.de/", "xn--mller-kva.de"), ("mu\u{308}ller.de", "xn--mller-kva.de"),
      ("XN--MLLER-KVA.de", "xn--mller-kva.de"), ("bücher.example", "xn--bcher-kva.example"),
      ("例え.jp", "xn--r8jz45g.jp"), ("тест.рф", "xn--e1aybc.xn--p1ai"), ("acme。com", "acme.com"),
      // none
      ("Official website", nil), ("Bloomin' Brands", nil), ("", nil), ("co.uk", nil),
      ("www.co.uk", nil),
      ("localhost", nil), ("127.0.0.1", nil), ("http://[::1]/", nil), ("readme.md5", nil),
      ("e.g. this", nil), ("a..com", nil), ("-acme.com", nil), ("acme_corp.com", nil), ("1.5", nil),
      ("https://", nil), ("@", nil), ("ada@localhost", nil), ("v1.2.3", nil), ("Inc.", nil),
    ] as [(String, String?)])
  func registrable(text: String, expected: String?) {
    #expect(DomainName.registrable(in: text) == expected)
  }

  /// RFC 3492 §7.1, samples (A), (B), (E), (G) and (L).
  @Test(arguments: [
    ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
    ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
    ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
    ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
    ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
  ])
  func punycode(label: String, expected: String) {
    #expect(Punycode.encode(label[...]) == Substring("xn--" + expected))
  }

  @Test func longLabelsAreNone() {
    #expect(Punycode.encode(Substring(String(repeating: "ü", count: 200))) == nil)
    #expect(DomainName.registrable(in: String(repeating: "a", count: 64) + ".com") == nil)
  }

  /// Websites of 1,836 companies as Wikipedia's articles have them, and the domains that the demo's
  /// companies got from them by other rules. Where the two differ, ours is what was registered of
  /// theirs, or theirs is empty.
  @Test func websitesOfCompanies() throws {
    let path = String(#filePath).replacing("DomainNameTests.swift", with: "websites.tsv")
    let rows = try #require(text(of: path)).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.count == 1_836)
    var counts = (equal: 0, shorter: 0, onlyOurs: 0, onlyTheirs: 0, different: 0)
    for row in rows {
      let ours = DomainName.registrable(in: row[1]) ?? ""
      let theirs = row[2]
      if ours == theirs {
        counts.equal += 1
      } else if theirs.isEmpty {
        counts.onlyOurs += 1
      } else if ours.isEmpty {
        counts.onlyTheirs += 1
      } else if theirs.hasSuffix("." + ours) {
        counts.shorter += 1
      } else {
        counts.different += 1
      }
    }
    #expect(counts.onlyTheirs == 0)
    #expect(counts.different <= 1)
    #expect(counts.equal >= 1_809)
  }
}
