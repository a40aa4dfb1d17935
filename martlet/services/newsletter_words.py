"""What those who read by e-mail are written, in their language. Texts with `{name}`, `{handle}`, `{server}`, `{link}`."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cache

from martlet.text import chinese
from martlet.text.languages import TRADITIONAL, serving


@dataclass(frozen=True, slots=True)
class Words:
    question_subject: str
    question: str
    subject_of_one: str
    subject_of_many: str
    one_file: str
    files: str
    no_words: str
    end: str


ENGLISH = Words(
    "The posts of {name} by e-mail?",
    "Hello,\n\nsomebody, hopefully you, wants to get the public posts of {name} ({handle}) on {server} at this address. "
    "Open this link if that is so:\n\n{link}\n\nThe link works for a week. If it was not you, do nothing: "
    "without the link no posts come, and the address is forgotten. {name} sees that somebody reads along, "
    "and of the address only the first letter and what stands after the @.\n",
    "{name}: {beginning}",
    "{n} new posts of {name}",
    "[one picture or other file]",
    "[{n} pictures or other files]",
    "a new post",
    "You asked for the public posts of {name} ({handle}). With this link no more of them come:\n{link}",
)
GERMAN = Words(
    "Die Beiträge von {name} per E-Mail?",
    "Hallo,\n\njemand, hoffentlich du, möchte die öffentlichen Beiträge von {name} ({handle}) auf {server} an diese Adresse bekommen. "
    "Öffne diesen Link, wenn das stimmt:\n\n{link}\n\nDer Link gilt eine Woche. Wenn du es nicht warst, tu nichts: "
    "Ohne den Link kommen keine Beiträge, und die Adresse wird vergessen. {name} sieht, dass jemand mitliest, "
    "und von der Adresse nur den ersten Buchstaben und was nach dem @ steht.\n",
    "{name}: {beginning}",
    "{n} neue Beiträge von {name}",
    "[ein Bild oder eine andere Datei]",
    "[{n} Bilder oder andere Dateien]",
    "ein neuer Beitrag",
    "Du wolltest die öffentlichen Beiträge von {name} ({handle}) bekommen. Mit diesem Link kommen keine mehr:\n{link}",
)
CHINESE = Words(
    "通过电子邮件接收 {name} 的帖子？",
    "你好：\n\n有人（希望是你）想用这个邮箱接收 {server} 上 {name}（{handle}）的公开帖子。如果是这样，请打开下面的链接：\n\n{link}\n\n"
    "链接一周内有效。如果不是你，不用理会：没有这个链接就不会寄出帖子，邮箱地址也会删除。"
    "{name} 能看到有人订阅，但邮箱地址只能看到第一个字母和 @ 之后的部分。\n",
    "{name}：{beginning}",
    "{name} 的 {n} 条新帖子",
    "[一张图片或其他文件]",
    "[{n} 张图片或其他文件]",
    "一条新帖子",
    "你订阅了 {name}（{handle}）的公开帖子。打开这个链接即可退订：\n{link}",
)
BY_LANGUAGE: Mapping[str, Words] = {"en": ENGLISH, "de": GERMAN, "zh": CHINESE}


def words_in(locale: str) -> Words:
    """In the language that serves a locale, else in English."""
    language = serving(locale, BY_LANGUAGE)
    return _traditional() if language == TRADITIONAL else BY_LANGUAGE[language]


@cache
def _traditional() -> Words:
    return Words(*chinese.traditional(astuple(CHINESE)))


def locale_asked_for(accept_language: str) -> str:
    """The first language of an Accept-Language header in which there are words."""
    tags = (part.partition(";")[0].strip() for part in accept_language[:200].split(","))
    return next((tag for tag in tags if tag.partition("-")[0].lower() in BY_LANGUAGE), "en")
