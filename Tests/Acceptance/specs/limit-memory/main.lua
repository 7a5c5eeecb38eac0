local rows = {}
while true do rows[#rows + 1] = { n = #rows } end
