/// The forms in which companies are registered, as they stand in names; folded as `CompanyName` folds.
/// From the company law of the countries named; compiled for this program.
enum LegalForms {
  /// How many words at the end of a name are a legal form; nil when none are.
  static func ending(_ words: [String]) -> Int? {
    for length in stride(from: min(longest, words.count), through: 1, by: -1) {
      if endings.contains(words.suffix(length).joined(separator: " ")) { return length }
    }
    return nil
  }

  /// Whether a word at the beginning of a name is a legal form.
  static func isPrefix(_ word: String) -> Bool { prefixes.contains(word) }

  private static let longest = 5
  private static let endings = Set(
    names.split(whereSeparator: { $0 == ";" || $0.isNewline })
      .map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty })

  private static let prefixes: Set<String> = [
    "pt", "pte", "ооо", "оао", "зао", "пао", "ао", "тов", "uab", "sia", "as", "ad", "ab", "oy",
    "oü",
    "cv", "sarl", "sas", "sa", "gmbh",
  ]

  /// Japan, China, Taiwan, Korea.
  static let unspaced = [
    "株式会社", "有限会社", "合同会社", "(株)", "（株）", "㈱", "股份有限公司", "有限责任公司", "有限責任公司",
    "有限公司", "股份公司", "주식회사", "유한회사", "(주)", "㈜",
  ]

  private static let names = """
    inc; incorporated; corp; corporation; co; company; llc; l l c; lp; llp; lllp; pllc; pc; pa; pbc
    and co; and company; co inc; co llc; company inc; co lp
    ltd; limited; plc; p l c; public limited company; co ltd; co limited; company limited; cic; clg
    pty; pty ltd; pty limited; proprietary limited; private limited; pvt ltd; pvt; pvt limited; pte ltd
    pte; sdn bhd; bhd; berhad; tbk; pcl; public company limited; opc
    ag; aktiengesellschaft; gmbh; g m b h; mbh; gesellschaft mit beschrankter haftung; kg; ohg; gbr
    kommanditgesellschaft; kgaa; ag and co; ag and co kgaa; ag and co kg; gmbh and co; gmbh and co kg
    gmbh and co kgaa; gmbh co kg; gmbh and co ohg; se and co; se and co kgaa; se and co kg; co kg
    and co kg; and co kgaa; ug; ug haftungsbeschrankt; haftungsbeschrankt; eg; ev; e v; e k; ek; e u; eu gmbh
    ggmbh; gemeinnutzige gmbh; se; s e; societas europaea; partg; partg mbb
    sa; s a; societe anonyme; sas; s a s; sasu; sarl; s a r l; eurl; sca; s c a; snc; scop; sci; gie; selarl
    societe par actions simplifiee; societe a responsabilite limitee; spa; s p a; srl; s r l; srls; sapa
    societa per azioni; sl; s l; slu; s l u; sau; s a u; sociedad anonima; sociedad limitada; s coop; slne
    sociedad anonima de capital variable; sa de cv; s a de c v; sapi de cv; s de rl de cv; s de rl; sab
    sab de cv; sas de cv; ltda; limitada; eireli; me; epp; lda; unipessoal lda; sgps; cia ltda; eirl; spa cl
    nv; n v; naamloze vennootschap; bv; b v; besloten vennootschap; vof; cv; cvba; bvba; sprl; scrl; srl bv
    ab; aktiebolag; ab publ; publ; aktiebolaget; hb; as; a s; asa; aps; is; ks; k s; ivs; aktieselskab; oy; oyj
    ab oyj; oy ab; oyj abp; abp; osakeyhtio; ehf; hf; ou; oü; sia; uab; ab lt
    sp z oo; sp zoo; sp z o o; spzoo; spolka akcyjna; spolka z ograniczona odpowiedzialnoscia; sp k; sp j; psa
    sro; s r o; spol s r o; a s cz; kft; zrt; nyrt; bt; doo; d o o; dd; d d; ad; ead; eood; ood; ltd bg; sc srl
    ооо; ао; пао; зао; оао; ип; тов; ae; epe; ike; a e; as tr; anonim sirketi; ltd sti; limited sirketi; sti; as ti
    kk; k k; kabushiki kaisha; gk; godo kaisha; yk; kaisha ltd; jsc; ojsc; pjsc; psc; fze; fzco; fz llc; wll; saog
    saoc; qsc; qpsc; saog om; spc; bsc; sal; s a l; reit
    """
}
