-- What a spreadsheet would run gets an apostrophe; numbers and phone numbers stay.
emit { name = '=HYPERLINK("http://x.example","click")', n = -5, phone = "+49 30 901820" }
emit { name = "@SUM(1)", n = 2, phone = "-" }
