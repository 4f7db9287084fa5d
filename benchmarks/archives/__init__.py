"""Write large archives of made-up bilingual news, and measure commands on them."""
