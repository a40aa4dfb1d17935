"""
Passwords that are tried first, everywhere: a short list of our own, from what every list of them has.

Lower case, without the digits and signs people put around them (`passwords.py` takes those off), so
one line here stands for many. Digits-only ones stand as they are.
"""

_LINES = """
password passwort passw0rd p@ssword p@ssw0rd p@$$w0rd pa$$word pa$$w0rd passwd passphrase mypassword
thepassword newpassword letmein letmein! welcome willkommen hallo hallowelt helloworld hello helloyou geheim
geheimnis geheimwort kennwort meinpasswort schatz schatzi liebling hase haeschen sommer winter fruehling
frühling herbst fussball football baseball basketball hockey soccer schalke schalke04 bayern fcbayern
borussia dortmund deutschland berlin hamburg muenchen münchen koeln köln ficken arschloch iloveyou iloveyou!
ichliebedich ichliebe loveyou lovely princess sunshine dragon monkey shadow master superman batman spiderman
starwars pokemon minecraft fortnite naruto killer trustno trustno1 freedom whatever nothing internet
computer samsung iphone android google facebook instagram twitter mastodon martlet fediverse activitypub
administrator admin adminadmin root rootroot toor superuser user username guest default changeme changeit
change-me secret topsecret test testtest tester testing temp temporary login signin abc abcabc abcd abcdef
abcdefg abcdefgh abcd1234 abc123456 a1b2c3d4 a123456789 aa123456 qwerty qwertz azerty qwertyui qwertyuiop
qwertzuiop qwerty123 qwe123qwe qweqwe qweasd qweasdzxc asdf asdfasdf asdfgh asdfghjkl yxcvbnm zxcvbn zxcvbnm
zaq12wsx zaq1zaq1 1qaz2wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4 qazwsx qazwsxedc 1qazxsw2 147258369 159357456
123456789 12345678 1234567890 0123456789 87654321 987654321 123123123 12341234 11223344 1122334455 123321123
12344321 123454321 11111111 00000000 88888888 66666666 31415926 314159265 27182818 13145200 5201314 52013140
1314520 woaini woaini1314 5201314520 aini1314 zhongguo nihao nihaoma woaiwojia wodemima mima mimamima
caonima xiaoming beijing shanghai jennifer jessica michelle michael nicole daniel thomas andreas stefan
charlie jordan ashley matthew andrew joshua jasmine hannah maria pepper ginger buster tigger summer spring
autumn cookie chocolate schokolade banana orange purple flower butterfly rainbow mustang corvette ferrari
mercedes porsche harley yamaha yankees cowboys eagles liverpool chelsea arsenal barcelona juventus
realmadrid access access14 mynoob correcthorsebatterystaple correct-horse-battery-staple jesuschrist jesus
blessed godisgood
"""

WORST = frozenset(_LINES.split())
