"""
The source that a report names: the agency whose text it is, or the paper that had it first.

Believed is what stands as data in the page (schema.org), and an agency in the
place of an author. Nothing is searched for in the text itself.
"""

import re

_AGENCIES = {
    "AAP": ("aap", "australian associated press"),
    "AFP": ("afp", "agence france-presse", "agence france presse"),
    "Anadolu": ("aa", "anadolu", "anadolu agency", "anadolu ajansı"),
    "ANP": ("anp",),
    "ANSA": ("ansa",),
    "AP": ("ap", "associated press", "the associated press", "ap news"),
    "APA": ("apa", "austria presse agentur"),
    "Belga": ("belga",),
    "Bloomberg": ("bloomberg", "bloomberg news"),
    "ČTK": ("čtk", "ctk"),
    "dpa": ("dpa", "deutsche presse-agentur", "dpa-afx", "dpa-infocom"),
    "EFE": ("efe", "agencia efe"),
    "epd": ("epd", "evangelischer pressedienst"),
    "IANS": ("ians",),
    "Interfax": ("interfax",),
    "Keystone-SDA": ("sda", "keystone-sda", "keystone-ats"),
    "KNA": ("kna", "katholische nachrichten-agentur"),
    "Kyodo": ("kyodo", "kyodo news", "共同通信", "共同通信社"),
    "Lusa": ("lusa",),
    "NTB": ("ntb",),
    "PA Media": ("pa media", "press association"),
    "PAP": ("pap",),
    "PTI": ("pti", "press trust of india"),
    "Reuters": ("reuters", "thomson reuters", "路透", "路透社"),
    "Ritzau": ("ritzau",),
    "SID": ("sid", "sport-informations-dienst"),
    "TASS": ("tass", "тасс"),
    "UPI": ("upi",),
    "Xinhua": ("xinhua", "xinhua news agency"),
    "Yonhap": ("yonhap", "yonhap news agency"),
    "中国新闻社": ("中国新闻社", "中国新闻网", "中新社", "中新网", "china news service"),
    "中央社": ("中央社", "中央通訊社", "central news agency"),
    "新华社": ("新华社", "新华网", "新華社"),
    "美联社": ("美联社",),
    "法新社": ("法新社",),
    "德新社": ("德新社",),
}
_BY_NAME = {name: shown for shown, names in _AGENCIES.items() for name in names}
_BY_HOST = {
    "afp.com": "AFP",
    "apnews.com": "AP",
    "chinanews.com.cn": "中国新闻社",
    "cna.com.tw": "中央社",
    "dpa.com": "dpa",
    "english.news.cn": "Xinhua",
    "news.cn": "新华社",
    "reuters.com": "Reuters",
    "xinhuanet.com": "新华社",
}
_BYLINE = re.compile(r"\s*[/,;|·、，]\s*|\s+(?:and|und|with|mit|via|et|y|和)\s+", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:by|von|par|por|di|from|source|quelle|来源|來源)(?:\s*[:：]\s*|\s+)|^[(（]|[)）.]$", re.IGNORECASE
)
_NAMES_IN_A_BYLINE = 8


def agency_in(byline: str) -> str:
    """The agencies in the place of an author ("Von Jona Feldmann, dpa/AFP"), as they are commonly called; else empty."""
    found = dict.fromkeys(
        _BY_NAME[name]
        for part in _BYLINE.split(byline)[:_NAMES_IN_A_BYLINE]
        if (name := _LEAD.sub("", part.strip()).strip().lower()) in _BY_NAME
    )
    return "/".join(found)


def agency_at(host: str) -> str:
    """The agency whose site this is; else the host itself."""
    return _BY_HOST.get(host, host)


def is_same(name: str, other: str) -> bool:
    """Whether two names are those of one publisher, who is no source of its own reports."""
    one, two = name.casefold().strip(), other.casefold().strip()
    return _BY_NAME.get(one, one) == _BY_NAME.get(two, two)
