"""
Languages a post can be in: ISO 639-1, some of ISO 639-3, and regional forms that readers tell apart.

The author says which it is; `language_detection` guesses where they do not. Codes are kept in one
spelling (`de`, `zh-TW`, `sr-Latn`); of forms not on the list only the language is
kept (`de-AT` is `de`), and what is no language is None.
"""

import re
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from martlet.text import chinese

TRADITIONAL = "zh-Hant"
"""Chinese that is made from the simplified, `zh`."""

_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)")


class Language(NamedTuple):
    """`name` in English, `own_name` in the language itself."""

    code: str
    name: str
    own_name: str


_TABLE = """
aa|Afar|Qafar
ab|Abkhazian|Аԥсшәа
ae|Avestan|Avesta
af|Afrikaans|Afrikaans
ak|Akan|Akan
am|Amharic|አማርኛ
an|Aragonese|aragonés
ar|Arabic|العربية
as|Assamese|অসমীয়া
ast|Asturian|asturianu
av|Avaric|авар мацӀ
ay|Aymara|aymar aru
az|Azerbaijani|azərbaycan
ba|Bashkir|башҡорт теле
bar|Bavarian|Boarisch
be|Belarusian|беларуская
bg|Bulgarian|български
bi|Bislama|Bislama
bm|Bambara|bamanakan
bn|Bangla|বাংলা
bo|Tibetan|བོད་སྐད་
br|Breton|brezhoneg
bs|Bosnian|bosanski
ca|Catalan|català
ce|Chechen|нохчийн
ceb|Cebuano|Cebuano
ch|Chamorro|Chamoru
chr|Cherokee|ᏣᎳᎩ
ckb|Central Kurdish|کوردیی ناوەندی
cnr|Montenegrin|crnogorski
co|Corsican|corsu
cr|Cree|ᓀᐦᐃᔭᐍᐏᐣ
cs|Czech|čeština
csb|Kashubian|kaszëbsczi
cu|Church Slavic|церковнослове́нскїй
cv|Chuvash|чӑваш
cy|Welsh|Cymraeg
da|Danish|dansk
de|German|Deutsch
dsb|Lower Sorbian|dolnoserbšćina
dv|Divehi|ދިވެހިބަސް
dz|Dzongkha|རྫོང་ཁ
ee|Ewe|eʋegbe
el|Greek|Ελληνικά
en|English|English
eo|Esperanto|Esperanto
es|Spanish|español
es-AR|Spanish (Argentina)|español (Argentina)
es-MX|Spanish (Mexico)|español (México)
et|Estonian|eesti
eu|Basque|euskara
fa|Persian|فارسی
ff|Fula|Pulaar
fi|Finnish|suomi
fil|Filipino|Filipino
fj|Fijian|vosa Vakaviti
fo|Faroese|føroyskt
fr|French|français
fr-CA|French (Canada)|français (Canada)
frr|Northern Frisian|Nordfriisk
fy|Western Frisian|Frysk
ga|Irish|Gaeilge
gd|Scottish Gaelic|Gàidhlig
gl|Galician|galego
gn|Guarani|avañe’ẽ
gsw|Swiss German|Schwiizertüütsch
gu|Gujarati|ગુજરાતી
gv|Manx|Gaelg
ha|Hausa|Hausa
hak|Hakka Chinese|客家話
haw|Hawaiian|ʻŌlelo Hawaiʻi
he|Hebrew|עברית
hi|Hindi|हिन्दी
ho|Hiri Motu|Hiri Motu
hr|Croatian|hrvatski
hsb|Upper Sorbian|hornjoserbšćina
ht|Haitian Creole|Kreyòl Ayisyen
hu|Hungarian|magyar
hy|Armenian|հայերեն
hz|Herero|Otjiherero
ia|Interlingua|interlingua
id|Indonesian|Indonesia
ie|Interlingue|Interlingue
ig|Igbo|Igbo
ii|Sichuan Yi|ꆈꌠꉙ
ik|Inupiaq|Iñupiaq
io|Ido|Ido
is|Icelandic|íslenska
it|Italian|italiano
iu|Inuktitut|ᐃᓄᒃᑎᑐᑦ
ja|Japanese|日本語
jbo|Lojban|la .lojban.
jv|Javanese|Jawa
ka|Georgian|ქართული
kab|Kabyle|Taqbaylit
kg|Kongo|Kikongo
ki|Kikuyu|Gikuyu
kj|Kuanyama|Kuanyama
kk|Kazakh|қазақ тілі
kl|Kalaallisut|kalaallisut
km|Khmer|ខ្មែរ
kmr|Northern Kurdish|Kurmancî
kn|Kannada|ಕನ್ನಡ
ko|Korean|한국어
kr|Kanuri|Kanuri
ks|Kashmiri|کٲشُر
ku|Kurdish|kurdî (kurmancî)
kv|Komi|коми кыв
kw|Cornish|kernewek
ky|Kyrgyz|кыргызча
la|Latin|Latina
lb|Luxembourgish|Lëtzebuergesch
ldn|Láadan|Láadan
lfn|Lingua Franca Nova|lingua franca nova
lg|Ganda|Luganda
li|Limburgish|Limburgs
lij|Ligurian|ligure
lld|Ladin|ladin
lmo|Lombard|Lombard
ln|Lingala|lingála
lo|Lao|ລາວ
lt|Lithuanian|lietuvių
lu|Luba-Katanga|Tshiluba
lv|Latvian|latviešu
mg|Malagasy|Malagasy
mh|Marshallese|Kajin M̧ajeļ
mi|Māori|Māori
mk|Macedonian|македонски
ml|Malayalam|മലയാളം
mn|Mongolian|монгол
mni|Manipuri|মৈতৈলোন্
moh|Mohawk|Kanienʼkéha
mr|Marathi|मराठी
ms|Malay|Melayu
mt|Maltese|Malti
my|Burmese|မြန်မာ
na|Nauru|dorerin Naoero
nan|Min Nan Chinese|閩南語
nap|Neapolitan|napulitano
nb|Norwegian Bokmål|norsk bokmål
nd|North Ndebele|isiNdebele
nds|Low German|Neddersass’sch
ne|Nepali|नेपाली
ng|Ndonga|Owambo
nl|Dutch|Nederlands
nn|Norwegian Nynorsk|norsk nynorsk
no|Norwegian|norsk
nr|South Ndebele|isiNdebele
nv|Navajo|Diné Bizaad
ny|Nyanja|Nyanja
oc|Occitan|occitan
oj|Ojibwa|ᐊᓂᔑᓈᐯᒧᐎᓐ
om|Oromo|Oromoo
or|Odia|ଓଡ଼ିଆ
os|Ossetic|ирон
pa|Punjabi|ਪੰਜਾਬੀ
pcm|Nigerian Pidgin|Naijíriá Píjin
pdc|Pennsylvania German|Pennsilfaanisch-Deitsch
pi|Pali|पालि
pl|Polish|polski
ps|Pashto|پښتو
pt|Portuguese|português
pt-BR|Portuguese (Brazil)|português (Brasil)
pt-PT|Portuguese (Portugal)|português (Portugal)
qu|Quechua|Runasimi
rm|Romansh|rumantsch
rn|Rundi|Ikirundi
ro|Romanian|română
ru|Russian|русский
rw|Kinyarwanda|Ikinyarwanda
sa|Sanskrit|संस्कृत भाषा
sat|Santali|ᱥᱟᱱᱛᱟᱲᱤ
sc|Sardinian|sardu
scn|Sicilian|sicilianu
sco|Scots|Scots
sd|Sindhi|سنڌي
se|Northern Sami|davvisámegiella
sg|Sango|Sängö
si|Sinhala|සිංහල
sk|Slovak|slovenčina
sl|Slovenian|slovenščina
sm|Samoan|gagana Sāmoa
sma|Southern Sami|Åarjelsaemien gïele
smj|Lule Sami|julevsámegiella
smn|Inari Sami|anarâškielâ
sms|Skolt Sami|sääʹmǩiõll
sn|Shona|chiShona
so|Somali|Soomaali
sq|Albanian|shqip
sr|Serbian|српски
sr-Latn|Serbian (Latin)|srpski (latinica)
ss|Swati|siSwati
st|Southern Sotho|Sesotho
su|Sundanese|Basa Sunda
sv|Swedish|svenska
sw|Swahili|Kiswahili
szl|Silesian|ślōnski
ta|Tamil|தமிழ்
te|Telugu|తెలుగు
tg|Tajik|тоҷикӣ
th|Thai|ไทย
ti|Tigrinya|ትግርኛ
tk|Turkmen|türkmen dili
tl|Tagalog|Tagalog
tn|Tswana|Setswana
to|Tongan|lea fakatonga
tok|Toki Pona|toki pona
tr|Turkish|Türkçe
ts|Tsonga|Xitsonga
tt|Tatar|татар
tw|Twi|Twi
ty|Tahitian|reo Tahiti
tzm|Central Atlas Tamazight|Tamaziɣt n laṭlaṣ
ug|Uyghur|ئۇيغۇرچە
uk|Ukrainian|українська
ur|Urdu|اردو
uz|Uzbek|o‘zbek
vai|Vai|ꕙꔤ
ve|Venda|Tshivenḓa
vec|Venetian|veneto
vi|Vietnamese|Tiếng Việt
vo|Volapük|Volapük
wa|Walloon|walon
wo|Wolof|Wolof
wuu|Wu Chinese|吴语
xal|Kalmyk|хальмг келн
xh|Xhosa|IsiXhosa
yi|Yiddish|ייִדיש
yo|Yoruba|Èdè Yorùbá
yue|Cantonese|粵語
za|Zhuang|Vahcuengh
zgh|Standard Moroccan Tamazight|ⵜⴰⵎⴰⵣⵉⵖⵜ
zh|Chinese|中文
zh-CN|Chinese (China)|简体中文
zh-HK|Chinese (Hong Kong)|繁體中文（香港）
zh-TW|Chinese (Taiwan)|繁體中文（臺灣）
zh-YUE|Cantonese|粵語
zu|Zulu|isiZulu
"""

_ALSO_WRITTEN = {
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
    "zh-hans-cn": "zh-CN",
    "zh-hans-sg": "zh-CN",
    "zh-hant-tw": "zh-TW",
    "zh-hant-hk": "zh-HK",
    "zh-sg": "zh-CN",
    "zh-mo": "zh-HK",
    "cmn": "zh",
    "iw": "he",
    "in": "id",
    "ji": "yi",
}

LANGUAGES: dict[str, Language] = {
    code: Language(code, name, own_name)
    for code, name, own_name in (row.split("|") for row in _TABLE.strip().splitlines())
}
"""All of them by code, in the order of the codes."""

_BY_SMALL_CODE = {code.lower(): code for code in LANGUAGES}


def normalise_language(text: str | None) -> str | None:
    """`de-DE`, `de_AT`, `DE` → `de`; `zh_tw` → `zh-TW`; what is not on the list → None."""
    if not text or len(text) > 35:  # noqa: PLR2004 – the longest tag that RFC 5646 makes software take
        return None
    small = text.strip().lower().replace("_", "-")
    small = _ALSO_WRITTEN.get(small, small).lower()
    return _BY_SMALL_CODE.get(small) or _BY_SMALL_CODE.get(small.partition("-")[0])


def accepted(header: str) -> list[str]:
    """The tags of an `Accept-Language` header, the dearest first; nonsense in it is passed over."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:400].split(",")):
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if found := _WEIGHT.fullmatch(parameter):
                weight = float(found[1])
        if weight > 0 and tag:
            ranked.append((-weight, place, tag))
    return [tag for _, _, tag in sorted(ranked)]


def serving(locale: str, written_in: Container[str]) -> str:
    """Which of the languages that something is written in serves a locale, `TRADITIONAL` among them; else `en`."""
    if chinese.is_traditional(locale):
        return TRADITIONAL
    primary = locale.replace("_", "-").partition("-")[0].lower()
    return primary if primary in written_in else "en"


def best(there: Sequence[str], wanted: Iterable[str]) -> str | None:
    """The one of the languages that serves the dearest wish: the very one, else one of the same language."""
    for wish in wanted:
        code = normalise_language(wish)
        if code in there:
            return code
        primary = wish.replace("_", "-").partition("-")[0].lower()
        found = next((one for one in there if one.partition("-")[0] == primary), None)
        if found is not None:
            return found
    return None
