"""
What the server writes to people, in their language: subjects and texts with `{name}`, `{server}`, `{link}`.

Plain text only. A letter is known by its name in `MailWanted`.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


CONFIRM: Final = "confirm"
RESET: Final = "reset"
APPROVED: Final = "approved"
PASSWORD_CHANGED: Final = "password_changed"  # noqa: S105 - a letter's name
ARCHIVE_READY: Final = "archive_ready"

ENGLISH: dict[str, Letter] = {
    CONFIRM: Letter(
        "Confirm your e-mail for {server}",
        "Hello {name},\n\nsomebody, hopefully you, made an account on {server} with this address. "
        "Open this link, and it is ready:\n\n{link}\n\nThe link works for a week. "
        "If it was not you, do nothing: without the link nothing happens.\n",
    ),
    RESET: Letter(
        "A new password for {server}",
        "Hello {name},\n\nhere you can choose a new password for your account on {server}:\n\n{link}\n\n"
        "The link works once, for two hours. If you did not ask for it, do nothing: your password stays as it is.\n",
    ),
    APPROVED: Letter(
        "Welcome to {server}",
        "Hello {name},\n\nyour request was read, and you are in. Sign in here:\n\n{link}\n\n"
        "Every Mastodon app works as well: type the address of the server into it.\n",
    ),
    PASSWORD_CHANGED: Letter(
        "Your password on {server} was changed",
        "Hello {name},\n\nthe password of your account on {server} has just been changed. "
        "If that was not you, choose a new one at once:\n\n{link}\n",
    ),
    ARCHIVE_READY: Letter(
        "Your archive from {server} is ready",
        "Hello {name},\n\nthe archive of your posts and pictures on {server} is ready. "
        "For a week you can fetch it here:\n\n{link}\n\nIf you did not ask for it, please change your password.\n",
    ),
}
GERMAN: dict[str, Letter] = {
    CONFIRM: Letter(
        "Bestätige deine E-Mail für {server}",
        "Hallo {name},\n\njemand, hoffentlich du, hat mit dieser Adresse ein Konto auf {server} angelegt. "
        "Öffne diesen Link, dann ist es bereit:\n\n{link}\n\nDer Link gilt eine Woche. "
        "Wenn du es nicht warst, tu nichts: Ohne den Link geschieht nichts.\n",
    ),
    RESET: Letter(
        "Ein neues Passwort für {server}",
        "Hallo {name},\n\nhier kannst du für dein Konto auf {server} ein neues Passwort wählen:\n\n{link}\n\n"
        "Der Link gilt einmal und zwei Stunden lang. Wenn du ihn nicht wolltest, tu nichts: "
        "Dein Passwort bleibt, wie es ist.\n",
    ),
    APPROVED: Letter(
        "Willkommen auf {server}",
        "Hallo {name},\n\ndeine Anfrage wurde gelesen, und du bist dabei. Hier meldest du dich an:\n\n{link}\n\n"
        "Es geht auch mit jeder Mastodon-App: Gib dort die Adresse des Servers ein.\n",
    ),
    PASSWORD_CHANGED: Letter(
        "Dein Passwort auf {server} wurde geändert",
        "Hallo {name},\n\ndas Passwort deines Kontos auf {server} wurde gerade geändert. "
        "Wenn du das nicht warst, wähle gleich ein neues:\n\n{link}\n",
    ),
    ARCHIVE_READY: Letter(
        "Dein Archiv von {server} ist fertig",
        "Hallo {name},\n\ndas Archiv deiner Beiträge und Bilder auf {server} ist fertig. "
        "Eine Woche lang kannst du es hier abholen:\n\n{link}\n\n"
        "Wenn du es nicht angefordert hast, ändere bitte dein Passwort.\n",
    ),
}
CHINESE: dict[str, Letter] = {
    CONFIRM: Letter(
        "确认你在 {server} 的邮箱",
        "{name}，你好：\n\n有人（希望是你）用这个邮箱在 {server} 注册了账号。打开下面的链接，账号就可以用了：\n\n"
        "{link}\n\n链接一周内有效。如果不是你，不用理会：没有这个链接什么也不会发生。\n",
    ),
    RESET: Letter(
        "{server} 的新密码",
        "{name}，你好：\n\n你可以在这里为 {server} 的账号设置新密码：\n\n{link}\n\n"
        "链接只能用一次，两小时内有效。如果不是你要求的，不用理会：密码不会改变。\n",
    ),
    APPROVED: Letter(
        "欢迎来到 {server}",
        "{name}，你好：\n\n你的申请已通过。请在这里登录：\n\n{link}\n\n任何 Mastodon 应用也都可以用：在应用里输入服务器的地址即可。\n",
    ),
    PASSWORD_CHANGED: Letter(
        "你在 {server} 的密码已更改",
        "{name}，你好：\n\n你在 {server} 的账号密码刚刚被更改。如果不是你本人，请立刻设置新密码：\n\n{link}\n",
    ),
    ARCHIVE_READY: Letter(
        "你在 {server} 的存档已经准备好",
        "{name}，你好：\n\n你在 {server} 的帖子和图片存档已经准备好。一周之内可以在这里下载：\n\n{link}\n\n"
        "如果不是你要求的，请更改密码。\n",
    ),
}
BY_LANGUAGE: dict[str, dict[str, Letter]] = {"en": ENGLISH, "de": GERMAN, "zh": CHINESE}


def write(name: str, locale: str) -> Letter:
    """The letter in the language that serves a locale, else in English. Raises KeyError for an unknown one."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return BY_LANGUAGE.get(language, ENGLISH)[name]
