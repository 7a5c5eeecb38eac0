/// Providers of mailboxes that are no organisation's own.
enum MailProviders {
  /// Whether anyone can get a mailbox there.
  static func isFree(_ domain: String) -> Bool {
    if free.contains(Substring(domain)) { return true }
    // yahoo.co.uk, hotmail.fr: the same brand in many countries.
    let labels = domain.split(separator: ".")
    guard labels.count <= 3, let first = labels.first, brands.contains(first) else { return false }
    let rest = labels.dropFirst().joined(separator: ".")
    return rest.utf8.count <= 6 && (labels.last.map { $0.utf8.count == 2 } ?? false)
  }

  /// Whether addresses there are made to be thrown away; also below such a domain.
  static func isDisposable(_ domain: String) -> Bool {
    var labels = domain.split(separator: ".")[...]
    while labels.count >= 2 {
      if disposable.contains(Substring(labels.joined(separator: "."))) { return true }
      labels.removeFirst()
    }
    return false
  }

  private static let brands: Set<Substring> = [
    "yahoo", "ymail", "hotmail", "outlook", "live", "msn", "gmx", "aol", "windowslive",
    "googlemail",
  ]

  private static let free = Set(freeNames.split(whereSeparator: \.isWhitespace))
  private static let disposable = Set(disposableNames.split(whereSeparator: \.isWhitespace))

  // Mail for everyone, and mail that comes with a line at home. Compiled for this program.
  private static let freeNames = """
    gmail.com googlemail.com yahoo.com ymail.com rocketmail.com myyahoo.com hotmail.com outlook.com
    live.com msn.com passport.com windowslive.com icloud.com me.com mac.com aol.com aim.com love.com
    games.com wow.com verizon.net gmx.net gmx.com gmx.de gmx.at gmx.ch mail.com email.com usa.com
    europe.com asia.com post.com consultant.com engineer.com writeme.com techie.com dr.com myself.com
    protonmail.com protonmail.ch proton.me pm.me tutanota.com tutanota.de tutamail.com tuta.io tuta.com
    keemail.me posteo.de posteo.net mailbox.org zoho.com zohomail.com zohomail.eu fastmail.com fastmail.fm
    sent.com hushmail.com hush.com runbox.com startmail.com disroot.org riseup.net hey.com duck.com
    mailfence.com kolabnow.com inbox.com inbox.lv lycos.com excite.com rediffmail.com rediff.com
    indiatimes.com sify.com in.com
    web.de freenet.de t-online.de arcor.de online.de vodafone.de kabelmail.de unitybox.de ewetel.net
    email.de freemail.de mail.de directbox.com smart-mail.de
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr club-internet.fr
    aliceadsl.fr cegetel.net voila.fr caramail.com
    btinternet.com btopenworld.com talktalk.net tiscali.co.uk virginmedia.com virgin.net ntlworld.com
    blueyonder.co.uk sky.com plusnet.com uwclub.net o2.co.uk fsmail.net
    libero.it virgilio.it tin.it alice.it tim.it tiscali.it iol.it inwind.it email.it fastwebnet.it poste.it
    telefonica.net terra.es ono.com movistar.es wanadoo.es ya.com
    sapo.pt mail.pt iol.pt clix.pt netcabo.pt telepac.pt
    ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl home.nl xs4all.nl upcmail.nl casema.nl chello.nl
    telfort.nl tele2.nl quicknet.nl zonnet.nl skynet.be telenet.be proximus.be scarlet.be
    bluewin.ch hispeed.ch sunrise.ch swissonline.ch aon.at chello.at a1.net drei.at inode.at
    telia.com telia.se bredband.net comhem.se spray.se home.se tele2.se online.no broadpark.no
    getmail.no start.no mail.dk tdcadsl.dk jubii.dk kolumbus.fi elisanet.fi saunalahti.fi luukku.com
    eircom.net iol.ie
    wp.pl o2.pl onet.pl onet.eu op.pl poczta.onet.pl poczta.fm interia.pl interia.eu gazeta.pl tlen.pl vp.pl
    autograf.pl go2.pl seznam.cz email.cz centrum.cz atlas.cz volny.cz post.cz azet.sk centrum.sk zoznam.sk
    freemail.hu citromail.hu t-online.hu indamail.hu abv.bg mail.bg dir.bg otenet.gr forthnet.gr hol.gr
    mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com ya.ru yandex.by yandex.kz rambler.ru
    lenta.ru ro.ru ukr.net i.ua meta.ua bigmir.net tut.by
    qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn aliyun.com tom.com
    vip.qq.com vip.163.com 21cn.com naver.com daum.net hanmail.net nate.com kakao.com docomo.ne.jp
    ezweb.ne.jp softbank.ne.jp i.softbank.jp au.com nifty.com biglobe.ne.jp ocn.ne.jp so-net.ne.jp
    walla.com walla.co.il bezeqint.net netvision.net.il 012.net.il
    comcast.net xfinity.com att.net sbcglobal.net bellsouth.net pacbell.net swbell.net ameritech.net
    cox.net charter.net rr.com roadrunner.com twc.com spectrum.net earthlink.net mindspring.com juno.com
    netzero.net netzero.com frontier.com frontiernet.net windstream.net centurylink.net embarqmail.com
    q.com optonline.net optimum.net suddenlink.net cableone.net sympatico.ca bell.net rogers.com shaw.ca
    telus.net videotron.ca cogeco.ca eastlink.ca mts.net sasktel.net
    uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com oi.com.br zipmail.com.br
    prodigy.net.mx infinitum.com.mx terra.com terra.cl vtr.net fibertel.com.ar speedy.com.ar
    ciudad.com.ar arnet.com.ar
    bigpond.com bigpond.net.au optusnet.com.au optusnet.com iinet.net.au tpg.com.au internode.on.net
    westnet.com.au ozemail.com.au adam.com.au dodo.com.au xtra.co.nz clear.net.nz slingshot.co.nz
    telkomsa.net mweb.co.za vodamail.co.za webmail.co.za iafrica.com
    """

  // Well-known ones; new ones appear every week, so an address that is not here may still be one.
  private static let disposableNames = """
    10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonaddy.me anonbox.net burnermail.io
    byom.de chacuo.net cock.li crazymailing.com deadaddress.com discard.email discardmail.com
    discardmail.de dispostable.com disposable.com dropmail.me einrot.com emailfake.com emailondeck.com
    emailsensei.com emailtemporario.com.br fakeinbox.com fakemail.net fakemailgenerator.com fleckens.hu
    getairmail.com getnada.com nada.email nada.ltd grr.la guerrillamail.biz guerrillamail.com
    guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org guerrillamailblock.com
    gustr.com harakirimail.com inboxbear.com inboxkitten.com incognitomail.org jetable.org
    jourrapide.com keepmymail.com kasmail.com linshiyou.com mail-temp.com mail.tm mailcatch.com
    maildrop.cc maildax.com mailexpire.com mailforspam.com mailinator.com mailinator.net mailinator2.com
    mailismagic.com mailmetrash.com mailmoat.com mailna.co mailnator.com mailnesia.com mailnull.com
    mailpoof.com mailsac.com mailscrap.com mailshell.com mailsiphon.com mailtemp.info mailto.plus
    mailtothis.com meltmail.com mintemail.com moakt.com moakt.cc mohmal.com mt2015.com mvrht.com
    my10minutemail.com mytemp.email mytrashmail.com neverbox.com no-spam.ws nospamfor.us nowmymail.com
    objectmail.com oneoffemail.com onewaymail.com owlymail.com pokemail.net pookmail.com proxymail.eu
    rcpt.at rhyta.com robot-mail.com safetymail.info sharklasers.com shieldedmail.com shitmail.me
    smailpro.com sneakemail.com sogetthis.com soodonims.com spam4.me spambog.com spambog.de spambox.us
    spamcorptastic.com spamday.com spamex.com spamfree24.org spamgourmet.com spamhole.com spaml.com
    spammotel.com spamspot.com superrito.com suremail.info teleworm.us temp-mail.io temp-mail.org
    temp-mail.ru tempail.com tempe4mail.com tempemail.com tempemail.net tempinbox.com tempmail.dev
    tempmail.de tempmail.email tempmail.net tempmail.plus tempmail.us tempmailaddress.com tempmailer.com
    tempmailo.com tempomail.fr temporaryemail.net temporaryinbox.com tempr.email thankyou2010.com
    throwam.com throwawaymail.com throwawayemailaddress.com tmail.ws tmailinator.com tmpmail.net
    tmpmail.org trash-mail.com trash-mail.de trashmail.at trashmail.com trashmail.de trashmail.io
    trashmail.me trashmail.net trashmail.org trashmail.ws trbvm.com tyldd.com wegwerfemail.de
    wegwerfmail.de wegwerfmail.net wegwerfmail.org wh4f.org yopmail.com yopmail.fr yopmail.net
    you-spam.com zetmail.com zoemail.org
    """
}
