/// Platforms below whose domain every customer has a name of their own.
enum HostingDomains {
  /// Whether customers of `domain` are below it.
  static func contains(_ domain: String) -> Bool { all.contains(Substring(domain)) }

  private static let all = Set(names.split(whereSeparator: \.isWhitespace))

  // Shops and site builders, blogs, code and cloud hosting. Compiled for this program from what the
  // platforms give their customers.
  private static let names = """
    myshopify.com bigcartel.com square.site myspreadshop.com storenvy.com ecwid.com
    wixsite.com weebly.com webflow.io webnode.com webnode.page squarespace.com jimdofree.com
    jimdosite.com strikingly.com carrd.co godaddysites.com business.site ucraft.net
    tilda.ws framer.website framer.app notion.site super.site softr.app bubbleapps.io
    wordpress.com blogspot.com tumblr.com ghost.io medium.com substack.com typepad.com livejournal.com
    hubpages.com over-blog.com
    github.io gitlab.io bitbucket.io readthedocs.io netlify.app netlify.com vercel.app now.sh
    pages.dev workers.dev herokuapp.com appspot.com web.app firebaseapp.com azurewebsites.net
    cloudfront.net amazonaws.com onrender.com fly.dev surge.sh glitch.me repl.co replit.app
    zendesk.com freshdesk.com hubspotpagebuilder.com statuspage.io teachable.com thinkific.com
    kajabi.com mykajabi.com podia.com eventbrite.com
    """
}
